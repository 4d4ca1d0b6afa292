"""What reviewers take out of included papers: data by a protocol's columns, and the risk of bias.

`form_files` reads forms, `judgements` goes from answers to judgements by a form's rules, `filling`
is one open form of a screening: who filled in what, where two differ, what was settled. A model may
fill in too; what it says is shown beside and counts for nothing.
"""
