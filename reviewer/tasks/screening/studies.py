"""The studies of a screening: which papers report the same one.

People settle it; versions of one another are together until people say otherwise, and all else is
only suggested.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from reviewer.errors import UsageError
from reviewer.library.screen_store import new_id
from reviewer.tasks.screening.screening import Screening, now
from reviewer.text import normalise_title
from reviewer.types import Paper
from reviewer.types.screening import ScreenEvent

# ClinicalTrials.gov numbers its entries NCT and eight digits, the ISRCTN registry ISRCTN and eight.
REGISTRY = re.compile(r"\b(?:NCT|ISRCTN) ?(\d{8})\b", re.IGNORECASE)


def find_studies(screening: Screening, papers: Sequence[Paper]) -> list[list[str]]:
    """The ids of these papers, one list a study, in the order of the papers."""
    study = {paper.id: paper.id for paper in papers}

    def join(ids: Sequence[str]) -> None:
        joined = {study[one] for one in ids if one in study}
        first = min(joined, default="")
        study.update({paper: first for paper, own in study.items() if own in joined})

    for paper in papers:
        join([paper.id, *paper.versions])
    for event in _standing(screening.events):
        ids = [screening.present_id(one) for one in (event.paper_id, *event.value.split())]
        if event.kind == "group":
            join(ids)
        elif ids[0] in study:
            _part(study, ids[0])
    found = defaultdict[str, list[str]](list)
    for paper in papers:
        found[study[paper.id]].append(paper.id)
    return list(found.values())


def group_papers(screening: Screening, papers: Sequence[Paper], by: str) -> None:
    """Keep that these papers report one study. Raises UsageError for fewer than two."""
    if len({paper.id for paper in papers}) < 2:
        raise UsageError("a study is grouped from two papers or more", hint="Name their keys.")
    others = " ".join(paper.id for paper in papers[1:])
    _add(screening, "group", papers[0].id, others, by)


def part_paper(screening: Screening, paper: Paper, by: str) -> None:
    """Keep that this paper reports a study of its own."""
    _add(screening, "apart", paper.id, "", by)


def undo_group(screening: Screening, by: str) -> ScreenEvent:
    """Take back the last grouping that stands, and give it. Raises UsageError when there is not
    one."""
    standing = _standing(screening.events)
    if not standing:
        raise UsageError("there is no grouping to take back", hint="See review screen group.")
    _add(screening, "ungroup", standing[-1].paper_id, standing[-1].id, by)
    return standing[-1]


def suggest_groups(screening: Screening, papers: Sequence[Paper]) -> list[tuple[str, list[str]]]:
    """Papers that may report one study and are not together yet: why, and their ids. A sign is a
    trial's number in the registry, or the same title and a same author."""
    signs = defaultdict[str, list[str]](list)
    for paper in papers:
        for sign in dict.fromkeys(_signs(paper)):
            signs[sign].append(paper.id)
    study = {one: n for n, own in enumerate(find_studies(screening, papers)) for one in own}
    settled = {screening.present_id(e.paper_id) for e in _standing(screening.events)
               if e.kind == "apart"}  # fmt: skip
    found = list[tuple[str, list[str]]]()
    for sign, ids in signs.items():
        open_ids = [one for one in ids if one not in settled]
        if len({study[one] for one in open_ids}) > 1 and open_ids not in [own for _, own in found]:
            found.append((sign, open_ids))
    return found


def _signs(paper: Paper) -> list[str]:
    text = f"{paper.title} {paper.abstract}"
    numbers = [re.sub(r" ", "", own.group().upper()) for own in REGISTRY.finditer(text)]
    title = normalise_title(paper.title)
    names = [normalise_title(name) for name in paper.authors]
    return numbers + [f"{title}, by {name}" for name in names[:1] if title]


def _part(study: dict[str, str], paper: str) -> None:
    """Give the paper a study of its own; the others stay together."""
    others = [one for one, own in study.items() if own == study[paper] and one != paper]
    study.update(dict.fromkeys(others, min(others, default="")))
    study[paper] = paper


def _standing(events: Sequence[ScreenEvent]) -> list[ScreenEvent]:
    """The groupings that were not taken back, oldest first."""
    undone = {event.value for event in events if event.kind == "ungroup"}
    return [e for e in events if e.kind in ("group", "apart") and e.id not in undone]


def _add(screening: Screening, kind: str, paper_id: str, value: str, by: str) -> None:
    screening.add_event(
        ScreenEvent.model_validate(
            {"id": new_id(), "kind": kind, "at": now(), "by": by, "paper_id": paper_id,
             "stage": "full-text", "value": value}
        )
    )  # fmt: skip
