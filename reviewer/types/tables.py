"""Comparison tables: columns, drafted cells, checked cells, rows."""

from __future__ import annotations

from typing import Literal

from reviewer.types.claims import Citation, Support
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.runs import Coverage, Usage
from reviewer.types.searches import Filters
from reviewer.types.shown import Shown

ColumnKind = Literal["text", "number", "yes/no", "one of"]


class Column(Frozen):
    """An aspect that papers are compared by. `choices` are for a column of kind `one of`."""

    name: str
    question: str = ""
    kind: ColumnKind = "text"
    choices: tuple[str, ...] = ()


class CellDraft(Frozen):
    """A value for a column of one paper, and the words that it is said to come from. Not
    trusted."""

    column: str
    value: str
    tag: str = ""
    quote: str = ""


class RowDraft(Frozen):
    """What a writer found in one paper. `failed` says why the paper could not be read. `by_rules`:
    no model read it, so that what was not found may still be in the paper."""

    paper_id: str
    cells: tuple[CellDraft, ...] = ()
    failed: str = ""
    by_rules: bool = False


class Value(Frozen):
    """One statement of a cell: `text` as the writer gave it, `normal` the same in one spelling.

    It has proof if it has a citation and no `doubts`. `supported`: the quote has the value;
    `unchecked`: it is the writer's own words. `quote` is its citation's, or what the writer gave.
    """

    text: str
    normal: str = ""
    quote: str = ""
    citation: Citation | None = None
    support: Support = "unchecked"
    doubts: tuple[str, ...] = ()


CellState = Literal[
    "filled", "not stated", "not found by rules", "needs a model", "no proof", "failed"
]


class Cell(Frozen):
    """What one paper says for one column. `dropped` says what the writer gave that was left out,
    and why."""

    column: str
    state: CellState = "not stated"
    values: tuple[Value, ...] = ()
    dropped: tuple[str, ...] = ()


class Row(Frozen):
    """One paper of a table. `cited_as` is its key in the user's bibliography, if it came from
    one."""

    paper_id: str
    key: str
    cited_as: str = ""
    relevance: float | None = None
    cells: tuple[Cell, ...] = ()


class Table(Shown):
    """The result of `table`. `filters` and `most` say how its papers were chosen; `papers` are
    those of the rows, or the nearest papers if it has no row."""

    topic: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    papers: tuple[Paper, ...] = ()
    filters: Filters = Filters()
    most: int | None = None
    is_strict: bool = False
    coverage: Coverage
    writer: str
    run_id: str = ""
    usage: Usage = Usage()
