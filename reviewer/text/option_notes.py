"""Notes that name an option of the command line, in its words or in those of a page. Pure."""

from __future__ import annotations

import re

_OPTION = re.compile(r" \(--?[a-z][a-z-]*\)")


def with_option(note: str, option: str) -> str:
    """The note with the option that changes what it says: `4 papers beyond the first 2 (-k)`."""
    return f"{note} ({option})"


def without_options(note: str) -> str:
    """The note as a page says it, which has fields in place of options. Only for our own words: a
    paper's may name an option too."""
    return _OPTION.sub("", note)
