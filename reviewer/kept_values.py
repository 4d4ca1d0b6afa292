"""Keeps what was found in the database for as long as the database stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from reviewer.database import Database

_MOST = 32


class KeptValues:
    """The last values that were found, each by its name. All are forgotten at any change, be it
    another process's. Safe to use from several threads, of which two may find the same value."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: tuple[tuple[int, int] | None, dict[Hashable, Any]] = (None, {})

    def get(self, name: Hashable, find: Callable[[], Any]) -> Any:  # noqa: ANN401  what `find` gives
        values = self._current()
        if name not in values:
            values[name] = find()
        return values[name]

    def _current(self) -> dict[Hashable, Any]:
        """The values of the database as it is. Forgotten ones stay with a thread that has them:
        nothing is ever taken out of them."""
        version = self._database.version
        kept = self._kept
        if kept[0] != version or len(kept[1]) >= _MOST:
            kept = self._kept = (version, {})
        return kept[1]
