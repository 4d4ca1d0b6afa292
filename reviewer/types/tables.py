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
    """An aspect that papers are compared by. `choices` are for a column of kind `one of`. A column
    with a `formula` ("a / b") is computed from other columns, and no writer is asked for it."""

    name: str
    question: str = ""
    kind: ColumnKind = "text"
    choices: tuple[str, ...] = ()
    formula: str = ""


class CellDraft(Frozen):
    """A value for a column of one paper, and what it is said to come from: sentences
    (`citations`), or words (`quote`) of the text `tag`. Not trusted.

    `judged` is a verdict on it, `unchecked` without one; `reason` says why it fails.
    """

    column: str
    value: str
    tag: str = ""
    quote: str = ""
    citations: tuple[Citation, ...] = ()
    judged: Support = "unchecked"
    reason: str = ""


class RowDraft(Frozen):
    """What a writer found in one paper. A column without a draft was not answered. `failed` says
    why the paper could not be read, `unanswered` why no reply on it could be used. `by_rules`: no
    model read it, so that what was not found may still be in the paper."""

    paper_id: str
    cells: tuple[CellDraft, ...] = ()
    failed: str = ""
    unanswered: str = ""
    by_rules: bool = False


class Value(Frozen):
    """One statement of a cell: `text` as the writer gave it, `normal` the same in one spelling.

    It has proof if it has a citation and no `doubts`. `supported`: the quote has the value, or a
    judge said so; `unchecked`: it is the writer's own words. `judged` is the judge's verdict,
    `unchecked` without one, and `reason` why it refuses. `quote` is the citation's, or what the
    writer gave; `more` are the other sentences that the value rests on.

    `number` and `unit` are the value as a number: 175 billion is 175,000,000,000 with an empty
    unit, 8.4% is 8.4 with the unit "%", 2 hours are 2 "hours". `computed` says from what code
    computed it: "a / b = 10 / 4". `is_by_hand`: a person gave it, or it is computed from such.
    """

    text: str
    normal: str = ""
    number: float | None = None
    unit: str = ""
    quote: str = ""
    citation: Citation | None = None
    more: tuple[Citation, ...] = ()
    support: Support = "unchecked"
    judged: Support = "unchecked"
    reason: str = ""
    doubts: tuple[str, ...] = ()
    computed: str = ""
    is_by_hand: bool = False


CellState = Literal[
    "filled",
    "not stated",
    "not answered",
    "not found by rules",
    "needs a model",
    "not computed",
    "no proof",
    "failed",
]


class Cell(Frozen):
    """What one paper says for one column. "not stated" is what a writer said of the paper; "not
    answered" says nothing of it. `dropped` says what the writer gave that was left out, and why, or
    why the cell is empty.

    `is_by_hand`: a person corrected it, and no writer changes it. It is `filled` only if its quote
    stands in the paper. `before` is the cell that the writer gave.
    """

    column: str
    state: CellState = "not stated"
    values: tuple[Value, ...] = ()
    dropped: tuple[str, ...] = ()
    is_by_hand: bool = False
    before: Cell | None = None


class Row(Frozen):
    """One paper of a table. `cited_as` is its key in the user's bibliography, if it came from one;
    `group` what it stands under, such as a section of a report."""

    paper_id: str
    key: str
    cited_as: str = ""
    group: str = ""
    relevance: float | None = None
    cells: tuple[Cell, ...] = ()


class Table(Shown):
    """The result of `table`. `filters` and `most` say how its papers were chosen; `papers` are
    those of the rows, or the nearest papers if it has no row. `without` are ids of papers that a
    person took out. `table_id` names the kept table through all its versions: it is the run of the
    first."""

    topic: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    papers: tuple[Paper, ...] = ()
    filters: Filters = Filters()
    most: int | None = None
    without: tuple[str, ...] = ()
    is_strict: bool = False
    coverage: Coverage
    writer: str
    run_id: str = ""
    table_id: str = ""
    usage: Usage = Usage()


EditKind = Literal["run", "set", "unset", "forget", "drop", "drop paper", "order", "sort", "back"]


class TableEdit(Frozen):
    """A change of a kept table. Nothing of one is ever changed: what it says comes after the edits
    with smaller numbers.

    `run` brings the table of a run in, `set` the `cell` of a paper, `unset` brings back the
    writer's, `forget` keeps a correction and shows it to no model, `drop` takes a column out and
    `drop paper` a row, `order` puts `columns` first, `sort` sorts by `column`. After `back` the
    table is what it was after edit `to`. `said` says it in words, `made` when (ISO 8601, UTC).
    """

    kind: EditKind
    number: int = 0
    made: str = ""
    said: str = ""
    run_id: str = ""
    paper_id: str = ""
    column: str = ""
    cell: Cell | None = None
    columns: tuple[str, ...] = ()
    is_reversed: bool = False
    to: int = 0


class CorrectedCell(Frozen):
    """A cell that a person corrected in a kept table: its column, the value as it is now, and what
    the writer gave (`before`, empty if it gave nothing). `quote` is the sentence that shows the
    value; of a value that is "not stated", the one that the writer took for it.

    `unused` says why no prompt shows it as an example; it is empty for an example. `made` is when
    it was corrected (ISO 8601, UTC).
    """

    table_id: str
    about: str
    key: str
    title: str
    year: int | None = None
    column: Column
    value: str
    before: str = ""
    quote: str = ""
    made: str = ""
    unused: str = ""


class KeptTable(Frozen):
    """A table of the library as lists show it: its id, what it is about, when it was changed last
    (ISO 8601, UTC), and the count of its edits."""

    id: str
    about: str
    changed: str
    edits: int
