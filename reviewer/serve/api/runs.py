"""Kept results."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from reviewer.render.json import run_json, runs_json
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document, gives
from reviewer.serve.exports import exported
from reviewer.serve.queries import one_page, say_next

router = APIRouter(tags=["runs"])
_MOST = 10_000


@router.get("/runs", responses=gives("runs"))
def listed(
    request: Request,
    desk: AtDesk,
    limit: Annotated[int, Query(ge=1, le=1000)] = 20,
    after: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Past runs, newest first. `Link` names the next page."""
    found = desk.at_hand.ledger.runs(_MOST if after else limit + 1)
    shown = one_page(found, [run.id for run in found], limit, after)
    has_more = bool(shown) and shown[-1] is not found[-1]
    response = document(request, runs_json(shown))
    return say_next(request, response, shown[-1].id if shown else "", has_more=has_more)


@router.get("/runs/{run_id}.{suffix}")
def export(desk: AtDesk, run_id: str, suffix: str) -> Response:
    """The result in one of its forms, as the command line writes it: md, json, html, docx, ..."""
    return exported(desk, run_id, suffix)


@router.get("/runs/{run_id}", responses=gives("run"))
def show(request: Request, desk: AtDesk, run_id: str) -> Response:
    """One run, whole."""
    return document(request, run_json(desk.at_hand.ledger.run(run_id)))
