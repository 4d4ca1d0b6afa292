"""Word files: made of the Markdown of a result, with its citations set in a style."""
