"""Puts the rows of a table into an order. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.errors import UsageError
from reviewer.grounding.cells import sort_value
from reviewer.grounding.columns import column_named
from reviewer.types import Paper
from reviewer.types.tables import Cell, Column, Row

ORDERS = ("relevance", "year", "title", "key")


def check_order(sort: str, columns: Sequence[Column]) -> None:
    """Raises UsageError for an order that is none of ORDERS, and no column."""
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

    def place(row: Row) -> tuple[float, float, str]:
        paper = known[row.paper_id]
        if order == "year":
            return 0, -(paper.year or 0), ""
        if order in ("title", "key"):
            return 0, 0, (paper.title if order == "title" else paper.key).casefold()
        if order in ("", "relevance"):
            return 0, -(row.relevance or 0.0), ""
        return sort_value(_cell_of(row, order))

    def is_last(row: Row) -> bool:
        if order == "year":
            return known[row.paper_id].year is None
        return order not in (*ORDERS, "") and _cell_of(row, order).state != "filled"

    ends = [row for row in rows if is_last(row)]
    others = [row for row in rows if not is_last(row)]
    return (*sorted(others, key=place, reverse=is_reversed), *ends)


def _cell_of(row: Row, column: str) -> Cell:
    return next(cell for cell in row.cells if cell.column.casefold() == column)
