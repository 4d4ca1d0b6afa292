"""Questions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from reviewer.serve.answering import started
from reviewer.serve.desk import AtDesk
from reviewer.serve.works.asks import AskIn, ask_work

router = APIRouter(tags=["asks"])


@router.post("/asks", status_code=202)
def ask(
    desk: AtDesk, asked: AskIn, prefer: Annotated[str, Header(max_length=100)] = ""
) -> Response:
    """Answer a question from the papers. Gives the job; with `Prefer: wait=SECONDS` the answer, if
    it is there by then."""
    return started(desk, ask_work(desk, asked), prefer)
