"""Forgets what a library keeps of old work: runs, finished steps, models' replies. Never papers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from reviewer.errors import UsageError
from reviewer.library.storage.database import Database
from reviewer.types.runs import Tidied

# The column that says when a row was made; each begins with the day, as 2026-11-30.
_MADE = {"runs": "started", "steps": "made", "replies": "kept"}
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def first_day_kept(older: str, now: datetime | None = None) -> str:
    """The day, in UTC, before which `older` reaches: `180d`, `26w`, `6m` (of 30 days) or `1y` (of
    365). Raises UsageError for anything else."""
    found = re.fullmatch(r"\s*(\d{1,5})\s*([dwmy])\s*", older.lower())
    days = int(found[1]) * _DAYS[found[2]] if found else 0
    try:
        if days:
            return ((now or datetime.now(UTC)) - timedelta(days=days)).date().isoformat()
    except OverflowError:
        pass
    raise UsageError(
        f"--older '{older}' is not a length of time",
        hint="Use days, as in: review tidy --older 180d",
    )


def forget_before(day: str, database: Database, *, is_trial: bool = False) -> Tidied:
    """Delete the runs, steps and replies that were made before this day. In a trial they are only
    counted. Papers, their texts and vectors, tags, decisions and screenings stay as they are."""
    counts = {
        table: int(
            database.value(f"SELECT count(*) FROM {table} WHERE substr({made}, 1, 10) < ?", (day,))
        )
        for table, made in _MADE.items()
    }
    if not is_trial:
        with database.transaction():
            for table, made in _MADE.items():
                database.run(f"DELETE FROM {table} WHERE substr({made}, 1, 10) < ?", (day,))
    return Tidied(before=day, is_trial=is_trial, **counts)
