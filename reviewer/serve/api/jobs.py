"""Jobs: how far they are, their events, their end."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from reviewer.errors import UsageError
from reviewer.serve.answering import public, started
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document, result_json, result_of_job
from reviewer.serve.works import work_again

router = APIRouter(tags=["jobs"])


@router.get("/jobs")
def listed(
    desk: AtDesk, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> dict[str, list[dict[str, Any]]]:
    """The newest jobs."""
    return {"jobs": [public(job) for job in desk.jobs.jobs(limit)]}


@router.get("/jobs/{job_id}")
def show(desk: AtDesk, job_id: str) -> dict[str, Any]:
    """One job."""
    return public(desk.jobs.job(job_id))


@router.get("/jobs/{job_id}/result")
def result(request: Request, desk: AtDesk, job_id: str) -> Response:
    """What a job that is done gave, as `--json` has it."""
    job = desk.jobs.job(job_id)
    if job.state != "done":
        raise UsageError(
            f"job {job.id} is {job.state}", hint="Its result is there when it is done."
        )
    return document(request, result_json(result_of_job(desk, job)))


@router.post("/jobs/{job_id}/again", status_code=202)
def go_on(request: Request, desk: AtDesk, job_id: str) -> Response:
    """Ask again what a job was asked for that ended before it was done. What was paid for is kept,
    so it is not paid for again."""
    work = work_again(desk, desk.jobs.job(job_id))
    if work is None:
        raise UsageError("this job cannot go on", hint="Ask for it again.")
    return started(request, work)


@router.delete("/jobs/{job_id}")
def stop(desk: AtDesk, job_id: str) -> dict[str, Any]:
    """Stop the job. What was paid for is kept."""
    return public(desk.jobs.stop(job_id))


@router.get("/jobs/{job_id}/events")
async def events(
    request: Request,
    desk: AtDesk,
    job_id: str,
    last_event_id: Annotated[str, Header(max_length=20)] = "0",
) -> Response:
    """The job's events as they come (text/event-stream): progress, message, parts of the result,
    then `end` with the job. With `Last-Event-ID` those after that number."""
    after = int(last_event_id) if last_event_id.isdecimal() else 0
    response: Response = await request.app.state.streams.of_job(desk, job_id, after)
    return response
