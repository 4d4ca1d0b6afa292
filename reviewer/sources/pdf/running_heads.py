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
    """Texts at the edge of two pages or more: left and right pages have heads of their own."""
    seen: Counter[str] = Counter()
    for rows, page in zip(pages, sizes, strict=True):
        seen.update({_sign(row) for row in _at_edge(rows, page)})
    return {sign for sign, count in seen.items() if count > 1}


def without_heads(rows: Sequence[list[Word]], page: Page, running: set[str]) -> list[Word]:
    """The words of a page's rows without its running heads and page numbers."""
    gone = {
        n
        for n, row in enumerate(rows)
        if any(row is outer for outer in _at_edge(rows, page))
        and (_sign(row) in running or _is_page_number(rows, n))
    }
    return [word for n, row in enumerate(rows) if n not in gone for word in row]


def _is_page_number(rows: Sequence[list[Word]], n: int) -> bool:
    """True for a number that stands alone: a raised or lowered one is beside its line."""
    own = rows[n]
    if not _PAGE_NUMBER.fullmatch(" ".join(word.text for word in own)):
        return False
    near = [*rows[max(0, n - 1) : n], *rows[n + 1 : n + 2]]
    return all(abs(row[0].base - own[0].base) > 0.8 * row[0].size for row in near)
