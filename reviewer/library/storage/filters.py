"""The filters of a search as SQL conditions on papers. Pure."""

from __future__ import annotations

import json

from reviewer.library.storage.bounds import MOST_VENUE_CHARS, digest
from reviewer.types.searches import Filters

# Each file once, by steps through the index: few files hold many papers.
DISTINCT_FILES = """
    WITH RECURSIVE known (file) AS (
      SELECT min(file) FROM records UNION ALL
      SELECT (SELECT min(file) FROM records WHERE file > known.file) FROM known
      WHERE known.file IS NOT NULL
    ) SELECT file FROM known WHERE file IS NOT NULL"""

Selection = tuple[str, list[str | int]]
"""A statement that gives numbers of papers, and its values."""


def selections(filters: Filters) -> list[Selection]:
    """One statement for each condition; a paper passes when all of them give its number. Each is
    answered from an index alone."""
    found = _by_year_and_venue(filters)
    found += [("SELECT paper FROM tags WHERE tag = ?", [tag]) for tag in filters.tags]
    if filters.keys:
        marks = ",".join("?" * len(filters.keys))
        statement = (
            f"SELECT number FROM papers WHERE key IN ({marks}) "
            f"UNION SELECT paper FROM aliases WHERE alias IN ({marks})"
        )
        found.append((statement, [*filters.keys, *map(digest, filters.keys)]))
    if filters.files:
        fits = " OR ".join(
            ["file = ? OR substr(file, length(file) - length(?) + 1) = ?"] * len(filters.files)
        )
        statement = (
            "SELECT DISTINCT paper FROM records WHERE file IN "
            f"(SELECT file FROM ({DISTINCT_FILES}) AS files WHERE {fits})"
        )
        found.append((statement, [n for f in filters.files for n in (f, f"/{f}", f"/{f}")]))
    if filters.numbers is not None:
        found.append(("SELECT value FROM json_each(?)", [json.dumps(filters.numbers)]))
    return found


def _by_year_and_venue(filters: Filters) -> list[Selection]:
    unknown = " OR year IS NULL" if filters.has_unknown_years else ""
    conditions: dict[str, str | int | None] = {
        f"(year >= ?{unknown})": filters.year_from,
        f"(year <= ?{unknown})": filters.year_to,
        "instr(lower(venue), lower(?)) > 0": filters.venue[:MOST_VENUE_CHARS] or None,
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    statement = f"SELECT number FROM papers WHERE {' AND '.join(given)}"
    return [(statement, list(given.values()))] if given else []


def paper_condition(filters: Filters) -> Selection:
    """The filters as one condition over the table `papers`, and its values."""
    found = selections(filters)
    conditions = [f"papers.number IN ({statement})" for statement, _ in found]
    return " AND ".join(["1 = 1", *conditions]), [value for _, values in found for value in values]
