"""A PDF's text with its pages and sections, read in a child process with limits.

`worker` starts the child and limits it: processor time, memory, no files. `pdfium` reads the
characters of each page and draws the page three times: as it is, with each piece of text in a
colour of its own, and without its text. A character is visible where its own colour is on top and
where the page differs from the page without text (`visibility`); `actual_text` takes away what a
file says in place of its letters. `accents` and `words` join characters.

`layout` goes from words to lines in reading order, without trusting the order in the file:
`line_numbers` and `running_heads` are removed, `columns` finds gutters and rows over the full
width, `lines` finds paragraphs, `floats` parts what stands outside the run of text, and `tables`
says of each cell its row and its column. `sections` parts title (`titles`), abstract, body and
references (`reference_lists`); `metadata` and `dates` find authors, identifiers and the date. Text
is kept line by line as read, but for rows of tables; `text.views` mends hyphens at line ends in
views only. `extra["certainty"]` says how sure each found field is.
"""
