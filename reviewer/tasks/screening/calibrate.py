"""Measures a model's suggestions by what people decided, before records are ordered by them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.errors import UsageError
from reviewer.library.screen_store import new_id
from reviewer.tasks.screening.bounds import least_share
from reviewer.tasks.screening.screening import Screening, now
from reviewer.tasks.screening.suggest import (
    ask,
    criteria_of,
    is_excluded,
    records_a_call,
    suggest,
)
from reviewer.tasks.screening.suggestions import suggested
from reviewer.text import counted
from reviewer.types import Paper
from reviewer.types.progress import Progress, silent
from reviewer.types.screening import (
    CriterionWorth,
    ModelWorth,
    RecordVerdicts,
    ScreenEvent,
    Share,
    Suggestion,
)
from reviewer.types.writer import Writer

ENOUGH_INCLUDED = 20  # included records, of which fewer say too little of a model
LEAST_EXCLUDED = 40
ORDERS_FROM = 0.85  # balanced accuracy: simulated models below it cost more reading than they save
SWAPPED = 20  # records that are asked in two orders


@dataclass(frozen=True)
class Sample:
    """Papers that people decided: all that they let go on, and excluded ones drawn at random."""

    included: tuple[str, ...]
    excluded: tuple[str, ...]

    @property
    def papers(self) -> tuple[str, ...]:
        return (*self.included, *self.excluded)


def draw_sample(screening: Screening) -> Sample:
    """All papers that people let go on at this stage, and as many excluded ones, at least 40, drawn
    by the screening's seed. Raises UsageError where people have decided nothing."""
    stage = screening.stage
    kinds = {paper: is_excluded(screening, paper, stage) for paper in screening.papers}
    included = [paper for paper, kind in kinds.items() if kind is False]
    excluded = [paper for paper, kind in kinds.items() if kind is True]
    if not included and not excluded:
        raise UsageError(
            f"people have decided nothing of {screening.name} at this stage",
            hint="A model is measured by their decisions: review screen next",
        )
    most = min(len(excluded), max(LEAST_EXCLUDED, len(included)))
    draw = random.Random(f"{screening.screen.seed} calibrate {stage}")
    return Sample(tuple(included), tuple(sorted(draw.sample(excluded, most))))


def calibrate(
    screening: Screening, writer: Writer, model: str, progress: Progress = silent
) -> ModelWorth:
    """Ask the model about records that people decided, whose decisions it does not see, and
    compare. From here on records are ordered by its suggestions too, if they are good enough, else
    not.

    Raises UsageError without decisions or without a model.
    """
    criteria_of(screening)
    sample, stage = draw_sample(screening), screening.stage
    suggest(screening, writer, model, _lacking(screening, model, sample), progress)
    found = measure(screening, model, sample)
    found = _with_flips(screening, writer, sample, found)
    if stage == "title" and found.orders != (screening.ranking_model == model):
        screening.add_event(
            ScreenEvent(
                id=new_id(), kind="verdicts", at=now(), value=model if found.orders else "",
                why=f"balanced accuracy {found.balanced_accuracy:.2f} on "
                f"{found.sensitivity.of + found.specificity.of} records",
            )
        )  # fmt: skip
    return found


def estimate_calibration(screening: Screening, model: str) -> str:
    """What `calibrate` would do, in words. Raises UsageError where people have decided nothing."""
    sample = draw_sample(screening)
    lacking, swapped = len(_lacking(screening, model, sample)), len(_swapped(sample))
    a_call = records_a_call(screening.stage)
    calls = -(-lacking // a_call) + 2 * -(-swapped // a_call)
    return (
        f"{counted(len(sample.included), 'included record')} and "
        f"{len(sample.excluded):,} excluded, {lacking:,} of them without a suggestion, and "
        f"{swapped:,} asked in two orders: {counted(calls, 'call')} (a record that a reply leaves "
        "out is asked for once more)."
    )


def _lacking(screening: Screening, model: str, sample: Sample) -> list[Paper]:
    """The papers of the sample on which the model has suggested nothing by these criteria."""
    stage, version = screening.stage, screening.criteria.version
    return [
        screening.library.paper(paper)
        for paper in sample.papers
        if (own := screening.suggestions.of(paper, stage, model)) is None or own.criteria < version
    ]


def _swapped(sample: Sample) -> list[str]:
    """The papers that are asked about in two orders: half of them included."""
    half = SWAPPED // 2
    return [*sample.included[:half], *sample.excluded[: SWAPPED - min(half, len(sample.included))]]


def measure(screening: Screening, model: str, sample: Sample) -> ModelWorth:
    """The model's kept suggestions on the sample beside people's decisions."""
    stage = screening.stage

    def of(papers: Sequence[str]) -> list[tuple[str, Suggestion]]:
        every = ((paper, screening.suggestions.of(paper, stage, model)) for paper in papers)
        return [(paper, own) for paper, own in every if own is not None]

    included, excluded = of(sample.included), of(sample.excluded)
    kept = sum(suggested(own.verdicts).verdict != "exclude" for _, own in included)
    dropped = sum(suggested(own.verdicts).verdict == "exclude" for _, own in excluded)
    sensitivity, specificity = share(kept, len(included)), share(dropped, len(excluded))
    accuracy = (_part(sensitivity) + _part(specificity)) / 2
    is_calibrated = len(included) >= ENOUGH_INCLUDED
    return ModelWorth(
        model=model,
        stage=stage,
        sensitivity=sensitivity,
        specificity=specificity,
        balanced_accuracy=accuracy,
        criteria=tuple(
            _worth_of(screening, criterion.key, included, excluded)
            for criterion in criteria_of(screening)
        ),
        is_calibrated=is_calibrated,
        orders=is_calibrated and bool(excluded) and accuracy >= ORDERS_FROM,
    )


def share(hits: int, of: int) -> Share:
    """The share with its lower bound."""
    return Share(hits=hits, of=of, least=least_share(hits, of))


def _part(own: Share) -> float:
    return own.hits / own.of if own.of else 0.0


def _worth_of(
    screening: Screening,
    key: str,
    included: Sequence[tuple[str, Suggestion]],
    excluded: Sequence[tuple[str, Suggestion]],
) -> CriterionWorth:
    def drops(own: Suggestion) -> bool:
        return key in suggested(own.verdicts).reasons

    for_it = [
        own
        for paper, own in excluded
        if key in screening.people_outcome(paper, screening.stage).reasons
    ]
    return CriterionWorth(
        key=key,
        kept=share(sum(not drops(own) for _, own in included), len(included)),
        caught=share(sum(drops(own) for own in for_it), len(for_it)),
    )


def _with_flips(
    screening: Screening, writer: Writer, sample: Sample, found: ModelWorth
) -> ModelWorth:
    """The same with what changes when records are asked in order and then the other way round."""
    papers = [screening.library.paper(paper) for paper in _swapped(sample)]
    first, second = ask(screening, writer, papers), ask(screening, writer, papers[::-1])
    return found.model_copy(update=_flips(first, second))


def _flips(first: Sequence[RecordVerdicts], second: Sequence[RecordVerdicts]) -> dict[str, int]:
    """How many records were read both times, and how many suggestions and answers changed."""
    again = {own.paper_id: own for own in second if not own.unread}
    pairs = [(a, again[a.paper_id]) for a in first if not a.unread and a.paper_id in again]
    answers = [
        (x.verdict, y.verdict)
        for a, b in pairs
        for x, y in zip(a.verdicts, b.verdicts, strict=True)
    ]
    return {
        "swapped": len(pairs),
        "flips": sum(suggested(a.verdicts) != suggested(b.verdicts) for a, b in pairs),
        "swapped_answers": len(answers),
        "answer_flips": sum(x != y for x, y in answers),
    }
