"""Rows of words across a page, and which of them are running heads, feet and page numbers. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from reviewer.sources.pdf.glyphs import Page, Word

_MARGIN = 0.17  # of a page's height: where running heads and page numbers stand, LaTeX's too
_PAGE_NUMBER = re.compile(
    r"\W*(?:page\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.I
)


def rows_of(words: Iterable[Word]) -> list[list[Word]]:
    """Words of one height on the page, across all columns, from the top down."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (-w.base, w.x0)):
        if rows and rows[-1][0].base - word.base < 0.3 * word.size:
            rows[-1].append(word)
        else:
            rows.append([word])
    for row in rows:
        row.sort(key=lambda w: w.x0)
    return rows


def _sign(row: Sequence[Word]) -> str:
    return re.sub(r"[\divxl]+\b", "#", " ".join(word.text for word in row).casefold())


def _edges(rows: Sequence[list[Word]]) -> list[list[Word]]:
    return [*rows[:2], *rows[2:][-2:]]


def running_heads(pages: Sequence[Sequence[list[Word]]], sizes: Sequence[Page]) -> set[str]:
    """Texts that stand at the edge of three pages or more (of every page, where there are two)."""
    seen: Counter[str] = Counter()
    for rows, page in zip(pages, sizes, strict=True):
        edge = page.height * _MARGIN
        at_edge = [r for r in _edges(rows) if not edge < r[0].base < page.height - edge]
        seen.update({_sign(row) for row in at_edge})
    least = min(3, max(2, len(pages)))
    return {sign for sign, count in seen.items() if count >= least}


def is_running(
    row: Sequence[Word], rows: Sequence[list[Word]], page: Page, running: set[str]
) -> bool:
    if not any(row is edge for edge in _edges(rows)):
        return False
    edge = page.height * _MARGIN
    if edge < row[0].base < page.height - edge:
        return False
    return _sign(row) in running or bool(_PAGE_NUMBER.fullmatch(" ".join(w.text for w in row)))
