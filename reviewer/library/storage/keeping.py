"""Keeps rows by a key, also as a user who may add rows and replace none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from reviewer.errors import LibraryError
from reviewer.library.storage.database import Database


def keep_rows(
    database: Database, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Keep these rows, in one commit: the first of `names` is the key. A row that is there already
    is replaced, unless the user may only add: then the first one stays."""
    marks = ", ".join("?" * len(names))
    insert = (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) "
        f"ON CONFLICT ({names[0]}) DO NOTHING"
    )
    with database.transaction():
        known = [row for row in rows if not database.run(insert, row)]
    if known:
        changes = ", ".join(f"{name} = ?" for name in names[1:])
        update = f"UPDATE {table} SET {changes} WHERE {names[0]} = ?"
        with suppress(LibraryError), database.transaction():
            database.run_many(update, [(*row[1:], row[0]) for row in known])
