"""Screenings: what makes one, and the work of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reviewer.errors import UsageError
from reviewer.serve.works.budgets import BudgetIn, writer_within
from reviewer.tasks import with_known_keys
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Work
from reviewer.tasks.screening.calibrate import calibrate
from reviewer.tasks.screening.criteria import parse_criteria, without_double_negative
from reviewer.tasks.screening.make import (
    ScreenOptions,
    make_screening,
    read_source,
    records_to_screen,
)
from reviewer.tasks.screening.screening import Screening
from reviewer.tasks.screening.suggest import papers_to_ask, suggest
from reviewer.tasks.screening.update import Update, plan_update, update_screening
from reviewer.types.jobs import Record
from reviewer.types.searches import Filters


class ScreenIn(BaseModel):
    """What `review screen init` takes; lists may be written with commas, or one a line."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=60)
    question: str = Field(default="", max_length=4000)
    criteria: str = Field(
        default="", max_length=200_000, description="YAML, or a text with one criterion a line."
    )
    reviewers: str = Field(default="me", max_length=4000)
    double: str = Field(default="none", max_length=20)
    stop: str = Field(default="normal", max_length=40)
    known: str = Field(default="", max_length=20_000, description="Keys of papers.")
    sources: str = Field(
        default="", max_length=20_000, description="One a line: embase.ris=Embase:database"
    )
    tags: str = Field(default="", max_length=4000)
    files: str = Field(default="", max_length=20_000)
    keys: str = Field(default="", max_length=100_000)
    seed: int = Field(default=0, ge=0, le=2**31)


def screen_work(desk: Desk, asked: ScreenIn) -> Work:
    """The work of making a screening. Raises UsageError for what cannot be read, and where the
    library as it is now can have no such screening."""
    question, written = parse_criteria(asked.criteria) if asked.criteria.strip() else ("", ())
    options = ScreenOptions(
        question=asked.question.strip() or question,
        criteria=tuple(map(without_double_negative, written)),
        known=listed(asked.known),
        stop=asked.stop,
        seed=asked.seed,
        reviewers=listed(asked.reviewers),
        double=asked.double,
        sources=tuple(map(read_source, _lines(asked.sources))),
    )
    scope = Filters(
        tags=listed(asked.tags), keys=listed(asked.keys), files=tuple(_lines(asked.files))
    )

    library_now = desk.at_hand
    records_to_screen(library_now, asked.name, with_known_keys(scope, library_now), options)

    def do(control: Control) -> Record:
        desk.wait_until_ready(control)
        with desk.shared.writing() as library:
            filters = with_known_keys(scope, library)
            made = make_screening(library, asked.name, filters, options, control.progress)
        return Record(kind="screen", fields={"name": made.name})

    title = f"Begin the screening {asked.name}"
    return Work("screen", title, do, asked.model_dump(exclude_defaults=True), "writing")


def listed(words: str) -> tuple[str, ...]:
    """What commas and lines separate, each once."""
    pieces = (piece.strip() for line in words.splitlines() for piece in line.split(","))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))


def _lines(words: str) -> list[str]:
    return [line.strip() for line in words.splitlines() if line.strip()]


class UpdateIn(BaseModel):
    """What `review screen update` takes; lists may be written with commas, or one a line. Without
    tags, files and keys the records are those that `init` would take now."""

    model_config = ConfigDict(extra="forbid")

    screen: str = Field(default="", max_length=60)
    sources: str = Field(default="", max_length=20_000)
    tags: str = Field(default="", max_length=4000)
    files: str = Field(default="", max_length=20_000)
    keys: str = Field(default="", max_length=100_000)
    by: str = Field(default="", max_length=200)


def planned_update(screening: Screening, asked: UpdateIn) -> Update:
    """What the update would add now. Raises UsageError when nothing is new."""
    filters = Filters(
        tags=listed(asked.tags), keys=listed(asked.keys), files=tuple(_lines(asked.files))
    )
    named = tuple(map(read_source, _lines(asked.sources)))
    return plan_update(screening, with_known_keys(filters, screening.library), named)


def update_work(desk: Desk, asked: UpdateIn) -> Work:
    """The work of taking new records into a screening."""

    def do(control: Control) -> Record:
        desk.wait_until_ready(control)
        with desk.shared.writing() as library:
            screening = Screening(library, asked.screen)
            found = planned_update(screening, asked)
            update_screening(screening, found, asked.by, control.progress)
        return Record(kind="screen-updated", fields=update_fields(found))

    title = f"Take new records into {asked.screen}"
    return Work("screen update", title, do, asked.model_dump(exclude_defaults=True), "writing")


def update_fields(found: Update) -> dict[str, Any]:
    """How many records an update adds, and how many entries by source."""
    return {"records": len(found.papers), "sources": [[o.label, o.entries] for o in found.sources]}


class SuggestIn(BudgetIn):
    """What a model is asked for: to `suggest` on `most` records (all that lack it), or to
    `calibrate` it by what people decided."""

    screen: str = Field(default="", max_length=60)
    do: Literal["suggest", "calibrate"]
    most: int | None = Field(default=None, ge=1, le=1_000_000)


def suggest_work(desk: Desk, asked: SuggestIn) -> Work:
    """The work of asking the model of the settings. Raises UsageError without a model."""
    model = require_model(desk)

    def do(control: Control) -> Record:
        desk.wait_until_ready(control)
        with desk.shared.writing() as library:
            screening = Screening(library, asked.screen)
            writer = writer_within(desk, control, asked.budget_usd)
            if asked.do == "calibrate":
                worth = calibrate(screening, writer, model, control.progress)
                return Record(kind="screen-model", fields=worth.model_dump(mode="json"))
            papers = papers_to_ask(screening, model, asked.most)
            done = suggest(screening, writer, model, papers, control.progress)
        fields = {"model": model, "kept": done.kept, "unread": done.unread, "stopped": done.stopped}
        return Record(kind="screen-suggested", fields=fields)

    title = f"{model}: {asked.do} for {asked.screen}"
    return Work("screen model", title, do, asked.model_dump(exclude_none=True), desk.need)


def require_model(desk: Desk) -> str:
    """The model of the settings. Raises UsageError without one."""
    if not desk.settings.model:
        raise UsageError(
            "suggestions need a model", hint="Start the page with one: review serve --model NAME"
        )
    return desk.settings.model
