"""Screenings: what makes one, and the work of it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from reviewer.tasks import with_known_keys
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Work
from reviewer.tasks.screening.criteria import parse_criteria, without_double_negative
from reviewer.tasks.screening.make import ScreenOptions, make_screening, read_source
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
    """The work of making a screening. Raises UsageError for what cannot be read."""
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
