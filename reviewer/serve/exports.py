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
    "svg": "image/svg+xml",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def suffixes_of(command: str) -> tuple[str, ...]:
    """The suffixes of the files that a run of this command can be written to."""
    kinds = {
        "ask": "Answer",
        "table": "Table",
        "draft": "RelatedWork",
        "survey": "Batch",
        "check": "CheckReport",
    }
    if command not in KEPT:
        return ()
    return suffixes_of_kind(kinds[command])


def suffixes_of_kind(kind: str) -> tuple[str, ...]:
    """The suffixes of the files that a kind of result, such as `Table`, can be written to."""
    return tuple(FORMATS[form][0].removeprefix(".") for form in forms_of(kind))


def exported(desk: Desk, run_id: str, wanted: str) -> Response:
    """The result of a run as a file to be saved, as `as_file` gives it."""
    return as_file(result_of_run(desk, run_id), f"review-{run_id}", wanted)


def as_file(result: object, name: str, wanted: str) -> Response:
    """The result as a file of this name to be saved, in the form of the name or suffix `wanted`
    (`markdown` or `md`). Raises NotFoundError for a form that it has not. A page of it can do
    nothing where it is opened."""
    suffixes = {form: FORMATS[form][0] for form in forms_of(type(result).__name__)}
    form = next((form for form, own in suffixes.items() if wanted in (form, own[1:])), "")
    if not form:
        known = ", ".join(own[1:] for own in suffixes.values())
        raise NotFoundError(f"this result has no form '{wanted[:20]}'", hint=f"Use {known}.")
    headers = {
        "Content-Disposition": f'attachment; filename="{name}{suffixes[form]}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    kind = _KINDS.get(form, "text/plain; charset=utf-8")
    return Response(render(result, form), headers=headers, media_type=kind)
