"""What a run may spend: its calls and their cost are counted, and the next one is refused."""

from __future__ import annotations

import threading
from threading import Event

from reviewer.errors import ModelError
from reviewer.text import counted
from reviewer.types.runs import Usage

MOST_FAILURES = 5


class LimitError(ModelError):
    """The next call would pass --budget or --max-calls."""

    code = "model_limit"


class StoppedError(ModelError):
    """No more calls are made: too many failed in a row, or the run was closed."""

    code = "model_stopped"


def run_ended() -> StoppedError:
    """What a call raises when the run was closed."""
    return StoppedError("the run was ended", hint="Run it again.")


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
            raise run_ended()
        if self._failures >= MOST_FAILURES:
            raise StoppedError(
                f"no more calls are made after {self._failures} failures in a row; the last: "
                f"{self._last_failure}",
                hint="Mend that, or choose another --model, and run it again.",
            )
