"""Brings an earlier release's library to this form, after a copy of it is kept beside it."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

from reviewer.library.storage.faults import in_users_words
from reviewer.library.storage.lock import writing
from reviewer.library.storage.opening import APPLICATION_ID, SCHEMA_VERSION
from reviewer.library.storage.sqlite import SqliteDatabase
from reviewer.types.progress import Progress, silent

_VERSION_AT = 60  # in the header of an SQLite file; the program's number is 8 bytes later
_PAGES_AT_ONCE = 4096


def bring_up(path: Path, progress: Progress = silent) -> Path | None:
    """Bring the library in this file to this release's form, whole or not at all; gives where its
    earlier form is kept, as `library.form-3.db`. Does nothing to a library of this form or a later
    one, to a new one and to another program's file.

    Raises LibraryError when the copy or the library cannot be written.
    """
    if not _may_be_older(path):
        return None
    with writing(path.parent, progress):
        with in_users_words(path), closing(sqlite3.connect(path)) as opened:
            form = int(opened.execute("PRAGMA user_version").fetchone()[0])
            if form >= SCHEMA_VERSION:  # another process was faster
                return None
            kept = _copied(opened, path.with_name(f"library.form-{form}.db"))
        try:
            SqliteDatabase(path).close()
        except BaseException:
            kept.unlink()
            raise
    return kept


def _may_be_older(path: Path) -> bool:
    """By the file's header alone, which is older than the library where the newest one is still in
    the log."""
    try:
        with path.open("rb") as stream:
            header = stream.read(100)
    except OSError:
        return False
    if len(header) < 100:
        return False
    version, _, program = struct.unpack(">III", header[_VERSION_AT : _VERSION_AT + 12])
    return bool(program == APPLICATION_ID and version < SCHEMA_VERSION)


def _copied(opened: sqlite3.Connection, target: Path) -> Path:
    """A copy of the last commit under this name, or this name with a number where it is taken."""
    number, free = 1, target
    while free.exists():
        number += 1
        free = target.with_name(f"{target.stem}-{number}{target.suffix}")
    part = free.with_name(f"{free.name}.part")
    part.unlink(missing_ok=True)
    try:
        with in_users_words(free), closing(sqlite3.connect(part)) as copy:
            opened.backup(copy, pages=_PAGES_AT_ONCE)
        part.replace(free)
    finally:
        part.unlink(missing_ok=True)
    return free
