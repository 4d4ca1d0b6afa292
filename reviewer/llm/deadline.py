"""Ends the wait for a model's reply at its deadline, whatever the provider still sends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any

from reviewer.errors import ModelError
from reviewer.llm.budget import run_ended

Hear = Callable[[str], None]
"""Told the text of a reply so far, again and again; a second attempt starts from the beginning."""

_LOOK_UP_S = 0.2  # how soon a waiting call notices that the run was closed


class DeadlineError(ModelError):
    """The provider did not answer in time, whatever it sent meanwhile."""

    code = "model_deadline"


def unheard(text: str) -> None:
    """A Hear that tells nobody."""


def within(seconds: float, call: Callable[[Hear], Any], hear: Hear, closed: Event) -> Any:  # noqa: ANN401  what the call gives
    """What `call` gives or raises, if it does so in `seconds`; else DeadlineError.

    It runs in its own thread, which is left behind at the deadline (a provider that trickles bytes
    never lets go of it). `hear` is called in this thread, and no longer after the deadline. Raises
    StoppedError soon after `closed` is set.
    """
    news: SimpleQueue[tuple[str, Any]] = SimpleQueue()

    def work() -> None:
        try:
            news.put(("done", call(lambda text: news.put(("heard", text)))))
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
            return item
        if kind == "failed":
            raise item
        hear(item)
    raise run_ended() if closed.is_set() else DeadlineError("no answer in time")
