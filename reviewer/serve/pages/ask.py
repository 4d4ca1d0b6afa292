"""The page on which a question is asked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from reviewer.serve.desk import AtDesk
from reviewer.serve.pages.frame import page
from reviewer.serve.works.asks import AskIn, ask_work

router = APIRouter(include_in_schema=False)


@router.get("/")
def first() -> Response:
    return RedirectResponse("/ask", 303)


@router.get("/ask")
def show(request: Request, desk: AtDesk, question: str = "") -> Response:
    runs = [run for run in desk.at_hand.ledger.runs(20) if run.command == "ask"]
    return page(request, "live/ask.html.jinja", question=question, runs=runs)


@router.post("/ask")
def ask(desk: AtDesk, asked: Annotated[AskIn, Form()]) -> Response:
    job = desk.jobs.start(ask_work(desk, asked))
    return RedirectResponse(f"/jobs/{job.id}", 303)
