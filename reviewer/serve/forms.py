"""Reads the body of a request that may hold files."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from reviewer.errors import UsageError
from reviewer.serve.uploads import MOST_FILES, keep_files
from reviewer.serve.works.adds import AddIn, AddWork
from reviewer.tasks.jobs.desk import Desk


async def add_form(request: Request, desk: Desk) -> AddWork:
    """What is to be added, of JSON or of a form with files, which are kept. Raises UsageError and
    RequestValidationError."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            given = json.loads(await request.body())
        except (ValueError, RecursionError) as error:
            raise UsageError("the request's body is no JSON", hint="Send an object.") from error
        return AddWork.model_validate(_checked(given).model_dump())
    async with request.form(max_files=MOST_FILES, max_fields=50) as form:
        files = [f for f in form.getlist("files") if isinstance(f, UploadFile) and f.filename]
        words = {name: value for name, value in form.items() if isinstance(value, str) and value}
        words.pop("files", None)
        names = words.pop("names", "").split()
        asked = _checked({**words, "names": names})
        kept = await run_in_threadpool(keep_files, files, desk) if files else []
    return AddWork.model_validate({**asked.model_dump(), "files": kept})


def _checked(given: Any) -> AddIn:  # noqa: ANN401  whatever was sent
    try:
        return AddIn.model_validate(given)
    except ValidationError as error:
        found = [{**e, "loc": ("body", *e["loc"])} for e in error.errors(include_url=False)]
        raise RequestValidationError(found) from error
