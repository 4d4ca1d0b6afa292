"""The records of a screening with their decisions, as they are exported."""

from __future__ import annotations

from collections import defaultdict

from reviewer.tasks.screening.screening import Screening
from reviewer.types.screening import (
    Decision,
    ScreenedRecord,
    ScreenedRecords,
    ScreenEvent,
    Stage,
)


def screened_records(screening: Screening, reader: str = "") -> ScreenedRecords:
    """All records in their order. The verdict is that of the full text where there is one. What is
    hidden from a reader who is a reviewer is left out, as if it had not been decided."""
    screening.refresh()
    own: dict[str, list[Decision]] = defaultdict(list)
    for decision in screening.decisions:
        if screening.may_see(decision, reader):
            own[screening.present_id(decision.paper_id)].append(decision)
    return ScreenedRecords(
        name=screening.name,
        records=tuple(_record(screening, paper, own[paper], reader) for paper in screening.papers),
        events=tuple(_event(screening, event) for event in screening.events_of(reader=reader)),
    )


def _event(screening: Screening, event: ScreenEvent) -> ScreenEvent:
    others = event.value
    if event.kind == "group":
        others = " ".join(map(screening.present_id, event.value.split()))
    paper = screening.present_id(event.paper_id)
    return event.model_copy(update={"paper_id": paper, "value": others})


def _record(
    screening: Screening, paper: str, decisions: list[Decision], reader: str
) -> ScreenedRecord:
    has_full_text = (paper, "full-text") in screening.standing
    is_shown = has_full_text and not screening.is_hidden(paper, reader, "full-text")
    stage: Stage = "full-text" if is_shown else "title"
    found = screening.seen_outcome(paper, stage, reader)
    standing = screening.standing.get((paper, stage), {}).values()
    return ScreenedRecord(
        paper=screening.library.paper(paper),
        verdict="conflict" if found.is_conflict else found.verdict or "",
        stage=stage if found.readers or found.is_resolved else "",
        reasons=found.reasons,
        readers=found.readers,
        decisions=tuple(decisions),
        standing=tuple(own for own in standing if screening.may_see(own, reader)),
    )
