"""The page on which a reader gives the token, once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from reviewer.render.html.live import live_page, static_files
from reviewer.serve.access import Access
from reviewer.serve.session import Sessions

router = APIRouter(include_in_schema=False)


@router.get("/session")
def show(next: str = "/") -> Response:
    return HTMLResponse(live_page("live/session", {"next": _own(next), "message": ""}))


@router.post("/session")
def sign_in(
    request: Request,
    token: Annotated[str, Form(max_length=500)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    access: Access = request.app.state.access
    sessions: Sessions = request.app.state.sessions
    if sessions.is_besieged:
        message = "too many wrong tokens were given: wait a minute"
    elif access.is_token(token.strip()):
        response = RedirectResponse(_own(next), 303)
        response.set_cookie(
            sessions.cookie,
            sessions.open(),
            path="/",
            secure=access.is_secure,
            httponly=True,
            samesite="strict",
        )
        return response
    else:
        sessions.note_wrong()
        message = "this is not the server's token"
    shown = live_page("live/session", {"next": _own(next), "message": message})
    return HTMLResponse(shown, 429 if sessions.is_besieged else 403)


@router.get("/static/{digest}/{name}")
def static(digest: str, name: str) -> Response:
    found = static_files().get(name)
    if found is None or found.hash != digest:
        return Response("not there", 404, media_type="text/plain")
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(found.content, headers=headers, media_type=found.kind)


def _own(address: str) -> str:
    """The address where it is a path of this server, else that of the first page."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\", "/session"))
    return address if is_path and address.isprintable() else "/"
