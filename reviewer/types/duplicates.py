"""The relation between two entries, or two papers, that may be the same work."""

from __future__ import annotations

from typing import Literal

from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper

Verdict = Literal["same", "versions", "doubtful", "apart"]
"""In this order: one paper; a preprint and its published version; a person must decide; two
papers."""


class Pair(Frozen):
    """Two entries, each named by the hash of its text as read, `one` before `other`. `is_decided`:
    a person said so, and no rule changes it."""

    one: str
    other: str
    verdict: Verdict
    reason: str = ""
    is_decided: bool = False


class PaperPair(Frozen):
    """Two papers of the library and the relation between them."""

    one: Paper
    other: Paper
    verdict: Verdict
    reason: str
    is_decided: bool = False


class Settled(Frozen):
    """A person's decision on papers: the `same`, then `papers` is what they became and `titles` are
    those of the parts that it was made of; or `apart`, then `papers` are the two."""

    verdict: Literal["same", "apart"]
    papers: tuple[Paper, ...]
    titles: tuple[str, ...] = ()


class Entry(Frozen):
    """One of the entries that a paper is made of; `number` counts from 1. `reason` says why it
    was merged with the others, if a rule or a person did it."""

    number: int
    file: str
    position: int
    title: str
    reason: str = ""
