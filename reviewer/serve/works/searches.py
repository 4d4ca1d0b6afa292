"""Searches that are kept: what is asked for, and the work of running them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from reviewer.serve.works.asks import FiltersIn
from reviewer.tasks.alerts.saved_searches import add_search, run_searches
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Work
from reviewer.types.jobs import Record
from reviewer.types.saved_searches import LIMIT, MOST, SavedSearch, SearchNews


class SearchIn(FiltersIn):
    """What `review searches add` takes, but for files."""

    name: str = Field(min_length=1, max_length=64)
    question: str = Field(min_length=1, max_length=4000)
    source: str = Field(default="", max_length=40, description="Search this source before.")
    limit: int = Field(default=LIMIT, ge=1, le=2000, description="Papers of the source.")
    most: int = Field(default=MOST, ge=1, le=200, description="Papers to look at.")


class NewsIn(BaseModel):
    """Names of searches that are kept; none means all."""

    model_config = ConfigDict(extra="forbid")

    names: list[str] = Field(default=[], max_length=200)


def search_work(desk: Desk, asked: SearchIn) -> Work:
    """The work of keeping a search and running it once."""
    search = SavedSearch(
        name=asked.name,
        question=asked.question,
        filters=asked.filters(desk.at_hand),
        source=asked.source,
        limit=asked.limit,
        most=asked.most,
    )

    def do(control: Control) -> Record:
        desk.wait_until_ready(control)
        with desk.shared.writing() as library:
            return _record([add_search(library, search, control.progress)])

    title = f"Keep the search {asked.name}"
    return Work("search", title, do, asked.model_dump(exclude_defaults=True), "writing")


def news_work(desk: Desk, asked: NewsIn) -> Work:
    """The work of running searches that are kept."""

    def do(control: Control) -> Record:
        desk.wait_until_ready(control)
        with desk.shared.writing() as library:
            return _record(run_searches(library, asked.names, control.progress))

    title = f"What is new in {', '.join(asked.names[:3]) or 'all searches'}"
    return Work("news", title, do, asked.model_dump(), "writing")


def _record(found: list[SearchNews]) -> Record:
    return Record(kind="news", fields={"news": [news.model_dump(mode="json") for news in found]})
