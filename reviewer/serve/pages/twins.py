"""The `.json` twins of pages that show lists: the same address leads to the API's document."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote as quoted

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

router = APIRouter(include_in_schema=False)


@router.get("/library/{tab}.json")
def of_library(tab: Literal["duplicates", "searches"]) -> Response:
    """What waits for a decision, or the searches that are kept."""
    return RedirectResponse(f"/api/v1/{tab}", 307)


@router.get("/tables.json")
def tables() -> Response:
    """The kept tables."""
    return RedirectResponse("/api/v1/tables", 307)


@router.get("/screens.json")
def screens() -> Response:
    """The screenings."""
    return RedirectResponse("/api/v1/screens", 307)


@router.get("/screens/{name}/conflicts.json")
def conflicts_of_screen(name: str) -> Response:
    """Where reviewers disagree."""
    return RedirectResponse(f"/api/v1/screens/{quoted(name)}/conflicts", 307)


@router.get("/screens/{name}/progress.json")
def progress_of_screen(name: str) -> Response:
    """How far a screening is."""
    return RedirectResponse(f"/api/v1/screens/{quoted(name)}", 307)


@router.get("/jobs.json")
def jobs() -> Response:
    """The newest jobs."""
    return RedirectResponse("/api/v1/jobs", 307)


@router.get("/drafts.json")
def drafts() -> Response:
    """Drafts on their way."""
    return RedirectResponse("/api/v1/drafts", 307)


@router.get("/surveys.json")
def surveys() -> Response:
    """Surveys on their way."""
    return RedirectResponse("/api/v1/surveys", 307)


@router.get("/jobs/{job_id}.json")
def job(job_id: str) -> Response:
    """One job."""
    return RedirectResponse(f"/api/v1/jobs/{job_id}", 307)
