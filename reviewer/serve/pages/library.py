"""The page of the library: its papers, and how more come in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from reviewer.serve.desk import AtDesk
from reviewer.serve.pages.frame import page

router = APIRouter(include_in_schema=False)


@router.get("/library")
def show(request: Request, desk: AtDesk) -> Response:
    return page(request, "live/library.html.jinja", found=desk.at_hand.papers()[:200])
