"""Words on a page -> lines in the order in which a reader takes them: columns, lines, paragraphs.

Order in the file is not trusted. A gutter is a strip that few words cross, with real columns of
text on both sides; what spans it (titles, wide captions) cuts the page into bands. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median

from reviewer.sources.pdf.glyphs import Page, Word, runs_of
from reviewer.sources.pdf.running_heads import rows_of, running_heads, without_heads

_BIN_PT = 1.0
_LEAST_GUTTER_PT = 7.0  # LaTeX's columns are 10 apart
_MOST_CROSSING = 0.6  # of the usual height of text above a point: a page whose half is one column
_LEAST_COLUMN_LINES = 4
_WIDE_GAP = 0.9  # ems: between authors or a table's cells, two spaces in the text
_ABSTRACT = re.compile(r"(?:Abstract|ABSTRACT|Summary|SUMMARY)\W*")
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]\d]*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a column, of its page (1-based). `is_start`: a paragraph begins with it."""

    text: str
    page: int
    x0: float
    x1: float
    base: float
    size: float
    is_bold: bool = False
    is_start: bool = False


@dataclass(frozen=True, slots=True)
class PageLines:
    """A page's lines in reading order, and its words that run up or down (as a margin's stamp)."""

    lines: tuple[Line, ...]
    sideways: str = ""


def lay_out(pages: Sequence[Page]) -> list[PageLines]:
    """Each page's lines without running heads, feet and page numbers."""
    rows = [rows_of(word for word in page.words if not word.angle) for page in pages]
    running = running_heads(rows, pages)
    laid = []
    for number, (page, own) in enumerate(zip(pages, rows, strict=True), start=1):
        words = without_heads(own, page, running)
        lines: list[Line] = []
        for part in _above_abstract(words) if number == 1 else (words,):
            for column in _columns(part, depth=0):
                lines += _paragraphs(_lines(column, number))
        sideways = "".join((w.text if w.is_glued else f" {w.text}") for w in page.words if w.angle)
        laid.append(PageLines(tuple(_feet_last(lines)), sideways.strip()))
    return laid


def _above_abstract(words: Sequence[Word]) -> Iterable[list[Word]]:
    """The words of a first page above its abstract, then the others: in a paper of two columns the
    authors may be above both, far apart."""
    heads = [w for w in words if _ABSTRACT.fullmatch(w.text) and w.base > 0]
    if not heads:
        return (list(words),)
    cut = max(heads, key=lambda w: w.base)
    height = cut.base + cut.size
    return [w for w in words if w.base > height], [w for w in words if w.base <= height]


def _columns(words: Sequence[Word], depth: int) -> list[list[Word]]:
    """Groups of words that are read one after the other."""
    gutter = _gutter(words) if depth < 2 else None
    if gutter is None:
        return [list(words)] if words else []
    left_edge, right_edge = gutter
    middle = (left_edge + right_edge) / 2

    def is_close(run: list[Word], word: Word) -> bool:
        gap = max(0.6 * (right_edge - left_edge), 0.4 * word.size)
        return word.x0 - max(w.x1 for w in run[-3:]) < gap

    spanning: set[int] = set()
    heights: list[float] = []
    for row in rows_of(words):
        for run in runs_of(row, is_close):
            if run[0].x0 < left_edge - 1 and run[-1].x1 > right_edge + 1:
                spanning |= {id(word) for word in run}
                heights.append(run[0].base)
    columns: list[list[Word]] = []
    heights = [*sorted(heights, reverse=True), float("-inf")]
    rest = sorted(words, key=lambda w: -w.base)
    wide: list[Word] = []
    for height in heights:
        band = [w for w in rest if id(w) not in spanning and w.base > height]
        if band:
            columns += _columns(wide, 2)
            wide = []
            columns += _columns([w for w in band if (w.x0 + w.x1) / 2 < middle], depth + 1)
            columns += _columns([w for w in band if (w.x0 + w.x1) / 2 >= middle], depth + 1)
        wide += [w for w in rest if id(w) in spanning and w.base >= height]
        taken = {id(w) for w in (*band, *wide)}
        rest = [w for w in rest if id(w) not in taken]
    return columns + _columns(wide, 2)


def _gutter(words: Sequence[Word]) -> tuple[float, float] | None:
    """The strip between two columns of text, or None."""
    if len(words) < 40:
        return None
    left, right = min(w.x0 for w in words), max(w.x1 for w in words)
    bins = [0.0] * (int((right - left) / _BIN_PT) + 1)
    for word in words:
        for i in range(int((word.x0 - left) / _BIN_PT), int((word.x1 - left) / _BIN_PT) + 1):
            bins[min(i, len(bins) - 1)] += word.size
    usual = median(bins)
    best: tuple[float, float, float, float] | None = None
    first, last = int(0.2 * len(bins)), int(0.8 * len(bins))
    for low in sorted({round(b, 1) for b in bins[first:last] if b <= _MOST_CROSSING * usual})[:8]:
        for start, end in _strips(bins, low + 0.05, first, last):
            x0, x1 = left + start * _BIN_PT, left + end * _BIN_PT
            if x1 - x0 >= _LEAST_GUTTER_PT and _has_columns(words, x0, x1, (left, right)):
                rank = (low, -(x1 - x0), x0, x1)
                best = min(best, rank) if best else rank
        if best:
            return best[2], best[3]
    return None


def _strips(bins: Sequence[float], most: float, first: int, last: int) -> Iterable[tuple[int, int]]:
    """Runs of bins with no more text above them than `most`."""
    for is_low, own in groupby(range(first, last), key=lambda i: bins[i] <= most):
        if is_low:
            strip = list(own)
            yield strip[0], strip[-1] + 1


def _has_columns(words: Sequence[Word], x0: float, x1: float, ends: tuple[float, float]) -> bool:
    """True when both sides hold lines that mostly fill their side, as running text does; a table's
    columns do not."""
    for low, high, own in (
        (ends[0], x0, [w for w in words if w.x1 <= x0 + _BIN_PT]),
        (x1, ends[1], [w for w in words if w.x0 >= x1 - _BIN_PT]),
    ):
        widths = [max(w.x1 for w in row) - row[0].x0 for row in rows_of(own) if len(row) > 1]
        if len(widths) < _LEAST_COLUMN_LINES or high - low < 0.2 * (ends[1] - ends[0]):
            return False
        if median(widths) < 0.5 * (high - low):
            return False
    return True


def _lines(words: Sequence[Word], page: int) -> list[Line]:
    """One column's lines, from the top down; raised and lowered letters belong to their line."""
    groups: list[list[Word]] = []
    tallest: Word | None = None
    for word in sorted(words, key=lambda w: (-w.base, w.x0)):
        if tallest and tallest.base - word.base < 0.45 * max(tallest.size, word.size):
            groups[-1].append(word)
            tallest = word if word.size > 1.05 * tallest.size else tallest
        else:
            groups.append([word])
            tallest = word
    return [_line(group, page) for group in groups]


def _line(group: list[Word], page: int) -> Line:
    group.sort(key=lambda w: w.x0)
    text, before = "", None
    for word in group:
        glue = before and word.is_glued and -word.size < word.x0 - before.x1 < 0.2 * word.size
        gap = "  " if before and word.x0 - before.x1 > _WIDE_GAP * word.size else " "
        text += word.text if not text or glue else gap + word.text
        before = word
    weights: Counter[tuple[float, bool, float]] = Counter()
    for word in group:
        weights[round(word.size, 1), word.is_bold, word.base] += len(word.text)
    (size, is_bold, base), _ = weights.most_common(1)[0]
    return Line(text, page, group[0].x0, max(w.x1 for w in group), base, size, is_bold)


def _paragraphs(lines: Sequence[Line]) -> list[Line]:
    """The lines, marked where a paragraph begins: after a wider gap, at another size or weight of
    letters, or indented."""
    if not lines:
        return []
    gaps = [a.base - b.base for a, b in pairwise(lines) if a.base > b.base]
    leading = median(gaps) if gaps else lines[0].size * 1.2
    left = Counter(round(line.x0) for line in lines).most_common(1)[0][0]
    marked = []
    for before, line in zip([None, *lines], lines, strict=False):
        is_start = before is None or _begins(before, line, leading, left)
        marked.append(replace(line, is_start=is_start))
    return marked


def _begins(before: Line, line: Line, leading: float, left: float) -> bool:
    if before.base - line.base > 1.4 * max(leading, 1.0):
        return True
    if abs(before.size - line.size) > 0.08 * line.size or before.is_bold != line.is_bold:
        return before.base - line.base > 0.6 * leading
    em = line.size
    return left + 0.8 * em < line.x0 < left + 4 * em and before.x0 < left + 0.8 * em


def _feet_last(lines: Sequence[Line]) -> list[Line]:
    """Footnotes, in smaller letters at the foot of a column, after the page's text: before its last
    paragraph where that goes on, so that no sentence is broken by them."""
    usual = usual_size(lines)
    feet: list[Line] = []
    text: list[Line] = []
    for column in runs_of(lines, lambda column, line: line.base < column[-1].base):
        cut = len(column)
        while cut and column[cut - 1].size < 0.93 * usual:
            cut -= 1
        is_foot = cut and column[cut:] and not column[cut].text.lower().startswith(("fig", "tab"))
        feet += column[cut:] if is_foot else []
        text += column[:cut] if is_foot else column
    at = len(text)
    if text and not _SENTENCE_END.search(text[-1].text):
        at = max((i for i, line in enumerate(text) if line.is_start), default=at)
    return [*text[:at], *feet, *text[at:]]


def usual_size(lines: Iterable[Line]) -> float:
    """The size in points of most letters; 10 without lines."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def goes_on(before: Line, line: Line) -> bool:
    """True when a line in another column or page goes on with the paragraph before it."""
    is_like = abs(before.size - line.size) < 0.08 * line.size and before.is_bold == line.is_bold
    return is_like and not _SENTENCE_END.search(before.text) and not line.text[:1].isupper()
