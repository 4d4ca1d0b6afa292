"""Finds the papers of each side of a comparison, and fuses them so that no side is drowned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from reviewer.search.phrasing import Sides
from reviewer.types.evidence import tagged
from reviewer.types.searches import Found, Side, Understood

_RANK_CONSTANT = 60  # of reciprocal rank fusion (Cormack and others 2009)
_HALF = 0.5  # a paper in the first half of several sides' papers is on all of them

Places = Mapping[str, int]
"""The places of a search's papers, from 0, by their ids. Papers that are no evidence have none."""


def find_sides(sides: Sides, question: str, search: Callable[[str], Found], most: int) -> Found:
    """At most `most` papers, taken from the sides in turn, in the order of the places that they
    have in the searches for the whole question and for each side. When neither the whole question
    nor every side of it finds evidence, there is none."""
    whole = search(question)
    own = [search(text) for text in _texts(sides)]
    if not whole.evidence and not all(found.evidence for found in own):
        return whole
    places = [_places(found) for found in own]
    chosen = _in_turn(places, _places(whole), most)
    every = [_places(whole), *places]
    chosen.sort(key=lambda paper: -sum(1 / (_RANK_CONSTANT + p[paper]) for p in every if paper in p))
    # A paper is shown as the search for its own side found it.
    best = {paper: _nearest(paper, places, own, whole) for paper in chosen}
    hits = [next(h for h in best[paper].hits if h.paper.id == paper) for paper in chosen]
    evidence = [e for paper in chosen for e in best[paper].evidence if e.paper.id == paper]
    return whole.model_copy(
        update={
            "hits": tuple(hits),
            "evidence": tagged(evidence),
            "matched": len({h.paper.id for f in (whole, *own) for h in f.hits if not h.is_weak}),
            "considered": max(found.considered for found in (whole, *own)),
            "is_weak": all(found.is_weak for found in (whole, *own) if found.evidence),
            "reason": "",
            "understood": Understood(
                sides=tuple(
                    Side(
                        name=name,
                        keys=tuple(h.paper.key for h in hits if _is_on(n, h.paper.id, places)),
                    )
                    for n, name in enumerate(sides.names)
                )
            ),
        }
    )


def _texts(sides: Sides) -> list[str]:
    """What is searched for each side: with what the sides share, and with the last word of the last
    side where another is a lone word before it: `supervised versus reinforcement learning`."""
    last = sides.names[-1].split()
    lone = [name for name in sides.names[:-1] if len(name.split()) == 1 and len(last) > 1]
    names = [f"{name} {last[-1]}" if name in lone else name for name in sides.names]
    return [f"{name} {sides.shared}".strip() for name in names]


def _places(found: Found) -> Places:
    ids = dict.fromkeys(item.paper.id for item in found.evidence)
    return {paper: place for place, paper in enumerate(ids)}


def _in_turn(places: Sequence[Places], whole: Places, most: int) -> list[str]:
    """Papers' ids: the best of each side, the second of each, and so on, then the whole's."""
    queues = [list(own) for own in places]
    chosen: dict[str, None] = {}
    while len(chosen) < most and any(queues):
        for queue in queues:
            while queue and queue[0] in chosen:
                queue.pop(0)
            if queue and len(chosen) < most:
                chosen[queue.pop(0)] = None
    for paper in whole:
        if len(chosen) < most:
            chosen.setdefault(paper)
    return list(chosen)


def _nearest(paper: str, places: Sequence[Places], own: Sequence[Found], whole: Found) -> Found:
    """The side's search that has the paper at the best place; else the whole's."""
    having = [n for n, one in enumerate(places) if paper in one]
    return own[min(having, key=lambda n: places[n][paper])] if having else whole


def _is_on(side: int, paper: str, places: Sequence[Places]) -> bool:
    """True on the side where the paper has its best place, and on each where it is in the first
    half."""
    if paper not in places[side]:
        return False
    best = min(own[paper] for own in places if paper in own)
    place = places[side][paper]
    return place == best or place < _HALF * len(places[side])
