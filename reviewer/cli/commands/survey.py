"""`review survey`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from reviewer.cli.options import (
    ApiBaseOption,
    BudgetOption,
    CallsOption,
    EmbeddingOption,
    JobsOption,
    JsonOption,
    LibraryOption,
    ModelOption,
    NoCacheOption,
    OfflineOption,
    PromptsOption,
    QuietOption,
    TagOption,
    TimeoutOption,
    VenueOption,
    VerboseOption,
    YearOption,
    filters_of,
    settings_of,
)

_EPILOG = "Example: review survey 'reasoning in LLMs'   then: review survey reasoning-in-llms.yaml"


def register(app: typer.Typer) -> None:
    app.command("survey", epilog=_EPILOG)(survey)


def survey(
    about: Annotated[
        list[str] | None, typer.Argument(help="A plan file, or a topic.", show_default=False)
    ] = None,
    init: Annotated[
        str,
        typer.Option(
            "--init", help="Write a plan file on this topic, to edit.", show_default=False
        ),
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="With a topic: do not stop after planning.")
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Write anew only what new papers change.")
    ] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Try failed sections again.")] = False,
    output: Annotated[
        str, typer.Option("--output", "-o", help="The folder of the reports.", show_default=False)
    ] = "",
    docx: Annotated[bool, typer.Option("--docx", help="Word files too, made by pandoc.")] = False,
    model: ModelOption = None,
    effort: Annotated[
        str | None,
        typer.Option(help="quick, normal or thorough; else as planned.", show_default=False),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(
            "-k", help="Papers read for a report (60).", min=1, max=500, show_default=False
        ),
    ] = None,
    words: Annotated[
        int | None, typer.Option("--words", help="About how long (3000).", show_default=False)
    ] = None,
    year: YearOption = "",
    venue: VenueOption = "",
    tag: TagOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave out sentences without proof, and exit 3.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be written, and make no call.")
    ] = False,
    json: JsonOption = False,
    library: LibraryOption = None,
    embedding: EmbeddingOption = None,
    api_base: ApiBaseOption = None,
    jobs: JobsOption = None,
    budget: BudgetOption = None,
    max_calls: CallsOption = None,
    timeout: TimeoutOption = None,
    no_cache: NoCacheOption = False,
    prompts: PromptsOption = None,
    offline: OfflineOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Write reports on many topics in one run, which goes on where it was stopped."""
    from reviewer.cli.library import opened
    from reviewer.cli.model import writer_of
    from reviewer.cli.progress import SurveyProgress
    from reviewer.cli.survey_run import Asked, init_plan, planned, write_reports
    from reviewer.tasks.surveys.run import SurveyOptions

    if init:
        return init_plan(init, output, quiet=quiet)
    asked = Asked(
        about=" ".join(about or []), output=output, effort=effort, papers=count, words=words,
        filters=filters_of(year, venue, tag), with_docx=docx, is_json=json, quiet=quiet,
        stops=not yes, dry_run=dry_run,
    )  # fmt: skip
    settings = settings_of(
        library=library, embedding=embedding, model=model, api_base=api_base, jobs=jobs,
        budget_usd=budget, max_calls=max_calls, timeout_s=timeout, prompts=prompts, offline=offline,
    )  # fmt: skip
    options = SurveyOptions(settings.jobs, strict, update, retry)
    with (
        SurveyProgress(quiet=quiet, verbose=verbose) as progress,
        opened(settings, None, None, progress) as shelf,
        closing(writer_of(settings, shelf, use_cache=not no_cache)) as writer,
    ):
        progress.usage = writer.usage
        made = planned(asked, shelf, writer, options, progress)
        if made is None:
            return 0
        return write_reports(made, asked, (shelf, writer), options, progress)
