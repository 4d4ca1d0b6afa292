"""Rows of cells -> lines that say of each cell its row and its column. Pure.

`Table 3, Ours: Return 81.2; Memory 3.1.` A line is a row, so that a quote of it is a cell's own words
with its heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.sources.pdf.glyphs import Rule, Word
from reviewer.sources.pdf.lines import Line, joined_words

_CELL_GAP = 0.75  # ems: TeX puts 1.2 between columns, and 0.33 between words
_COLUMN_GAP = 0.45  # ems of space that no row fills


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


def cells_of(words: Sequence[Word]) -> list[Cell]:
    """The words of a line, cut at wide gaps."""
    cells: list[list[Word]] = []
    for word in words:
        if cells and word.x0 - max(w.x1 for w in cells[-1]) < _CELL_GAP * max(
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
    heads = [""] * len(columns)
    for line in lines[:count]:
        for cell in cells_of(line.words):
            for n in _places(cell, columns):
                heads[n] = f"{heads[n]} {cell.text}".strip()
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
            and rule.x1 - rule.x0 > 0.7 * (lines[0].x1 - lines[0].x0)
            for rule in rules
        ):
            return n
    return 1


def _columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Where the columns are: words of all rows lie above each other, with a strip of space between
    the columns. A row of one cell, as a heading within the table, does not count."""
    rows = [line for line in lines if len(cells_of(line.words)) > 1]
    spans = sorted((word.x0, word.x1) for row in rows for word in row.words)
    size = max((row.size for row in rows), default=10.0)
    columns: list[tuple[float, float]] = []
    for x0, x1 in spans:
        if columns and x0 - columns[-1][1] < _COLUMN_GAP * size:
            columns[-1] = columns[-1][0], max(columns[-1][1], x1)
        else:
            columns.append((x0, x1))
    return columns


def _row(line: Line, columns: Sequence[tuple[float, float]]) -> list[str]:
    words: list[list[Word]] = [[] for _ in columns]
    for word in line.words:
        middle = (word.x0 + word.x1) / 2
        words[_nearest(middle, columns)].append(word)
    return [" ".join(joined_words(own).split()) for own in words]


def _places(cell: Cell, columns: Sequence[tuple[float, float]]) -> list[int]:
    """The columns below a head: those that it overlaps, else the nearest."""
    over = [n for n, (x0, x1) in enumerate(columns) if min(cell.x1, x1) - max(cell.x0, x0) > 0]
    return over or [_nearest((cell.x0 + cell.x1) / 2, columns)]


def _nearest(x: float, columns: Sequence[tuple[float, float]]) -> int:
    return min(
        range(len(columns)), key=lambda n: max(columns[n][0] - x, x - columns[n][1], 0.0)
    )
