"""`review surveys`: surveys that are kept: their plans, how far they are, their runs."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.commands.survey import SurveyFlags
from reviewer.cli.library import file_named, opened
from reviewer.cli.options import (
    JsonOption,
    LibraryOptions,
    ModelOptions,
    OutputOption,
    QuietOption,
    RerankerOptions,
    RunOptions,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error, print_out
from reviewer.cli.progress import SurveyProgress
from reviewer.errors import SourceError
from reviewer.text import clean, counted

if TYPE_CHECKING:
    from reviewer.types.surveys import KeptSurvey

SurveyArgument = Annotated[str, typer.Argument(help="The survey, as review surveys list shows it.")]


@command("list", "review surveys list")
def list_surveys(
    count: Annotated[int, typer.Option("-n", help="How many to list.", min=1)] = 20,
    json: JsonOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """List the surveys of this library, the latest changed first."""
    from reviewer.render.json import kept_surveys_json

    with opened(settings_of(common)) as shelf:
        found = shelf.surveys.all(count)
    if json:
        print_out(kept_surveys_json(found))
        return
    for survey in found:
        whole = sum(report.is_whole for report in survey.reports)
        print_out(
            f"{survey.id}  {clean(survey.title)}  ({whole} of "
            f"{counted(len(survey.reports), 'report')} whole, "
            f"{counted(len(survey.run_ids), 'run')})\n"
        )
    if not found:
        print_error('There are no surveys. Begin one: review survey "TOPIC"')


@command("show", "review surveys show 20261130-101500")
def show_survey(
    survey: SurveyArgument, json: JsonOption = False, *, common: LibraryOptions
) -> None:
    """Show how far each report and each section of a survey is."""
    from reviewer.render.json import kept_survey_json

    with opened(settings_of(common)) as shelf:
        kept = shelf.surveys.find(survey)
    print_out(kept_survey_json(kept) if json else "\n".join(_lines(kept)) + "\n")


def _lines(kept: KeptSurvey) -> list[str]:
    lines = [clean(kept.title)]
    for report in kept.reports:
        lines.append(f"  {clean(report.title)}{': whole' if report.is_whole else ''}")
        for n, section in enumerate(report.sections, start=1):
            why = f": {section.failed}" if section.failed else ""
            lines.append(f"    {n}. {clean(section.title)}: {section.state}{why}")
    return lines if kept.reports else [*lines, "  not run yet"]


@command("plan", "review surveys plan 20261130-101500 -o plan.yaml")
def show_plan(survey: SurveyArgument, output: OutputOption = "", *, common: LibraryOptions) -> None:
    """Give the plan of a survey, word for word."""
    with opened(settings_of(common)) as shelf:
        kept = shelf.surveys.find(survey)
    deliver(kept.plan, output)


@command("edit", "review surveys edit 20261130-101500 plan.yaml")
def edit_survey(
    survey: SurveyArgument,
    plan: Annotated[str, typer.Argument(help="The file with the new plan.")],
    quiet: QuietOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Give a survey another plan, word for word."""
    from reviewer.tasks.surveys.kept import take_plan

    with opened(settings_of(common)) as shelf:
        kept = shelf.surveys.find(survey)
        hint = f"Write one with: review surveys plan {kept.id} -o plan.yaml"
        text = file_named(plan, hint, SourceError, quiet=quiet).text
        kept = take_plan(kept.id, text, shelf)
    print_out(f"{kept.id}  {clean(kept.title)}\n")


@command("run", "review surveys run 20261130-101500 --retry --only 'What is measured'")
def run_survey(
    survey: SurveyArgument,
    update: Annotated[bool, option(help="Write again only what new papers change.")] = False,
    retry: Annotated[bool, option(help="Try failed sections again.")] = False,
    only: Annotated[str, option(help="With --retry: only the section of this title.")] = "",
    strict: Annotated[bool, option(help="Leave out sentences without proof, and exit 3.")] = False,
    *,
    flags: SurveyFlags,
    reranking: RerankerOptions,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Write the reports of a survey, or go on where that was stopped: nothing is paid twice."""
    from reviewer.cli.survey_run import run_again
    from reviewer.tasks.surveys.run import SurveyOptions
    from reviewer.writers import writer_of

    settings = settings_of(common, model, reranking)
    options = SurveyOptions(settings.jobs, strict, update, retry or bool(only), only)
    with (
        SurveyProgress(quiet=common.quiet, verbose=common.verbose) as progress,
        opened(settings, progress) as shelf,
        closing(writer_of(settings, shelf, use_cache=not model.no_cache)) as writer,
    ):
        progress.usage = writer.usage
        return run_again(shelf.surveys.find(survey), flags, shelf, writer, options, progress)


@command("remove", "review surveys remove 20261130-101500")
def remove_survey(survey: SurveyArgument, *, common: LibraryOptions) -> None:
    """Forget a survey and its plan. Its runs stay."""
    with opened(settings_of(common)) as shelf:
        kept = shelf.surveys.remove(survey)
    print_out(f"Removed the survey {kept.id}\n")
