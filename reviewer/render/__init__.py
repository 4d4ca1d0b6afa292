"""Results to text and files: Markdown, JSON, LaTeX, BibTeX, HTML and more."""
