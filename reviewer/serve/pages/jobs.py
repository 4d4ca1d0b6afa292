"""The page of a job: how far it is, and what it gave so far."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from reviewer.errors import UsageError
from reviewer.serve.desk import AtDesk
from reviewer.serve.pages.asking import job_page
from reviewer.serve.pages.frame import page
from reviewer.serve.works import work_again
from reviewer.types.jobs import Job

router = APIRouter(include_in_schema=False)


@router.get("/jobs")
def listed(request: Request, desk: AtDesk) -> Response:
    return page(request, "live/jobs.html.jinja", jobs=desk.jobs.jobs(50))


@router.get("/jobs/{job_id}")
def show(request: Request, desk: AtDesk, job_id: str, quote: str = "") -> Response:
    """The job while it works, and what became of it; one that is done leads to its run."""
    job = desk.jobs.job(job_id)
    if own := _own_page(job):
        return RedirectResponse(own, 303)
    if job.state == "done" and job.run_id:
        return RedirectResponse(f"/runs/{job.run_id}", 303)
    can_go_on = work_again(desk, job) is not None
    values: dict[str, Any] = {"job": job, "said": state_words(job), "can_go_on": can_go_on}
    if job.kind == "ask":
        values |= job_page(desk, job, quote)
        return page(request, "live/answering.html.jinja", **values)
    return page(request, "live/job.html.jinja", **values)


@router.post("/jobs/{job_id}/stop")
def stop(desk: AtDesk, job_id: str) -> Response:
    desk.jobs.stop(job_id)
    return RedirectResponse(f"/jobs/{job_id}", 303)


@router.post("/jobs/{job_id}/again")
def go_on(desk: AtDesk, job_id: str) -> Response:
    """Ask again what the job was asked for."""
    work = work_again(desk, desk.jobs.job(job_id))
    if work is None:
        raise UsageError("this job cannot go on", hint="Ask for it again on its page.")
    return RedirectResponse(f"/jobs/{desk.jobs.start(work).id}", 303)


def _own_page(job: Job) -> str:
    """The page of its kind that shows the job better; empty where none does."""
    if job.kind == "check":
        return f"/checks/{job.id}"
    if job.kind == "table" and job.state != "done":
        return f"/tables/making/{job.id}"
    is_more = job.kind == "table more" and not job.has_ended
    return f"/tables/{job.asked['table']}" if is_more else ""


def state_words(job: Job) -> str:
    """How the job stands, in words."""
    match job.state:
        case "waiting":
            return f"waiting, place {job.place}" if job.place else "waiting"
        case "running":
            return (job.stage or "beginning") + (f" {job.done} of {job.total}" * bool(job.total))
        case "interrupted":
            return "interrupted: the program ended before this was done"
        case "failed":
            return job.error
        case "stopped":
            return "stopped"
    return "done"
