"""Papers that a draft's sentences could cite, and how near the papers are that it cites."""

from __future__ import annotations

from typing import Literal

from reviewer.types.checks import DraftSentence
from reviewer.types.claims import Citation, Support
from reviewer.types.frozen import Frozen
from reviewer.types.runs import Usage
from reviewer.types.shown import Shown

Purpose = Literal["background", "method", "comparison"]
Relation = Literal["", "same", "weaker", "stronger", "other setting", "contradicts"]
"""How a sentence of one's own work stands to a paper's sentence; empty where nobody can say."""


class Suggestion(Frozen):
    """A paper for a sentence. `citation` is the paper's sentence that is nearest to it. `is_clear`:
    the paper is near enough to be taken without a second look at others, or a judge says that it
    carries the sentence; `support` is what the judge said, `unchecked` without one, and `failing`
    are words of the sentence that the paper does not carry. `relation` is for one's own work."""

    number: int
    key: str
    title: str
    year: int | None = None
    citation: Citation
    is_clear: bool = False
    support: Support = "unchecked"
    reason: str = ""
    failing: str = ""
    relation: Relation = ""


class SuggestedSentence(Frozen):
    """A sentence that lacks a citation. `gaps` are the spans of its marks such as `[?]`, counted in
    the draft's characters; `purpose` is why the sentence would cite, by its words."""

    sentence: DraftSentence
    gaps: tuple[tuple[int, int], ...] = ()
    purpose: Purpose = "background"
    suggestions: tuple[Suggestion, ...] = ()


class CitedPaper(Frozen):
    """A paper that a sentence cites; `rank` is its place among the nearest, from 1, and null beyond
    the 20 that are looked at."""

    key: str
    rank: int | None = None


class CitingSentence(Frozen):
    """A sentence that cites papers of the library. It `is_odd` when none of them is among the
    papers that are nearest to it; `nearer` are keys of papers that it does not cite and that are
    nearer than all that it cites, the nearest first."""

    sentence: DraftSentence
    cited: tuple[CitedPaper, ...]
    is_odd: bool = False
    nearer: tuple[str, ...] = ()


class Suggestions(Shown):
    """The result of `suggest`. `lacking` are the sentences that lack a citation, in order; of a
    text that `is_own`, all that state something, and then `suggestions` say who says it already."""

    file: str
    sentences_read: int
    is_own: bool = False
    lacking: tuple[SuggestedSentence, ...] = ()
    citing: tuple[CitingSentence, ...] = ()
    notes: tuple[str, ...] = ()
    judge: str = ""
    usage: Usage = Usage()
