"""The papers on which reviewers disagree, and those on which people and a model do."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.tasks.screening.record_view import model_says
from reviewer.tasks.screening.screening import Screening
from reviewer.tasks.screening.suggest import is_excluded
from reviewer.tasks.screening.suggestions import model_of
from reviewer.text import clean
from reviewer.types.screening import Conflict, ModelConflict, Said


def find_conflicts(screening: Screening, reader: str = "") -> list[Conflict]:
    """Each paper on which reviewers disagree, at either stage, with what each decided; those who
    disagree on reasons alone come last. To a reader only what that reviewer may see."""
    conflicts = list[Conflict]()
    for (paper_id, stage), own in screening.standing.items():
        found = screening.seen_outcome(paper_id, stage, reader)
        if paper_id not in screening.papers:
            continue
        if not (found.is_conflict or found.is_reason_conflict):
            continue
        said = [
            Said(
                reviewer=name, verdict=one.verdict, reasons=one.reasons, note=one.note,
                quote=one.quote,
            )
            for name, one in sorted(own.items())
        ]  # fmt: skip
        for name in screening.model_reviewers:
            beside = screening.suggestions.said(paper_id, stage, model_of(name))
            if beside and name in found.readers:
                said.append(Said(reviewer=name, verdict=beside.verdict, reasons=beside.reasons))
        paper = screening.library.paper(paper_id)
        conflicts.append(
            Conflict(
                key=paper.key, title=clean(paper.title), stage=stage, said=tuple(said),
                on_reasons=not found.is_conflict,
            )
        )  # fmt: skip
    return sorted(conflicts, key=lambda one: one.on_reasons)


def find_model_conflicts(
    screening: Screening, model: str, readers: Sequence[str] = ()
) -> list[ModelConflict]:
    """Each record on which people and the model disagree whether it goes on: first those that
    people exclude and the model would include with every criterion shown, then other ones that they
    exclude, then those that the model would exclude. Those that one of `readers` may not see yet
    are left out."""
    ranked = list[tuple[int, ModelConflict]]()
    for paper_id in screening.papers:
        if any(screening.is_hidden(paper_id, one, screening.stage) for one in readers):
            continue
        is_out = is_excluded(screening, paper_id, screening.stage)
        said = screening.suggestions.said(paper_id, screening.stage, model)
        if is_out is None or said is None or is_out == (said.verdict == "exclude"):
            continue
        rank = 2 if not is_out else 0 if said.verdict == "include" else 1
        paper = screening.library.paper(paper_id)
        people = screening.people_outcome(paper_id, screening.stage)
        says = model_says(screening, paper, model)
        if says is not None:
            found = ModelConflict(
                key=paper.key, title=clean(paper.title), stage=screening.stage,
                verdict=people.verdict, reasons=people.reasons, model=says,
            )  # fmt: skip
            ranked.append((rank, found))
    return [found for _, found in sorted(ranked, key=lambda pair: pair[0])]
