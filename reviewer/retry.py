"""Repeats a call whose fault may pass, with growing pauses or the server's own, and with an end."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

R = TypeVar("R")

_NO_END_S = 4e9  # a pause that no attempt comes after
_SECONDS = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class Patience:
    """How often and how long a call is repeated; times are in seconds.

    `first_pause_s` comes before the second attempt and doubles before each further one, up to
    `longest_grown_s`; a random part of `jitter_s` is added to each. No attempt begins after a pause
    that is longer than `longest_pause_s` or that would end `total_s` or more after the first
    attempt began.
    """

    attempts: int
    first_pause_s: float
    jitter_s: float = 0.0
    longest_grown_s: float = math.inf
    longest_pause_s: float = math.inf
    total_s: float = math.inf


def retry(
    call: Callable[[], R],
    patience: Patience,
    *,
    may_pass: Callable[[BaseException], bool],
    is_free: Callable[[BaseException], bool] = lambda fault: False,
    named_pause_s: Callable[[BaseException], float | None],
    sleep: Callable[[float], object],
) -> R:
    """The call's result; raises what its last attempt raised.

    Only after a fault that `may_pass` comes another attempt; one that ends in a fault that
    `is_free` does not count. The pause is the one that the server
    names in the fault, else the growing one. `sleep` makes the pause, and may end it early: then
    the next attempt begins at once, and must check itself whether it is still wanted.
    """
    import tenacity

    grown = tenacity.wait_exponential_jitter(
        initial=patience.first_pause_s,
        jitter=patience.jitter_s,
        max=patience.longest_grown_s if math.isfinite(patience.longest_grown_s) else _NO_END_S,
    )
    counted = 0

    def pause_s(state: tenacity.RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        named = None if fault is None else named_pause_s(fault)
        return grown(state) if named is None else named

    def pause(seconds: float) -> None:
        sleep(seconds)

    is_too_late = tenacity.stop_before_delay(patience.total_s)

    def ends(state: tenacity.RetryCallState) -> bool:
        nonlocal counted
        fault = state.outcome.exception() if state.outcome else None
        counted += fault is None or not is_free(fault)
        is_too_long = state.upcoming_sleep > patience.longest_pause_s
        return is_too_long or counted >= patience.attempts or is_too_late(state)

    retrying = tenacity.Retrying(
        stop=ends,
        wait=pause_s,
        retry=tenacity.retry_if_exception(may_pass),
        sleep=pause,
        reraise=True,
    )
    return retrying(call)


def retry_after_s(header: str) -> float | None:
    """Seconds that a Retry-After header names as a number or a date (RFC 9110, 10.2.3); 0 for a
    date in the past, None for anything else. Model providers send fractions of a second too."""
    if _SECONDS.fullmatch(value := header.strip()):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
