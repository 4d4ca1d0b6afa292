"""What all pages share: the frame round them, and how one is rendered."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from reviewer.errors import ReviewError
from reviewer.render.html.live import live_page
from reviewer.tasks.jobs.desk import Desk
from reviewer.types.jobs import Job

# The pages in the order of a researcher's work.
PAGES = (
    ("Library", "/library"),
    ("Ask", "/ask"),
    ("Table", "/tables"),
    ("Draft", "/drafts"),
    ("Survey", "/surveys"),
    ("Check", "/checks"),
    ("Screen", "/screens"),
    ("Runs", "/runs"),
)


def page(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401  values of any type
    """The page `templates/NAME` (such as `live/ask.html.jinja`) in its frame. `here`, if given, is
    the address of the page in the frame that it belongs to."""
    desk: Desk = request.app.state.desk
    frame = {
        "pages": PAGES,
        "here": "/" + request.scope["path"].split("/")[1],
        "papers_held": _count(desk),
        "running": _running(desk),
        "model": desk.settings.model,
        "by_meaning": _is_by_meaning(desk),
        "was_replaced": _was_replaced(desk),
        "spent": _spent(desk),
    }
    shown = live_page(name.removesuffix(".html.jinja"), {**frame, **values})
    return HTMLResponse(shown, status)


def _count(desk: Desk) -> int:
    try:
        return desk.at_hand.catalogue.count()
    except ReviewError:
        return 0


def _running(desk: Desk) -> list[Job]:
    """The jobs at work or waiting, the newest first."""
    try:
        return [job for job in reversed(desk.jobs.own()) if not job.has_ended]
    except ReviewError:
        return []


def _spent(desk: Desk) -> str:
    """What all jobs since the start have cost, and what they may; empty where nothing was spent."""
    usage, budget = desk.usage, desk.settings.budget_usd
    if not usage.calls:
        return ""
    spent = "price not known" if usage.cost_usd is None else f"${usage.cost_usd:.2f}"
    return f"{spent} of ${budget:g}" if budget is not None else spent


def _was_replaced(desk: Desk) -> bool:
    try:
        return desk.was_replaced
    except ReviewError:
        return False


def _is_by_meaning(desk: Desk) -> bool:
    try:
        return desk.at_hand.has_vectors
    except ReviewError:
        return False
