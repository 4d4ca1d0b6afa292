"""`review screen suggest` and `calibrate`: a model beside the reviewers. It decides nothing."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

from reviewer.cli.library import opened
from reviewer.cli.options import (
    DryRunOption,
    JsonOption,
    ModelOptions,
    RunOptions,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import print_error, print_out
from reviewer.cli.screen_making import ScreenArgument, prepare_numpy
from reviewer.errors import UsageError
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.settings import Settings
    from reviewer.types.screening import ModelWorth, Share

_MOST_SHOWN = 10
# Included records without a miss, and the lower bound at 95 % that they give.
_NEEDED = "29 included records without a miss show 0.90 at 95 % confidence, 59 0.95, 90 0.967"


@command("suggest", "review screen suggest --model ollama/llama3 --dry-run")
def suggest_decisions(
    name: ScreenArgument = "",
    count: Annotated[int | None, option("-n", help="Ask about so many records at most.")] = None,
    dry_run: DryRunOption = False,
    *,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Let a model say of each record which criteria it meets, and show the sentence.

    Code makes a suggestion of it; people decide. What is kept is not asked again. To order records
    by suggestions, measure them first: review screen calibrate.
    """
    from reviewer.cli.model import cost_line, say_budget, say_planned
    from reviewer.tasks.screening.screening import Screening
    from reviewer.tasks.screening.suggest import estimate_calls, papers_to_ask, suggest
    from reviewer.writers import writer_of

    prepare_numpy()
    settings = settings_of(common, model)
    named = _model_named(settings)
    with common.progress() as progress, opened(settings, progress) as shelf:
        screening = Screening(shelf, name)
        papers = papers_to_ask(screening, named, count)
        if dry_run:
            return say_planned(estimate_calls(screening, len(papers)), settings)
        with closing(writer_of(settings, shelf, use_cache=not model.no_cache)) as writer:
            done = suggest(screening, writer, named, papers, progress)
            usage, notes = writer.usage(), writer.notes()
        left = len(papers_to_ask(screening, named))
    print_error(f"{counted(done.kept, 'record')} with a suggestion now, {left:,} without")
    for key, why in done.unread[:_MOST_SHOWN]:
        print_error(f"{key}: {why}")
    for note in (*notes, *filter(None, [done.stopped])):
        print_error(note)
    print_error(f"{cost_line(usage)}. Nothing is decided by it: review screen next")
    say_budget(usage, has_budget=settings.budget_usd is not None)
    return 1 if papers and not done.kept else 0


@command("calibrate", "review screen calibrate --model ollama/llama3")
def calibrate_model(
    name: ScreenArgument = "",
    json: JsonOption = False,
    dry_run: DryRunOption = False,
    *,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Measure a model by what people decided: all included records, and excluded ones at random.

    It does not see their decisions. Records are ordered by its suggestions from here on only if it
    is good enough.
    """
    from reviewer.cli.model import cost_line, say_planned
    from reviewer.render.json import dump
    from reviewer.tasks.screening.calibrate import calibrate, estimate_calibration
    from reviewer.tasks.screening.screening import Screening
    from reviewer.writers import writer_of

    prepare_numpy()
    settings = settings_of(common, model)
    named = _model_named(settings)
    with common.progress() as progress, opened(settings, progress) as shelf:
        screening = Screening(shelf, name)
        if dry_run:
            return say_planned(estimate_calibration(screening, named), settings)
        with closing(writer_of(settings, shelf, use_cache=not model.no_cache)) as writer:
            found = calibrate(screening, writer, named, progress)
            usage = writer.usage()
    as_json = dump("screen-model", found.model_dump(mode="json")) if json else ""
    print_out(as_json or worth_text(found))
    print_error(cost_line(usage))
    return 0


def _model_named(settings: Settings) -> str:
    """The model of the settings. Raises UsageError without one."""
    if not settings.model:
        raise UsageError("suggestions need a model", hint="Name one with --model.")
    return settings.model


def worth_text(found: ModelWorth) -> str:
    """What calibration found, in lines."""
    from reviewer.tasks.screening.calibrate import ENOUGH_INCLUDED, ORDERS_FROM

    verdict = "calibrated" if found.is_calibrated else "not calibrated"
    lines = [
        f"{found.model}, {found.stage}: {verdict}",
        f"  sensitivity {share_text(found.sensitivity)}: included records that it would let go on",
        f"  specificity {share_text(found.specificity)}: excluded records that it would exclude",
        *(
            f"  {own.key}: keeps {share_text(own.kept)} of the included, catches "
            f"{share_text(own.caught)} of those excluded for it"
            for own in found.criteria
        ),
        f"  in another order {found.flips} of {counted(found.swapped, 'suggestion')} and "
        f"{found.answer_flips} of {counted(found.swapped_answers, 'answer')} changed",
    ]
    if not found.is_calibrated:
        lines.append(
            f"  {found.sensitivity.of} of {ENOUGH_INCLUDED} included records are decided: too few "
            f"to say what it misses. {_NEEDED}."
        )
    elif found.orders:
        lines.append("  Records are ordered by its suggestions too; every tenth by search alone.")
    else:
        lines.append(
            f"  Balanced accuracy {found.balanced_accuracy:.2f}, below {ORDERS_FROM}: its "
            "suggestions are shown and order nothing."
        )
    return "\n".join(lines) + "\n"


def share_text(own: Share) -> str:
    """`19 of 20 (at least 0.78)`."""
    return f"{own.hits} of {own.of} (at least {own.least:.2f})" if own.of else "0 of 0"
