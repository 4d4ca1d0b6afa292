"""Comparison tables: columns, drafted cells, checked cells, rows."""

from __future__ import annotations

from typing import Literal

from reviewer.types.claims import Citation, Support
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.runs import Coverage, Usage
from reviewer.types.searches import Filters

ColumnKind = Literal["text", "number", "yes/no", "one of"]


class Column(Frozen):
    """An aspect that papers are compared by. `choices` are those of a column `one of`."""

    name: str
    question: str = ""
    kind: ColumnKind = "text"
    choices: tuple[str, ...] = ()


class CellDraft(Frozen):
    """A value for a column of one paper, and the words that it is said to rest on. Not trusted."""

    column: str
    value: str
    tag: str = ""
    quote: str = ""


class RowDraft(Frozen):
    """What a writer found in one paper. `failed` says why the paper could not be read; `by_rules`,
    that no model looked: then what is not found may well be stated."""

    paper_id: str
    cells: tuple[CellDraft, ...] = ()
    failed: str = ""
    by_rules: bool = False


class Value(Frozen):
    """One statement of a cell: `text` as the writer gave it, `normal` the same in one spelling.

    It has proof when there is a citation and no `doubts`. `supported`: it stands in its quote;
    `unchecked`: it is the writer's own words. `quote` is what was offered, located or not.
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
    """What one paper says to one column. `dropped` says what was offered and left out, and why."""

    column: str
    state: CellState = "not stated"
    values: tuple[Value, ...] = ()
    dropped: tuple[str, ...] = ()


class Row(Frozen):
    """One paper of a table. `cited_as` is its key in the bibliography that it was named by."""

    paper_id: str
    key: str
    cited_as: str = ""
    relevance: float | None = None
    cells: tuple[Cell, ...] = ()


class Table(Frozen):
    """The result of `table`. `filters` and `most` say how its papers were chosen; `papers` are
    those of the rows, or the nearest if there is none."""

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
