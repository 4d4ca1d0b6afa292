"""Answers of the API: the documents of `--json`, without the server's own paths for others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from fastapi import Request
from starlette.responses import Response

from reviewer.errors import NotFoundError
from reviewer.library import Library
from reviewer.render import render
from reviewer.render.cited_text import cited_fields, cited_text
from reviewer.render.json import dump
from reviewer.tasks.answers.kept import kept_answer
from reviewer.tasks.jobs.desk import Desk
from reviewer.types.agents import CitedText
from reviewer.types.jobs import Job, Record
from reviewer.types.runs import Run

# For each command what makes its result of a kept run.
KEPT: dict[str, Callable[[Run, Library], object]] = {"ask": kept_answer}


def document(request: Request, text: str, status: int = 200) -> Response:
    """A JSON document. Where others than the user of this machine may read it, the names of files
    are their last parts."""
    if not request.app.state.access.is_local:
        text = json.dumps(_without_places(json.loads(text)), ensure_ascii=False, indent=2) + "\n"
    return Response(text, status, media_type="application/json")


def _without_places(value: Any) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, dict):
        found = {name: _without_places(own) for name, own in value.items()}
        if isinstance(file := found.get("file"), str):
            found["file"] = _last_part(file)
        return found
    return [_without_places(own) for own in value] if isinstance(value, list) else value


def _last_part(file: str) -> str:
    return PureWindowsPath(PurePosixPath(file).name).name


def result_json(result: object) -> str:
    """The result of a job as `--json` has it."""
    if isinstance(result, Record):
        return dump(result.kind, result.fields)
    if isinstance(result, CitedText):
        return dump("cited", {**cited_fields(result), "text": cited_text(result)})
    return str(render(result, "json"))


def result_of_job(desk: Desk, job: Job) -> object:
    """What a job that is done gave: from memory, from the job, or from its run. Raises
    NotFoundError where it was not kept."""
    found = desk.jobs.result(job.id) or job.record
    return found if found is not None else result_of_run(desk, job.run_id)


def result_of_run(desk: Desk, run_id: str) -> object:
    """The result that a run keeps, to be shown again. Raises NotFoundError for a run of a command
    whose results cannot be."""
    run = desk.at_hand.ledger.run(run_id)
    if run.command not in KEPT:
        raise NotFoundError(
            f"a result of {run.command} cannot be shown again here", hint="Ask for it again."
        )
    return KEPT[run.command](run, desk.at_hand)


def gives(schema: str) -> dict[int | str, dict[str, Any]]:
    """What the description of a route says of the document that it gives."""
    kind = {"type": "object", "properties": {"schema": {"const": f"review/{schema}/1"}}}
    content = {"application/json": {"schema": {**kind, "required": ["schema"]}}}
    said = f"review/{schema}/1, as docs/output.md describes it"
    return {200: {"description": said, "content": content}}
