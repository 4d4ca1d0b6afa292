"""Lets a request in or refuses it, before anything else looks at it.

Looks at the address that it was sent to (Host), where it comes from (Origin, Sec-Fetch-Site), how
large it is, and whether it has the token or a session. A pure ASGI application, so that streams
pass through it as they come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reviewer.serve.access import Access, is_open
from reviewer.serve.problems import refusal
from reviewer.serve.session import Sessions

MOST_BODY = 16 * 1024 * 1024
MOST_UPLOAD = 1024 * 1024 * 1024
UPLOADS = ("/library/adds", "/api/v1/adds")
_METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
_SLOWEST_S = 30.0  # between two pieces of a body
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with none at all a form of our own sends `Origin: null`
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


class Refused(HTTPException):
    """Why a request is refused, and with which status. Where the application reads a body this is
    raised inside it, so it is of a kind that passes through."""

    def __init__(self, status: int, message: str, hint: str = "") -> None:
        super().__init__(status, message)
        self.hint = hint


class Guard:
    """The application behind its guard. What passes has the user's name in `scope["user"]`."""

    def __init__(self, app: ASGIApp, access: Access, sessions: Sessions) -> None:
        self._app, self._access, self._sessions = app, access, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            self._look_at(scope)
        except Refused as refused:
            response = refusal(scope, refused.status_code, refused.detail, refused.hint)
            await response(scope, receive, send_guarded)
            return
        body = _Body(receive, _most_of(scope["path"]))
        try:
            await self._app(scope, body.receive, send_guarded)
        except Refused as refused:
            response = refusal(scope, refused.status_code, refused.detail, refused.hint)
            await response(scope, receive, send_guarded)

    def _look_at(self, scope: Scope) -> None:
        """Raises Refused."""
        headers = dict(scope["headers"])
        self._require_own_host(scope)
        if scope["method"] not in _METHODS:
            raise Refused(405, "this method is not known here")
        self._require_own_origin(scope, headers)
        self._require_sound_body(scope, headers)
        scope["user"] = self._user_of(scope, headers)

    def _require_own_host(self, scope: Scope) -> None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or hosts[0].decode("latin-1").lower() not in self._access.hosts:
            raise Refused(
                421, "this server has another address", f"Open it as {self._access.origin}"
            )

    def _require_own_origin(self, scope: Scope, headers: Mapping[bytes, bytes]) -> None:
        """A page of another site may neither send nor read. One without `Origin` is no browser's,
        or a request that a browser makes for its user."""
        origins = {value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"}
        own = f"{self._access.scheme}://{headers[b'host'].decode('latin-1').lower()}"
        if origins - {own}:
            raise Refused(403, "this request comes from a page of another site")
        site = headers.get(b"sec-fetch-site", b"none")
        is_reading = scope["method"] in ("GET", "HEAD")
        if site not in (b"none", b"same-origin") and not is_reading:
            raise Refused(403, "this request comes from a page of another site")

    def _require_sound_body(self, scope: Scope, headers: Mapping[bytes, bytes]) -> None:
        size = headers.get(b"content-length", b"0")
        most = _most_of(scope["path"])
        if not size.isdigit() or int(size) > most:
            raise _too_large(most)
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        is_api = scope["path"].startswith("/api/")
        has_body = size != b"0" or b"transfer-encoding" in headers
        is_upload = scope["path"] in UPLOADS and kind == b"multipart/form-data"
        if is_api and has_body and kind != b"application/json" and not is_upload:
            raise Refused(415, "a request's body is JSON here", "Send application/json.")

    def _user_of(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str:
        """The user whom a trusted proxy names; empty for who has the token or a session."""
        access = self._access
        client = scope["client"][0] if scope.get("client") else ""
        if access.user_header and client in access.proxies:
            user = headers.get(access.user_header.lower().encode(), b"").decode("latin-1").strip()
            if user:
                return user[:200]
        kind, _, given = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if kind.lower() == "bearer" and access.is_token(given.strip()):
            return ""
        if self._sessions.knows(headers) or is_open(scope["path"]):
            return ""
        raise Refused(401, "this needs the server's token", "Open the address that it printed.")


def _most_of(path: str) -> int:
    return MOST_UPLOAD if path in UPLOADS else MOST_BODY


def _too_large(most: int) -> Refused:
    return Refused(413, f"the request is larger than {most // 1024**2:,} MiB", "Send less at once.")


class _Body:
    """The body of a request, which may not be larger or slower than is allowed."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most = receive, most
        self._size = 0
        self._is_whole = False

    async def receive(self) -> Message:
        """The next message. Raises Refused."""
        if self._is_whole:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), _SLOWEST_S)
        except TimeoutError:
            self._is_whole = True
            raise Refused(408, "the request's body came too slowly") from None
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
            if self._size > self._most:
                self._is_whole = True
                raise _too_large(self._most)
        return message
