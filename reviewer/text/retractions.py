"""The note of an entry by which bibliographies say that a paper is retracted. Pure."""

from __future__ import annotations

import re

_RETRACTED = re.compile(r"\s*retracted\s*(?:[.;]\s*|$)", re.IGNORECASE)


def split_note(note: str) -> tuple[bool, str]:
    """Whether the note says that the paper is retracted, and the rest of the note."""
    found = _RETRACTED.match(note)
    return (True, note[found.end() :].strip()) if found else (False, note.strip())


def joined_note(note: str, *, is_retracted: bool) -> str:
    """The note of which `split_note` makes the same two again."""
    return "; ".join(["Retracted"] * is_retracted + [note] * bool(note))
