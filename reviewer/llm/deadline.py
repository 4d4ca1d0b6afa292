"""Ends the wait for a model's reply at its deadline, whatever the provider still sends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any, TypeVar

from reviewer.errors import ModelError
from reviewer.llm.budget import run_ended

T = TypeVar("T")
OnText = Callable[[str], None]
"""Called repeatedly with the text of a reply so far; a second attempt starts from the beginning."""

_LOOK_UP_S = 0.2  # how soon a waiting call notices that the run was ended


class DeadlineError(ModelError, code="model_deadline"):
    """The provider did not send a whole answer in time."""


def ignore_text(text: str) -> None:
    """An OnText that does nothing."""


def within(seconds: float, call: Callable[[OnText], T], on_text: OnText, closed: Event) -> T:
    """What `call` returns or raises within `seconds`; after that, raises DeadlineError.

    `call` runs in its own thread, which is abandoned at the deadline, because a provider that sends
    byte after byte could hold it forever. `on_text` is called in this thread, and not after the
    deadline. Raises StoppedError soon after `closed` is set.
    """
    news: SimpleQueue[tuple[str, Any]] = SimpleQueue()

    def work() -> None:
        try:
            news.put(("done", call(lambda text: news.put(("text", text)))))
        except BaseException as error:  # noqa: BLE001  handed to the waiting thread, which raises it
            news.put(("failed", error))

    threading.Thread(target=work, name="model call", daemon=True).start()
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not closed.is_set():
        try:
            kind, item = news.get(timeout=min(left, _LOOK_UP_S))
        except Empty:
            continue
        if kind == "done":
            result: T = item
            return result
        if kind == "failed":
            raise item
        on_text(item)
    raise run_ended() if closed.is_set() else DeadlineError("no answer in time")
