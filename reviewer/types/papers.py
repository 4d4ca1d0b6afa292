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


class Heading(Record):
    """A section's heading, at `start` of its part's text."""

    start: int
    text: str


class Part(Record):
    """One text of a paper, exactly as read. `page_starts` are the offsets of pages 2, 3, ...; there
    are none where pages are not known. References are kept and never searched or cited."""

    name: Literal["title", "abstract", "body", "references"]
    text: str
    page_starts: tuple[int, ...] = ()
    headings: tuple[Heading, ...] = ()


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
    def own_parts(self) -> tuple[Part, ...]:
        """The parts in the paper's own words: not its references."""
        return tuple(part for part in self.parts if part.name != "references")

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
    them, where a search is explained; bm25, cosine and coverage are raw."""

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


class Coverage(Record):
    """What was looked at. `left_out` pairs a count with a reason, in words; `reason` says why
    nothing was found, where that is known."""

    papers: int
    matched: int
    read: int
    cited: int
    left_out: tuple[str, ...] = ()
    reason: str = ""


class Usage(Record):
    """What a result cost. `cost_usd` is None when the model has no known price."""

    model: str = ""
    calls: int = 0
    cached_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0


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
    """A search's result, best first. `matched` counts papers above the relevance floor; `reason`
    says why there is none, where that is known."""

    question: str
    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    papers: int = 0
    matched: int = 0
    is_weak: bool = False
    left_out: tuple[str, ...] = ()
    reason: str = ""
    method: Literal["lexical", "dense", "lexical and dense"] = "lexical"
