"""What all forms of a comparison table say: title, head, quotes."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.types import Table
from reviewer.types.tables import Row, Value


@dataclass(frozen=True)
class TableQuote:
    """A value of a table with its row and its column."""

    row: Row
    column: str
    value: Value


def table_quotes(table: Table) -> list[TableQuote]:
    """Every value of the table in reading order, with proof or without."""
    return [
        TableQuote(row, cell.column, value)
        for row in table.rows
        for cell in row.cells
        for value in cell.values
    ]


def table_title(table: Table) -> str:
    topic = table.topic or "Comparison of papers"
    return topic[:1].upper() + topic[1:]


def nothing_found(table: Table) -> str:
    """Why a table has no rows."""
    why = "is near the topic" if table.topic else "was chosen"
    return f"No paper in this library {why}. {table.coverage.reason}".rstrip()


def table_head(table: Table) -> str:
    """Who filled the table, and what its marks mean."""
    if table.writer == "extractive":
        needs = any(column.kind == "yes/no" for column in table.columns)
        return "No model is set: cells are the papers' own words, found by rules" + (
            "; a yes or no column needs a model (--model)." if needs else "."
        )
    return f"Filled by {table.writer}; code looked for every quote and number in its paper."
