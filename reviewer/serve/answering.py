"""How the API answers a request for long work: with its job, or with a result that comes soon."""

from __future__ import annotations

import json
import re

from starlette.responses import Response

from reviewer.errors import ReviewError
from reviewer.render import render
from reviewer.render.json import dump
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Work
from reviewer.types.jobs import Job

MOST_WAIT_S = 60.0
_WAIT = re.compile(r"\bwait=(\d{1,4})\b")  # RFC 7240, 4.3


def started(desk: Desk, work: Work, prefer: str) -> Response:
    """Begin the work. 202 with the job, or 200 with its result, as `--json` has it, where the
    request waits and it is done by then. Raises ReviewError where it failed by then."""
    job = desk.jobs.start(work)
    wait = _WAIT.search(prefer)
    if wait:
        job = desk.jobs.wait(job.id, min(float(wait[1]), MOST_WAIT_S))
    if job.state == "done":
        content = _result(desk, job)
        return Response(content, headers=_headers(job, applied=True), media_type="application/json")
    if job.state == "failed":
        raise ReviewError(job.error, hint=job.hint)
    body = {"job": job.model_dump(mode="json", exclude={"owner"}), "run": job.run_id}
    content = json.dumps(body, ensure_ascii=False)
    return Response(content, 202, _headers(job, applied=False), media_type="application/json")


def _result(desk: Desk, job: Job) -> str:
    """The result of a job that is done, as `--json` has it."""
    if job.record is not None:
        return dump(job.record.kind, job.record.fields)
    return str(render(desk.jobs.result(job.id), "json"))


def _headers(job: Job, *, applied: bool) -> dict[str, str]:
    headers = {"Location": f"/api/v1/jobs/{job.id}"}
    return headers | ({"Preference-Applied": "wait"} if applied else {})
