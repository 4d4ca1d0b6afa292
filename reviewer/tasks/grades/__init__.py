"""A rubric made of the library's papers, and whether a text says what they say."""
