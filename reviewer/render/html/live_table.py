"""A kept table on its page: the rows of its grid, and what stands beside one cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewer.grounding.cells import EMPTY, is_in_own_words, sort_value
from reviewer.render.describe import cell_text, quoted_place, support_words
from reviewer.render.html.around import words_around
from reviewer.render.table_words import row_names
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Citation, Paper, Table
from reviewer.types.runs import Coverage
from reviewer.types.tables import Cell, Column, Row, Value

_SHOWN_CHARS = 280  # of a cell in the grid; the panel has all


@dataclass(frozen=True)
class GridCell:
    """A cell of the grid: the name by which a form asks for it, its text, the state that colours
    it, and by what it is sorted."""

    at: str
    text: str
    state: str
    verdict: str
    rank: int
    number: float
    sorted_by: str


@dataclass(frozen=True)
class GridRow:
    """A row of the grid; `number` is its place in the table as it is kept, from 1."""

    number: int
    key: str
    name: str
    title: str
    year: int | None
    cells: tuple[GridCell, ...]
    paper_id: str


def grid_rows(filling: Filling, numbers: Sequence[int] = ()) -> list[GridRow]:
    """The rows of the grid, or those of these numbers alone."""
    table = filling.table
    names = row_names(table)
    papers = {paper.id: paper for paper in table.papers}
    wanted = frozenset(numbers)
    return [
        GridRow(
            number=number,
            key=row.key,
            name=names[row.paper_id],
            title=clean(papers[row.paper_id].title),
            year=papers[row.paper_id].year,
            cells=tuple(_grid_cell(row, cell, filling) for cell in row.cells),
            paper_id=row.paper_id,
        )
        for number, row in enumerate(table.rows, start=1)
        if not wanted or number in wanted
    ]


def _grid_cell(row: Row, cell: Cell, filling: Filling) -> GridCell:
    is_waiting = (row.paper_id, cell.column) in filling.waiting
    rank, number, text = sort_value(cell)
    verdicts = dict.fromkeys(support_words(value) for value in cell.values)
    shown = "…" if is_waiting else shorten(clean(cell_text(cell)), _SHOWN_CHARS)
    return GridCell(
        at=place_of(row.key, cell.column),
        text=shown,
        state="waiting" if is_waiting else state_of(cell),
        verdict="" if is_waiting else clean("; ".join(verdicts)),
        rank=rank,
        number=number,
        sorted_by=shorten(clean(text), 80),
    )


def state_of(cell: Cell) -> str:
    """The state that colours a cell."""
    if cell.state == "no proof" or cell.state == "failed":
        return cell.state.replace(" ", "-")
    if cell.is_by_hand:
        return "by-hand"
    if is_in_own_words(cell):
        return "own"
    return "not-stated" if cell.state in EMPTY else "filled"


def place_of(key: str, column: str) -> str:
    """`KEY:COLUMN`, as forms name a cell; a column alone is `:COLUMN`, a paper `KEY:`."""
    return f"{key}:{column}"


def read_place(at: str) -> tuple[str, str]:
    """The key and the column of what `place_of` wrote. A name of a column has no colon."""
    key, _, column = at.rpartition(":")
    return key, column


@dataclass(frozen=True)
class QuoteBeside:
    """A quote with the text around it."""

    before: str
    quote: str
    after: str
    place: str


@dataclass(frozen=True)
class ValueBeside:
    """A value with how it is supported, and its quotes."""

    text: str
    verdict: str
    quotes: tuple[QuoteBeside, ...]


def values_beside(cell: Cell, paper: Paper) -> list[ValueBeside]:
    """The values of a cell with their quotes in the paper."""
    return [_beside(value, paper) for value in cell.values]


def _beside(value: Value, paper: Paper) -> ValueBeside:
    citations = [*([value.citation] if value.citation else []), *value.more]
    quotes = tuple(_quote(citation, paper) for citation in citations)
    if not citations and value.quote:
        quotes = (QuoteBeside("", clean(value.quote), "", "not located in the paper"),)
    return ValueBeside(clean(value.text), clean(support_words(value)), quotes)


def _quote(citation: Citation, paper: Paper) -> QuoteBeside:
    before, quote, after = words_around(citation, paper)
    return QuoteBeside(before, quote, after, quoted_place(citation))


def written_column(column: Column) -> str:
    """The column as a person writes it, which `read_column` reads."""
    if column.formula:
        rest = f": {column.question}" if column.question else ""
        return f"{column.name} = {column.formula}{rest}"
    kind = f"one of {','.join(column.choices)}" if column.choices else column.kind
    typed = column.name if kind == "text" else f"{column.name} ({kind})"
    return f"{typed}: {column.question}" if column.question else typed


@dataclass(frozen=True)
class Filling:
    """A table while it is filled, and the cells that are waited for: the ids of their papers with
    the names of their columns."""

    table: Table
    waiting: frozenset[tuple[str, str]] = frozenset()


def so_far(table: Table, columns: Sequence[Column], given: Mapping[str, Sequence[Cell]]) -> Filling:
    """The table with these columns and the cells that are given by now, by paper id. A computed
    cell of a row that has its others is not waited for."""
    rows: list[Row] = []
    waiting: set[tuple[str, str]] = set()
    for row in table.rows:
        known = {cell.column: cell for cell in (*row.cells, *given.get(row.paper_id, ()))}
        cells = []
        for column in columns:
            cells.append(known.get(column.name) or Cell(column=column.name, state="not answered"))
            if column.name not in known and not (column.formula and row.paper_id in given):
                waiting.add((row.paper_id, column.name))
        rows.append(row.model_copy(update={"cells": tuple(cells)}))
    filled = table.model_copy(update={"columns": tuple(columns), "rows": tuple(rows)})
    return Filling(filled, frozenset(waiting))


def blank_table(papers: Sequence[Paper]) -> Table:
    """A table of these papers without columns."""
    rows = tuple(Row(paper_id=paper.id, key=paper.key) for paper in papers)
    coverage = Coverage(papers=0, matched=len(rows), read=0, cited=0)
    return Table(rows=rows, papers=tuple(papers), coverage=coverage, writer="")
