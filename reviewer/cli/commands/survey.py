"""`review survey`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from reviewer.cli.options import (
    FilterOptions,
    ModelOptions,
    RunOptions,
    filters_of,
    grouped,
    option,
    settings_of,
)
from reviewer.cli.survey_run import SurveyFlags

_EPILOG = "Example: review survey 'reasoning in LLMs'   then: review survey reasoning-in-llms.yaml"


def register(app: typer.Typer) -> None:
    app.command("survey", epilog=_EPILOG)(survey)


@grouped
def survey(
    about: Annotated[list[str] | None, typer.Argument(help="A plan file, or a topic.")] = None,
    init: Annotated[str, option("--init", help="Write a plan file on this topic, to edit.")] = "",
    update: Annotated[
        bool, option("--update", help="Write again only what new papers change.")
    ] = False,
    retry: Annotated[bool, option("--retry", help="Try failed sections again.")] = False,
    strict: Annotated[
        bool, option("--strict", help="Leave out sentences without proof, and exit 3.")
    ] = False,
    *,
    flags: SurveyFlags,
    filters: FilterOptions,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Write reports on many topics in one run, which goes on where it was stopped."""
    from reviewer.cli.library import opened
    from reviewer.cli.model import writer_of
    from reviewer.cli.progress import SurveyProgress
    from reviewer.cli.survey_run import init_plan, run_plan
    from reviewer.tasks.surveys.run import SurveyOptions

    if init:
        return init_plan(init, flags.output, quiet=common.quiet)
    wanted = filters_of(**vars(filters))
    settings = settings_of(common, model)
    options = SurveyOptions(settings.jobs, strict, update, retry)
    with (
        SurveyProgress(quiet=common.quiet, verbose=common.verbose) as progress,
        opened(settings, progress) as shelf,
        closing(writer_of(settings, shelf, use_cache=not model.no_cache)) as writer,
    ):
        progress.usage = writer.usage
        topic = " ".join(about or [])
        return run_plan(topic, flags, wanted, shelf, writer, options, progress)
