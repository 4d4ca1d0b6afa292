"""The page on which a question is asked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from reviewer.serve.desk import AtDesk
from reviewer.serve.pages.asking import AskForm, asking
from reviewer.serve.pages.frame import page
from reviewer.serve.works.asks import ask_work, options_of
from reviewer.tasks.answers.kept import run_that_answers
from reviewer.text.views import one_line

router = APIRouter(include_in_schema=False)

_SOON_S = 0.4  # an answer that is there by then is shown without the page of its job
_TRIED = 3


@router.get("/")
def first(desk: AtDesk) -> Response:
    """The page to begin with: an empty library is filled first."""
    return RedirectResponse("/ask" if desk.at_hand.catalogue.count() else "/library", 303)


@router.get("/ask")
def show(
    request: Request,
    desk: AtDesk,
    question: Annotated[str, Query(max_length=4000)] = "",
    keys: Annotated[str, Query(max_length=20_000)] = "",
) -> Response:
    choice = AskForm(question=question, keys=keys)
    catalogue = desk.at_hand.catalogue
    return page(
        request,
        "live/ask.html.jinja",
        **asking(desk, choice=choice),
        tries=catalogue.titles_that_ask(_TRIED),
    )


@router.post("/ask")
def ask(desk: AtDesk, form: Annotated[AskForm, Form()]) -> Response:
    """Answer, or show the kept answer to the same question where nothing changed since."""
    asked = form.asked()
    work = ask_work(desk, asked)
    if not form.again and not asked.follows:
        question = one_line(asked.question)
        kept = run_that_answers(
            question, options_of(asked, desk.at_hand), desk.settings.model, desk.at_hand
        )
        if kept is not None:
            return RedirectResponse(f"/runs/{kept.id}?asked=before", 303)
    job = desk.jobs.wait(desk.jobs.start(work).id, _SOON_S)
    done = job.state == "done" and job.run_id
    return RedirectResponse(f"/runs/{job.run_id}" if done else f"/jobs/{job.id}", 303)
