"""The `.json` twins of pages that show lists: the same address leads to the API's document."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

router = APIRouter(include_in_schema=False)


@router.get("/library/{tab}.json")
def of_library(tab: Literal["duplicates", "searches"]) -> Response:
    """What waits for a decision, or the searches that are kept."""
    return RedirectResponse(f"/api/v1/{tab}", 307)


@router.get("/jobs.json")
def jobs() -> Response:
    """The newest jobs."""
    return RedirectResponse("/api/v1/jobs", 307)


@router.get("/jobs/{job_id}.json")
def job(job_id: str) -> Response:
    """One job."""
    return RedirectResponse(f"/api/v1/jobs/{job_id}", 307)
