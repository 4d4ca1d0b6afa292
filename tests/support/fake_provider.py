"""A model provider on loopback: speaks OpenAI's chat and embeddings protocols, and every fault."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Seen:
    """One request as it came in. `at` is monotonic time in seconds."""

    at: float
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        return self.body["messages"][0]["content"]

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema that was asked for, if any."""
        asked = self.body.get("response_format") or {}
        return asked.get("json_schema", {}).get("schema")

    @property
    def is_streamed(self) -> bool:
        return bool(self.body.get("stream"))


@dataclass(frozen=True)
class Reply:
    """What the server sends. `events` (a stream) or `body`; the rest are ways to go wrong."""

    body: bytes = b""
    events: tuple[bytes, ...] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0.0  # before the first byte
    pace_s: float = 0.0  # between single bytes, or between events
    reset_after: int | None = None  # bytes of the body, or events; then the connection is reset
    said_length: int | None = None  # a Content-Length that is not the body's


def completion(text: str | None, **changes: Any) -> dict[str, Any]:
    """A chat completion as OpenAI sends it; `changes` replace top-level fields, None removes one.
    `finish_reason` and `refusal` go where they belong."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if "refusal" in changes:
        message["refusal"] = changes.pop("refusal")
    choice = {"index": 0, "message": message, "finish_reason": changes.pop("finish_reason", "stop")}
    words = len((text or "").split())
    whole = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "fake",
        "choices": [choice],
        "usage": {"prompt_tokens": 100, "completion_tokens": words, "total_tokens": 100 + words},
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def answer(text: str | None, **changes: Any) -> Reply:
    return sent(completion(text, **changes))


def sent(body: Any, status: int = 200, **headers: str) -> Reply:
    """A JSON body; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps(body).encode(), status=status, headers=named)


def refused(status: int, message: str = "no", code: str = "", **headers: str) -> Reply:
    body = {"error": {"message": message, "type": code or "error", "code": code or None}}
    return sent(body, status, **headers)


def streamed(text: str, finish_reason: str | None = "stop", ends: bool = True) -> Reply:
    """The text in pieces, then the finish reason, the usage and the end mark."""
    pieces = [text[start : start + 16] for start in range(0, len(text), 16)]
    events = [_event({"content": piece}) for piece in pieces]
    if finish_reason:
        events.append(_event({}, finish_reason))
    if ends:
        usage = {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}
        events += [_event(None, usage=usage), b"data: [DONE]\n\n"]
    return Reply(events=tuple(events), headers={"Content-Type": "text/event-stream"})


def _event(delta: Any, finish_reason: str | None = None, **more: Any) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": finish_reason}]
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "fake",
        "choices": choices if delta is not None else [],
    } | more
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def vectors(texts: list[str], dimensions: int = 8) -> list[list[float]]:
    """Texts of the same length are alike; never all zero."""
    return [[float(len(text) + 1)] * dimensions for text in texts]


def embedded(rows: list[list[float]]) -> Reply:
    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return sent({"object": "list", "data": data, "model": "fake", "usage": usage})


class FakeProvider:
    """Plays `script` first, one reply a request; then `answers` says what to answer to a prompt.

    Use as a context manager. `requests` holds what came in, in order.
    """

    def __init__(
        self,
        script: Iterable[Reply] = (),
        answers: Callable[[Seen], str | Reply] = lambda seen: "{}",
        latency_s: float = 0.0,
    ) -> None:
        self.script = list(script)
        self.answers = answers
        self.latency_s = latency_s
        self.requests: list[Seen] = []
        self.models: dict[str, Any] = {}  # what GET answers, by path; nothing is there otherwise
        self.looked_at: list[str] = []  # the paths of GET
        self.in_flight = self.most_in_flight = 0
        self.closing = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> FakeProvider:
        provider = self

        class Handler(_Handler):
            fake = provider

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def gaps_s(self) -> list[float]:
        """Seconds between one request and the next."""
        times = [seen.at for seen in self.requests]
        return [later - earlier for earlier, later in pairwise(times)]

    def reply_to(self, seen: Seen) -> Reply:
        with self._lock:
            self.requests.append(seen)
            if self.script:
                return self.script.pop(0)
        if seen.path.endswith("/embeddings"):
            return embedded(vectors(seen.body["input"]))
        given = self.answers(seen)
        if isinstance(given, Reply):
            return given
        whole = streamed(given) if seen.is_streamed else answer(given)
        return replace(whole, wait_s=self.latency_s)

    def count(self, change: int) -> None:
        with self._lock:
            self.in_flight += change
            self.most_in_flight = max(self.most_in_flight, self.in_flight)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Nothing: a client that went away is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    fake: FakeProvider

    def do_POST(self) -> None:
        at = time.monotonic()
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        if len(raw) < length:  # the client died between its header and its body: no call was made
            self.close_connection = True
            return
        seen = Seen(at, self.path, dict(self.headers), json.loads(raw or b"{}"))
        self.fake.count(1)
        try:
            self._send(self.fake.reply_to(seen))
        except OSError:
            self.close_connection = True  # the client went away
        finally:
            self.fake.count(-1)

    def do_GET(self) -> None:
        self.fake.looked_at.append(self.path)
        found = self.fake.models.get(self.path)
        self._send(sent(found) if found is not None else refused(404))

    def _send(self, reply: Reply) -> None:
        self.fake.closing.wait(reply.wait_s)
        if reply.reset_after == 0 and not reply.events:
            return self._reset()
        self.send_response(reply.status)
        for name, value in ({"Content-Type": "application/json"} | reply.headers).items():
            self.send_header(name, value)
        if reply.events:
            self.send_header("Transfer-Encoding", "chunked")
            pieces = [b"%x\r\n%s\r\n" % (len(event), event) for event in reply.events]
            pieces.append(b"0\r\n\r\n")
        else:
            length = len(reply.body) if reply.said_length is None else reply.said_length
            self.send_header("Content-Length", str(length))
            self.close_connection = length != len(reply.body)
            pieces = [bytes([byte]) for byte in reply.body] if reply.pace_s else [reply.body]
        self.end_headers()
        return self._send_pieces(pieces, reply)

    def _send_pieces(self, pieces: list[bytes], reply: Reply) -> None:
        if reply.reset_after is not None and not reply.events:
            pieces = [pieces[0][: reply.reset_after]]
        for number, piece in enumerate(pieces):
            if reply.events and number == reply.reset_after:
                return self._reset()
            self.wfile.write(piece)
            self.wfile.flush()
            if reply.pace_s and self.fake.closing.wait(reply.pace_s):
                return self._reset()
        if reply.reset_after is not None:
            self._reset()
        return None

    def _reset(self) -> None:
        """Ends the connection with RST, as a crashed peer does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is its own."""
