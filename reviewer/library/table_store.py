"""The kept tables of a library, and every change of each."""

from __future__ import annotations

from datetime import UTC, datetime

from reviewer.library.storage.database import Database
from reviewer.text.invisible import without_nul
from reviewer.types.tables import KeptTable, TableEdit


class TableStore:
    """Keeps the edits of tables; none is ever changed or taken away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, table_id: str, edit: TableEdit) -> TableEdit:
        """Keep an edit as the table's newest; gives it with its number and time. Raises
        LibraryError where the library cannot be written."""
        with self._database.transaction():
            statement = "SELECT coalesce(max(number), 0) FROM table_edits WHERE table_id = ?"
            last = int(self._database.column(statement, (table_id,))[0])
            made = datetime.now(UTC).isoformat(timespec="seconds")
            kept = edit.model_copy(update={"number": last + 1, "made": made})
            self._database.run(
                "INSERT INTO table_edits VALUES (?, ?, ?, ?, ?)",
                (table_id, kept.number, kept.run_id, made, without_nul(kept.model_dump_json())),
            )
        return kept

    def edits(self, table_id: str) -> list[TableEdit]:
        """Every edit of a table, oldest first."""
        texts = self._database.column(
            "SELECT edit FROM table_edits WHERE table_id = ? ORDER BY number", (table_id,)
        )
        return [TableEdit.model_validate_json(text) for text in texts]

    def corrected(self) -> list[str]:
        """The ids of the tables of which a cell was ever corrected."""
        statement = "SELECT DISTINCT table_id FROM table_edits WHERE edit LIKE ? ORDER BY table_id"
        return [str(found) for found in self._database.column(statement, ('%"kind":"set"%',))]

    def tables(self, most: int = 100) -> list[KeptTable]:
        """The kept tables, the one that was changed last first. Each has a run left, which need not
        be its first. A table that was made by a release without edits has none, and is changed
        when it was made."""
        rows = self._database.rows(
            "SELECT coalesce(own.table_id, runs.id) AS kept_id, min(runs.question), "
            "coalesce(max(changes.made), max(runs.started)) AS changed, "
            "coalesce(max(changes.count), 1) FROM runs "
            "LEFT JOIN table_edits own ON own.run_id = runs.id "
            "LEFT JOIN (SELECT table_id, max(made) AS made, count(*) AS count FROM table_edits "
            "GROUP BY table_id) changes ON changes.table_id = own.table_id "
            "WHERE runs.command = 'table' GROUP BY coalesce(own.table_id, runs.id) "
            "ORDER BY changed DESC, kept_id DESC LIMIT ?",
            (most,),
        )
        return [
            KeptTable(id=table_id, about=about, changed=changed, edits=int(count))
            for table_id, about, changed, count in rows
        ]

    def ids_that_begin(self, name: str, most: int = 2) -> list[str]:
        """Ids of tables with edits that begin with `name`, as long as they have a run left."""
        return self._database.column(
            "SELECT DISTINCT own.table_id FROM table_edits own JOIN runs ON runs.id = own.run_id "
            "WHERE substr(own.table_id, 1, length(?)) = ? LIMIT ?",
            (name, name, most),
        )
