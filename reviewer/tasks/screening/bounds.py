"""Exact bounds of a share by Clopper and Pearson (1934), without a statistics library."""

from __future__ import annotations

import math

LEVEL = 0.95
_HALVINGS = 60  # of the interval from 0 to 1: far below the last digit that is shown


def least_share(hits: int, of: int, level: float = LEVEL) -> float:
    """The lower bound of the share at one-sided confidence `level`: the share for which so many
    hits or more have the probability 1 - level. 0.0 without hits."""
    if hits <= 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _at_least(hits, of, middle) < 1 - level:
            low = middle
        else:
            high = middle
    return low


def most_share(hits: int, of: int, level: float = LEVEL) -> float:
    """The upper bound of the share at one-sided confidence `level`; 1.0 without trials."""
    return 1.0 - least_share(of - hits, of, level) if of else 1.0


def _at_least(hits: int, of: int, share: float) -> float:
    """The probability of so many hits or more in `of` trials of this share."""
    if share <= 0.0 or share >= 1.0:
        return float(share >= 1.0)
    log_hit, log_miss = math.log(share), math.log1p(-share)
    return math.fsum(
        math.exp(
            math.lgamma(of + 1) - math.lgamma(n + 1) - math.lgamma(of - n + 1)
            + n * log_hit + (of - n) * log_miss
        )
        for n in range(hits, of + 1)
    )  # fmt: skip
