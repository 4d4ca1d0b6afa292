"""Past runs with their results, and the models' replies that they were made of."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any

from reviewer.errors import NotFoundError
from reviewer.library.storage.database import Database
from reviewer.library.storage.keeping import keep_rows
from reviewer.text.invisible import without_nul
from reviewer.types import Citation
from reviewer.types.runs import Quoted, Run

_RUNS_AT_ONCE = 100


@dataclass(frozen=True)
class Asked:
    """A question that was asked, and by which run."""

    id: str
    question: str


class Ledger:
    """Keeps runs and finds them, newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, run: Run) -> None:
        row = (run.id, run.started, run.command, run.question, run.model_dump_json(), run.who)
        names = ("id", "started", "command", "question", "run", "who")
        keep_rows(self._database, "runs", names, [row])

    def runs(
        self, most: int = 20, command: str = "", after: int = 0, *, mine: bool = False
    ) -> list[Run]:
        """The newest runs, or those of one command, without the `after` first ones; where `mine`
        says so those alone of the user as whom the database knows this process. A folder knows
        nobody: there all runs are one's own."""
        whose, values = ("AND who = ? ", [self._database.who]) if mine else ("", [])
        statement = (
            f"SELECT run FROM runs WHERE ? IN ('', command) {whose}"
            "ORDER BY started DESC, id DESC LIMIT ? OFFSET ?"
        )
        texts = self._database.column(statement, [command, *values, most, after])
        return [Run.model_validate_json(text) for text in texts]

    def asked(self, most: int) -> list[Asked]:
        """The questions of the newest runs of `ask`, the newest first."""
        rows = self._database.rows(
            "SELECT id, question FROM runs WHERE command = 'ask' "
            "ORDER BY started DESC, id DESC LIMIT ?",
            (most,),
        )
        return [Asked(str(run_id), str(question)) for run_id, question in rows]

    def each(self, *, mine: bool = False) -> Iterator[Run]:
        """All runs, or the user's own as `runs` says, the newest first, a few at a time."""
        after = 0
        while found := self.runs(_RUNS_AT_ONCE, after=after, mine=mine):
            yield from found
            after += len(found)

    def runs_that_ask(self, command: str, question: str, most: int = 5) -> list[Run]:
        """The newest runs of a command for exactly this question."""
        statement = (
            "SELECT run FROM runs WHERE command = ? AND question = ? "
            "ORDER BY started DESC, id DESC LIMIT ?"
        )
        texts = self._database.column(statement, (command, question, most))
        return [Run.model_validate_json(text) for text in texts]

    def run(self, run_id: str) -> Run:
        """The run whose id begins with `run_id`. Raises NotFoundError unless exactly one does."""
        texts = self._database.column(
            "SELECT run FROM runs WHERE substr(id, 1, length(?)) = ? LIMIT 2", (run_id, run_id)
        )
        if len(texts) != 1 or not run_id:
            raise NotFoundError(
                f"not exactly one run begins with '{run_id}'", hint="See them: review runs"
            )
        return Run.model_validate_json(texts[0])

    def remove(self, run_id: str) -> Run:
        """Forget a run; replies that were paid for stay. Raises what `run` does."""
        run = self.run(run_id)
        with self._database.transaction():
            self._database.run("DELETE FROM runs WHERE id = ?", (run.id,))
        return run

    def has_asked(self, question: str, writer: str) -> bool:
        """True when this writer was asked the same before, so that its replies may be kept."""
        rows = self._database.rows(
            "SELECT 1 FROM runs WHERE question = ? AND instr(run, ?) > 0 LIMIT 1",
            (question, f'"writer":{json.dumps(writer)}'),
        )
        return bool(rows)

    def find(self, key: str) -> str | None:
        """A kept reply."""
        replies = self._database.column("SELECT reply FROM replies WHERE key = ?", (key,))
        return str(replies[0]) if replies else None

    def keep(self, key: str, reply: str, model: str) -> None:
        """Keep a reply that was paid for, at once, so that a killed run never pays twice."""
        row = (key, model, without_nul(reply), f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}")
        keep_rows(self._database, "replies", ("key", "model", "reply", "kept"), [row])

    def turn(self, key: str, ended: Event) -> AbstractContextManager[bool]:
        """Hold this key of a reply: of several processes that ask the same, one pays and the others
        find what it kept. Gives False, without it, when `ended` is set while it waits."""
        return self._database.turn(key, ended)

    def spend(self, run: str, usd: float, budget_usd: float) -> bool:
        """Count a call's cost against the budget that all workers of a run share; False, and
        nothing is counted, where it would pass that budget. A negative cost gives back what a call
        was expected to cost more than it did."""
        with self._database.transaction():
            self._database.run(
                "INSERT INTO budgets VALUES (?, 0) ON CONFLICT (run) DO NOTHING", (run,)
            )
            changed = self._database.run(
                "UPDATE budgets SET usd = usd + ? WHERE run = ? AND (usd + ? <= ? OR ? <= 0)",
                (usd, run, usd, budget_usd, usd),
            )
        return changed > 0

    def spent_usd(self, run: str) -> float:
        """What all workers of a run have spent, with what their running calls may cost."""
        found = self._database.column("SELECT usd FROM budgets WHERE run = ?", (run,))
        return float(found[0]) if found else 0.0

    def secret(self) -> str:
        """The library's own secret, for the fences around paper text. Made at its first use."""
        found = self._database.state("secret")
        if not found:
            self._database.run(  # another process may be faster
                "INSERT INTO state VALUES ('secret', ?) ON CONFLICT DO NOTHING",
                (secrets.token_hex(16),),
            )
            found = self._database.value("SELECT value FROM state WHERE name = 'secret'")
        return str(found)

    def quotes_of(self, paper_id: str) -> list[tuple[str, Citation]]:
        """What answers, drafts and tables quoted from a paper: the question or the column, and the
        citation, newest run first."""
        return [(quoted.about, quoted.citation) for quoted in self.quoted_from(paper_id)]

    def quoted_from(self, paper_id: str, run_id: str = "") -> list[Quoted]:
        """As `quotes_of`, each quote with its run; of all runs, or of the one with this whole id
        alone."""
        texts = self._database.column(
            "SELECT run FROM runs WHERE instr(run, ?) > 0 AND (? = '' OR id = ?) "
            "ORDER BY started DESC",
            (paper_id, run_id, run_id),
        )
        runs = [Run.model_validate_json(text) for text in texts]
        found = [quoted for run in runs for quoted in _quoted_in(run)]
        return [quoted for quoted in found if quoted.citation.paper_id == paper_id]

    def runs_with_quotes(self) -> Iterator[tuple[Run, list[Quoted]]]:
        """Each run that cites something, newest first, and what it quotes of all papers. One run
        is in memory at a time."""
        for run_id in self._database.column("SELECT id FROM runs ORDER BY started DESC, id"):
            for text in self._database.column("SELECT run FROM runs WHERE id = ?", (run_id,)):
                run = Run.model_validate_json(text)
                if quoted := _quoted_in(run):
                    yield run, quoted


def _quoted_in(run: Run) -> list[Quoted]:
    return [
        Quoted(
            run_id=run.id,
            started=run.started,
            about=about,
            citation=Citation.model_validate(kept),
        )
        for about, kept in _quotes_in(run)
    ]


def claims_in(run: Run) -> list[Any]:
    """The claims of a kept answer, draft, revision or survey, as JSON has them."""
    holders = [run.result, *run.result.get("reports", [])]
    parts = [part for held in holders for part in held.get("sections", [])]
    parts += run.result.get("additions", [])
    return [*run.result.get("claims", []), *(c for part in parts for c in part["claims"])]


def _quotes_in(run: Run) -> Iterator[tuple[str, Any]]:
    """Each citation of a kept answer, draft, survey or table, with what it was quoted for."""
    for claim in claims_in(run):
        yield from ((run.question, citation) for citation in claim["citations"])
    for row in run.result.get("rows", []):
        for cell in row["cells"]:
            about = f"{run.question}: {cell['column']}"
            cited = (value["citation"] for value in cell["values"])
            yield from ((about, citation) for citation in cited if citation)
