"""Reads a range of years as users write it."""

from __future__ import annotations

import re

from reviewer.errors import UsageError


def read_years(year: str, name: str = "--year") -> tuple[int | None, int | None]:
    """The first and the last year of `2024`, `2023:2025`, `2024:` or `:2020`; None where it is
    open. Raises UsageError for anything else, with the `name` of what was given."""
    found = re.fullmatch(r"(\d{4})?(:)?(\d{4})?", year.strip())
    if found is None or (year.strip() and not (found[1] or found[3])):
        raise UsageError(
            f"{name} '{year}' is not a year", hint="Use 2024, 2023:2025, 2024: or :2020."
        )
    first = int(found[1]) if found[1] else None
    last = int(found[3]) if found[3] else (first if not found[2] else None)
    if first and last and first > last:
        raise UsageError(f"{name} '{year}' ends before it begins", hint=f"Use {last}:{first}.")
    return first, last
