"""The page of the library: its papers, and how more come in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from reviewer.serve.desk import AtDesk
from reviewer.serve.forms import add_form
from reviewer.serve.pages.frame import page
from reviewer.serve.works.adds import add_work

router = APIRouter(include_in_schema=False)


@router.get("/library")
def show(request: Request, desk: AtDesk) -> Response:
    return page(request, "live/library.html.jinja", found=desk.at_hand.papers()[:200])


@router.post("/library/adds")
async def add(request: Request, desk: AtDesk) -> Response:
    """Add the files that are sent, and the identifiers that are named."""
    asked = await add_form(request, desk)
    job = await run_in_threadpool(desk.jobs.start, add_work(desk, asked))
    return RedirectResponse(f"/jobs/{job.id}", 303)
