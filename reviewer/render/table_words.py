"""What every format of a comparison table says: title, head, quotes."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.types import Paper, Table
from reviewer.types.tables import Row, Value


@dataclass(frozen=True)
class TableQuote:
    """A value of a table with its number in reading order, its paper and its column."""

    number: int
    paper: Paper
    row: Row
    column: str
    value: Value


def table_quotes(table: Table) -> list[TableQuote]:
    """Every value of the table, row by row, with proof or without."""
    papers = {paper.id: paper for paper in table.papers}
    values = [
        (row, cell.column, v) for row in table.rows for cell in row.cells for v in cell.values
    ]
    return [
        TableQuote(number, papers[row.paper_id], row, column, value)
        for number, (row, column, value) in enumerate(values, start=1)
    ]


def table_title(table: Table) -> str:
    topic = table.topic or "Comparison of papers"
    return topic[:1].upper() + topic[1:]


def nothing_found(table: Table) -> str:
    """What a table without rows says."""
    why = "is near the topic" if table.topic else "was chosen"
    return f"No paper in this library {why}. {table.coverage.reason}".rstrip()


def table_head(table: Table) -> str:
    """Who filled the table, and what its marks mean."""
    if table.writer == "extractive":
        needs = any(column.kind == "yes/no" for column in table.columns)
        return "No model is set: cells are the papers' own words, found by rules" + (
            "; whether a paper says yes or no takes a model (--model)." if needs else "."
        )
    return f"Filled by {table.writer}; code looked for every quote and number in its paper."
