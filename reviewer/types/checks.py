"""The frozen values that a draft is read into, and those that a check of it gives."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reviewer.types.claims import Citation, Support
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.runs import Usage


class DraftSentence(Frozen):
    """A sentence of a draft: `draft[start:end]` holds it, on 1-based `line`. `text` is it in plain
    words, without its citation marks; `quotes` are what stands in quotation marks in it, and
    `keys` what it cites. `has_other_mark`: it has a mark that names no key, such as (Guo, 2025)."""

    line: int
    start: int
    end: int
    text: str
    keys: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    has_other_mark: bool = False


class Draft(Frozen):
    """A text with citations. `keys` are all that it cites, `\\nocite` too; `entries` its own list
    of references by number; `bibliographies` the files that it names."""

    form: Literal["markdown", "latex"]
    sentences: tuple[DraftSentence, ...] = ()
    keys: tuple[str, ...] = ()
    cites_all: bool = False
    bibliographies: tuple[str, ...] = ()
    entries: dict[str, str] = Field(default_factory=dict)


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
FAILING: tuple[ProblemKind, ...] = (
    "unknown key",
    "missing citation",
    "quote not found",
    "figure not found",
    "nothing bears",
    "contradicted",
    "unsupported",
    "duplicate",
    "unreadable entry",
)
"""What makes a check fail; the others are remarks."""


class Problem(Frozen):
    """Something that does not hold. `about` are the words, the figure or the key that it is about;
    `fails` whether the check fails for it."""

    kind: ProblemKind
    detail: str
    about: str = ""
    fails: bool = False


class FoundQuote(Frozen):
    """Quoted words of the draft that stand in a cited paper, and where."""

    said: str
    citations: tuple[Citation, ...]


class CheckedSentence(Frozen):
    """A sentence that cites, or that should. `nearest` are the cited papers' sentences that come
    nearest to it; `support` is a judge's word, `unchecked` without one."""

    sentence: DraftSentence
    problems: tuple[Problem, ...] = ()
    quotes: tuple[FoundQuote, ...] = ()
    nearest: tuple[Citation, ...] = ()
    support: Support = "unchecked"


class CheckedEntry(Frozen):
    """An entry of the bibliography, and the paper of the library that it is, if it is there."""

    key: str
    title: str
    paper_id: str = ""
    problems: tuple[Problem, ...] = ()


class CheckReport(Frozen):
    """The result of `check`. `papers` are those that the draft cites, by what it calls them."""

    file: str
    sentences_read: int
    citing: int
    sentences: tuple[CheckedSentence, ...] = ()
    entries: tuple[CheckedEntry, ...] = ()
    papers: dict[str, Paper] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    writer: str = ""
    usage: Usage = Usage()
