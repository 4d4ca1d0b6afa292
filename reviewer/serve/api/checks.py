"""Checks of drafts. No text of a draft is kept."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from reviewer.serve.answering import started
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import gives
from reviewer.serve.works.checks import CheckIn, check_work

router = APIRouter(tags=["checks"])


@router.post("/checks", status_code=202, responses=gives("check"))
def check(request: Request, desk: AtDesk, asked: CheckIn) -> Response:
    """Check a draft against the papers that it cites. Gives the job; with `Prefer: wait=SECONDS`
    the report, with the fixes that code can make."""
    return started(request, check_work(desk, asked.given()))
