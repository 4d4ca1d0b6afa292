"""The pages of kept results."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from reviewer.errors import NotFoundError
from reviewer.render import forms_of, render
from reviewer.render.html.answer import answer_values
from reviewer.render.registry import FORMATS
from reviewer.serve.desk import AtDesk
from reviewer.serve.pages.frame import page
from reviewer.tasks.answers.kept import kept_answer

router = APIRouter(include_in_schema=False)

KINDS = {
    "markdown": "text/markdown; charset=utf-8",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@router.get("/runs")
def listed(request: Request, desk: AtDesk) -> Response:
    return page(request, "live/runs.html.jinja", runs=desk.at_hand.ledger.runs(200))


@router.get("/runs/{run_id}.{form}")
def export(desk: AtDesk, run_id: str, form: str) -> Response:
    """The result as the command line writes it, to be saved."""
    run = desk.at_hand.ledger.run(run_id)
    if run.command != "ask" or form not in forms_of("Answer"):
        raise NotFoundError(f"run {run_id} has no form '{form}'", hint="Open the run's page.")
    content = render(kept_answer(run, desk.at_hand), form)
    name = f"review-{run.id}{FORMATS[form][0]}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, headers=headers, media_type=KINDS[form])


@router.get("/runs/{run_id}")
def show(request: Request, desk: AtDesk, run_id: str) -> Response:
    run = desk.at_hand.ledger.run(run_id)
    if run.command != "ask":
        return page(request, "live/run.html.jinja", run=run, title=run.question or run.id, forms=())
    answer = kept_answer(run, desk.at_hand)
    values = answer_values(answer)
    return page(request, "live/run.html.jinja", run=run, forms=forms_of("Answer"), **values)
