"""Questions that a user saved, and when papers came, for `review digest`."""

from __future__ import annotations

from datetime import UTC, datetime

from reviewer.library.storage.bounds import digest
from reviewer.library.storage.database import Database
from reviewer.text.invisible import without_nul


class Saved:
    """The tables of saved questions and of arrivals."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def questions(self) -> list[str]:
        """In the order in which they were saved."""
        return self._database.column("SELECT question FROM questions ORDER BY saved, question")

    def save(self, question: str) -> None:
        """Save a question of any length, once."""
        question = without_nul(question)
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        with self._database.transaction():
            self._database.run(
                "INSERT INTO questions VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (digest(question), question, now),
            )

    def forget(self, question: str) -> bool:
        """False when it was not saved."""
        question = without_nul(question)
        with self._database.transaction():
            removed = self._database.run(
                "DELETE FROM questions WHERE sha256 = ?", (digest(question),)
            )
        return removed > 0

    def arrivals(self, since: str) -> list[tuple[int, str]]:
        """Numbers of the papers that came at this time (ISO 8601, UTC) or later, with when they
        came, the latest first."""
        rows = self._database.rows(
            "SELECT paper, came FROM arrivals WHERE came >= ? ORDER BY came DESC, paper", (since,)
        )
        return [(int(number), str(came)) for number, came in rows]
