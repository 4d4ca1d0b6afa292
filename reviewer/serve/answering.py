"""How the API answers a request for long work: with its job, or with a result that comes soon."""

from __future__ import annotations

import json
import re

from fastapi import Request
from starlette.responses import Response

from reviewer.errors import ReviewError
from reviewer.serve.desk import desk_of
from reviewer.serve.documents import document, result_json, result_of_job
from reviewer.tasks.jobs.jobs import Work
from reviewer.types.jobs import Job

MOST_WAIT_S = 60.0
_WAIT = re.compile(r"\bwait=(\d{1,4})\b")  # RFC 7240, 4.3


def started(request: Request, work: Work, wait_s: float = 0.0) -> Response:
    """Begin the work. 202 with the job, or 200 with its result, as `--json` has it, where the
    request waits (`Prefer: wait=SECONDS`, else `wait_s`) and it is done by then. Raises ReviewError
    where it failed by then."""
    desk = desk_of(request)
    job = desk.jobs.start(work)
    wait = _WAIT.search(request.headers.get("prefer", ""))
    if wait or wait_s:
        job = desk.jobs.wait(job.id, min(float(wait[1]) if wait else wait_s, MOST_WAIT_S))
    headers = {"Location": f"/api/v1/jobs/{job.id}"}
    if job.state == "failed":
        raise ReviewError(job.error, hint=job.hint)
    if job.state == "done":
        response = document(request, result_json(result_of_job(desk, job)))
        response.headers.update(headers | {"Preference-Applied": "wait"} if wait else headers)
        return response
    content = json.dumps({"job": public(job), "run": job.run_id}, ensure_ascii=False)
    return Response(content, 202, headers, media_type="application/json")


def public(job: Job) -> dict[str, object]:
    """What others may know of a job."""
    return job.model_dump(mode="json", exclude={"owner"})
