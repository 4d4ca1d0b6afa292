"""Screening for systematic reviews: records in the order in which they are worth reading.

`features` says how alike two records are, `ranker` learns from decisions which records a person
would include, `stopping` says when reading on is hardly worth it, `simulate` runs all of it on a
review whose decisions are known. A stop excludes nothing, and no rank decides anything.
"""
