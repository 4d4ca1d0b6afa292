"""Numbers of lines that a manuscript has in its margin: found by their place, and removed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from reviewer.sources.pdf.glyphs import Page, Word

_LEAST = 5  # numbers below each other on a page
_MOST_APART_PT = 3.0


def without_line_numbers(pages: Sequence[Page]) -> list[list[Word]]:
    """Each page's upright words without line numbers, which most pages of a paper have or none."""
    words = [[word for word in page.words if not word.angle] for page in pages]
    numbers = [_numbers(own) for own in words]
    numbered = sum(bool(found) for found in numbers)
    if 2 * numbered < sum(bool(own) for own in words) or not numbered:
        return words
    return [
        [word for word in own if id(word) not in found]
        for own, found in zip(words, numbers, strict=True)
    ]


def _numbers(words: Sequence[Word]) -> set[int]:
    """The ids of a page's line numbers: figures below each other, left of the text or right of it,
    each one or five more than the one above it."""
    figures = [w for w in words if w.text.isdecimal() and len(w.text) <= 4]
    found: set[int] = set()
    for edge in ("x1", "x0"):
        for column in _columns([w for w in figures if id(w) not in found], edge):
            if _counts_up(column) and _is_margin(column, words, found | {id(w) for w in column}):
                found |= {id(word) for word in column}
    return found


def _columns(figures: Sequence[Word], edge: str) -> list[list[Word]]:
    """Figures that end (or begin) at one place, from the top down."""
    columns: list[list[Word]] = []
    for word in sorted(figures, key=lambda w: getattr(w, edge)):
        if columns and getattr(word, edge) - getattr(columns[-1][0], edge) < _MOST_APART_PT:
            columns[-1].append(word)
        else:
            columns.append([word])
    return [sorted(own, key=lambda w: -w.base) for own in columns if len(own) >= _LEAST]


def _counts_up(column: Sequence[Word]) -> bool:
    values = [int(word.text) for word in column]
    steps = [b - a for a, b in pairwise(values)]
    most = max((1, 5), key=steps.count)
    return steps.count(most) > 0.9 * len(steps)


def _is_margin(column: Sequence[Word], words: Sequence[Word], own: set[int]) -> bool:
    """True where nothing but space stands between the numbers and the page's edge, or where they
    stand in a gutter, and the text beside them is apart."""
    left, right = min(w.x0 for w in column), max(w.x1 for w in column)
    others = [w for w in words if id(w) not in own]
    if not others:
        return False
    crossing = sum(w.x0 < right + 1 and w.x1 > left - 1 for w in others)
    outside = min(sum(w.x1 <= left for w in others), sum(w.x0 >= right for w in others))
    rows = len({round(w.base) for w in others if w.size > 6})
    is_full = len(column) > 0.3 * rows or len(column) >= 15
    return crossing <= 0.02 * len(others) and (outside <= 0.03 * len(others) or is_full)
