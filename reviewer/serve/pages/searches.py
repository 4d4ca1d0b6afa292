"""The page of searches that are kept: what is new since they ran last."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from reviewer.serve.desk import AtDesk
from reviewer.serve.pages.frame import page
from reviewer.serve.pages.library import library_values
from reviewer.serve.works.searches import NewsIn, SearchIn, news_work, search_work
from reviewer.sources.online.services import SEARCHED, SERVICES
from reviewer.tasks.alerts.saved_searches import remove_search, saved_searches

router = APIRouter(include_in_schema=False)

_SOON_S = 0.5  # a search that is done by then is shown without the page of its work


@router.get("/library/searches")
def show(request: Request, desk: AtDesk, question: str = "") -> Response:
    return page(
        request,
        "live/searches.html.jinja",
        **library_values(desk, "/library/searches"),
        searches=saved_searches(desk.at_hand),
        sources=[(name, SERVICES[name].label) for name in SEARCHED],
        question=question,
    )


class SearchForm(BaseModel):
    """The form of a search to keep."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(max_length=64)
    question: str = Field(max_length=4000)
    source: str = Field(default="", max_length=40)


@router.post("/library/searches")
def keep(desk: AtDesk, form: Annotated[SearchForm, Form()]) -> Response:
    """Keep a search. What it finds now counts as known."""
    asked = SearchIn(name=form.name.strip(), question=form.question, source=form.source)
    job = desk.jobs.wait(desk.jobs.start(search_work(desk, asked)).id, _SOON_S)
    return RedirectResponse(f"/jobs/{job.id}", 303)


@router.post("/library/searches/run")
def run(desk: AtDesk, name: Annotated[str, Form(max_length=64)] = "") -> Response:
    """Run one search, or all, and name what is new."""
    work = news_work(desk, NewsIn(names=[name] if name else []))
    job = desk.jobs.wait(desk.jobs.start(work).id, _SOON_S)
    return RedirectResponse(f"/jobs/{job.id}", 303)


@router.post("/library/searches/remove")
def remove(desk: AtDesk, name: Annotated[str, Form(max_length=64)]) -> Response:
    """Forget a search. Its papers stay."""
    with desk.shared.writing() as library:
        remove_search(library, name)
    return RedirectResponse("/library/searches", 303)
