"""What limits a search, and what a search finds."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reviewer.types.evidence import Evidence, Score, Sentence
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Chunk, Paper


class Filters(Frozen):
    """Which papers may be found. Empty fields do not filter; years are inclusive. `files` are those
    that papers were read from: the path as given, or the end of it, such as `003.txt`. `screen` is
    a screening whose included papers are meant; their keys take its place before a search, as they
    do of `cites` and `cited_by`: the papers that cite the one with this key, or that it cites.

    What a question itself limits is not kept with a run: `numbers` are the papers that meet its
    conditions, and papers of unknown year pass its years if `has_unknown_years`."""

    year_from: int | None = None
    year_to: int | None = None
    venue: str = ""
    tags: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    screen: str = Field(default="", exclude=True)
    cites: str = Field(default="", exclude=True)
    cited_by: str = Field(default="", exclude=True)
    numbers: tuple[int, ...] | None = Field(default=None, exclude=True)
    has_unknown_years: bool = Field(default=False, exclude=True)

    @property
    def is_empty(self) -> bool:
        return self == Filters()


class Step(Frozen):
    """A condition of a question, and how many papers meet it and those before it."""

    condition: str
    papers: int


class Side(Frozen):
    """One side of a comparison, and the keys of its papers, best first. A paper on several sides is
    named by each."""

    name: str
    keys: tuple[str, ...] = ()


class Understood(Frozen):
    """How the constructions of a question were read, and what they did; of a question without them
    all is empty.

    `text` was searched for. Papers on an `excluded` concept come later: `pushed_down` are the keys
    of those that are clearly on one. `required` concepts have to come together. `steps` are the
    conditions that papers meet. Only papers of `years` are found, and after them `unknown_year`
    papers of unknown year. Papers may be `sorted_by` date; then `undated` ones come after the
    others. `notes` say all this in whole sentences.
    """

    text: str = ""
    excluded: tuple[str, ...] = ()
    pushed_down: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    years: str = ""
    unknown_year: int = 0
    sorted_by: Literal["relevance", "date"] = "relevance"
    undated: int = 0
    sides: tuple[Side, ...] = ()
    notes: tuple[str, ...] = ()


class Hit(Frozen):
    """One paper that a search found, its best chunk, and that chunk's best sentence. `is_weak`: the
    paper is below the relevance floor, so it may not bear on the question."""

    paper: Paper
    chunk: Chunk
    score: Score
    best_sentence: Sentence | None = None
    is_weak: bool = False


class Found(Frozen):
    """The result of a search, best first. `matched` counts papers above the relevance floor,
    `considered` those that the search may take: none when it abstains, and then `hits` are the
    nearest papers and `reason` says why, as far as that is known."""

    question: str
    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    papers: int = 0
    matched: int = 0
    considered: int = 0
    is_weak: bool = False
    left_out: tuple[str, ...] = ()
    reason: str = ""
    method: Literal["lexical", "dense", "lexical and dense"] = "lexical"
    understood: Understood = Understood()

    @property
    def wanted(self) -> tuple[Hit, ...]:
        """The hits without those on a concept that the question excludes."""
        excluded = set(self.understood.pushed_down)
        return tuple(hit for hit in self.hits if hit.paper.key not in excluded)


DifferenceKind = Literal["word", "figure", "negation"]


class Difference(Frozen):
    """Words of a quote and what the paper has in their place; either may be empty. `kind` is the
    gravest that the words are: a `negation` such as "not", a `figure`, or another `word`."""

    asked: str
    there: str
    kind: DifferenceKind


class QuotePlace(Frozen):
    """Where a paper says some words: `paper.text_of(part)[start:end] == quote`. `is_exact`: word
    for word; else `differences` are the slips, none where only case or punctuation differ. `page`
    counts from 1; None where pages are not known."""

    key: str
    title: str
    paper_id: str
    part: str
    page: int | None = None
    start: int
    end: int
    quote: str
    is_exact: bool
    differences: tuple[Difference, ...] = ()


class QuoteFound(Frozen):
    """Where the words stand in the library: word for word, else nearly, one place a paper.
    `has_more`: more papers have them. Where none has, `nearest` are sentences that share the most
    words with them."""

    words: str
    found: tuple[QuotePlace, ...] = ()
    has_more: bool = False
    nearest: tuple[QuotePlace, ...] = ()
