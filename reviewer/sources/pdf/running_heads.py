"""Rows of words across a page, and which are running heads, feet and page numbers. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from reviewer.sources.pdf.glyphs import Page, Word, runs_of

_MARGIN = 0.17  # of a page's height: running heads and page numbers are there, LaTeX's too
_PAGE_NUMBER = re.compile(
    r"\W*(?:page\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.I
)


def rows_of(words: Iterable[Word]) -> list[list[Word]]:
    """Words of one height on the page, across all columns, from the top down."""
    downwards = sorted(words, key=lambda w: (-w.base, w.x0))
    rows = runs_of(downwards, lambda row, word: row[0].base - word.base < 0.3 * word.size)
    return [sorted(row, key=lambda w: w.x0) for row in rows]


def _sign(row: Sequence[Word]) -> str:
    return re.sub(r"[\divxl]+\b", "#", " ".join(word.text for word in row).casefold())


def _at_edge(rows: Sequence[list[Word]], page: Page) -> list[list[Word]]:
    """The first two and the last two rows of a page, as far as they are in its margins."""
    edge = page.height * _MARGIN
    outer = [*rows[:2], *rows[2:][-2:]]
    return [row for row in outer if not edge < row[0].base < page.height - edge]


def running_heads(pages: Sequence[Sequence[list[Word]]], sizes: Sequence[Page]) -> set[str]:
    """Texts at the edge of three pages or more (of every page, where there are two)."""
    seen: Counter[str] = Counter()
    for rows, page in zip(pages, sizes, strict=True):
        seen.update({_sign(row) for row in _at_edge(rows, page)})
    least = min(3, max(2, len(pages)))
    return {sign for sign, count in seen.items() if count >= least}


def without_heads(rows: Sequence[list[Word]], page: Page, running: set[str]) -> list[Word]:
    """The words of a page's rows without its running heads and page numbers."""
    gone = [
        row
        for row in _at_edge(rows, page)
        if _sign(row) in running or _PAGE_NUMBER.fullmatch(" ".join(word.text for word in row))
    ]
    return [word for row in rows if not any(row is head for head in gone) for word in row]
