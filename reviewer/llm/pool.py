"""Calls in threads: side by side with results in order, or one at a time under one name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


class Turns:
    """Lets only one thread at a time work under the same name."""

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
