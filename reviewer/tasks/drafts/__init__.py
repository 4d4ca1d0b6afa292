"""A related-work section: outline themes, let the writer draft, check each sentence, cite.

`outline` gathers evidence as for a question, groups the papers into themes, or takes a plan.
`writer.write_sections` drafts a section a theme. `compose` passes each sentence through grounding,
on its theme's papers alone, leaves out repeated citations, checks what is said about the user's
own work against its text (`own_work`), and cuts to the wanted words. `revise` keeps a user's draft
as it is and adds sentences at the ends of the paragraphs that `text.draft_prose` finds.
"""
