"""What the library remembers: questions that were asked before, and checked claims of all runs."""
