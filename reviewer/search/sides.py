"""Finds the papers of each side of a comparison, and fuses them so that no side is drowned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from reviewer.search.phrasing import Sides
from reviewer.types.evidence import tagged
from reviewer.types.searches import Found, Hit, Side, Understood

# Of reciprocal rank fusion (Cormack and others 2009), with 20 in place of their 60: the lists are
# short, and their first places tell most (docs/quality.md).
_RANK_CONSTANT = 20

Places = Mapping[str, int]
"""The places of a search's papers, from 0, by their ids. Papers that are no evidence have none."""


def find_sides(sides: Sides, question: str, search: Callable[[str], Found], most: int) -> Found:
    """At most `most` papers, taken from the sides in turn, in the order of the places that they
    have in the searches for the whole question and for each side. A side whose name alone finds
    nothing has no papers. When no side has any, it is the search for the whole question."""
    whole = search(question)
    names = _full_names(sides.names)
    own = [_side(name, sides.shared, search) for name in names]
    places, whole_places = [_relevant(found) for found in own], _places(whole)
    if not any(places):
        return whole.model_copy(update={"understood": _understood(sides, [], places, {})})
    side_of = _in_turn(places, whole_places, most)
    chosen = sorted(side_of, key=lambda paper: -_fused(paper, whole_places, places))
    # A paper is shown as the search for its own side found it.
    best = {p: whole if side_of[p] is None else own[side_of[p] or 0] for p in chosen}
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
            "understood": _understood(sides, hits, places, side_of),
        }
    )


def _side(name: str, shared: str, search: Callable[[str], Found]) -> Found:
    """The papers of a side together with what the sides share; none where its name finds none."""
    found = search(name)
    return search(f"{name} {shared}") if shared and found.evidence else found


def _understood(
    sides: Sides, hits: Sequence[Hit], places: Sequence[Places], side_of: Mapping[str, int | None]
) -> Understood:
    """The sides with their papers: those taken for it, and those that stand at least as high
    there as on the side that they were taken for."""

    def is_on(side: int, paper: str) -> bool:
        own = side_of[paper]
        if own is None or paper not in places[side]:
            return False
        return places[side][paper] <= places[own][paper]

    return Understood(
        sides=tuple(
            Side(name=name, keys=tuple(h.paper.key for h in hits if is_on(side, h.paper.id)))
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


def _relevant(found: Found) -> Places:
    """The places of the papers above the relevance floor: only these are on a side."""
    strong = {hit.paper.id for hit in found.hits if not hit.is_weak}
    return {paper: place for paper, place in _places(found).items() if paper in strong}


def _fused(paper: str, whole: Places, sides: Sequence[Places]) -> float:
    """Reciprocal rank fusion, where the whole question counts twice as much as its sides."""
    found = sum(1 / (_RANK_CONSTANT + own[paper]) for own in sides if paper in own)
    return found + (2 * len(sides) / (_RANK_CONSTANT + whole[paper]) if paper in whole else 0.0)


def _in_turn(sides: Sequence[Places], whole: Places, most: int) -> dict[str, int | None]:
    """Papers' ids: the best of each side, the second of each, and so on, then the whole's; with
    the side that each is taken for."""
    queues = [sorted(own, key=lambda paper: -_fused(paper, whole, [own])) for own in sides]
    taken: dict[str, int | None] = {}
    while any(queues):
        for side, queue in enumerate(queues):
            while queue and queue[0] in taken:
                queue.pop(0)
            if queue:
                taken[queue.pop(0)] = side
    for paper in whole:
        taken.setdefault(paper)
    return dict(list(taken.items())[:most])
