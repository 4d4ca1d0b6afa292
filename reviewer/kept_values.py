"""Keeps what was found in the database for as long as the database stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from reviewer.database import Database

_MOST = 32


class KeptValues:
    """The last values that were found, each by its name. All are forgotten at any change, be it
    another process's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version: tuple[int, int] | None = None
        self._values: dict[Hashable, Any] = {}

    def get(self, name: Hashable, find: Callable[[], Any]) -> Any:  # noqa: ANN401  what `find` gives
        version = self._database.version
        if version != self._version:
            self._values, self._version = {}, version
        if name not in self._values:
            if len(self._values) == _MOST:
                self._values.clear()
            self._values[name] = find()
        return self._values[name]
