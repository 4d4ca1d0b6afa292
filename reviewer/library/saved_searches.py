"""Saved searches in the library's database, each with the papers that it has reported."""

from __future__ import annotations

import json
from collections.abc import Iterable

from reviewer.errors import LibraryError
from reviewer.library.storage.database import Database
from reviewer.types.saved_searches import SavedSearch


class SavedSearchStore:
    """The table of saved searches. Call methods that write under the library's write lock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def searches(self) -> list[SavedSearch]:
        """All saved searches, by name. Raises LibraryError for one that cannot be read."""
        rows = self._database.rows("SELECT search, seen FROM searches ORDER BY name")
        try:
            return [
                SavedSearch.model_validate(json.loads(text) | {"seen": json.loads(seen)})
                for text, seen in rows
            ]
        except (TypeError, ValueError) as error:  # not JSON, or not that of a search
            raise LibraryError(
                "a saved search cannot be read", hint="Put a backup of the library in its place."
            ) from error

    def save(self, search: SavedSearch, seen: Iterable[str]) -> None:
        """Keep the search, and that these papers were seen. Replaces one of the same name."""
        text = search.model_dump_json(exclude={"seen"})
        with self._database.transaction():
            self._database.run(
                "INSERT INTO searches VALUES (?, ?, ?) ON CONFLICT (name) "
                "DO UPDATE SET search = excluded.search, seen = excluded.seen",
                (search.name, text, json.dumps(sorted(seen))),
            )

    def forget(self, name: str) -> None:
        """Delete the search of this name, if there is one."""
        with self._database.transaction():
            self._database.run("DELETE FROM searches WHERE name = ?", (name,))
