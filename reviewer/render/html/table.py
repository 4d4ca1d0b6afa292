"""Comparison tables as one HTML page that asks no network for anything."""

from __future__ import annotations

from reviewer.render.describe import tally_line
from reviewer.render.html.cited_papers import book_of
from reviewer.render.html.page import render_page
from reviewer.render.html.table_grid import citations_in, grid_of
from reviewer.render.table_words import nothing_found, table_head, table_title
from reviewer.text import clean
from reviewer.types import Table


def table_html(table: Table) -> str:
    """The page, with a panel that shows the quote behind each cell within its text."""
    book = book_of(citations_in(table), table.papers)
    values = {
        "title": clean(table_title(table)),
        "head": clean(table_head(table)),
        "tally": clean(tally_line(table)),
        "grid": grid_of(table, book.anchors),
        "papers": book.papers,
        "nothing": nothing_found(table),
        "near": () if table.rows else table.papers,
    }
    return render_page("table", values, styles=("cited", "table"), scripts=("cited", "table"))
