"""Searches, where words stand, and searches that are kept."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from reviewer.errors import UsageError
from reviewer.render import render
from reviewer.render.json import records_json
from reviewer.search import SearchOptions, find, find_words
from reviewer.serve.answering import started
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document, gives
from reviewer.serve.queries import FiltersAsked
from reviewer.serve.works.searches import NewsIn, SearchIn, news_work, search_work
from reviewer.tasks.alerts.saved_searches import remove_search, saved_searches

router = APIRouter(tags=["searches"])
_SAVE_WAIT_S = 45.0


class WordsIn(BaseModel):
    """Words of a paper, as somebody knows them."""

    model_config = ConfigDict(extra="forbid")

    quote: str = Field(min_length=1, max_length=10_000)
    key: str = Field(default="", max_length=300, description="Look into this paper alone.")
    limit: int = Field(default=10, ge=1, le=100)


class SearchAsked(FiltersAsked):
    """What `review search` takes."""

    q: str = Field(max_length=4000)
    limit: int = Field(default=10, ge=1, le=200)
    sort: Literal["", "date", "relevance"] = ""


@router.get("/search", responses=gives("search"))
def search(request: Request, desk: AtDesk, asked: Annotated[SearchAsked, Query()]) -> Response:
    """Find papers, each with its best sentence and why it was found."""
    if not asked.q.strip():
        raise UsageError("there is nothing to look for", hint="Say what to look for.")
    library = desk.library
    filters = asked.filters(library)
    options = SearchOptions(papers=asked.limit, filters=filters, sort=asked.sort, explained=True)
    return document(request, str(render(find(asked.q, library, options), "json")))


@router.post("/quotes", responses=gives("where"))
def where(request: Request, desk: AtDesk, asked: WordsIn) -> Response:
    """Whether and where these words stand, word for word or nearly."""
    found = find_words(asked.quote, desk.library, asked.limit, asked.key)
    return document(request, str(render(found, "json")))


@router.get("/searches", responses=gives("searches"))
def kept(request: Request, desk: AtDesk) -> Response:
    """The searches that are kept."""
    return document(request, records_json("searches", saved_searches(desk.at_hand)))


@router.post("/searches", responses=gives("news"))
def keep(request: Request, desk: AtDesk, asked: SearchIn) -> Response:
    """Keep a search. What it finds now counts as known."""
    return started(request, search_work(desk, asked), _SAVE_WAIT_S)


@router.delete("/searches/{name}", status_code=204)
def forget(desk: AtDesk, name: str) -> None:
    """Forget a search that is kept."""
    with desk.shared.writing() as library:
        remove_search(library, name)


@router.post("/searches/news", status_code=202, responses=gives("news"))
def news(request: Request, desk: AtDesk, asked: NewsIn) -> Response:
    """Run searches that are kept, or all of them, and name what is new."""
    return started(request, news_work(desk, asked))
