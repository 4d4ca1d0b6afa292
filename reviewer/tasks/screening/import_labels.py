"""Takes decisions of files into a screening. The same file twice changes nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from reviewer.tasks.screening.labels import Label, Labels
from reviewer.tasks.screening.screening import Screening, now
from reviewer.types import Paper
from reviewer.types.papers import Part
from reviewer.types.screening import Decision, ScreenEvent, Stage


@dataclass(frozen=True)
class Imported:
    """What an import did: decisions that are new, those that were there, what had no paper here,
    and reviewers and reasons that the screening did not name; and how many events were new."""

    new: int
    known: int
    unmatched: tuple[str, ...]
    reviewers: tuple[str, ...]
    reasons: tuple[str, ...]
    events: int = 0


# What two people may do side by side. A stage, a rule and a stop are the screening's own.
_SHARED_EVENTS = ("group", "apart", "ungroup", "retrieved", "not-retrieved")


def import_labels(
    screening: Screening, file: Path, found: Labels, reviewer: str, stage: Stage
) -> Imported:
    """Keep the decisions of a file on papers that are in this screening, found by DOI, title or
    key. `reviewer` stands for names that the file lacks."""
    unmatched: list[str] = []
    made: list[Decision] = []
    for label in found.labels:
        paper = _paper(screening, label.title, label.doi, label.key)
        if paper is None:
            unmatched.append(label.title or label.doi or label.key)
        else:
            made.append(_decision(screening, file, label, paper, reviewer, label.stage or stage))
    for title, doi, key, own in found.own:
        paper = _paper(screening, title, doi, key)
        decision = _read(own, paper)
        if decision is None:
            unmatched.append(title or doi or key)
        else:
            made.append(decision)
    read = [_event(screening, own, papers) for own, papers in found.events]
    events = [event for event in read if event is not None]
    ids = {one for own in made for one in (own.id, own.undoes)}
    ids |= {one for own in events for one in (own.id, own.value)}
    elsewhere = screening.store.kept_elsewhere(screening.name, ids)
    made = [_of_this_screening(own, elsewhere, screening, file) for own in made]
    events = [_event_of_this_screening(own, elsewhere, screening.name) for own in events]
    made.sort(key=lambda own: own.at)
    kept = screening.store.add_decisions(screening.name, made)
    known = {event.id for event in screening.events}
    fresh = [event for event in events if event.id not in known]
    for event in fresh:
        screening.store.add_event(screening.name, event)
    screening.refresh()
    names = {d.reviewer for d in made if d.source != "resolve"} - set(screening.screen.reviewers)
    reasons = {reason for d in made for reason in d.reasons} - set(screening.order)
    return Imported(
        new=kept,
        known=len(made) - kept,
        unmatched=tuple(dict.fromkeys(unmatched)),
        reviewers=tuple(sorted(names)),
        reasons=tuple(sorted(reasons)),
        events=len(fresh),
    )


def _event(screening: Screening, own: dict[str, Any], papers: dict[str, Any]) -> ScreenEvent | None:
    """An event of our own log about papers that are in this screening; None for another. Of a
    group the papers that are here are grouped."""
    try:
        event = ScreenEvent.model_validate(own)
        here = {
            name: _paper(screening, about["title"], about["doi"], about["key"])
            for name, about in papers.items()
        }
    except (ValidationError, KeyError, TypeError):
        return None
    paper = here.get(event.paper_id)
    if event.kind not in _SHARED_EVENTS or paper is None:
        return None
    value = event.value
    if event.kind == "group":
        others = [here.get(name) for name in value.split()]
        value = " ".join(one.id for one in others if one is not None)
    return event.model_copy(update={"paper_id": paper.id, "value": value})


def _of_this_screening(
    own: Decision, elsewhere: set[str], screening: Screening, file: Path
) -> Decision:
    """A decision as this screening keeps it. One that another screening of the library has gets an
    id of its own here, the same each time, and counts as imported."""
    if own.id not in elsewhere:
        return own
    undoes = _own_id(own.undoes, screening.name) if own.undoes in elsewhere else own.undoes
    source = f"import:{file.name}" if own.source == "person" else own.source
    return own.model_copy(
        update={"id": _own_id(own.id, screening.name), "undoes": undoes, "source": source,
                "criteria": screening.criteria.version, "rank": None}
    )  # fmt: skip


def _event_of_this_screening(own: ScreenEvent, elsewhere: set[str], name: str) -> ScreenEvent:
    value = _own_id(own.value, name) if own.value in elsewhere else own.value
    named = _own_id(own.id, name) if own.id in elsewhere else own.id
    return own.model_copy(update={"id": named, "value": value})


def _own_id(kept: str, name: str) -> str:
    """The id under which this screening keeps what another one keeps by this id."""
    return hashlib.sha256(f"{kept}\0{name}".encode()).hexdigest()[:16]


def _paper(screening: Screening, title: str, doi: str, key: str) -> Paper | None:
    entry = Paper(parts=(Part(name="title", text=title),), doi=doi, key=key)
    found = screening.library.catalogue.paper_like(entry)
    return found if found is not None and found.id in screening.papers else None


def _decision(
    screening: Screening, file: Path, label: Label, paper: Paper, reviewer: str, stage: Stage
) -> Decision:
    known = {name.lower(): name for name in screening.screen.reviewers}
    name = label.reviewer or reviewer
    name = known.get(name.lower(), name)
    reasons = _keys(label.reasons, screening)
    said = "\0".join(
        (paper.id, stage, name, label.verdict, *reasons, label.note, label.at, screening.name)
    )
    return Decision(
        id=hashlib.sha256(said.encode()).hexdigest()[:16],
        paper_id=paper.id,
        stage=stage,
        reviewer=name,
        verdict=label.verdict,
        reasons=reasons,
        note=label.note,
        at=label.at or now(),
        criteria=screening.criteria.version,
        source=f"import:{file.name}",
    )


def _keys(reasons: Iterable[str], screening: Screening) -> tuple[str, ...]:
    """The key of the criterion that a reason names; else its own words, so that nothing is lost."""
    known = {_plain(key): key for key in screening.order}
    return tuple(known.get(_plain(reason), reason) for reason in reasons)


def _plain(words: str) -> str:
    return re.sub(r"\W+", " ", words.lower()).strip()


def _read(own: object, paper: Paper | None) -> Decision | None:
    """A decision of our own file on the paper that it has here; it keeps its id."""
    if paper is None:
        return None
    try:
        return Decision.model_validate(own).model_copy(update={"paper_id": paper.id})
    except ValidationError:
        return None
