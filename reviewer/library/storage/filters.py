"""The filters of a search as SQL: which papers pass. Pure."""

from __future__ import annotations

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
    found = [*_by_year_and_venue(filters)]
    found += [("SELECT paper FROM tags WHERE tag = ?", [tag]) for tag in filters.tags]
    if filters.keys:
        marks = ",".join("?" * len(filters.keys))
        statement = (
            f"SELECT number FROM papers WHERE key IN ({marks}) "
            f"UNION SELECT paper FROM aliases WHERE alias IN ({marks})"
        )
        found.append((statement, [*filters.keys, *filters.keys]))
    if filters.files:
        fits = " OR ".join(["file = ? OR substr(file, -length(?)) = ?"] * len(filters.files))
        statement = (
            "SELECT DISTINCT paper FROM records WHERE file IN "
            f"(SELECT file FROM ({DISTINCT_FILES}) WHERE {fits})"
        )
        ends = [name for file in filters.files for name in (file, f"/{file}", f"/{file}")]
        found.append((statement, [*ends]))
    return found


def _by_year_and_venue(filters: Filters) -> list[Selection]:
    conditions, values = list[str](), list[str | int]()
    if filters.year_from is not None:
        conditions.append("year >= ?")
        values.append(filters.year_from)
    if filters.year_to is not None:
        conditions.append("year <= ?")
        values.append(filters.year_to)
    if filters.venue:
        conditions.append("instr(lower(venue), lower(?)) > 0")
        values.append(filters.venue)
    if not conditions:
        return []
    return [(f"SELECT number FROM papers WHERE {' AND '.join(conditions)}", values)]


def paper_condition(filters: Filters) -> Selection:
    """The filters as one condition over the table `papers`, and its values."""
    found = selections(filters)
    conditions = [f"papers.number IN ({statement})" for statement, _ in found]
    return " AND ".join(["1", *conditions]), [value for _, values in found for value in values]
