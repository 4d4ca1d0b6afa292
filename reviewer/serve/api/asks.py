"""Questions, and claims that pass through the gate."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from reviewer.serve.answering import started
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import gives
from reviewer.serve.works.asks import AskIn, ask_work
from reviewer.serve.works.cites import CiteIn, cite_work

router = APIRouter(tags=["asks"])
_CITE_WAIT_S = 45.0


@router.post("/asks", status_code=202, responses=gives("answer"))
def ask(request: Request, desk: AtDesk, asked: AskIn) -> Response:
    """Answer a question from the papers. Gives the job; with `Prefer: wait=SECONDS` the answer, if
    it is there by then."""
    return started(request, ask_work(desk, asked))


@router.post("/cite", responses=gives("cited"))
def cite(request: Request, desk: AtDesk, asked: CiteIn) -> Response:
    """The gate: claims with their proof become text with citation marks and a bibliography; each
    failure has its reason and the nearest words. Waits for the result unless `Prefer: wait=0`."""
    return started(request, cite_work(desk, asked), _CITE_WAIT_S)
