"""`review survey`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    JsonOption,
    ModelOptions,
    RayOptions,
    RerankerOptions,
    RunOptions,
    ScreenedFilterOptions,
    command,
    filters_of,
    option,
    settings_of,
)
from reviewer.cli.progress import SurveyProgress


@dataclass(frozen=True)
class SurveyFlags:
    """What is written, and where."""

    yes: Annotated[bool, option("--yes", "-y", help="With topics: do not stop after planning.")] = (
        False
    )
    output: Annotated[
        str,
        option("--output", "-o", help="The folder of the reports; or FILE.docx for one."),
    ] = ""
    docx: Annotated[bool, option(help="Word files too.")] = False
    style: Annotated[str, option(help="Cite in Word as author-year, numeric, note, apa, ...")] = ""
    effort: Annotated[str | None, option(help="quick, normal or thorough; else as planned.")] = None
    count: Annotated[
        int | None, option("-k", help="Papers read for a report (60).", min=1, max=500)
    ] = None
    words: Annotated[int | None, option(help="About how long (3000).")] = None
    dry_run: Annotated[bool, option(help="Say what would be written, and make no call.")] = False
    json: JsonOption = False
    open_page: Annotated[bool, option("--open", help="Open them in the browser at the end.")] = (
        False
    )


@command("survey", "review survey 'reasoning in LLMs'   then: review survey reasoning-in-llms.yaml")
def survey(
    about: Annotated[list[str] | None, typer.Argument(help="A plan file, or topics.")] = None,
    init: Annotated[str, option(help="Write a plan file on this topic, to edit.")] = "",
    update: Annotated[bool, option(help="Write again only what new papers change.")] = False,
    retry: Annotated[bool, option(help="Try failed sections again.")] = False,
    strict: Annotated[bool, option(help="Leave out sentences without proof, and exit 3.")] = False,
    *,
    flags: SurveyFlags,
    filters: ScreenedFilterOptions,
    reranking: RerankerOptions,
    spread: RayOptions,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Write reports on many topics in one run, which goes on where it was stopped."""
    from reviewer.cli.survey_run import init_plan, run_plan
    from reviewer.library.run_log import new_run_id
    from reviewer.tasks import with_known_keys
    from reviewer.tasks.surveys.run import SurveyOptions
    from reviewer.writers import writer_of

    if init:
        return init_plan(init, flags.output, quiet=common.quiet)
    wanted = filters_of(**vars(filters))
    settings = settings_of(common, model, reranking, spread)
    if settings.ray and settings.budget_usd is not None and not settings.budget_run:
        settings = settings.model_copy(update={"budget_run": new_run_id()})
    options = SurveyOptions(settings.jobs, strict, update, retry)
    with (
        SurveyProgress(quiet=common.quiet, verbose=common.verbose) as progress,
        opened(settings, progress) as shelf,
        closing(writer_of(settings, shelf, use_cache=not model.no_cache)) as writer,
    ):
        progress.usage = writer.usage
        if wanted.screen:
            wanted = with_known_keys(wanted, shelf)
        return run_plan(about or [], flags, wanted, shelf, writer, options, progress)
