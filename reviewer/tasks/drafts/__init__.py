"""A related-work section: gather papers, make cards, plan an argument, write, check, edit.

`papers` gathers, `cards` has each paper read into a card that the library keeps, `argue` plans the
paragraphs and `outline` puts these together, or takes a plan. `compose` has the whole text written
and checked sentence by sentence; `own_work` reads the work that it is for; `related_work` makes the
result. `revise` keeps a user's draft as it is and adds sentences at the ends of the paragraphs that
`text.draft_prose` finds.
"""
