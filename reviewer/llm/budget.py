"""Limits what a run may spend: counts calls and their cost, and refuses the next one at a limit."""

from __future__ import annotations

import threading
from threading import Event

from reviewer.errors import ModelError
from reviewer.text import counted
from reviewer.types.runs import Usage

MOST_FAILURES = 5


class LimitError(ModelError, code="model_limit"):
    """The next call would exceed --budget or --max-calls."""


class StoppedError(ModelError, code="model_stopped"):
    """No more calls are made: too many failed in a row, or the run was ended."""


def run_ended() -> StoppedError:
    """What a call raises after the run was ended."""
    return StoppedError("the run was ended", hint="Run it again.")


class Account:
    """Counts what calls cost and refuses the next one at a limit. Safe to share among threads. What
    is counted here is also counted in the account that it is `within`, if there is one, and that
    one's limits hold as well: a server has one for all its jobs."""

    def __init__(
        self,
        model: str,
        budget_usd: float | None,
        max_calls: int | None,
        within: Account | None = None,
    ) -> None:
        self.closed = Event()
        self._is_ending = False
        self._lock = threading.Lock()
        self.usage = Usage(model=model)  # `seconds` is the sum over calls, also those side by side
        self._within = within
        self._budget_usd = budget_usd
        self._max_calls = max_calls
        self._expected_usd = 0.0
        self._failures = 0
        self._last_failure = ""

    def _update(self, **changes: object) -> None:
        self.usage = self.usage.model_copy(update=changes)

    def begin(self, expected_usd: float) -> None:
        """To be called before each request. Raises LimitError or StoppedError if the request must
        not be made. Requests that are running count with their expected cost."""
        with self._lock:
            if self._is_ending:
                raise run_ended()
            if self._failures >= MOST_FAILURES:
                raise StoppedError(
                    f"no more calls are made after {self._failures} failures in a row; the last: "
                    f"{self._last_failure}",
                    hint="Fix that, or choose another --model, and run it again.",
                )
            usage = self.usage
            if self._max_calls is not None and usage.calls >= self._max_calls:
                raise LimitError(
                    f"{usage.model} was called {counted(usage.calls, 'time')}, the most allowed",
                    hint="Raise --max-calls and run it again.",
                )
            spent = (usage.cost_usd or 0.0) + self._expected_usd
            if self._budget_usd is not None and spent + expected_usd > self._budget_usd:
                raise LimitError(
                    f"the next call of {usage.model} (about ${expected_usd:.4f}) would pass the "
                    f"budget of ${self._budget_usd:g}; ${spent:.4f} is spent",
                    hint="Raise --budget and run it again.",
                )
            if self._within is not None:
                self._within.begin(expected_usd)
            self._expected_usd += expected_usd
            self._update(calls=usage.calls + 1)

    def end(self, expected_usd: float, seconds: float) -> None:
        """To be called after each request that began, however it ended."""
        with self._lock:
            self._expected_usd = max(0.0, self._expected_usd - expected_usd)
            self._update(seconds=round(self.usage.seconds + seconds, 3))
        if self._within is not None:
            self._within.end(expected_usd, seconds)

    def charge(self, tokens_in: int, tokens_out: int, cost_usd: float | None) -> None:
        """Add what a reply used. After a reply without a known price, the sum has no price."""
        with self._lock:
            usage = self.usage
            is_priced = cost_usd is not None and usage.cost_usd is not None
            self._update(
                tokens_in=usage.tokens_in + tokens_in,
                tokens_out=usage.tokens_out + tokens_out,
                cost_usd=(usage.cost_usd or 0.0) + (cost_usd or 0.0) if is_priced else None,
            )
        if self._within is not None:
            self._within.charge(tokens_in, tokens_out, cost_usd)

    def replay(self) -> None:
        """Count a cached reply that was used instead of a call."""
        with self._lock:
            self._update(cached_calls=self.usage.cached_calls + 1)

    def succeed(self) -> None:
        """End a row of failures."""
        with self._lock:
            self._failures = 0

    def fail(self, reason: str) -> None:
        """Count a call that failed after all its attempts."""
        with self._lock:
            self._failures += 1
            self._last_failure = reason

    def close(self, *, at_once: bool) -> None:
        """Let no more call begin. Calls that are waiting are ended too if `at_once`."""
        self._is_ending = True
        if at_once:
            self.closed.set()
