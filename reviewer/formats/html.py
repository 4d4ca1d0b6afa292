"""Comparison tables as one HTML page that asks no network for anything."""

from __future__ import annotations

import base64
import hashlib
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

from reviewer.cells import cell_text, is_in_own_words, sort_value, tally_line
from reviewer.formats import (
    TableQuote,
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
from reviewer.records import Cell, Citation, Paper, Table
from reviewer.text import clean, clean_view

_PAGE = Path(__file__).parent / "page"
_AROUND = 1500  # characters of a long text that are shown before and after a quote


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
    """The page. Jinja escapes every text; the policy in its head lets only its own script and
    style run, by their hashes, and nothing be fetched."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"link": link_of, "date": readable_date, "byline": byline}
    script = (_PAGE / "table.js").read_text(encoding="utf-8")
    style = (_PAGE / "table.css").read_text(encoding="utf-8")
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
    page: str = environment.get_template("table.html.jinja").render(
        title=clean(table_title(table)),
        head=clean(table_head(table)),
        tally=clean(tally_line(table)),
        columns=table.columns,
        rows=rows,
        quotes=[_shown(quote) for quote in quotes],
        nothing=nothing_found(table),
        nearest=() if table.rows else table.papers,
        script=script,
        style=style,
        policy=f"default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"script-src '{_hash(script)}'; style-src '{_hash(style)}'",
    )
    return page


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _cell(cell: Cell, numbers: list[int]) -> ShownCell:
    rank, number, _ = sort_value(cell)
    state = "own" if is_in_own_words(cell) else cell.state.replace(" ", "-")
    anchors = tuple(f"q{n}" for n in numbers)
    return ShownCell(cell.column, clean(cell_text(cell)), state, rank, number, anchors)


def _shown(quote: TableQuote) -> Shown:
    value = quote.value
    pieces = ("", clean(value.quote), "")
    if value.citation:
        pieces = _around(quote.paper.text_of(value.citation.part), value.citation)
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


def _around(text: str, citation: Citation) -> tuple[str, str, str]:
    """The cleaned text before the quote, the quote, and the text after it."""
    view = clean_view(text)
    first = bisect_left(view.offsets, citation.start)
    last = bisect_left(view.offsets, citation.end)
    before, after = view.text[:first], view.text[last:]
    if len(before) > _AROUND:
        before = "…" + before[-_AROUND:]
    if len(after) > _AROUND:
        after = after[:_AROUND] + "…"
    return before, view.text[first:last], after
