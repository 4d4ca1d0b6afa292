"""Says what the library remembers of a question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from reviewer.errors import UsageError
from reviewer.text import clean, counted
from reviewer.text.views import shorten

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.types.memory import EarlierQuestion
    from reviewer.types.progress import Progress
    from reviewer.types.searches import Filters

# Whoever asks again so soon knows it.
_JUST_NOW = timedelta(hours=1)
_QUESTION_CHARS = 120


def earlier_question(
    question: str, library: Library, filters: Filters, progress: Progress, *, reuses: bool
) -> EarlierQuestion | None:
    """The earlier run that asked the same or nearly, which is said; one of the last hour only where
    papers came since. With `reuses` it may be less near.

    Raises UsageError when there is none to reuse.
    """
    from reviewer.tasks.memory.earlier import NEAR, NEAR_ENOUGH, find_earlier

    found = find_earlier(question, library, filters, NEAR_ENOUGH if reuses else NEAR)
    if found is None:
        if reuses:
            raise UsageError(
                "no earlier answer is near enough to start from",
                hint="Leave out --reuse, or see what was asked: review runs",
            )
        return None
    is_new = datetime.now(UTC) - datetime.fromisoformat(found.started) < _JUST_NOW
    if is_new and not found.came and not reuses:
        return None
    progress(_line(found, reuses=reuses), -1, 0)
    return found


def _line(found: EarlierQuestion, *, reuses: bool) -> str:
    """`You asked nearly this on 2026-03-12 (run 20260312-...): "..."; 3 papers came since.`"""
    what = "this" if found.likeness == 1.0 else "nearly this"
    said = f"{found.who or 'You'} asked {what} on {found.started[:10]} (run {found.run_id})"
    if found.likeness < 1.0:
        said += f': "{shorten(clean(found.question), _QUESTION_CHARS)}"'
    said += f"; {counted(found.came, 'paper')} came since."
    return said if reuses else f"{said} Start from its claims: --reuse"
