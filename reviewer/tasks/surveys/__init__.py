"""Many reports in one run that can be stopped and resumed.

`run` writes the plan's reports side by side; `report` writes one and compares it with the run
before: `collect` searches, `read` has each paper read once, `sections` outlines and writes,
`cross_references` joins sections, `tables` makes tables. Every finished step is kept in the library
by a hash of all that goes into it; no other state is kept.
"""
