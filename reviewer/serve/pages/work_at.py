"""The job that works at a kept draft or survey, and the page that such a job belongs to."""

from __future__ import annotations

from reviewer.tasks.jobs.desk import Desk
from reviewer.types.jobs import Job

_LOOKED_AT = 50  # newest jobs
_PAGES = {"draft": "drafts", "survey": "surveys"}


def job_at(desk: Desk, kind: str, work_id: str) -> Job | None:
    """The newest job of this kind that works or worked at this draft or survey."""
    for job in desk.jobs.jobs(_LOOKED_AT):
        if job.kind == kind and job.asked.get(kind) == work_id:
            return job
    return None


def page_of(job: Job) -> str:
    """The address of the page that shows the job better than its own; empty where none does."""
    if job.kind == "check":
        return f"/checks/{job.id}"
    if job.kind == "table":
        return f"/tables/making/{job.id}" if job.state != "done" else ""
    if job.kind == "screen":
        return f"/screens/{job.asked['name']}" if job.state == "done" else ""
    if job.kind == "screen update":
        return f"/screens/{job.asked['screen']}/progress" if job.state == "done" else ""
    if job.kind == "screen model":
        return f"/screens/{job.asked['screen']}/model"
    if job.kind == "table more":
        return "" if job.has_ended else f"/tables/{job.asked['table']}"
    if job.kind not in _PAGES or not job.asked.get(job.kind):
        return ""
    return f"/{_PAGES[job.kind]}/{job.asked[job.kind]}"
