"""Comparison tables as one HTML page, and the grid of a table that reports show too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from reviewer.grounding.cells import EMPTY, disagrees, is_in_own_words, sort_value
from reviewer.render.describe import cell_text, support_words, tally_line
from reviewer.render.html.cited_papers import page_citations
from reviewer.render.html.page import render_page
from reviewer.render.table_words import nothing_found, table_head, table_title
from reviewer.text import clean
from reviewer.types import Citation, Paper, Table
from reviewer.types.tables import Cell, Column, Value


@dataclass(frozen=True)
class ShownValue:
    """A value, how well its quote supports it in words, and that quote's id. `offered` is a quote
    that was not located in the paper, and is on the page by itself."""

    anchor: str
    text: str
    support: str
    paper: Paper
    offered: str = ""


@dataclass(frozen=True)
class ShownCell:
    """A cell: its text, the state that colours it, its sort key (`rank`, then `number`, then the
    text), its values, and what is shown after them."""

    column: str
    text: str
    state: str
    rank: int
    number: float
    values: tuple[ShownValue, ...]
    after: str

    @property
    def first(self) -> str:
        return self.values[0].anchor if self.values else ""


@dataclass(frozen=True)
class ShownRow:
    paper: Paper
    key: str
    cells: tuple[ShownCell, ...]


@dataclass(frozen=True)
class Grid:
    """A table on a page. `offered` are the values whose quote was not located."""

    columns: tuple[Column, ...]
    rows: tuple[ShownRow, ...]
    offered: tuple[ShownValue, ...]


def table_html(table: Table) -> str:
    """The page, with a panel that shows the quote behind each cell within its text."""
    cited = page_citations(citations_in(table), table.papers)
    values = {
        "title": clean(table_title(table)),
        "head": clean(table_head(table)),
        "tally": clean(tally_line(table)),
        "grid": grid_of(table, cited.anchors),
        "papers": cited.papers,
        "nothing": nothing_found(table),
        "near": () if table.rows else table.papers,
    }
    return render_page("table", values, styles=("cited", "table"), scripts=("cited", "table"))


def citations_in(table: Table) -> list[Citation]:
    """The citations of the table's values, row by row."""
    values = (v for row in table.rows for cell in row.cells for v in cell.values)
    return [v.citation for v in values if v.citation is not None]


def grid_of(table: Table, anchors: Mapping[Citation, str], *, prefix: str = "o") -> Grid:
    """The table. `anchors` has the ids of all its citations; the ids of quotes that were not
    located begin with `prefix`."""
    papers = {paper.id: paper for paper in table.papers}
    own = (f"{prefix}{number}" for number in count(1))
    rows = tuple(
        ShownRow(
            papers[row.paper_id],
            clean(row.key),
            tuple(_cell(cell, papers[row.paper_id], anchors, own) for cell in row.cells),
        )
        for row in table.rows
    )
    values = [value for row in rows for cell in row.cells for value in cell.values]
    return Grid(table.columns, rows, tuple(value for value in values if value.offered))


def _cell(
    cell: Cell, paper: Paper, anchors: Mapping[Citation, str], own: Iterator[str]
) -> ShownCell:
    rank, number, _ = sort_value(cell)
    state = "not-stated" if cell.state in EMPTY else cell.state.replace(" ", "-")
    after = " (no proof)" if cell.state == "no proof" else ""
    return ShownCell(
        column=clean(cell.column),
        text=clean(cell_text(cell)),
        state="own" if is_in_own_words(cell) else state,
        rank=rank,
        number=number,
        values=tuple(_value(value, paper, anchors, own) for value in cell.values),
        after=" (the paper says both)" if disagrees(cell) else after,
    )


def _value(
    value: Value, paper: Paper, anchors: Mapping[Citation, str], own: Iterator[str]
) -> ShownValue:
    text, support = clean(value.text), clean(support_words(value))
    if value.citation is not None:
        return ShownValue(anchors[value.citation], text, support, paper)
    return ShownValue(next(own), text, support, paper, clean(value.quote) or "nothing")
