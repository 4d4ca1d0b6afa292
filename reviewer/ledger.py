"""Runs that were made: what was asked, with which settings, and what came out."""

from __future__ import annotations

from reviewer.database import Database
from reviewer.errors import NotFoundError
from reviewer.records import Citation, Run


class Ledger:
    """Keeps runs and finds them, newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, run: Run) -> None:
        with self._database.transaction():
            self._database.run(
                "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?)",
                (run.id, run.started, run.command, run.question, run.model_dump_json()),
            )

    def runs(self, most: int = 20) -> list[Run]:
        rows = self._database.rows(
            "SELECT run FROM runs ORDER BY started DESC, id DESC LIMIT ?", (most,)
        )
        return [Run.model_validate_json(row[0]) for row in rows]

    def run(self, run_id: str) -> Run:
        """The run whose id begins with `run_id`. Raises NotFoundError unless there is just one."""
        rows = self._database.rows(
            "SELECT run FROM runs WHERE substr(id, 1, length(?)) = ? LIMIT 2", (run_id, run_id)
        )
        if len(rows) != 1 or not run_id:
            raise NotFoundError(f"there is no one run '{run_id}'", hint="Run: review runs")
        return Run.model_validate_json(rows[0][0])

    def quotes_of(self, paper_id: str) -> list[tuple[str, Citation]]:
        """What answers quoted from a paper: the question and the citation, newest run first."""
        rows = self._database.rows(
            "SELECT run FROM runs WHERE instr(run, ?) > 0 ORDER BY started DESC", (paper_id,)
        )
        found = []
        for run in (Run.model_validate_json(row[0]) for row in rows):
            for claim in run.result.get("claims", []):
                citations = [Citation.model_validate(c) for c in claim["citations"]]
                found += [(run.question, c) for c in citations if c.paper_id == paper_id]
        return found
