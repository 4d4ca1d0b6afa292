"""Counts what papers answer to a yes/no question. A stance counts only with its located quote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reviewer.grounding.quotes import cite
from reviewer.types import Citation, Evidence
from reviewer.types.answers import StanceTaken
from reviewer.types.claims import Reading


def take_stances(
    readings: Sequence[Reading], evidence: Sequence[Evidence]
) -> tuple[StanceTaken, ...]:
    """One stance for each reading, in order. It is `none` without a quote located in the paper."""
    shown = {item.tag: item for item in evidence}
    stances = []
    for reading in readings:
        located = (cite(quote, shown) for quote in reading.quotes)
        own = (c for c in located if isinstance(c, Citation) and c.paper_id == reading.paper_id)
        citation = next(own, None) if reading.stance != "none" else None
        stance = reading.stance if citation else "none"
        stances.append(StanceTaken(paper_id=reading.paper_id, stance=stance, citation=citation))
    return tuple(stances)


def verdict_of(stances: Sequence[StanceTaken]) -> str:
    """`3 yes, 1 no, 2 mixed of 9 read`; empty when no paper takes a stance."""
    counts = Counter(stance.stance for stance in stances)
    taken = [f"{counts[kind]} {kind}" for kind in ("yes", "no", "mixed") if counts[kind]]
    return f"{', '.join(taken)} of {len(stances)} read" if taken else ""
