"""The pages of kept results."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from reviewer.render.html.answer import answer_values
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import result_of_run
from reviewer.serve.exports import exported, suffixes_of
from reviewer.serve.pages.frame import page
from reviewer.types import Answer

router = APIRouter(include_in_schema=False)


@router.get("/runs")
def listed(request: Request, desk: AtDesk) -> Response:
    return page(request, "live/runs.html.jinja", runs=desk.at_hand.ledger.runs(200))


@router.get("/runs/{run_id}.{suffix}")
def export(desk: AtDesk, run_id: str, suffix: str) -> Response:
    """The result as the command line writes it, to be saved."""
    return exported(desk, run_id, suffix)


@router.get("/runs/{run_id}")
def show(request: Request, desk: AtDesk, run_id: str) -> Response:
    """The run; an answer as it was given."""
    run = desk.at_hand.ledger.run(run_id)
    if run.command == "table":
        return RedirectResponse(f"/tables/{run.id}", 303)
    values: dict[str, Any] = {"title": run.question or run.id}
    if run.command == "ask":
        answer = result_of_run(desk, run.id)
        assert isinstance(answer, Answer)
        values = answer_values(answer)
    suffixes = suffixes_of(run.command)
    return page(request, "live/run.html.jinja", run=run, suffixes=suffixes, **values)
