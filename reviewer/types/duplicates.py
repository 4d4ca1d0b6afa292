"""What is said of two records, or two papers, that may be one."""

from __future__ import annotations

from typing import Literal

from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper

Verdict = Literal["same", "versions", "doubtful", "apart"]
"""One paper; a preprint and what it was published as; for a person to say; two papers."""


class Pair(Frozen):
    """Two entries, named by the hashes of their text as read, `one` before `other`. `is_decided`:
    a person said so, and no rule says otherwise again."""

    one: str
    other: str
    verdict: Verdict
    reason: str = ""
    is_decided: bool = False


class PaperPair(Frozen):
    """Two papers of the library and what is said of them."""

    one: Paper
    other: Paper
    verdict: Verdict
    reason: str
    is_decided: bool = False


class Entry(Frozen):
    """One of the entries that a paper is made of, `number` from 1; why it was put with the others
    stands in `reason` where a rule or a person did it."""

    number: int
    file: str
    position: int
    title: str
    reason: str = ""
