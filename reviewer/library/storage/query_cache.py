"""Keeps what was found in the database for as long as the database stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from reviewer.library.storage.database import Database

_MOST = 32


class QueryCache:
    """The last values that were found, each by its name. Any change of the database, also by
    another process, clears it; nothing is kept of what an unfinished transaction sees. Several
    threads may use it; two may find the same value."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: tuple[Hashable, dict[Hashable, Any]] = (None, {})

    def get(self, name: Hashable, find: Callable[[], Any]) -> Any:  # noqa: ANN401  what `find` gives
        version, kept = self._database.version, self._kept
        if version is None:
            return find()
        is_full = name not in kept[1] and len(kept[1]) >= _MOST
        if kept[0] != version or is_full:
            kept = self._kept = (version, {})
        values = kept[1]  # stays with this thread: nothing is ever taken out of it
        if name not in values:
            values[name] = find()
        return values[name]
