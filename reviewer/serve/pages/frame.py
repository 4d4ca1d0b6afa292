"""What all pages share: the frame round them, and how one is rendered."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from reviewer.errors import ReviewError
from reviewer.render.html.live import live_page
from reviewer.tasks.jobs.desk import Desk

# The pages in the order of a researcher's work.
PAGES = (("Library", "/library"), ("Ask", "/ask"), ("Runs", "/runs"))


def page(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401  values of any type
    """The page `templates/NAME` (such as `live/ask.html.jinja`) in its frame. `here`, if given, is
    the address of the page in the frame that it belongs to."""
    desk: Desk = request.app.state.desk
    frame = {
        "pages": PAGES,
        "here": "/" + request.scope["path"].split("/")[1],
        "papers": _count(desk),
        "running": _running(desk),
        "model": desk.settings.model,
    }
    shown = live_page(name.removesuffix(".html.jinja"), {**frame, **values})
    return HTMLResponse(shown, status)


def _count(desk: Desk) -> int:
    try:
        return desk.at_hand.catalogue.count()
    except ReviewError:
        return 0


def _running(desk: Desk) -> int:
    try:
        return sum(not job.has_ended for job in desk.jobs.own())
    except ReviewError:
        return 0
