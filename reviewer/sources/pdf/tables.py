"""Rows of cells -> lines that say of each cell its row and its column. Pure.

`Table 3, Ours: Return 81.2; Memory 3.1.` A line is a row, so that a quote of it is a cell's own
words with its heads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.sources.pdf.glyphs import Rule, Word
from reviewer.sources.pdf.lines import Line, joined_words

_CELL_GAP = 0.75  # ems: TeX puts 1.2 between columns, and 0.33 between words
_COLUMN_GAPS = (0.45, 0.35, 0.25, 0.15)  # ems of space that no row fills
_TWO_NUMBERS = re.compile(r"(?:^|\s)[-−+]?\d[\d.,]*%?\s+[-−+]?\d[\d.,]*%?(?=\s|$)")
_LABEL_AND_NUMBER = re.compile(r".*[^\W\d]{2,}.* \d+\.\d+$")


@dataclass(frozen=True, slots=True)
class Cell:
    """Words side by side."""

    words: tuple[Word, ...]

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)

    @property
    def text(self) -> str:
        return " ".join(joined_words(self.words).split())


def cells_of(words: Sequence[Word], gap: float = _CELL_GAP) -> list[Cell]:
    """The words of a line, cut at gaps of so many ems."""
    cells: list[list[Word]] = []
    for word in words:
        if cells and word.x0 - max(w.x1 for w in cells[-1]) < gap * max(
            word.size, cells[-1][-1].size
        ):
            cells[-1].append(word)
        else:
            cells.append([word])
    return [Cell(tuple(cell)) for cell in cells]


def table_lines(lines: Sequence[Line], rules: Sequence[Rule], name: str) -> list[Line]:
    """The rows of the table with this name, each as a line; the lines as they are where they make
    no table (fewer than two columns, or no row below the heads)."""
    count = _head_rows(lines, rules)
    columns = _columns(lines[count:])
    if len(columns) < 2 or len(lines) <= count:
        return list(lines)
    heads = _heads(lines[:count], columns)
    made: list[Line] = []
    label = ""
    for line in lines[count:]:
        texts = _row(line, columns)
        label = texts[0] or label
        values = [
            f"{head} {text}".strip()
            for head, text in zip(heads[1:], texts[1:], strict=True)
            if text
        ]
        said = f"{name}, {label}: {'; '.join(values)}." if values else f"{name}, {label}."
        made.append(replace(line, text=said, is_start=True))
    return made


def _head_rows(lines: Sequence[Line], rules: Sequence[Rule]) -> int:
    """How many first rows are heads: those above the first rule within the table, else one."""
    for n in range(1, min(4, len(lines))):
        if any(
            lines[n].base < rule.y < lines[n - 1].base
            and min(rule.x1, lines[0].x1) - max(rule.x0, lines[0].x0)
            > 0.7 * (lines[0].x1 - lines[0].x0)
            for rule in rules
        ):
            return n
    return 1


def _columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Where the columns are: words of all rows lie above each other, with a strip of space between
    the columns; as narrow a strip as it takes for no cell to hold two numbers."""
    columns: list[tuple[float, float]] = []
    for gap in _COLUMN_GAPS:
        columns = _strips(lines, gap)
        crowded = sum(_is_crowded(_row(line, columns)) for line in lines)
        if len(columns) > 1 and crowded <= 0.2 * len(lines):
            break
    return columns


def _is_crowded(texts: Sequence[str]) -> bool:
    return bool(_LABEL_AND_NUMBER.match(texts[0])) or any(_TWO_NUMBERS.search(t) for t in texts)


def _strips(lines: Sequence[Line], gap: float) -> list[tuple[float, float]]:
    """Columns between strips of `gap` ems. A row of one cell, as a heading within the table, does
    not count."""
    rows = [line for line in lines if len(line.words) > 1]
    spans = sorted(span for row in rows for span in _pieces(row.words))
    size = max((row.size for row in rows), default=10.0)
    columns: list[tuple[float, float]] = []
    for x0, x1 in spans:
        if columns and x0 - columns[-1][1] < gap * size:
            columns[-1] = columns[-1][0], max(columns[-1][1], x1)
        else:
            columns.append((x0, x1))
    return columns


def _pieces(words: Sequence[Word]) -> list[tuple[float, float]]:
    """The words' places; a number and its error are one."""
    spans: list[tuple[float, float]] = []
    is_open = False
    for word in words:
        joins = word.text[:1] in "±(%×"
        if spans and (joins or is_open):
            spans[-1] = spans[-1][0], word.x1
        else:
            spans.append((word.x0, word.x1))
        is_open = word.text in ("±", "×")
    return spans


def _row(line: Line, columns: Sequence[tuple[float, float]]) -> list[str]:
    words: list[list[Word]] = [[] for _ in columns]
    for word in line.words:
        middle = (word.x0 + word.x1) / 2
        words[_nearest(middle, columns)].append(word)
    return [" ".join(joined_words(own).split()) for own in words]


def _heads(lines: Sequence[Line], columns: Sequence[tuple[float, float]]) -> list[str]:
    """Each column's head. One that stands over several columns is the head of all of them, unless
    it has words of its own for each: heads may stand close together."""
    heads = [""] * len(columns)
    for line in lines:
        for cell in cells_of(line.words):
            own: dict[int, list[Word]] = {}
            for word in cell.words:
                own.setdefault(_nearest((word.x0 + word.x1) / 2, columns), []).append(word)
            over = [n for n, (x0, x1) in enumerate(columns) if x1 > cell.x0 and x0 < cell.x1]
            if len(over) > 1 and set(over) - set(own):
                own = {n: list(cell.words) for n in over}
            for n, words in own.items():
                heads[n] = f"{heads[n]} {' '.join(joined_words(words).split())}".strip()
    return heads


def _nearest(x: float, columns: Sequence[tuple[float, float]]) -> int:
    return min(range(len(columns)), key=lambda n: max(columns[n][0] - x, x - columns[n][1], 0.0))
