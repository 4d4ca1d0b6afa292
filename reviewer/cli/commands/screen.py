"""`review screen`: screening for systematic reviews."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.options import (
    EmbeddingOptions,
    OutputOptions,
    QuietOption,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error
from reviewer.cli.progress import ShownProgress
from reviewer.cli.screen_exchange import export_decisions as export_decisions
from reviewer.cli.screen_exchange import import_decisions as import_decisions
from reviewer.cli.screen_forms import add_form as add_form
from reviewer.cli.screen_forms import compare_forms as compare_forms
from reviewer.cli.screen_forms import extract_by_model as extract_by_model
from reviewer.cli.screen_forms import fill_form as fill_form
from reviewer.cli.screen_forms import make_form_sheet as make_form_sheet
from reviewer.cli.screen_forms import settle_difference as settle_difference
from reviewer.cli.screen_forms import show_filled as show_filled
from reviewer.cli.screen_making import change_criteria as change_criteria
from reviewer.cli.screen_making import change_rule as change_rule
from reviewer.cli.screen_making import change_stage as change_stage
from reviewer.cli.screen_making import init_screening as init_screening
from reviewer.cli.screen_making import update_records as update_records
from reviewer.cli.screen_models import calibrate_model as calibrate_model
from reviewer.cli.screen_models import suggest_decisions as suggest_decisions
from reviewer.cli.screen_reading import group_reports as group_reports
from reviewer.cli.screen_reading import label as label
from reviewer.cli.screen_reading import replay as replay
from reviewer.cli.screen_reading import resolve as resolve
from reviewer.cli.screen_reading import retrieve as retrieve
from reviewer.cli.screen_reading import show_conflicts as show_conflicts
from reviewer.cli.screen_reading import show_flow as show_flow
from reviewer.cli.screen_reading import show_history as show_history
from reviewer.cli.screen_reading import show_next as show_next
from reviewer.cli.screen_reading import show_status as show_status
from reviewer.cli.screen_reading import stop as stop
from reviewer.cli.screen_reading import undo as undo
from reviewer.errors import UsageError
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.library.embeddings.embedding import Embedding
    from reviewer.settings import Settings
    from reviewer.tasks.screening.labelled import LabelledRecord
    from reviewer.types.screening import RankingWorth, Simulation


@command("simulate", "review screen simulate labelled.csv --question 'emicizumab in humans'")
def simulate_screening(
    file: Annotated[Path, typer.Argument(help="CSV with title, abstract and included (1 or 0).")],
    question: Annotated[str, option(help="The review's question, and its criteria.")] = "",
    known: Annotated[
        str, option(help="Rows known before, with commas; the first record is 1.")
    ] = "",
    seeds: Annotated[int, typer.Option(help="How often it is repeated.", min=1, max=100)] = 4,
    model_errors: Annotated[
        str, option(help="Beside a simulated model: its sensitivity and specificity, 0.9,0.9.")
    ] = "",
    quiet: QuietOption = False,
    *,
    result: OutputOptions,
    common: EmbeddingOptions,
) -> None:
    """Screen a review whose decisions are known: what the ranker and each stopping rule are worth.

    It starts from the question; without one from records drawn at random, unless some are known.
    ELAS u4, the ranker of ASReview, is measured beside it on the same records.
    """
    from reviewer.render import choose_format
    from reviewer.render.json import dump
    from reviewer.tasks.screening.labelled import read_labelled
    from reviewer.tasks.screening.simulate import SimulationOptions, simulate

    # Before numpy loads: these products are small, and threads would wait for one another.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    form = choose_format("json" if result.json else "", result.output)
    records, unlabelled = read_labelled(file)
    errors = _errors(model_errors)
    options = SimulationOptions(question, _rows(known, records), seeds, errors)
    if unlabelled:
        print_error(f"{counted(unlabelled, 'row')} without a label: left out.")
    with ShownProgress(quiet=quiet) as progress:
        measured = simulate(records, _embedding(settings_of(common)), options, progress)
    document = dump("simulation", measured.model_dump(mode="json"))
    shown = document if form == "json" else _simulation_table(measured)
    deliver(shown, result.output, form, quiet=quiet)


def _errors(said: str) -> tuple[float, float] | None:
    """The sensitivity and the specificity of a simulated model."""
    if not said:
        return None
    try:
        sensitivity, specificity = (float(part) for part in said.split(","))
    except ValueError:
        sensitivity = specificity = -1.0
    if not (0 <= sensitivity <= 1 and 0 <= specificity <= 1):
        raise UsageError(
            f"--model-errors '{said[:40]}' cannot be read",
            hint="Give a sensitivity and a specificity from 0 to 1: 0.9,0.9",
        )
    return sensitivity, specificity


def _rows(known: str, records: list[LabelledRecord]) -> tuple[int, ...]:
    """The numbers of the known records, counted from 0."""
    given = [word.strip() for word in known.split(",") if word.strip()]
    for word in given:
        if not (word.isdecimal() and 1 <= int(word) <= len(records)):
            raise UsageError(
                f"--known '{word}' is not a record", hint=f"Use numbers from 1 to {len(records)}."
            )
    return tuple(dict.fromkeys(int(word) - 1 for word in given))


def _embedding(settings: Settings) -> Embedding | None:
    from reviewer.library.embeddings.embedding import DEFAULT, open_embedding

    name = settings.embedding or DEFAULT
    return None if name == "none" else open_embedding(name, settings)


def _simulation_table(found: Simulation) -> str:
    def shares(name: str) -> str:
        return f"{getattr(found, name):.3f} | {getattr(found.u4, name):.3f}"

    def rule(name: str, of: RankingWorth) -> str:
        own = of.rules[name]
        return f"{own.reached:.0%} | {own.worst_recall:.3f} | {own.saved:.0%}"

    begun = "the question" if found.question else "records drawn at random"
    begun = f"{counted(found.known, 'known record')}" if found.known else begun
    return "\n".join(
        [
            f"{counted(found.records, 'record')}, {found.included:,} included; from {begun}; "
            f"{counted(found.seeds, 'run')}",
            "",
            "| figure | review | ELAS u4 |",
            "|---|---|---|",
            f"| work saved at 95 % recall (WSS@95) | {shares('wss_95')} |",
            f"| recall after a tenth of the records | {shares('recall_10')} |",
            f"| share read when all are found | {shares('read_for_all')} |",
            "",
            "| rule | runs that reached 95 % | lowest recall | left unread | u4: reached | lowest "
            "| unread |",
            "|---|---|---|---|---|---|---|",
            *(f"| {name} | {rule(name, found)} | {rule(name, found.u4)} |" for name in found.rules),
            "",
            *_model_lines(found),
        ]
    )


def _model_lines(found: Simulation) -> list[str]:
    """The same beside a simulated model; nothing without one."""
    own = found.with_model
    if own is None:
        return []
    normal = own.rules["normal"]
    return [
        f"Beside a simulated model (sensitivity / specificity {found.model_errors}): WSS@95 "
        f"{own.wss_95:.3f}, recall after a tenth {own.recall_10:.3f}, read for all "
        f"{own.read_for_all:.3f}; the rule normal reached 95 % in {normal.reached:.0%} of runs, "
        f"lowest recall {normal.worst_recall:.3f}, {normal.saved:.0%} left unread",
        "",
    ]
