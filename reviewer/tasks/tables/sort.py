"""Sorts the rows of a table. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.errors import UsageError
from reviewer.grounding.cells import has_value, sort_value
from reviewer.grounding.columns import column_named
from reviewer.types import Paper
from reviewer.types.tables import Column, Row

ORDERS = ("relevance", "year", "title", "key")


def check_order(sort: str, columns: Sequence[Column]) -> None:
    """Raises UsageError for an order that is neither one of ORDERS nor a column."""
    if sort and sort.casefold() not in ORDERS:
        try:
            column_named(sort, columns)
        except UsageError as error:
            names = ", ".join([*ORDERS, *(column.name for column in columns)])
            raise UsageError(
                f"the table cannot be sorted by '{sort}'", hint=f"Sort by: {names}."
            ) from error


def in_order(
    rows: Sequence[Row], papers: Sequence[Paper], sort: str, *, is_reversed: bool = False
) -> tuple[Row, ...]:
    """By year the newest first, by relevance the most relevant, else the least or first. What has
    no year or no value comes last, reversed or not."""
    known = {paper.id: paper for paper in papers}
    order = " ".join(sort.split()).casefold()

    def place(row: Row) -> tuple[float, float, str] | None:
        """What the row is sorted by; None for a row that comes last."""
        paper = known[row.paper_id]
        if order == "year":
            return None if paper.year is None else (0, -paper.year, "")
        if order in ("title", "key"):
            return 0, 0, (paper.title if order == "title" else paper.key).casefold()
        if order in ("", "relevance"):
            return 0, -(row.relevance or 0.0), ""
        cell = next(cell for cell in row.cells if cell.column.casefold() == order)
        return sort_value(cell) if has_value(cell) else None

    placed = [(at, row) for row in rows if (at := place(row)) is not None]
    placed.sort(key=lambda pair: pair[0], reverse=is_reversed)
    return (*(row for _, row in placed), *(row for row in rows if place(row) is None))
