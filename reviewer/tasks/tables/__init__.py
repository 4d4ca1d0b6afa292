"""Papers side by side: select papers, draft missing cells, check each value, sort.

`select` gives the papers and the texts of each: the whole of a short text, of a long one what bears
on the columns. `update` keeps the cells of an earlier table as drafts that are checked like any
others. `writer.fill_rows` drafts missing cells. `grounding.cells` locates each quote, looks for
every number of the value in it and brings the value into one spelling: a value without a quote is
left out, one whose quote or number is not found is marked "no proof".
"""
