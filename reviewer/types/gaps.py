"""The result of `gaps`: methods by problems, which papers have both, and where none has."""

from __future__ import annotations

from typing import Literal

from reviewer.types.claims import Citation
from reviewer.types.frozen import Frozen
from reviewer.types.runs import Usage
from reviewer.types.shown import Shown

TermKind = Literal["method", "problem"]


class SortedTerm(Frozen):
    """What a writer says of a term of the papers: which kind it is, None for neither, and which
    other term of the list means the same, empty for none."""

    term: str
    kind: TermKind | None = None
    same_as: str = ""


class GapTerm(Frozen):
    """A method or a problem, and how many of the papers that were read have it."""

    name: str
    papers: int


class GapPaper(Frozen):
    """A paper of a cell, and its sentence that has the cell's term; in a full cell, both if one
    sentence has them."""

    key: str
    title: str
    year: int | None = None
    citation: Citation


class FullCell(Frozen):
    """Papers that have both terms."""

    method: str
    problem: str
    papers: tuple[GapPaper, ...]


class EmptyCell(Frozen):
    """No paper that was read has both terms. `score` is its place among the empty cells, 1 for the
    likeliest to be filled; `of_method` are the papers with the method that are nearest to those of
    the problem, `of_problem` the other way round; `limits` are sentences that state a limit and
    have one of the terms."""

    method: str
    problem: str
    score: float
    of_method: tuple[GapPaper, ...] = ()
    of_problem: tuple[GapPaper, ...] = ()
    limits: tuple[Citation, ...] = ()


class Gaps(Shown):
    """The result of `gaps`. `looked_at` papers on the topic were read, of `papers` in the library;
    `empty_cells` counts all empty cells, of which `empty` are the likeliest to be filled, best
    first. `reason` says why there is nothing to show."""

    topic: str
    papers: int = 0
    looked_at: int = 0
    methods: tuple[GapTerm, ...] = ()
    problems: tuple[GapTerm, ...] = ()
    full: tuple[FullCell, ...] = ()
    empty: tuple[EmptyCell, ...] = ()
    empty_cells: int = 0
    reason: str = ""
    notes: tuple[str, ...] = ()
    writer: str = "extractive"
    usage: Usage = Usage()
