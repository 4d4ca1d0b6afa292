"""Pairs of findings that may contradict each other."""

from __future__ import annotations

from reviewer.types.claims import Citation, Support
from reviewer.types.frozen import Frozen
from reviewer.types.runs import Usage
from reviewer.types.shown import Shown


class Finding(Frozen):
    """A sentence of a paper that states what was found, under its number (`E3.2`). `conditions`
    are words of the paper that say under which conditions; `contests` are the words by which the
    sentence says itself that it goes against a view, empty for others. A sentence of the user's own
    work has `W` as its key."""

    number: str
    key: str
    title: str
    year: int | None = None
    citation: Citation
    conditions: tuple[Citation, ...] = ()
    contests: str = ""


class FindingPair(Frozen):
    """Two findings that may contradict each other. `signs` say in words why; `score` orders the
    pairs (0 to about 2). `shared` are names of methods, data or models in the texts of both papers:
    what stands in both does not decide between them. `support` is what a judge said of the first
    finding by the text of the second: `contradicted` is a disagreement, `unchecked` is unjudged."""

    number: int
    first: Finding
    second: Finding
    signs: tuple[str, ...]
    score: float
    nearness: float
    shared: tuple[str, ...] = ()
    support: Support = "unchecked"
    reason: str = ""


class Disagreements(Shown):
    """The result of `disagreements`, the likeliest pairs first; those that a judge calls a
    contradiction stand before all others. `papers_read` of the library's papers were compared by
    `findings_read` findings."""

    topic: str = ""
    with_key: str = ""
    file: str = ""
    papers_read: int = 0
    findings_read: int = 0
    pairs: tuple[FindingPair, ...] = ()
    notes: tuple[str, ...] = ()
    judge: str = ""
    usage: Usage = Usage()
