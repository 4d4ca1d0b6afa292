"""Kept results as files, as the command line writes them."""

from __future__ import annotations

from starlette.responses import Response

from reviewer.errors import NotFoundError
from reviewer.render import forms_of, render
from reviewer.render.registry import FORMATS
from reviewer.serve.documents import KEPT, result_of_run
from reviewer.tasks.jobs.desk import Desk

_KINDS = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def suffixes_of(command: str) -> tuple[str, ...]:
    """The suffixes of the files that a run of this command can be written to."""
    kinds = {"ask": "Answer", "table": "Table", "draft": "RelatedWork", "check": "CheckReport"}
    if command not in KEPT:
        return ()
    return tuple(FORMATS[form][0].removeprefix(".") for form in forms_of(kinds[command]))


def exported(desk: Desk, run_id: str, wanted: str) -> Response:
    """The result of a run as a file to be saved, in the form of this name or suffix (`markdown` or
    `md`). Raises NotFoundError for a form that it has not. A page of it can do nothing where it is
    opened."""
    result = result_of_run(desk, run_id)
    suffixes = {form: FORMATS[form][0] for form in forms_of(type(result).__name__)}
    form = next((form for form, own in suffixes.items() if wanted in (form, own[1:])), "")
    if not form:
        known = ", ".join(own[1:] for own in suffixes.values())
        raise NotFoundError(f"this result has no form '{wanted[:20]}'", hint=f"Use {known}.")
    headers = {
        "Content-Disposition": f'attachment; filename="review-{run_id}{suffixes[form]}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    kind = _KINDS.get(form, "text/plain; charset=utf-8")
    return Response(render(result, form), headers=headers, media_type=kind)
