"""Looking up what papers lack, as the page asks for it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from reviewer.sources.online import Web
from reviewer.tasks import enrich_papers
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Work
from reviewer.types.jobs import Record


class EnrichIn(BaseModel):
    """The keys of papers; none means all that lack authors, a year or an identifier."""

    model_config = ConfigDict(extra="forbid")

    keys: list[str] = Field(default=[], max_length=2000)


def enrich_work(desk: Desk, asked: EnrichIn) -> Work:
    """The work of looking papers up online."""

    def do(control: Control) -> Record:
        desk.wait_until_ready(control)
        with desk.shared.writing() as library, Web(desk.settings) as web:
            done = enrich_papers(library, web, asked.keys, progress=control.progress)
        return Record(kind="enriched", fields=done.model_dump(mode="json"))

    title = "Look up what papers lack"
    return Work("enrich", title, do, asked.model_dump(exclude_defaults=True), "writing")
