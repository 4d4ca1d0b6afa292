"""Compares two library files: whether one holds all that the other does. Changes neither."""

from __future__ import annotations

from contextlib import closing
from itertools import zip_longest
from pathlib import Path

from reviewer.errors import LibraryError
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.storage.sqlite import SqliteDatabase

# Rows that name no number of their own file: numbers may differ between two files.
_COMPARED = (
    "SELECT id, key, title, paper FROM papers ORDER BY id",
    "SELECT file, position, sha256, record FROM records ORDER BY sha256, file",
    'SELECT id, title, part, section, page, start, "end", text FROM chunks ORDER BY id',
    "SELECT id, vector FROM vectors JOIN chunks ON number = chunk ORDER BY id",
    "SELECT id, spans, vectors FROM sentences JOIN chunks ON number = chunk ORDER BY id",
)


def hold_the_same(one: Path, other: Path) -> bool:
    """True when both files are sound and have the same papers, entries, chunks, vectors and counts
    of words; False also for a file that cannot be read."""
    try:
        with closing(SqliteDatabase(one)) as first, closing(SqliteDatabase(other)) as second:
            are_sound = first.check() == second.check() == "ok"
            return (
                are_sound
                and all(_give_the_same(statement, first, second) for statement in _COMPARED)
                and _words(first) == _words(second)
            )
    except LibraryError:
        return False


def _give_the_same(statement: str, first: SqliteDatabase, second: SqliteDatabase) -> bool:
    """Row by row: all vectors of a library may be more than the memory holds twice."""
    both = zip_longest(first.each(statement), second.each(statement))
    return all(one == other for one, other in both)


def _words(database: SqliteDatabase) -> object:
    words = ChunkStore(database).words
    terms = database.column("SELECT DISTINCT term FROM postings ORDER BY term")
    counts = words.counts(terms)
    return words.size()[:2], {term: count for term, count in counts.items() if count.chunks}
