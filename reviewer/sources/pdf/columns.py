"""Words of a page -> regions in the order in which a reader takes them.

Order in the file is not trusted. A gutter is a strip that few words cross, with columns of text on
both sides. A row with ink in the gutter goes over the full width; such rows cut the page into
bands, and each band is read column by column. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from reviewer.sources.pdf.glyphs import Rule, Word
from reviewer.sources.pdf.running_heads import rows_of

_BIN_PT = 1.0
_LEAST_GUTTER_PT = 7.0  # LaTeX's columns are 10 apart
_MOST_CROSSING = 0.6  # of the usual height of text above a point: a page whose half is one column
_LEAST_COLUMN_LINES = 4
_MOST_INDENT_PT = 25.0
_EDGE_PT = 1.5  # letters stand over the edge of a column by so much
_MOST_LEADING = 1.75  # of a letter's size: rows farther apart are not of one paragraph
_MOST_SPACE = 1.3  # ems: TeX stretches a space after a full stop so far


@dataclass(frozen=True, slots=True)
class Gutter:
    """The strip between two columns: where the left one ends and the right one begins, and the
    outer edges of both."""

    left: float
    right: float
    outer_left: float
    outer_right: float


@dataclass(frozen=True, slots=True)
class _Row:
    """Words of one height, those of the left and of the right column."""

    words: list[Word]
    left: list[Word]
    right: list[Word]
    is_wide: bool

    @property
    def base(self) -> float:
        return max(self.words, key=lambda w: w.size).base

    @property
    def size(self) -> float:
        return max(w.size for w in self.words)


def regions(
    words: Sequence[Word], rules: Sequence[Rule], usual: Gutter | None, depth: int = 0
) -> list[list[Word]]:
    """Groups of words that are read one after the other. `usual` is the gutter of the paper's other
    pages, for a page that is too short to show its own."""
    if not words:
        return []
    gutter = find_gutter(words) if depth < 2 else None
    if depth == 0 and usual and (gutter is None or _is_narrow(gutter, usual)):
        gutter = usual if _fits(words, usual) else None
    if gutter is None:
        return [list(words)]
    groups: list[list[Word]] = []
    rows = _classified(words, gutter, rules)
    for is_wide, own in groupby(rows, lambda row: row.is_wide):
        band = list(own)
        if is_wide:
            groups.append([word for row in band for word in row.words])
        else:
            for side in ("left", "right"):
                part = [word for row in band for word in getattr(row, side)]
                groups += regions(part, rules, None, depth + 1)
    return groups


def top_of_columns(words: Sequence[Word], gutter: Gutter) -> float:
    """The height of the highest row of a column's text, 0 without any: two full lines below each
    other, and the lines right above them."""
    highest = 0.0
    for low, high in (
        (gutter.outer_left, gutter.left),
        (gutter.right, gutter.outer_right),
    ):
        own = [w for w in words if w.x0 >= low - _EDGE_PT and w.x1 <= high + _EDGE_PT]
        rows = rows_of(own)
        full = [_fills(row, low, high) for row in rows]
        near = [
            one[0].base - other[0].base < _MOST_LEADING * one[0].size
            for one, other in pairwise(rows)
        ]
        at = next(
            (i for i, is_near in enumerate(near) if is_near and full[i] and full[i + 1]), None
        )
        if at is not None:
            while at and near[at - 1] and rows[at - 1][0].x0 < low + _MOST_INDENT_PT:
                at -= 1
            highest = max(highest, rows[at][0].base)
    return highest


def _fills(row: Sequence[Word], low: float, high: float) -> bool:
    """True for a line that begins at its column's left edge or indented, and nearly fills it."""
    is_aligned = len(row) > 3 and row[0].x0 < low + _MOST_INDENT_PT
    return is_aligned and row[-1].x1 - row[0].x0 > 0.75 * (high - low)


def find_gutter(words: Sequence[Word]) -> Gutter | None:
    """The gutter between two columns of text, or None."""
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
            return _edges(words, best[2], best[3])
    return None


def _edges(words: Sequence[Word], x0: float, x1: float) -> Gutter:
    """The edges of the columns on both sides of a strip: where most of their lines end or begin."""
    middle = (x0 + x1) / 2
    ends: Counter[int] = Counter()
    begins: Counter[int] = Counter()
    lefts: Counter[int] = Counter()
    rights: Counter[int] = Counter()
    for row in rows_of(words):
        before = [w for w in row if w.x1 <= middle]
        after = [w for w in row if w.x0 >= middle]
        if len(before) + len(after) == len(row):
            if before:
                ends[round(before[-1].x1)] += 1
                lefts[round(before[0].x0)] += 1
            if after:
                begins[round(after[0].x0)] += 1
                rights[round(after[-1].x1)] += 1
    return Gutter(
        max(_common(ends, x0), default=x0),
        min(_common(begins, x1), default=x1),
        lefts.most_common(1)[0][0] if lefts else x0,
        rights.most_common(1)[0][0] if rights else x1,
    )


def _common(counts: Counter[int], near: float) -> list[float]:
    """Places near to this one at which many lines begin or end: entries of a list begin elsewhere
    than lines of text."""
    own = {at: count for at, count in counts.items() if abs(at - near) <= 6}
    least = max(3, 0.2 * max(own.values(), default=0))
    return [float(at) for at, count in own.items() if count >= least]


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


def _fits(words: Sequence[Word], gutter: Gutter) -> bool:
    """True where a page without a gutter of its own has lines that keep to the usual columns."""
    rows = rows_of(words)
    wide = sum(any(_is_inside(word, gutter) for word in row) for row in rows)
    return wide < 0.5 * len(rows)


def _is_narrow(gutter: Gutter, usual: Gutter) -> bool:
    """True for a strip within a table, which is narrower than the paper's columns."""
    return gutter.outer_right - gutter.outer_left < 0.9 * (usual.outer_right - usual.outer_left)


def _is_inside(word: Word, gutter: Gutter) -> bool:
    return word.x0 < gutter.right - _EDGE_PT and word.x1 > gutter.left + _EDGE_PT


def _classified(words: Sequence[Word], gutter: Gutter, rules: Sequence[Rule]) -> list[_Row]:
    """The rows from the top down, each wide or of two columns."""
    rows: list[_Row] = []
    for row in rows_of(words):
        rows += _parted(row, gutter)
    for _ in rows:  # a row may be wide because its neighbour is
        changed = [
            _Row(row.words, [], [], True) if _joins_wide(rows, i, gutter, rules) else row
            for i, row in enumerate(rows)
        ]
        if changed == rows:
            break
        rows = changed
    return _with_wide_floats(rows, gutter)


def _with_wide_floats(rows: Sequence[_Row], gutter: Gutter) -> list[_Row]:
    """The rows, those of a figure over both columns wide: they have no column's line among them and
    stand above a wide row, from the page's top or from another wide row."""
    found: list[_Row] = []
    runs = [list(run) for _, run in groupby(rows, lambda row: row.is_wide)]
    for n, run in enumerate(runs):
        is_figure = not run[0].is_wide and n + 1 < len(runs) and not _has_text(run, gutter)
        found += [_Row(row.words, [], [], True) for row in run] if is_figure else run
    return found


def _has_text(rows: Sequence[_Row], gutter: Gutter) -> bool:
    return any(
        _fills(row.left, gutter.outer_left, gutter.left)
        or _fills(row.right, gutter.right, gutter.outer_right)
        for row in rows
    )


def _parted(row: list[Word], gutter: Gutter) -> list[_Row]:
    """The row, as two where one part of it is wide and another is a column's line."""
    middle = (gutter.left + gutter.right) / 2
    crossing = [word for word in row if _is_inside(word, gutter)]
    left = [w for w in row if (w.x0 + w.x1) / 2 < middle]
    right = [w for w in row if (w.x0 + w.x1) / 2 >= middle]
    if not crossing:
        return [_Row(row, left, right, is_wide=False)]
    if _is_overfull(left, right, crossing, gutter):
        return [_Row(row, left, right, is_wide=False)]
    first, last = row.index(crossing[0]), row.index(crossing[-1])
    while first and row[first].x0 - row[first - 1].x1 < _MOST_SPACE * row[first].size:
        first -= 1
    while last + 1 < len(row) and row[last + 1].x0 - row[last].x1 < _MOST_SPACE * row[last].size:
        last += 1
    after = row[last + 1 :]
    if after and abs(after[0].x0 - gutter.right) < _EDGE_PT and first < last:
        return [_Row(row[: last + 1], [], [], True), _Row(after, [], after, is_wide=False)]
    return [_Row(row, [], [], is_wide=True)]


def _is_overfull(
    left: Sequence[Word], right: Sequence[Word], crossing: Sequence[Word], gutter: Gutter
) -> bool:
    """True for a line that stands a little over its column's end, beside the other column's."""
    if not left or any(word.x1 > gutter.right - 1 for word in crossing):
        return False
    if any(word not in left for word in crossing):
        return False
    if not right:
        return left[0].x0 < gutter.left - 20 and len(left) > 1
    space = right[0].x0 - left[-1].x1
    return abs(right[0].x0 - gutter.right) < _EDGE_PT and space > 0.6 * right[0].size


def _joins_wide(rows: Sequence[_Row], i: int, gutter: Gutter, rules: Sequence[Rule]) -> bool:
    """True for a row that goes over the full width without ink in the gutter, by chance."""
    row = rows[i]
    if row.is_wide:
        return True
    above, below = _nearest(rows, i, -1), _nearest(rows, i, 1)
    if above is None and below is None:
        return _is_in_wide_table(row, gutter, rules)
    is_aligned = bool(row.right) and abs(row.right[0].x0 - gutter.right) < _EDGE_PT
    if above and below and not is_aligned:
        return True
    begin = row.left[0].x0 if row.left else None
    if begin is not None and abs(begin - gutter.outer_left) > 3 and row.right:
        beside = [near for near in (above, below) if near]
        if any(abs(near.words[0].x0 - begin) < _EDGE_PT for near in beside):
            return True
    space = row.right[0].x0 - row.left[-1].x1 if row.left and row.right else None
    if space is not None and space < _MOST_SPACE * row.size and not is_aligned:
        return True
    if above and not row.right:
        after = rows[i + 1] if i + 1 < len(rows) else None
        is_apart = after is None or row.base - after.base > 1.3 * (above.base - row.base)
        return is_apart and abs(row.left[0].x0 - above.words[0].x0) < _EDGE_PT
    return _is_in_wide_table(row, gutter, rules)


def _nearest(rows: Sequence[_Row], i: int, step: int) -> _Row | None:
    """The wide row right above or below, in like letters; None where there is none."""
    if not 0 <= i + step < len(rows):
        return None
    row, other = rows[i], rows[i + step]
    is_near = abs(row.base - other.base) < _MOST_LEADING * max(row.size, other.size)
    is_like = abs(row.size - other.size) < 0.1 * row.size or row.size < 0.8 * other.size
    return other if other.is_wide and is_near and is_like else None


def _is_in_wide_table(row: _Row, gutter: Gutter, rules: Sequence[Rule]) -> bool:
    """True between two rules of the same ends that cross the gutter, unless it is a column's."""
    if row.right and abs(row.right[0].x0 - gutter.right) < _EDGE_PT:
        return False
    if row.left and abs(row.left[0].x0 - gutter.outer_left) < _EDGE_PT and not row.right:
        return False
    crossing = [r for r in rules if r.x0 < gutter.left and r.x1 > gutter.right]
    above = [r for r in crossing if 0 < r.y - row.base < 200]
    below = [r for r in crossing if 0 < row.base - r.y < 200]
    return any(abs(a.x0 - b.x0) < 2 and abs(a.x1 - b.x1) < 2 for a in above for b in below)
