"""A quick look into a library's folder, for the shell's completion and for `review` alone.

It makes and changes nothing, and finds nothing where it cannot read.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reviewer.library.storage.sqlite import NAME

_WAIT_S = 0.2  # for a writer: who waits has a key pressed
_MOST = 200
# What can be named, and the query of its names.
_NAMES = MappingProxyType(
    {
        "key": "SELECT key AS name, 1 AS place FROM papers",
        "tag": "SELECT DISTINCT tag AS name, 1 AS place FROM tags",
        "run": "SELECT id AS name, started AS place FROM runs",
        "table": "SELECT id AS name, started AS place FROM runs WHERE command = 'table'",
        "model": "SELECT DISTINCT model AS name, 1 AS place FROM replies",
        "search": "SELECT name, 1 AS place FROM searches",
        "question": "SELECT question AS name, saved AS place FROM questions",
        "screen": "SELECT name, made AS place FROM screens",
        "draft": "SELECT id AS name, changed AS place FROM drafts",
        "survey": "SELECT id AS name, changed AS place FROM surveys",
    }
)


def names_in(place: str, kind: str, beginning: str = "") -> list[str]:
    """Names of this kind that begin so, at most 200: the newest first where they have a time, else
    by letters. Raises KeyError for an unknown kind."""
    query = (
        f"SELECT name FROM ({_NAMES[kind]}) AS named WHERE substr(name, 1, ?) = ? "
        f"ORDER BY place DESC, name LIMIT {_MOST}"
    )
    return [str(name) for (name,) in _rows(place, query, (len(beginning), beginning))]


def counts_in(place: str) -> tuple[int, int] | None:
    """How many papers and runs the library has. None where it cannot be read."""
    query = "SELECT (SELECT count(*) FROM papers), (SELECT count(*) FROM runs)"
    rows = _rows(place, query)
    return (int(rows[0][0]), int(rows[0][1])) if rows else None


def last_question(place: str) -> str:
    """What was asked last. Empty where nothing was."""
    rows = _rows(place, "SELECT question FROM runs ORDER BY started DESC LIMIT 1")
    return str(rows[0][0]) if rows else ""


def _rows(place: str, query: str, values: tuple[str | int, ...] = ()) -> list[tuple[Any, ...]]:
    file = Path(place) / NAME
    try:
        # Beside a log that holds nothing yet, SQLite would make files to read it.
        is_still = not file.with_name(f"{NAME}-wal").exists()
        address = f"{file.absolute().as_uri()}?mode=ro{'&immutable=1' * is_still}"
        with closing(sqlite3.connect(address, uri=True, timeout=_WAIT_S)) as opened:
            return opened.execute(query, values).fetchall()
    except (sqlite3.Error, OSError, ValueError):
        return []
