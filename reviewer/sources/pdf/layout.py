"""Words of a paper's pages -> lines in the order in which a reader takes them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reviewer.sources.pdf.columns import Gutter, find_gutter, regions, top_of_columns
from reviewer.sources.pdf.floats import part_floats, with_apart
from reviewer.sources.pdf.glyphs import Page, Rule, Word
from reviewer.sources.pdf.line_numbers import without_line_numbers
from reviewer.sources.pdf.lines import Line, lines_of, mark_paragraphs, usual_size
from reviewer.sources.pdf.running_heads import rows_of, running_heads, without_heads
from reviewer.sources.pdf.tables import Cell, cells_of

_DOUBTFUL_GAP = 1.5  # ems: wider than a space that TeX stretches
_PROSE_WORDS = 3
_ABSTRACT_HEADS = ("abstract", "summary")


@dataclass(frozen=True, slots=True)
class PageLines:
    """A page's lines in reading order, and its words that run up or down (as a margin's stamp).
    `doubtful` are lines that may be two texts side by side: they are in no part of the paper."""

    lines: tuple[Line, ...]
    sideways: str = ""
    doubtful: tuple[Line, ...] = ()


def lay_out(pages: Sequence[Page], first: int = 1) -> list[PageLines]:
    """Each page's lines without line numbers, running heads, feet and page numbers; what stands
    outside the run of text comes after it. `first` is the number of the first of these pages."""
    rows = [rows_of(own) for own in without_line_numbers(pages)]
    running = running_heads(rows, pages)
    words = [without_heads(own, page, running) for own, page in zip(rows, pages, strict=True)]
    usual = _usual_gutter(words)
    columns = [
        _columns_of(own, page.rules, usual, number)
        for number, (own, page) in enumerate(zip(words, pages, strict=True), start=first)
    ]
    size = usual_size(line for page in columns for column in page for line in column)
    return [_page_lines(own, page, size) for own, page in zip(columns, pages, strict=True)]


def _usual_gutter(words: Sequence[Sequence[Word]]) -> Gutter | None:
    """The gutter of most pages, for those that do not show it."""
    found = [gutter for own in words if (gutter := find_gutter(own))]
    if 3 * len(found) < len(words) or not found:
        return None
    places = Counter((round(g.left + g.right), g.outer_left, g.outer_right) for g in found)
    (place, _), *_ = places.most_common(1)
    return next(g for g in found if (round(g.left + g.right), g.outer_left, g.outer_right) == place)


def _columns_of(
    words: Sequence[Word], rules: Sequence[Rule], usual: Gutter | None, number: int
) -> list[list[Line]]:
    """The lines of each region of a page, with their paragraphs."""
    parts = _above_columns(words, usual) if number == 1 else [(list(words), 0)]
    found = []
    for part, depth in parts:
        for region in regions(part, rules, usual, depth):
            lines = lines_of(region, number)
            left, right = min(w.x0 for w in region), max(w.x1 for w in region)
            own = [
                rule.y
                for rule in rules
                if rule.x0 < right and rule.x1 > left and rule.x1 - rule.x0 > 0.25 * (right - left)
            ]
            found.append(mark_paragraphs(lines, own))
    return found


def _above_columns(words: Sequence[Word], usual: Gutter | None) -> list[tuple[list[Word], int]]:
    """The words of a first page above its abstract and its columns, then the others: in a paper of
    two columns the authors may be above both, far apart."""
    gutter = find_gutter(words) or usual
    heads = [w for w in words if w.text.strip(".:—–-").casefold() in _ABSTRACT_HEADS]
    heads = [w for w in heads if w.text[:1].isupper()]
    height = None
    if heads:
        cut = max(heads, key=lambda w: w.base)
        height = cut.base + cut.size
    if gutter:
        top = top_of_columns(words, gutter)
        height = max(height or 0.0, top + 6) if top else height
    if height is None:
        return [(list(words), 0)]
    return [
        ([w for w in words if w.base > height], 2),
        ([w for w in words if w.base <= height], 0),
    ]


def _page_lines(columns: Sequence[Sequence[Line]], page: Page, usual: float) -> PageLines:
    flow: list[Line] = []
    apart: list[list[Line]] = []
    for column in columns:
        parted = part_floats(column, page.rules, usual)
        flow += parted.flow
        apart += parted.apart
    doubtful = [line for line in flow if _may_be_two(line)]
    flow = [line for line in flow if not any(line is other for other in doubtful)]
    sideways = "".join((w.text if w.is_glued else f" {w.text}") for w in page.words if w.angle)
    return PageLines(tuple(with_apart(flow, apart)), sideways.strip(), tuple(doubtful))


def _may_be_two(line: Line) -> bool:
    """True for a line that may be those of two columns: two runs of words far apart, or over each
    other."""
    cells = cells_of(line.words, _DOUBTFUL_GAP)
    runs = [cell for cell in cells if _words_in(cell) > _PROSE_WORDS]
    over = sum(
        after.x0 < before.x1 - 0.5 * after.size and abs(after.base - before.base) < 0.1 * after.size
        for before, after in pairwise(line.words)
        if before.text.isalpha() and after.text.isalpha() and len(before.text) > 3 < len(after.text)
    )
    return len(runs) > 1 or over > 1


def _words_in(cell: Cell) -> int:
    """How many of its words are of two letters or more: those of a formula are not."""
    return sum(len(word.text) > 1 and word.text[:2].isalpha() for word in cell.words)
