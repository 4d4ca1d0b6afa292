"""Calls in threads, side by side, with results in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(
    call: Callable[[A], B],
    items: Sequence[A],
    most: int,
    meanwhile: Callable[[], None] | None = None,
) -> list[B]:
    """What `call` returns for each item, in their order, at most `most` at a time.

    `meanwhile` runs in this thread while they work. At the first error, and at an interrupt, no
    more call begins and running calls are not waited for.
    """
    if len(items) == 1 and meanwhile is None:
        return [call(items[0])]
    pool = ThreadPoolExecutor(max(1, min(most, len(items))))
    try:
        results = pool.map(call, items)
        if meanwhile is not None:
            meanwhile()
        return list(results)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
