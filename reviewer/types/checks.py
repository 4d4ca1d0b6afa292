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
    without its citation marks; `quotes` are its words in quotation marks, `keys` what it cites: a
    key, a number, author and year such as "Guo et al., 2025", or "note 3". `has_other_mark`: it has
    what looks like a mark and names nobody, such as (2025)."""

    line: int
    start: int
    end: int
    text: str
    keys: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    has_other_mark: bool = False


class AuthorYear(Frozen):
    """One work in a mark by author and year. `names` are family names as written, or the short name
    of a system; `has_more`: with "et al."; `year` is empty for "n.d.", `letter` is the a of 2024a;
    `title` is that of a mark without an author. Not `is_sure`: it may be no citation, as in
    "Paris (2024)"."""

    names: tuple[str, ...] = ()
    has_more: bool = False
    year: str = ""
    letter: str = ""
    title: str = ""
    is_sure: bool = True


class Draft(Frozen):
    """A text with citations. `keys` are all keys that it cites, also by `\\nocite`; `entries` is
    its own list of references by number, `unlisted` the numbers that it cites and that are not in
    it; `authored` are the keys that stand for author and year, `noted` has the reference behind
    each key that stands for a footnote, and `listed` are the entries of a list without numbers;
    `bibliographies` are the files that it names."""

    form: Literal["markdown", "latex"]
    sentences: tuple[DraftSentence, ...] = ()
    keys: tuple[str, ...] = ()
    cites_all: bool = False
    bibliographies: tuple[str, ...] = ()
    entries: dict[str, str] = Field(default_factory=dict)
    unlisted: tuple[str, ...] = ()
    authored: dict[str, AuthorYear] = Field(default_factory=dict)
    noted: dict[str, str] = Field(default_factory=dict)
    listed: tuple[str, ...] = ()


ProblemKind = Literal[
    "unknown key",
    "ambiguous citation",
    "missing citation",
    "quote not found",
    "uncited quote",
    "figure not found",
    "name not found",
    "quote not checked",
    "figure not checked",
    "nothing bears",
    "may not bear",
    "contradicted",
    "seems contradicted",
    "partly supported",
    "unsupported",
    "duplicate",
    "never cited",
    "altered",
    "wrong in itself",
    "field not checked",
    "not in the library",
    "unreadable entry",
]
_REMARKS = {
    "ambiguous citation",
    "uncited quote",
    "name not found",
    "quote not checked",
    "figure not checked",
    "may not bear",
    "seems contradicted",
    "partly supported",
    "never cited",
    "field not checked",
    "not in the library",
}
FAILING: frozenset[ProblemKind] = frozenset(get_args(ProblemKind)) - _REMARKS
"""The kinds that make a check fail. The others are remarks."""
STRICT: frozenset[ProblemKind] = FAILING | {
    "ambiguous citation",
    "uncited quote",
    "name not found",
    "partly supported",
}
"""The kinds that make a check of every sentence fail."""
SUSPICIONS: frozenset[ProblemKind] = frozenset({"may not bear", "seems contradicted"})
"""What code sees and cannot prove."""
Outcome = Literal["PASSES", "PASSES UNJUDGED", "FAILS"]
"""PASSES UNJUDGED: nothing fails, and of some sentence nobody judged whether its papers say it."""


class Problem(Frozen):
    """Something wrong in a draft. `about` is the words, the figure or the key that it is about;
    `meant` are keys of papers that may be meant to be cited, the likeliest first; `fails` says
    whether it makes the check fail."""

    kind: ProblemKind
    detail: str
    about: str = ""
    meant: tuple[str, ...] = ()
    fails: bool = False


class FoundQuote(Frozen):
    """Quoted words of the draft that are in a cited paper, and where they are."""

    said: str
    citations: tuple[Citation, ...]


Seeming = Literal["supported", "contradicted", "not enough"]


class WordVerdict(Frozen):
    """What a sentence of a paper seems to say of a claim, by words alone: probabilities that it
    supports and that it contradicts it; the rest is for neither. `against` names what in the two
    goes against each other: `increases against reduces`."""

    supports: float
    contradicts: float
    against: str = ""


class Compared(WordVerdict):
    """The verdict by words alone on a sentence of a draft, and the sentence of a paper that decides
    it. It proves nothing, so nothing fails by it."""

    verdict: Seeming
    citation: Citation


class Signal(Frozen):
    """What search and words say of one cited paper, for a person who weighs a verdict; nothing
    fails by it. `is_near`: the paper is among the 20 of the library that are nearest to the
    sentence (null where the library has no more than 20, or not this one); `cosine` is that of the
    paper's nearest sentence (null without vectors); `denied_in` says which of the two alone has a
    word such as "not": draft, paper, or neither (empty)."""

    key: str
    is_near: bool | None = None
    cosine: float | None = None
    denied_in: Literal["", "draft", "paper"] = ""


class CheckedSentence(Frozen):
    """A sentence that cites, or that should. `nearest` are the sentences of the cited papers that
    are most like it; `support` is what a judge said, `unchecked` without a judge, and `compared`
    what the words alone say where no judge did. Of a judge's verdict, `failing` are the words of
    the sentence that the papers do not carry, `reason` says why, and `named` are the papers'
    sentences that carry or contradict it."""

    sentence: DraftSentence
    problems: tuple[Problem, ...] = ()
    quotes: tuple[FoundQuote, ...] = ()
    nearest: tuple[Citation, ...] = ()
    support: Support = "unchecked"
    failing: str = ""
    reason: str = ""
    named: tuple[Citation, ...] = ()
    compared: Compared | None = None
    signals: tuple[Signal, ...] = ()


FieldName = Literal["title", "authors", "year", "venue", "doi", "arxiv_id"]


class CheckedField(Frozen):
    """A field of an entry that differs from the `right` value, which is empty where it is not
    known. `place` says where the right value is: `in the library`, `at Crossref`; it is empty for
    what is wrong in itself. Not `is_wrong`: the two may both be right, or nothing can tell."""

    field: FieldName
    written: str
    right: str = ""
    place: str = ""
    reason: str = ""
    is_wrong: bool = True


class Fix(Frozen):
    """An edit that mends a problem: `new` in place of the characters `start` to `end` of `file`,
    whose line ends are `\\n`. `sentence` and `entry` are the places of what it mends among those
    of the report, `field` is that of an entry. With `entry_text` an entry is added at the end of
    the bibliography `entry_file` too. `said` says it in words. It `is_sure` where code finds the
    draft's words, or the entry's paper; others are likely, and for a person to decide."""

    number: int = 0
    file: str
    start: int
    end: int
    new: str
    said: str = ""
    kind: ProblemKind
    is_sure: bool = False
    sentence: int | None = None
    entry: int | None = None
    field: FieldName | None = None
    entry_file: str = ""
    entry_text: str = ""


EntryVerdict = Literal["ok", "altered", "not in the library", "wrong in itself"]


class CheckedEntry(Frozen):
    """An entry of the bibliography, and the library's paper for it, if there is one. `fields` are
    those that differ from the paper's, or from an online record's (`found_at` names the service)
    where the library does not have it, and those that cannot be right."""

    key: str
    title: str
    paper_id: str = ""
    found_at: str = ""
    verdict: EntryVerdict = "ok"
    fields: tuple[CheckedField, ...] = ()
    problems: tuple[Problem, ...] = ()


class CheckReport(Shown):
    """The result of `check`. `papers` are those that the draft cites, by the draft's keys; `judge`
    is the model that gave verdicts, if one did; `every_sentence`: each had to cite; `fixes` are the
    edits that code can make."""

    file: str
    sentences_read: int
    citing: int
    sentences: tuple[CheckedSentence, ...] = ()
    entries: tuple[CheckedEntry, ...] = ()
    fixes: tuple[Fix, ...] = ()
    papers: dict[str, Paper] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    every_sentence: bool = False
    outcome: Outcome = "PASSES"
    writer: str = ""
    judge: str = ""
    usage: Usage = Usage()
