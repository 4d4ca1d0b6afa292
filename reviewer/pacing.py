"""What a run may spend and how long it may wait: money, calls, retries, deadline, giving up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any, Protocol, TypeVar

from reviewer.errors import ModelError
from reviewer.records import Usage
from reviewer.text import counted

A = TypeVar("A")
B = TypeVar("B")
Hear = Callable[[str], None]
"""Told the text of a reply so far, again and again; a second attempt starts from the beginning."""

MOST_ATTEMPTS = 4
MOST_FAILURES = 5
_LOOK_UP_S = 0.2  # how soon a waiting call notices that the run was closed


class LimitError(ModelError):
    """The next call would pass --budget or --max-calls."""

    code = "model_limit"


class StoppedError(ModelError):
    """No more calls are made: too many failed in a row, or the run was closed."""

    code = "model_stopped"


class DeadlineError(ModelError):
    """The provider did not answer in time, whatever it sent meanwhile."""

    code = "model_deadline"


class Faults(Protocol):
    """Knows what a fault means: the module `faults`."""

    def may_pass(self, error: BaseException) -> bool: ...

    def named_pause_s(self, error: BaseException | None) -> float | None: ...


def unheard(text: str) -> None:
    """A Hear that tells nobody."""


class Account:
    """Counts what calls cost and refuses the next one at a limit. Safe to share among threads."""

    def __init__(self, model: str, budget_usd: float | None, max_calls: int | None) -> None:
        self.closed = Event()
        self._is_ending = False
        self._lock = threading.Lock()
        self._usage = Usage(model=model)
        self._budget_usd = budget_usd
        self._max_calls = max_calls
        self._expected_usd = 0.0
        self._failures = 0
        self._last_failure = ""

    @property
    def usage(self) -> Usage:
        """So far. `seconds` adds up the waiting of all calls, also of those side by side."""
        return self._usage

    def begin(self, expected_usd: float) -> None:
        """Before each request: raises LimitError or StoppedError when it must not be made.
        Requests in flight count with what they are expected to cost."""
        with self._lock:
            self._check_open()
            usage = self._usage
            if self._max_calls is not None and usage.calls >= self._max_calls:
                times = counted(usage.calls, "time")
                raise LimitError(
                    f"{usage.model} was called {times}, which is all that is allowed",
                    hint="Raise --max-calls and run it again.",
                )
            spent = (usage.cost_usd or 0.0) + self._expected_usd
            if self._budget_usd is not None and spent + expected_usd > self._budget_usd:
                raise LimitError(
                    f"the next call of {usage.model} (about ${expected_usd:.4f}) would pass the "
                    f"budget of ${self._budget_usd:g}; ${spent:.4f} is spent",
                    hint="Raise --budget and run it again.",
                )
            self._expected_usd += expected_usd
            self._usage = usage.model_copy(update={"calls": usage.calls + 1})

    def end(self, expected_usd: float, seconds: float) -> None:
        """After each request that began, however it ended."""
        with self._lock:
            self._expected_usd = max(0.0, self._expected_usd - expected_usd)
            total = round(self._usage.seconds + seconds, 3)
            self._usage = self._usage.model_copy(update={"seconds": total})

    def charge(self, tokens_in: int, tokens_out: int, cost_usd: float | None) -> None:
        """What a reply used. Once one has no known price, the sum has none."""
        with self._lock:
            usage = self._usage
            known = None if cost_usd is None or usage.cost_usd is None else usage.cost_usd
            self._usage = usage.model_copy(
                update={
                    "tokens_in": usage.tokens_in + tokens_in,
                    "tokens_out": usage.tokens_out + tokens_out,
                    "cost_usd": None if known is None else known + (cost_usd or 0.0),
                }
            )

    def replay(self) -> None:
        """A kept reply was used instead of a call."""
        with self._lock:
            cached = self._usage.cached_calls + 1
            self._usage = self._usage.model_copy(update={"cached_calls": cached})

    def succeed(self) -> None:
        with self._lock:
            self._failures = 0

    def fail(self, reason: str) -> None:
        """A call was given up, after all its attempts."""
        with self._lock:
            self._failures += 1
            self._last_failure = reason

    def close(self, *, at_once: bool) -> None:
        """No call begins from here on; those that wait are told to end if this is `at_once`."""
        self._is_ending = True
        if at_once:
            self.closed.set()

    def _check_open(self) -> None:
        if self._is_ending:
            raise _ended()
        if self._failures >= MOST_FAILURES:
            raise StoppedError(
                f"no more calls are made after {self._failures} failures in a row; the last: "
                f"{self._last_failure}",
                hint="Mend that, or choose another --model, and run it again.",
            )


class Turns:
    """Lets one thread at a time do what goes by the same name."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._turns: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        with self._alone:
            turn, waiting = self._turns.get(name, (threading.Lock(), 0))
            self._turns[name] = turn, waiting + 1
        try:
            with turn:
                yield
        finally:
            with self._alone:
                turn, waiting = self._turns.pop(name)
                if waiting > 1:
                    self._turns[name] = turn, waiting - 1


def retried(
    call: Callable[[], Any], faults: Faults, *, pause_s: float, most_s: float, closed: Event
) -> Any:  # noqa: ANN401  what the call gives
    """The call's result; it raises what the last attempt raised.

    What may pass is asked again, MOST_ATTEMPTS in all, with growing pauses or after the pause that
    the provider names, as long as the next one would begin within `most_s`.
    """
    import tenacity

    grown = tenacity.wait_exponential_jitter(initial=pause_s, max=20 * pause_s, jitter=pause_s)

    def pause(state: tenacity.RetryCallState) -> float:
        named = faults.named_pause_s(state.outcome.exception() if state.outcome else None)
        return grown(state) if named is None else named

    def sleep(seconds: float) -> None:
        closed.wait(seconds)

    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(MOST_ATTEMPTS) | tenacity.stop_before_delay(most_s),
        wait=pause,
        retry=tenacity.retry_if_exception(faults.may_pass),
        sleep=sleep,
        reraise=True,
    )
    return retrying(call)


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
    raise _ended() if closed.is_set() else DeadlineError("no answer in time")


def side_by_side(
    call: Callable[[A], B],
    items: Sequence[A],
    most: int,
    meanwhile: Callable[[], None] | None = None,
) -> list[B]:
    """What `call` gives for each item, in their order, at most `most` at a time.

    `meanwhile` is done in this thread while they wait. At the first error, and at an interrupt, no
    further call begins and none that runs is waited for.
    """
    if len(items) == 1 and meanwhile is None:
        return [call(items[0])]
    pool = ThreadPoolExecutor(max(1, min(most, len(items))))
    try:
        given = pool.map(call, items)
        if meanwhile is not None:
            meanwhile()
        return list(given)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ended() -> StoppedError:
    return StoppedError("the run was ended", hint="Run it again.")
