"""Which entries are one paper: comparison of pairs, then groups."""
