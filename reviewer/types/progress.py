"""How a long step tells what it does."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many are done, of how many (0: not known); -1 done: news to show."""


def silent(stage: str, done: int, total: int) -> None:
    """A Progress that nobody sees."""
