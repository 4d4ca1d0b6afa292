"""The frozen values that a result is made of: answers, tables, drafts, and what keeps them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from reviewer.types.papers import (
    Citation,
    Claim,
    ClaimDraft,
    Coverage,
    Evidence,
    Filters,
    Paper,
    Record,
    Skipped,
    Stance,
    Support,
    Usage,
)


class StanceTaken(Record):
    paper_id: str
    stance: Stance
    citation: Citation | None = None


class Answer(Record):
    """The result of `ask`. `is_weak`: nothing clearly answers, the nearest sentences are shown.
    `asked` is a follow-up as it was typed, when `question` was made of it."""

    question: str
    asked: str = ""
    claims: tuple[Claim, ...] = ()
    stances: tuple[StanceTaken, ...] = ()
    verdict: str = ""
    is_weak: bool = False
    nearest: tuple[Paper, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    coverage: Coverage
    writer: str
    effort: str = "quick"
    run_id: str = ""
    usage: Usage = Usage()


class Added(Record):
    """What adding did. Every entry read is in exactly one of added, updated, unchanged."""

    entries: int = 0
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Skipped, ...] = ()
    files_read: int = 0
    papers: int = 0
    embedded: int = 0
    waiting: int = 0
    seconds_embedding: float = 0.0


class Run(Record):
    """A kept result: `result` is the same JSON that `--format json` printed."""

    id: str
    command: str
    question: str
    settings: dict[str, Any] = Field(default_factory=dict)
    writer: str = ""
    prompt_hashes: dict[str, str] = Field(default_factory=dict)
    generation: int = 0
    started: str = ""
    finished: str = ""
    usage: Usage = Usage()
    result: dict[str, Any] = Field(default_factory=dict)


class Finding(Record):
    """One line of `doctor`: what was looked at, how it stands, what to do about it."""

    name: str
    state: Literal["ok", "note", "problem"]
    detail: str
    remedy: str = ""


ColumnKind = Literal["text", "number", "yes/no", "one of"]


class Column(Record):
    """An aspect that papers are compared by. `choices` are those of a column `one of`."""

    name: str
    question: str = ""
    kind: ColumnKind = "text"
    choices: tuple[str, ...] = ()


class CellDraft(Record):
    """A value for a column of one paper, and the words that it is said to rest on. Not trusted."""

    column: str
    value: str
    tag: str = ""
    quote: str = ""


class RowDraft(Record):
    """What a writer found in one paper. `failed` says why the paper could not be read; `by_rules`,
    that no model looked: then what is not found may well be stated."""

    paper_id: str
    cells: tuple[CellDraft, ...] = ()
    failed: str = ""
    by_rules: bool = False


class Value(Record):
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


class Cell(Record):
    """What one paper says to one column. `dropped` says what was offered and left out, and why."""

    column: str
    state: CellState = "not stated"
    values: tuple[Value, ...] = ()
    dropped: tuple[str, ...] = ()


class Row(Record):
    """One paper of a table. `cited_as` is its key in the bibliography that it was named by."""

    paper_id: str
    key: str
    cited_as: str = ""
    relevance: float | None = None
    cells: tuple[Cell, ...] = ()


class Table(Record):
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


Order = Literal["thematic", "chronological"]
Role = Literal["topic", "comparison", "open", "difference", "question", "quote"]
Relation = Literal["", "agree", "extend", "contradict"]
Intent = Literal["", "background", "method", "result comparison"]

OWN_ID = "own"  # the paper id of the work at hand: what cites it cites no paper of the library


class Theme(Record):
    """Papers that are told of together, in order."""

    name: str
    paper_ids: tuple[str, ...]


class Plan(Record):
    """What a draft tells, theme by theme, before it is written. `notes` say what was changed."""

    question: str
    order: Order = "thematic"
    words: int = 600
    themes: tuple[Theme, ...] = ()
    notes: tuple[str, ...] = ()


class Brief(Record):
    """What a writer of sections is told. `own` is the abstract or introduction of the work that
    the sections are for, if there is one; `words` are those of all sections together."""

    question: str
    order: Order = "thematic"
    words: int = 600
    own: Evidence | None = None


class StatementDraft(ClaimDraft):
    """A sentence of a section. `relation` is that of the papers it compares, `intent` why it cites
    them; a `quote` is a paper's own sentence, a `difference` tells of the work at hand, and a
    `question` asks its author and states nothing."""

    role: Role = "comparison"
    relation: Relation = ""
    intent: Intent = ""


class SectionDraft(Record):
    """What a writer made of one theme. `failed` says why it could not be written."""

    statements: tuple[StatementDraft, ...] = ()
    failed: str = ""


class Statement(Claim):
    """A claim with its place in a section."""

    role: Role = "comparison"
    relation: Relation = ""
    intent: Intent = ""


class Section(Record):
    """One theme, written. `paper_ids` are the theme's papers, cited or not."""

    title: str
    paper_ids: tuple[str, ...] = ()
    claims: tuple[Statement, ...] = ()
    failed: str = ""


class RelatedWork(Record):
    """The result of `draft`. `papers` are those of the sections; `own_file` is the file of the work
    that it was written for; `notes` say what the plan had to change. `is_weak`: nothing in the
    library is clearly on the question."""

    question: str
    order: Order = "thematic"
    words: int = 600
    own_file: str = ""
    sections: tuple[Section, ...] = ()
    papers: tuple[Paper, ...] = ()
    nearest: tuple[Paper, ...] = ()
    is_weak: bool = False
    notes: tuple[str, ...] = ()
    coverage: Coverage
    writer: str
    effort: str = "normal"
    run_id: str = ""
    usage: Usage = Usage()


class Addition(Record):
    """Sentences for one paper, put at the end of the paragraph that ends at `place` of the draft
    as it was; `text` is what was put there, marks and all."""

    key: str
    place: int
    text: str
    claims: tuple[Claim, ...] = ()


class Revision(Record):
    """A draft of the user's with additions: `after` is `before` with the texts put in, and every
    word that was there. `left_out` says what could not be added, and why."""

    file: str
    before: str
    after: str
    additions: tuple[Addition, ...] = ()
    papers: tuple[Paper, ...] = ()
    left_out: tuple[str, ...] = ()
    writer: str
    run_id: str = ""
    usage: Usage = Usage()
