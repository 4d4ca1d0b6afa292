"""A draft held against the papers that it cites.

`manuscript` reads a draft into sentences with the keys, quotes and places of each; what is no
prose is blanked, so that places stay those of the file. `bibliography` finds the paper behind each
key. `sentences` holds a sentence against its papers: quotes, numbers, and whether the paper bears
on it at all. A sentence with a paper of unknown text is not found at fault for what that paper may
hold.
"""
