"""What is indexed in the library's database, at a length that any database takes.

SQLite indexes texts of any length; PostgreSQL refuses those of more than 2,704 bytes.
"""

from __future__ import annotations

import hashlib

MOST_VENUE_CHARS = 300  # that are indexed; the paper itself keeps the whole name
MOST_TERM_CHARS = 200  # a longer word, as a sequence of DNA, is known by its beginning


def digest(text: str) -> str:
    """The SHA-256 of the text, by which rows of texts of any length are found."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
