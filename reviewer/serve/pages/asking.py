"""What pages of questions and answers share: kept questions, the form, an answer on its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from reviewer.render.html.live_answer import live_answer
from reviewer.serve.exports import suffixes_of
from reviewer.serve.works.asks import AskIn
from reviewer.tasks.answers.gather import PAPERS_BY_EFFORT
from reviewer.tasks.answers.kept import kept_answer, with_cited
from reviewer.tasks.jobs.desk import Desk
from reviewer.text import counted
from reviewer.types import Answer, Claim
from reviewer.types.jobs import Job
from reviewer.types.runs import Coverage, Run

_KEPT = 40  # questions in the list of those asked before
_FORMS = {"md": "Markdown", "docx": "Word", "html": "One HTML file", "json": "JSON"}


class AskForm(BaseModel):
    """The form of a question. Every field is text, as forms send it; empty ones do not filter."""

    model_config = ConfigDict(extra="ignore")

    question: str = Field(max_length=4000)
    first_year: str = Field(default="", pattern=r"^\s*(\d{4})?\s*$")
    last_year: str = Field(default="", pattern=r"^\s*(\d{4})?\s*$")
    tag: str = Field(default="", max_length=300)
    venue: str = Field(default="", max_length=300)
    keys: str = Field(default="", max_length=20_000)
    papers: str = Field(default="", pattern=r"^\s*\d{0,3}\s*$")
    effort: str = Field(default="normal", max_length=20)
    strict: str = Field(default="", max_length=5)
    follows: str = Field(default="", max_length=60)
    again: str = Field(default="", max_length=5)

    @property
    def is_limited(self) -> bool:
        """True when the form says more than the question."""
        return self != AskForm(question=self.question)

    def asked(self) -> AskIn:
        """What is asked. Raises ValidationError for a number of papers that cannot be read."""
        first, last = self.first_year.strip(), self.last_year.strip()
        return AskIn(
            question=self.question,
            year=f"{first}:{last}" if first or last else "",
            venue=self.venue,
            tags=[self.tag] if self.tag else [],
            keys=self.keys.replace(",", " ").split(),
            papers=int(self.papers) if self.papers.strip() else None,
            effort=self.effort,
            strict=bool(self.strict),
            follows=self.follows,
        )


@dataclass(frozen=True)
class KeptQuestion:
    """A question that was asked: its run, and when it was and what it cites in words."""

    id: str
    question: str
    words: str


def asking(desk: Desk, here: str = "", choice: AskForm | None = None) -> dict[str, Any]:
    """What is round every question: those asked before, of which the run `here` is shown, and what
    the form offers. `choice` is what the form has in it."""
    library = desk.at_hand
    runs = [run for run in library.ledger.runs(3 * _KEPT) if run.command == "ask"][:_KEPT]
    return {
        "here": "/ask",
        "at": here,
        "kept": [_kept(run) for run in runs],
        "choice": choice or AskForm(question=""),
        "efforts": _efforts(desk.settings.model),
        "tags": library.catalogue.tags(),
        "has_model": bool(desk.settings.model),
    }


def answer_page(desk: Desk, run: Run, quote: str) -> dict[str, Any]:
    """What the page of a kept answer shows, with the quote of this id beside it."""
    shown = live_answer(kept_answer(run, desk.at_hand), quote)
    exports = [(suffix, _FORMS[suffix]) for suffix in suffixes_of("ask")]
    return {**asking(desk, run.id), **shown, "run": run, "exports": exports}


def job_page(desk: Desk, job: Job, quote: str) -> dict[str, Any]:
    """What the page of a question at work shows: the sentences so far."""
    claims = [
        Claim.model_validate(claim)
        for event in desk.jobs.events(job.id)
        if event.kind == "claims"
        for claim in event.data["claims"]
    ]
    nothing = Coverage(papers=0, matched=0, read=0, cited=0)
    so_far = Answer(question=job.title, claims=tuple(claims), coverage=nothing, writer="")
    shown = live_answer(with_cited(so_far, desk.at_hand), quote)
    return {**asking(desk, choice=AskForm(question=job.title)), **shown}


def day_words(moment: str, today: date | None = None) -> str:
    """The day of an ISO time in words: `today`, `yesterday`, `12 Nov`, `12 Nov 2025`."""
    try:
        day = datetime.fromisoformat(moment).astimezone(UTC).date()
    except ValueError:
        return ""
    now = today or datetime.now(UTC).date()
    if (now - day).days in (0, 1):
        return ("today", "yesterday")[(now - day).days]
    return f"{day:%-d %b}" if day.year == now.year else f"{day:%-d %b %Y}"


def _kept(run: Run) -> KeptQuestion:
    cited = run.result.get("coverage", {}).get("cited", 0)
    said = f"{cited} cited" if cited else "no answer"
    return KeptQuestion(run.id, run.question, f"{day_words(run.started)} · {said}")


def _efforts(model: str) -> list[tuple[str, str]]:
    """The efforts and what each does, in words."""
    if not model:
        return []
    said = {
        "quick": "one call, nothing judged",
        "normal": "each paper read, each sentence judged",
        "thorough": "asks further, judges twice",
    }
    return [
        (effort, f"{effort}: {counted(most, 'paper')}, {said[effort]}")
        for effort, most in PAPERS_BY_EFFORT.items()
    ]
