"""Comparison tables as one HTML page, and the grid of a table that reports show too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import compress

from reviewer.grounding.cells import EMPTY, is_in_own_words, sort_value
from reviewer.render.describe import cited_quotes
from reviewer.render.html.cited_papers import page_citations
from reviewer.render.html.page import render_page
from reviewer.render.table_words import table_head, table_title
from reviewer.text import clean
from reviewer.text.option_notes import without_options
from reviewer.types import Citation, Paper, Table
from reviewer.types.tables import Cell, Column, Value


@dataclass(frozen=True)
class ShownValue:
    """A value, and the ids of its quotes on the page. A quote that was not located in the paper is
    on the page by itself."""

    anchors: tuple[str, ...]
    value: Value
    paper: Paper

    @property
    def anchor(self) -> str:
        return self.anchors[0]

    @property
    def quotes(self) -> tuple[str, ...]:
        """The quotes that it rests on and that say it in other words."""
        quotes = tuple(map(clean, cited_quotes(self.value)))
        return () if quotes == (clean(self.value.text),) else tuple(filter(None, quotes))


@dataclass(frozen=True)
class ShownCell:
    """A cell: the state that colours it, its sort key (`rank`, then `number`, then the text), and
    its values."""

    cell: Cell
    state: str
    rank: int
    number: float
    values: tuple[ShownValue, ...]


@dataclass(frozen=True)
class ShownRow:
    """A row. `group` is set in the first row of those that stand under one head."""

    paper: Paper
    key: str
    cells: tuple[ShownCell, ...]
    group: str


@dataclass(frozen=True)
class Grid:
    """A table on a page. `columns` are those that a row fills, `empty` the names of the others with
    the states of their cells; without a known year there is no column of years. `offered` are the
    values whose quote was not located."""

    table: Table
    columns: tuple[Column, ...]
    empty: tuple[str, ...]
    has_years: bool
    rows: tuple[ShownRow, ...]
    offered: tuple[ShownValue, ...]

    @property
    def has_corrections(self) -> bool:
        return any(shown.cell.is_by_hand for row in self.rows for shown in row.cells)

    @property
    def in_other_words(self) -> tuple[tuple[str, ShownValue], ...]:
        """The values that say in other words what their quotes say, each with its column."""
        cells = (shown for row in self.rows for shown in row.cells)
        own = ((clean(c.cell.column), value) for c in cells for value in c.values)
        return tuple((column, value) for column, value in own if value.quotes)


def table_html(table: Table) -> str:
    """The page, with a panel that shows the quote behind each cell within its text."""
    cited = page_citations(citations_in(table), table.papers)
    values = {
        "title": clean(table_title(table)),
        "head": clean(without_options(table_head(table))),
        "grid": grid_of(table, cited.anchors),
        "papers": cited.papers,
        "near": () if table.rows else table.papers,
    }
    return render_page("table", values, styles=("cited", "table"), scripts=("cited", "table"))


def citations_in(table: Table) -> list[Citation]:
    """The citations of the table's values, row by row."""
    values = (v for row in table.rows for cell in row.cells for v in cell.values)
    return [c for v in values for c in (v.citation, *v.more) if c is not None]


def grid_of(table: Table, anchors: Mapping[Citation, str], *, prefix: str = "o") -> Grid:
    """The table. `anchors` has the ids of all its citations; the ids of quotes that were not
    located begin with `prefix`."""
    papers = {paper.id: paper for paper in table.papers}
    filled = [_is_filled(table, place) for place in range(len(table.columns))]
    offered: list[ShownValue] = []

    def shown_value(value: Value, paper: Paper) -> ShownValue:
        if value.citation is not None:
            own = tuple(anchors[citation] for citation in (value.citation, *value.more))
            return ShownValue(own, value, paper)
        offered.append(ShownValue((f"{prefix}{len(offered) + 1}",), value, paper))
        return offered[-1]

    def shown_cell(cell: Cell, paper: Paper) -> ShownCell:
        state = "not-stated" if cell.state in EMPTY else cell.state.replace(" ", "-")
        state = "by-hand" if cell.is_by_hand and cell.state != "no proof" else state
        values = tuple(shown_value(value, paper) for value in cell.values)
        rank, number, _ = sort_value(cell)
        return ShownCell(cell, "own" if is_in_own_words(cell) else state, rank, number, values)

    rows, group = [], ""
    for row in table.rows:
        paper = papers[row.paper_id]
        group, head = row.group, clean(row.group) if row.group != group else ""
        cells = tuple(shown_cell(cell, paper) for cell in compress(row.cells, filled))
        rows.append(ShownRow(paper, row.key, cells, head))
    return Grid(
        table=table,
        columns=tuple(compress(table.columns, filled)),
        empty=tuple(_states_of(table, place) for place, has in enumerate(filled) if not has),
        has_years=any(papers[row.paper_id].year for row in table.rows),
        rows=tuple(rows),
        offered=tuple(offered),
    )


def _states_of(table: Table, place: int) -> str:
    """`limits (not found by rules)`: the column, and why its cells are empty."""
    states = dict.fromkeys(row.cells[place].state for row in table.rows)
    return f"{clean(table.columns[place].name)} ({', '.join(states)})"


def _is_filled(table: Table, place: int) -> bool:
    """True when a row has a value, a failure or a correction in the column, or when the table has
    no row."""
    cells = [row.cells[place] for row in table.rows]
    return not cells or any(cell.is_by_hand or cell.state not in EMPTY for cell in cells)
