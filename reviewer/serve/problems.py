"""Errors as a reader sees them: a page for people, `application/problem+json` for programs."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from reviewer.errors import ReviewError
from reviewer.render.html.live import live_page
from reviewer.serve.access import is_open
from reviewer.serve.pages.frame import page
from reviewer.text.redact import redact

# The status of an error, by its code or that of the nearest class above it.
STATUS = {
    "usage": 422,
    "not_found": 404,
    "library": 503,
    "newer_library": 409,
    "source": 422,
    "embedding": 409,
    "model": 502,
    "limit": 409,
    "online": 502,
    "output": 500,
    "busy": 503,
    "error": 409,
}


def wants_page(scope: Scope) -> bool:
    """True for a request that a reader sees the answer of."""
    path = scope["path"]
    return not path.startswith(("/api/", "/mcp")) and not path.endswith(".json")


def refusal(scope: Scope, status: int, message: str, hint: str = "", code: str = "") -> Response:
    """The answer to a request that is refused. A page that needs a session leads to its form."""
    if wants_page(scope):
        if status == 401 and scope["method"] in ("GET", "HEAD"):
            asked = scope["query_string"].decode("latin-1")
            path = f"{scope['path']}?{asked}" if asked else scope["path"]
            return RedirectResponse(f"/session?next={quote(path, safe='')}", 303)
        values = {"title": HTTPStatus(status).phrase, "message": message, "hint": hint}
        return HTMLResponse(live_page("live/error", values), status)
    return problem(status, message, hint, code)


def _said(request: Request, status: int, message: str, hint: str = "", code: str = "") -> Response:
    """The answer to a request that failed: to a reader who is known, a page in its frame."""
    if not wants_page(request.scope) or is_open(request.scope["path"]):
        return refusal(request.scope, status, message, hint, code)
    values = {"title": HTTPStatus(status).phrase, "message": message, "hint": hint}
    return page(request, "live/error.html.jinja", status, **values)


def problem(status: int, message: str, hint: str = "", code: str = "") -> Response:
    """The error as RFC 9457 has it, with the `code`, `message` and `hint` of `--json`."""
    fields = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "code": code or "request",
        "message": message,
        "hint": hint,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    body = json.dumps(fields, ensure_ascii=False)
    return Response(body, status, headers, media_type="application/problem+json")


def status_of(error: ReviewError) -> int:
    """The status of an error: that of its code, else of the nearest class above that has one."""
    codes = (getattr(kind, "code", "") for kind in type(error).__mro__)
    return next((STATUS[code] for code in codes if code in STATUS), 500)


def in_public(text: str, request: Request) -> str:
    """The words of an error without the server's own folders and keys."""
    folder = request.app.state.desk.settings.library
    return redact(text.replace(folder, "the library") if Path(folder).is_absolute() else text)


def add_handlers(app: FastAPI) -> None:
    """Let the application answer every error in words."""

    @app.exception_handler(ReviewError)
    def _(request: Request, error: ReviewError) -> Response:
        message, hint = (in_public(text, request) for text in (error.message, error.hint))
        return _said(request, status_of(error), message, hint, error.code)

    @app.exception_handler(HTTPException)
    def _(request: Request, error: HTTPException) -> Response:
        said = {404: "there is no such page", 405: "this method is not known here"}
        message = said.get(error.status_code, str(error.detail))
        return _said(request, error.status_code, message, getattr(error, "hint", ""))

    @app.exception_handler(RequestValidationError)
    def _(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"][1:]) or "the request"
        return _said(request, 422, f"{name}: {first['msg'].lower()}", code="usage")

    @app.exception_handler(Exception)
    def _(request: Request, error: Exception) -> Response:
        logging.getLogger(__name__).error(
            "%s %s failed: %s", request.method, request.scope["path"], type(error).__name__
        )
        return refusal(request.scope, 500, "this is a fault of the program", "Please report it.")
