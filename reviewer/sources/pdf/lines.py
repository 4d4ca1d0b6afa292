"""Lines of a page's text, and where paragraphs begin and go on. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from reviewer.sources.pdf.glyphs import Word

_WIDE_GAP = 0.9  # ems: between authors or a table's cells, two spaces in the text
_WORD = re.compile(r"[^\W\d_]{3}")
_CLOSING = r"[\"'”’)\]]*"
_SENTENCE_END = re.compile(rf"(?:[.!?:;]{_CLOSING}|(?<!\d)[.!?:;]{_CLOSING}\[?\d{{1,3}}\]?)$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a column, of its page (1-based). `is_start`: a paragraph begins with it.
    `is_first`: nothing that it could go on with stands right above it (it is the first of a column,
    or a float stood there). `is_apart`: it is of a float or a footnote. `right` is where its column
    ends."""

    text: str
    page: int
    x0: float
    x1: float
    base: float
    size: float
    is_bold: bool = False
    is_start: bool = False
    is_first: bool = False
    is_apart: bool = False
    right: float = 0.0
    words: tuple[Word, ...] = ()


def lines_of(words: Sequence[Word], page: int) -> list[Line]:
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
    return [line_of(group, page) for group in groups]


def line_of(group: list[Word], page: int) -> Line:
    """The line of these words. It is as large and as heavy as most of its letters."""
    group.sort(key=lambda w: w.x0)
    weights: Counter[tuple[float, bool, float]] = Counter()
    for word in group:
        weights[round(word.size, 1), word.is_bold, word.base] += len(word.text)
    (size, is_bold, base), _ = weights.most_common(1)[0]
    right = max(w.x1 for w in group)
    text = joined_words(group)
    return Line(text, page, group[0].x0, right, base, size, is_bold, words=tuple(group))


def joined_words(group: Sequence[Word]) -> str:
    """The text of words side by side; a wide gap is two spaces."""
    text, before = "", None
    for word in group:
        glue = before and word.is_glued and -word.size < word.x0 - before.x1 < 0.2 * word.size
        gap = "  " if before and word.x0 - before.x1 > _WIDE_GAP * word.size else " "
        text += word.text if not text or glue else gap + word.text
        before = word
    return text


def mark_paragraphs(lines: Sequence[Line], rules: Iterable[float] = ()) -> list[Line]:
    """The lines of a column, marked where a paragraph begins: after a wider gap or a rule (the
    heights of `rules`), at another size or weight of letters, or indented."""
    if not lines:
        return []
    gaps = [a.base - b.base for a, b in pairwise(lines) if a.base > b.base]
    leading = _usual_leading(lines, gaps)
    left = Counter(round(line.x0) for line in lines).most_common(1)[0][0]
    right = max(line.x1 for line in lines)
    heights = list(rules)
    marked = []
    for before, line in zip([None, *lines], lines, strict=False):
        is_ruled = before is not None and any(line.base < y < before.base for y in heights)
        is_start = before is None or is_ruled or _begins(before, line, leading, left)
        marked.append(replace(line, is_start=is_start, is_first=before is None, right=right))
    return marked


def _usual_leading(lines: Sequence[Line], gaps: Sequence[float]) -> float:
    if not gaps:
        return lines[0].size * 1.2
    return median(gaps)


def _begins(before: Line, line: Line, leading: float, left: float) -> bool:
    if before.base - line.base > 1.4 * max(leading, 1.0) or _is_formula(before, left):
        return True
    if abs(before.size - line.size) > 0.08 * line.size or before.is_bold != line.is_bold:
        return before.base - line.base > 0.6 * leading
    return is_indented(line, left) and before.x0 < left + 0.8 * line.size


def _is_formula(line: Line, left: float) -> bool:
    """True for a line apart from its column's edge without a word, as the foot of a fraction."""
    return line.x0 > left + 2 * line.size and _WORD.search(line.text) is None


def is_indented(line: Line, left: float) -> bool:
    """True for the usual indent of a paragraph's first line."""
    return left + 0.8 * line.size < line.x0 < left + 4 * line.size


def usual_size(lines: Iterable[Line]) -> float:
    """The size in points of most letters; 10 without lines."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def ends_sentence(text: str) -> bool:
    return _SENTENCE_END.search(text) is not None


def goes_on(before: Line, line: Line) -> bool:
    """True when a line in another column or page goes on with the paragraph before it: in the same
    letters, where that broke off at the end of a full line. One that begins small goes on after a
    short line too."""
    is_like = abs(before.size - line.size) < 0.08 * line.size and before.is_bold == line.is_bold
    if not is_like or ends_sentence(before.text):
        return False
    if not line.text[:1].isupper():
        return True
    return not line.is_start and before.x1 > before.right - 2 * before.size
