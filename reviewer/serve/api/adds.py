"""Papers that are added: files that are sent, and identifiers."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from reviewer.serve.answering import started
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import gives
from reviewer.serve.forms import add_form
from reviewer.serve.works.adds import AddIn, add_work

router = APIRouter(tags=["adds"])
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": AddIn.model_json_schema()},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            },
        },
    }
}


@router.post("/adds", status_code=202, openapi_extra=_BODY, responses=gives("added"))
async def add(request: Request, desk: AtDesk) -> Response:
    """Add papers: files as multipart/form-data under the name `files`, or identifiers as JSON.
    Gives the job; with `Prefer: wait=SECONDS` what was added, if that is done by then."""
    asked = await add_form(request, desk)
    return await run_in_threadpool(started, request, add_work(desk, asked))
