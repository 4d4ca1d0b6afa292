"""The `.json` twins of pages that show lists: the same address leads to the API's document."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from reviewer.errors import NotFoundError

router = APIRouter(include_in_schema=False)
# The document of each page, by the page's address.
_TWINS = {
    "jobs": "jobs",
    "duplicates": "duplicates",
    "searches": "searches",
}


@router.get("/{page}.json")
def listed(request: Request, page: str) -> Response:
    """The document of a list."""
    if page not in _TWINS:
        raise NotFoundError("there is no such page", hint=f"Use {', '.join(_TWINS)}.")
    asked = urlencode(request.query_params.multi_items())
    return RedirectResponse(f"/api/v1/{_TWINS[page]}" + (f"?{asked}" if asked else ""), 307)


@router.get("/jobs/{job_id}.json")
def job(job_id: str) -> Response:
    """One job."""
    return RedirectResponse(f"/api/v1/jobs/{job_id}", 307)
