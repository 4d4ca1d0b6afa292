"""The frozen values that pass between steps. No behaviour beyond naming a field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Report = Callable[[str, int, int], None]
"""Told what is being done, how many are done, of how many (0: not known); -1 done: news to show."""


def silent(stage: str, done: int, total: int) -> None:
    """A Report that tells nobody."""


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Origin(Record):
    """Where a record was read: `position` is its 1-based line, `sha256` is of it as read."""

    file: str
    position: int
    sha256: str


class Part(Record):
    """One text of a paper, exactly as read. `page_starts` are the offsets of pages 2, 3, ..."""

    name: Literal["title", "abstract", "body"]
    text: str
    page_starts: tuple[int, ...] = ()


class Paper(Record):
    """A paper. `date` is ISO 8601, possibly short (`2025-09`) or without its year (`--01-08`)."""

    id: str = ""
    key: str = ""
    aliases: tuple[str, ...] = ()
    parts: tuple[Part, ...]
    authors: tuple[str, ...] = ()
    author_note: str = ""
    organisation: str = ""
    date: str = ""
    year: int | None = None
    venue: str = ""
    doi: str = ""
    arxiv_id: str = ""
    pmid: str = ""
    url: str = ""
    keywords: tuple[str, ...] = ()
    extra: dict[str, Any] = Field(default_factory=dict)
    origins: tuple[Origin, ...] = ()
    tags: tuple[str, ...] = ()
    notes: str = ""
    versions: tuple[str, ...] = ()
    retracted: bool = False

    def text_of(self, name: str) -> str:
        return next((part.text for part in self.parts if part.name == name), "")

    @property
    def title(self) -> str:
        return self.text_of("title")

    @property
    def abstract(self) -> str:
        return self.text_of("abstract")


class Skipped(Record):
    """Something that was offered and not read, or read with a remark, and why."""

    file: str
    position: int = 0
    reason: str


class Span(Record):
    """Half-open range of Python characters in one part's text."""

    start: int
    end: int


class Chunk(Record):
    """A piece of one part: `part.text[start:end] == text`."""

    id: str = ""
    paper_id: str
    part: str
    section: str = ""
    page: int | None = None
    start: int
    end: int
    text: str


class Sentence(Record):
    """A sentence of a chunk in its part's characters; `similarity` to the question is a cosine."""

    start: int
    end: int
    text: str
    similarity: float | None = None
    lexical: float = 0.0


class Score(Record):
    """Why a chunk was found. The parts of the weighted mean `total`: the question's words, the
    chunk's cosine, its best sentence's, feedback words of the best chunks, the cosine with their
    mean, the nearest chunks' score. `feedback_terms` are those words as far as the chunk has
    them; bm25, cosine and coverage are raw."""

    total: float
    lexical: float = 0.0
    dense: float | None = None
    sentence: float | None = None
    feedback: float = 0.0
    rocchio: float | None = None
    neighbours: float | None = None
    bm25: float = 0.0
    cosine: float | None = None
    coverage: float = 0.0
    terms: tuple[str, ...] = ()
    feedback_terms: tuple[str, ...] = ()


class Evidence(Record):
    """A chunk in front of a writer. `tag` (`E1`, ...) lives inside one question only."""

    tag: str
    paper: Paper
    chunk: Chunk
    score: Score
    sentences: tuple[Sentence, ...] = ()


class Quote(Record):
    """Words that a writer says stand in the evidence `tag`. Not trusted until located."""

    tag: str
    quote: str


Stance = Literal["yes", "no", "mixed", "none"]


class Reading(Record):
    """What a writer found in one paper: relevance 0 to 10, stance on a yes/no question, quotes."""

    paper_id: str
    relevance: float
    stance: Stance = "none"
    quotes: tuple[Quote, ...] = ()


class ClaimDraft(Record):
    text: str
    quotes: tuple[Quote, ...] = ()


class AnswerDraft(Record):
    claims: tuple[ClaimDraft, ...] = ()


class Expanded(Record):
    """More to search for: other questions, and words that an answering paper's abstract might have.
    The latter only steer the search by meaning; they are never evidence."""

    questions: tuple[str, ...] = ()
    abstract: str = ""


class NeedsModel(Record):
    """What a writer gives for a step that it cannot do without a model."""

    step: str


class Citation(Record):
    """A located quote: `paper.text_of(part)[start:end] == quote`. Made by `citing` only."""

    paper_id: str
    chunk_id: str
    part: str
    page: int | None = None
    start: int
    end: int
    quote: str


Support = Literal["unchecked", "supported", "partial", "contradicted", "unsupported", "uncited"]


class Claim(Record):
    """A sentence of a result. `dropped` says which citations did not resolve, and why; `unproven`
    names figures that stand in none of its quotes."""

    text: str
    citations: tuple[Citation, ...] = ()
    support: Support = "unchecked"
    dropped: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()


class StanceTaken(Record):
    paper_id: str
    stance: Stance
    citation: Citation | None = None


class Coverage(Record):
    """What was looked at. `left_out` pairs a count with a reason, in words."""

    papers: int
    matched: int
    read: int
    cited: int
    left_out: tuple[str, ...] = ()


class Usage(Record):
    """What a result cost. `cost_usd` is None when the model has no known price."""

    model: str = ""
    calls: int = 0
    cached_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0


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


class Filters(Record):
    """Which papers may be found. Empty fields do not filter; years are inclusive. A file is the one
    that a paper was read from: its path as it was given, or the end of it, as `003.txt`."""

    year_from: int | None = None
    year_to: int | None = None
    venue: str = ""
    tags: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == Filters()


class Hit(Record):
    """One paper that search found: its best chunk, and that chunk's best sentence."""

    paper: Paper
    chunk: Chunk
    score: Score
    best_sentence: Sentence | None = None


class Found(Record):
    """A search's result, best first. `matched` counts papers above the relevance floor."""

    question: str
    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    papers: int = 0
    matched: int = 0
    is_weak: bool = False
    left_out: tuple[str, ...] = ()
    method: Literal["lexical", "dense", "lexical and dense"] = "lexical"


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
    """What a writer found in one paper. `failed` says why the paper could not be read."""

    paper_id: str
    cells: tuple[CellDraft, ...] = ()
    failed: str = ""


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


CellState = Literal["filled", "not stated", "no proof", "failed"]


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
