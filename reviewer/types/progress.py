"""How a long step reports its progress."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and of how many (0: not known). With -1 done
the text is a message to show."""


def silent(stage: str, done: int, total: int) -> None:
    """A Progress that shows nothing."""
