"""Online sources on loopback: a server that answers as it is told, well or badly, and remembers."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

NAMES = "arxiv openalex semantic_scholar crossref pubmed unpaywall daily_papers".split()


@dataclass(frozen=True)
class Answer:
    """What the server sends. `wait_s` before the first byte, `pace_s` after each; the connection is
    reset after `cut_after` bytes of the body."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0.0
    pace_s: float = 0.0
    cut_after: int | None = None

    def pieces(self) -> list[bytes]:
        body = self.body[: self.cut_after]
        return [bytes([byte]) for byte in body] if self.pace_s else [body]


@dataclass(frozen=True)
class Asked:
    path: str
    query: dict[str, str]
    headers: dict[str, str]


def as_json(value: Any, **changes: Any) -> Answer:
    return Answer(json.dumps(value).encode(), **changes)


def as_xml(text: str, **changes: Any) -> Answer:
    return Answer(text.encode(), kind="text/xml; charset=UTF-8", **changes)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Nothing: a client that went away is part of the play."""


class FakeSources:
    """One server for all sources, each under its own name: `/arxiv/query`, `/crossref/works/...`.

    `answers[path]` is what a path says: an Answer, a function of Asked, or a list of these, of
    which the last goes on. A path without an answer is not there (404).
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bases(self) -> dict[str, str]:
        """Settings that lead every source here."""
        return {f"{name}_base": f"{self.address}/{name}" for name in NAMES}

    def variables(self) -> dict[str, str]:
        """The same as variables of the environment."""
        return {f"REVIEW_{name.upper()}": base for name, base in self.bases().items()}

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        found = self.answers.get(asked.path, Answer(b"{}", status=404))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return found(asked) if callable(found) else found

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sources = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {n: v[-1] for n, v in parse_qs(parts.query, keep_blank_values=True).items()}
                answer = sources._answer(Asked(parts.path, query, dict(self.headers.items())))
                time.sleep(answer.wait_s)
                with suppress(OSError):  # the other side left, as some tests want
                    self._send(answer)

            def _send(self, answer: Answer) -> None:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                for piece in answer.pieces():
                    self.wfile.write(piece)
                    time.sleep(answer.pace_s)
                if answer.cut_after is not None:
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Nothing is written to the screen."""

        return Handler
