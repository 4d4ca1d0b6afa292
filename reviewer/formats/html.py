"""Comparison tables as one HTML page that asks no network for anything."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.cells import EMPTY, cell_text, is_in_own_words, sort_value, tally_line
from reviewer.formats import (
    TableQuote,
    around_quote,
    byline,
    link_of,
    nothing_found,
    quoted_place,
    readable_date,
    standing,
    table_head,
    table_quotes,
    table_title,
)
from reviewer.pages import render_page
from reviewer.records import Paper
from reviewer.results import Cell, Table
from reviewer.text import clean


@dataclass(frozen=True)
class Shown:
    """A value and its quote within the text that it stands in: before, marked, after."""

    anchor: str
    column: str
    value: str
    stands: str
    place: str
    before: str
    marked: str
    after: str
    paper: Paper
    has_proof: bool


@dataclass(frozen=True)
class ShownCell:
    """A cell: its text, the state that colours it, what it is sorted by, and its quotes' ids."""

    column: str
    text: str
    state: str
    rank: int
    number: float
    anchors: tuple[str, ...]


def table_html(table: Table) -> str:
    """The page, with a panel that shows the quote behind each cell."""
    papers = {paper.id: paper for paper in table.papers}
    quotes = table_quotes(table)
    numbers = iter(quote.number for quote in quotes)
    rows = [
        (
            papers[row.paper_id],
            row,
            [_cell(c, [next(numbers) for _ in c.values]) for c in row.cells],
        )
        for row in table.rows
    ]
    values = {
        "title": clean(table_title(table)),
        "head": clean(table_head(table)),
        "tally": clean(tally_line(table)),
        "columns": table.columns,
        "rows": rows,
        "quotes": [_shown(quote) for quote in quotes],
        "nothing": nothing_found(table),
        "nearest": () if table.rows else table.papers,
    }
    filters = {"link": link_of, "date": readable_date, "byline": byline}
    return render_page("table", filters, values)


def _cell(cell: Cell, numbers: list[int]) -> ShownCell:
    rank, number, _ = sort_value(cell)
    colour = "not stated" if cell.state in EMPTY else cell.state
    state = "own" if is_in_own_words(cell) else colour.replace(" ", "-")
    anchors = tuple(f"q{n}" for n in numbers)
    return ShownCell(cell.column, clean(cell_text(cell)), state, rank, number, anchors)


def _shown(quote: TableQuote) -> Shown:
    value = quote.value
    pieces = ("", clean(value.quote), "")
    if value.citation:
        pieces = around_quote(quote.paper.text_of(value.citation.part), value.citation)
    return Shown(
        f"q{quote.number}",
        clean(quote.column),
        clean(value.text),
        clean(standing(value)),
        quoted_place(value.citation) if value.citation else "not located in the paper",
        *pieces,
        quote.paper,
        not value.doubts,
    )
