"""What a draft is read into, and what a check of it finds."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from reviewer.types.claims import Citation, Support
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.runs import Usage
from reviewer.types.shown import Shown


class DraftSentence(Frozen):
    """A sentence of a draft: `draft[start:end]`, on 1-based `line`. `text` is its plain words,
    without its citation marks; `quotes` are its words in quotation marks, `keys` what it cites.
    `has_other_mark`: it has a citation mark without a key, such as (Guo, 2025)."""

    line: int
    start: int
    end: int
    text: str
    keys: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    has_other_mark: bool = False


class Draft(Frozen):
    """A text with citations. `keys` are all keys that it cites, also by `\\nocite`; `entries` is
    its own list of references by number, `unlisted` the numbers that it cites and that are not in
    it; `bibliographies` are the files that it names."""

    form: Literal["markdown", "latex"]
    sentences: tuple[DraftSentence, ...] = ()
    keys: tuple[str, ...] = ()
    cites_all: bool = False
    bibliographies: tuple[str, ...] = ()
    entries: dict[str, str] = Field(default_factory=dict)
    unlisted: tuple[str, ...] = ()


ProblemKind = Literal[
    "unknown key",
    "missing citation",
    "quote not found",
    "figure not found",
    "quote not checked",
    "figure not checked",
    "nothing bears",
    "contradicted",
    "unsupported",
    "duplicate",
    "never cited",
    "not in the library",
    "unreadable entry",
]
_REMARKS = {"quote not checked", "figure not checked", "never cited", "not in the library"}
FAILING: frozenset[ProblemKind] = frozenset(get_args(ProblemKind)) - _REMARKS
"""The kinds that make a check fail. The others are remarks."""


class Problem(Frozen):
    """Something wrong in a draft. `about` is the words, the figure or the key that it is about;
    `fails` says whether it makes the check fail."""

    kind: ProblemKind
    detail: str
    about: str = ""
    fails: bool = False


class FoundQuote(Frozen):
    """Quoted words of the draft that are in a cited paper, and where they are."""

    said: str
    citations: tuple[Citation, ...]


class CheckedSentence(Frozen):
    """A sentence that cites, or that should. `nearest` are the sentences of the cited papers that
    are most like it; `support` is what a judge said, `unchecked` without a judge."""

    sentence: DraftSentence
    problems: tuple[Problem, ...] = ()
    quotes: tuple[FoundQuote, ...] = ()
    nearest: tuple[Citation, ...] = ()
    support: Support = "unchecked"


class CheckedEntry(Frozen):
    """An entry of the bibliography, and the library's paper for it, if there is one."""

    key: str
    title: str
    paper_id: str = ""
    problems: tuple[Problem, ...] = ()


class CheckReport(Shown):
    """The result of `check`. `papers` are those that the draft cites, by the draft's keys."""

    file: str
    sentences_read: int
    citing: int
    sentences: tuple[CheckedSentence, ...] = ()
    entries: tuple[CheckedEntry, ...] = ()
    papers: dict[str, Paper] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    writer: str = ""
    usage: Usage = Usage()
