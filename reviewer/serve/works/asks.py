"""A question, as the page and the API ask it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.search import with_excluded, with_known_keys
from reviewer.search.years import read_years
from reviewer.tasks import answer_question
from reviewer.tasks.answers.answer import AskOptions
from reviewer.tasks.answers.follow import whole_question
from reviewer.tasks.answers.gather import EFFORTS
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Work
from reviewer.text.views import one_line
from reviewer.types import Answer, Claim
from reviewer.types.runs import Run
from reviewer.types.searches import Filters


class FiltersIn(BaseModel):
    """Which papers. Empty fields do not filter."""

    model_config = ConfigDict(extra="forbid")

    year: str = Field(default="", max_length=40, description="2024, 2023:2025, 2024: or :2020.")
    venue: str = Field(default="", max_length=300)
    tags: list[str] = Field(default=[], max_length=50)
    keys: list[str] = Field(default=[], max_length=500)
    files: list[str] = Field(default=[], max_length=50, description="Names of files read.")

    def filters(self, library: Library) -> Filters:
        """Raises UsageError for a year that cannot be read, NotFoundError for a tag, a venue, a
        file or a key that no paper has."""
        first, last = read_years(self.year, "year")
        named = Filters(
            year_from=first,
            year_to=last,
            venue=self.venue,
            tags=tuple(filter(None, self.tags)),
            keys=tuple(filter(None, self.keys)),
            files=tuple(filter(None, self.files)),
        )
        return with_known_keys(named, library)


class AskIn(FiltersIn):
    """What `review ask` takes."""

    question: str = Field(min_length=1, max_length=4000)
    papers: int | None = Field(default=None, ge=1, le=200, description="How many are read.")
    effort: str = Field(default="normal", max_length=20, description="quick, normal, thorough.")
    excluded: list[str] = Field(default=[], max_length=20, description="Put papers on this last.")
    strict: bool = Field(default=False, description="Leave out claims without proof.")
    follows: str = Field(default="", max_length=60, description="The run that this goes on from.")


def options_of(asked: AskIn, library: Library) -> AskOptions:
    """How to answer. Raises UsageError for a year that cannot be read."""
    return AskOptions(asked.papers, asked.filters(library), asked.effort, is_strict=asked.strict)


def asked_by(run: Run) -> AskIn:
    """What was asked when this run was made."""
    filters = Filters.model_validate(run.settings.get("filters", {}))
    first, last = filters.year_from or "", filters.year_to or ""
    return AskIn(
        question=run.question,
        year=f"{first}:{last}" if first or last else "",
        venue=filters.venue,
        tags=list(filters.tags),
        keys=list(filters.keys),
        papers=run.settings.get("papers"),
        effort=run.result.get("effort", "normal"),
        strict=bool(run.settings.get("strict")),
    )


def ask_work(desk: Desk, asked: AskIn) -> Work:
    """The work of answering a question. Raises UsageError for one that cannot be asked."""
    question = one_line(with_excluded(asked.question, asked.excluded))
    if not question:
        raise UsageError("the question is empty", hint="Say what you want to know.")
    if asked.effort not in EFFORTS:
        raise UsageError(f"unknown effort '{asked.effort}'", hint=f"Use {', '.join(EFFORTS)}.")
    options = options_of(asked, desk.at_hand)

    def do(control: Control) -> Answer:
        def tell(claims: Sequence[Claim]) -> None:
            control.tell("claims", {"claims": [c.model_dump(mode="json") for c in claims]})

        desk.wait_until_ready(control)
        how = replace(options, resolved=tell)
        writer = desk.writer(control)
        whole = question
        if asked.follows:
            whole = whole_question(question, desk.library.ledger.run(asked.follows), writer)
            how = replace(how, asked=question)
        return answer_question(whole, desk.library, writer, how, control.progress)

    return Work("ask", question, do, asked.model_dump(exclude_defaults=True), desk.need)
