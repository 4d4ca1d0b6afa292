"""A draft checked against the papers that it cites.

`manuscript` reads a draft into sentences with the keys, quotes and places of each; text that is not
prose is blanked, so that places stay those of the file. `bibliography` finds the paper behind each
key. `sentences` checks a sentence against its papers: quotes, numbers, and whether the paper bears
on it at all. A sentence is not blamed for what a paper of unknown text may hold.

Entries of a bibliography are compared with the papers that they mean: `known_papers` finds the
paper, `fields` compares field by field, by `people` and `venues`; `inconsistent` finds what cannot
be right whatever the paper is, and `online_entries` looks up what the library does not have.

`suggest` looks for papers that sentences without a citation could cite, and `accept` writes their
marks into a copy.
"""
