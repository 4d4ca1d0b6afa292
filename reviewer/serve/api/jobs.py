"""Jobs: how far they are, their events, their end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from reviewer.serve.desk import AtDesk
from reviewer.types.jobs import Job

router = APIRouter(tags=["jobs"])


@router.get("/jobs")
def listed(desk: AtDesk, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> dict[str, list[Job]]:
    """The newest jobs."""
    return {"jobs": desk.jobs.jobs(limit)}


@router.get("/jobs/{job_id}")
def show(desk: AtDesk, job_id: str) -> Job:
    """One job."""
    return desk.jobs.job(job_id)


@router.delete("/jobs/{job_id}")
def stop(desk: AtDesk, job_id: str) -> Job:
    """Stop the job. What was paid for is kept."""
    return desk.jobs.stop(job_id)


@router.get("/jobs/{job_id}/events")
async def events(
    request: Request,
    desk: AtDesk,
    job_id: str,
    last_event_id: Annotated[str, Header(max_length=20)] = "0",
) -> Response:
    """The job's events as they come: progress, message, parts of the result, then `end`."""
    after = int(last_event_id) if last_event_id.isdigit() else 0
    response: Response = await request.app.state.streams.of_job(desk, job_id, after)
    return response
