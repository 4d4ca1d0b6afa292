"""What all forms of a comparison table say: title, head, quotes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.grounding.cells import unit_of
from reviewer.text import clean
from reviewer.text.option_notes import with_option
from reviewer.text.views import shorten
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


_LONGEST_NAME = 40  # characters of a paper's short title
_LONGER_NAME = 90  # where two papers of a table have the same


def row_names(table: Table) -> dict[str, str]:
    """A short title for each paper of the table, by its id: what stands before a colon, or the
    beginning. Papers of the same short title have longer ones."""
    titles = {paper.id: clean(paper.title) for paper in table.papers}
    names = {row.paper_id: _short_title(titles[row.paper_id]) or row.key for row in table.rows}
    said = list(names.values())
    return {
        paper_id: name if said.count(name) == 1 else shorten(titles[paper_id], _LONGER_NAME) or name
        for paper_id, name in names.items()
    }


def _short_title(title: str) -> str:
    name, colon, _ = title.partition(": ")
    if colon and 2 <= len(name) <= _LONGEST_NAME:
        return name
    return shorten(title, _LONGEST_NAME)


def number_units(table: Table) -> dict[str, str]:
    """The number columns by name, each with the unit in which its numbers are compared."""
    names = [column.name for column in table.columns if column.kind == "number"]
    return {name: unit_of(name, table) for name in names}


def number_head(name: str, units: Mapping[str, str]) -> str:
    """The head of the numbers beside a column: `time: number (hours)`. Empty for a column that has
    no numbers."""
    if name not in units:
        return ""
    return f"{name}: number ({units[name]})" if units[name] else f"{name}: number"


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
            f"; {with_option('a yes or no column needs a model', '--model')}." if needs else "."
        )
    return (
        f"Filled by {table.writer}; code looked for every quote and number in its paper, and the "
        "model judged each value against its sentences."
    )
