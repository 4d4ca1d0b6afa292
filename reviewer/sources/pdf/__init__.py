"""A PDF's text with its pages and sections, read in a child process with limits.

`worker` starts the child and limits it: processor time, memory, no files. `pdfium` reads the
characters of each page and draws the page three times: as it is, with each piece of text in a
colour of its own, and without its text. A character is visible where its own colour is on top and
where the page differs from the page without text (`visibility`). `words` joins characters,
`running_heads` drops heads and page numbers, `layout` finds the gaps between columns and orders
lines without trusting the order in the file, `sections` parts title, abstract, body and
references, and `metadata` finds authors and identifiers. Text is kept line by line as read;
`text.views` mends hyphens at line ends in views only. `extra["certainty"]` says how sure each
found field is.
"""
