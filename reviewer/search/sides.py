"""Finds the papers of each side of a comparison, and fuses them so that no side is drowned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest

from reviewer.search.phrasing import Sides
from reviewer.types.evidence import tagged
from reviewer.types.searches import Found, Hit, Side, Understood

# Of reciprocal rank fusion (Cormack and others 2009), with 20 in place of their 60: the lists are
# short, and their first places tell most (docs/quality.md).
_RANK_CONSTANT = 20
_HALF = 0.5  # a paper in the first half of several sides' papers is on all of them

Places = Mapping[str, int]
"""The places of a search's papers, from 0, by their ids. Papers that are no evidence have none."""


def find_sides(sides: Sides, question: str, search: Callable[[str], Found], most: int) -> Found:
    """At most `most` papers, taken from the sides in turn, in the order of the places that they
    have in the searches for the whole question and for each side. A side whose name alone finds
    nothing has no papers. When no side has any, it is the search for the whole question."""
    whole = search(question)
    names = _full_names(sides.names)
    own = [_side(name, sides.shared, search) for name in names]
    places, whole_places = [_places(found) for found in own], _places(whole)
    if not any(places):
        return whole.model_copy(update={"understood": _understood(sides, [], places)})
    chosen = _in_turn(places, whole_places, most)
    chosen.sort(key=lambda paper: -_fused(paper, whole_places, places))
    # A paper is shown as the search for its own side found it.
    best = {paper: _nearest(paper, places, own, whole) for paper in chosen}
    hits = [next(h for h in best[paper].hits if h.paper.id == paper) for paper in chosen]
    evidence = [e for paper in chosen for e in best[paper].evidence if e.paper.id == paper]
    return whole.model_copy(
        update={
            "hits": tuple(hits),
            "evidence": tagged(evidence),
            "matched": max(found.matched for found in (whole, *own)),
            "considered": max(found.considered for found in (whole, *own)),
            "is_weak": all(found.is_weak for found in (whole, *own) if found.evidence),
            "reason": "",
            "understood": _understood(sides, hits, places),
        }
    )


def _side(name: str, shared: str, search: Callable[[str], Found]) -> Found:
    """The papers of a side together with what the sides share; none where its name finds none."""
    found = search(name)
    return search(f"{name} {shared}") if shared and found.evidence else found


def _understood(sides: Sides, hits: Sequence[Hit], places: Sequence[Places]) -> Understood:
    return Understood(
        sides=tuple(
            Side(
                name=name,
                keys=tuple(h.paper.key for h in hits if _is_on(side, h.paper.id, places)),
            )
            for side, name in enumerate(sides.names)
        )
    )


def _full_names(names: Sequence[str]) -> list[str]:
    """A lone word before a longer last name has that one's last word too: `supervised versus
    reinforcement learning`."""
    last = names[-1].split()
    lone = [name for name in names[:-1] if len(name.split()) == 1 and len(last) > 1]
    return [f"{name} {last[-1]}" if name in lone else name for name in names]


def _places(found: Found) -> Places:
    ids = dict.fromkeys(item.paper.id for item in found.evidence)
    return {paper: place for place, paper in enumerate(ids)}


def _fused(paper: str, whole: Places, sides: Sequence[Places]) -> float:
    """Reciprocal rank fusion, where the whole question counts as much as the sides together."""
    found = sum(1 / (_RANK_CONSTANT + own[paper]) for own in sides if paper in own)
    return found + (len(sides) / (_RANK_CONSTANT + whole[paper]) if paper in whole else 0.0)


def _in_turn(sides: Sequence[Places], whole: Places, most: int) -> list[str]:
    """Papers' ids: the best of each side, the second of each, and so on, then the whole's."""
    queues = [sorted(own, key=lambda paper: -_fused(paper, whole, [own])) for own in sides]
    turns = (paper for row in zip_longest(*queues) for paper in row if paper is not None)
    return list(dict.fromkeys((*turns, *whole)))[:most]


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
