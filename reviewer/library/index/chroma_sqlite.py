"""Looks into SQLite files that are not the library's own. They are only read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from reviewer.library.storage.database import damaged, told


def root_page(path: Path, table: str) -> int:
    """The page, from 1, at which a table begins; 0 when there is none. Raises LibraryError when
    the file cannot be read."""
    with _only_read(path) as opened:
        rows = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
        found = rows.fetchone()
    return int(found[0]) if found else 0


def sum_of_tables(path: Path, tables: Sequence[str]) -> int:
    """A checksum of the file's layout and of these tables in it, which are found sound with their
    indexes. Raises LibraryError when it is damaged."""
    import zlib

    total = 0
    with _only_read(path) as opened:
        for table in ("sqlite_master", *tables):
            (said,) = opened.execute(f"PRAGMA integrity_check({table})").fetchone()
            if said != "ok":
                raise damaged(path, said)
            for row in opened.execute(f"SELECT * FROM {table}"):
                total = zlib.crc32(repr(row).encode(), total)
    return total


@contextmanager
def _only_read(path: Path) -> Iterator[sqlite3.Connection]:
    with told(path):
        name = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(name, uri=True)) as opened:
            yield opened
