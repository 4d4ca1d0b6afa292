"""Results as single HTML pages that load nothing and run one script of known hash.

Each file turns one kind of result into what its page shows; `page` renders a template of
`templates/` with it. `cited_papers` numbers the cited papers and cuts each text wherever a quote
begins or ends, so a text is on the page once however often it is quoted, quotes may overlap, and
without the script a citation is a link to its place.
"""
