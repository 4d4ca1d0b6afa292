"""`review draft`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from reviewer.cli.options import (
    ApiBaseOption,
    BudgetOption,
    CallsOption,
    CountOption,
    DryRunOption,
    EffortOption,
    EmbeddingOption,
    JobsOption,
    JsonOption,
    KeysOption,
    LibraryOption,
    ModelOption,
    NoCacheOption,
    OfflineOption,
    OutputOption,
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

_EPILOG = 'Example: review draft "does RL add abilities?" --for my_paper.md -o related.tex'


def register(app: typer.Typer) -> None:
    app.command("draft", epilog=_EPILOG)(draft)


def draft(
    question: Annotated[
        list[str] | None, typer.Argument(help="What the section is about.", show_default=False)
    ] = None,
    own: Annotated[
        str,
        typer.Option("--for", help="The paper that it is for: .md or .tex.", show_default=False),
    ] = "",
    words: Annotated[
        int | None, typer.Option("--words", help="About how long (600).", show_default=False)
    ] = None,
    order: Annotated[
        str | None,
        typer.Option("--order", help="thematic or chronological.", show_default=False),
    ] = None,
    plan_only: Annotated[
        bool, typer.Option("--plan-only", help="Give the themes and papers as YAML, to edit.")
    ] = False,
    plan: Annotated[
        str, typer.Option("--plan", help="Write by this plan.", show_default=False)
    ] = "",
    style: Annotated[
        str,
        typer.Option(
            "--style", help="Cite as pandoc, latex, numeric or author-year.", show_default=False
        ),
    ] = "",
    csl: Annotated[
        str,
        typer.Option("--csl", help="The references' style: apa, FILE.csl.", show_default=False),
    ] = "",
    revise: Annotated[
        str, typer.Option("--revise", help="Add papers to this draft.", show_default=False)
    ] = "",
    add: Annotated[
        list[str] | None,
        typer.Option("--add", help="With --revise: these, keys with commas.", show_default=False),
    ] = None,
    papers: Annotated[
        list[str] | None,
        typer.Option("--papers", help="Draft from these files or folders.", show_default=False),
    ] = None,
    model: ModelOption = None,
    effort: EffortOption = "normal",
    count: CountOption = 12,
    year: YearOption = "",
    venue: VenueOption = "",
    tag: TagOption = None,
    keys: KeysOption = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave out sentences without proof, and exit 3.")
    ] = False,
    quotes: Annotated[
        bool, typer.Option("--quotes", help="Show under each reference what was quoted.")
    ] = False,
    dry_run: DryRunOption = False,
    form: Annotated[
        str,
        typer.Option("--format", "-f", help="markdown, latex, json or html.", show_default=False),
    ] = "",
    json: JsonOption = False,
    output: OutputOption = "",
    library: LibraryOption = None,
    embedding: EmbeddingOption = None,
    api_base: ApiBaseOption = None,
    jobs: JobsOption = None,
    budget: BudgetOption = None,
    max_calls: CallsOption = None,
    timeout: TimeoutOption = None,
    no_cache: NoCacheOption = False,
    prompts: PromptsOption = None,
    listing_year: Annotated[
        int | None, typer.Option(help="The year of dates without one, with --papers.")
    ] = None,
    offline: OfflineOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Draft a related-work section, theme by theme, with its bibliography; or add papers to one."""
    from reviewer.cli.commands.ask import effort_of
    from reviewer.cli.draft_inputs import Wanted, checked, has_own
    from reviewer.cli.draft_output import make
    from reviewer.cli.library import asked_over, opened
    from reviewer.cli.model import writer_of
    from reviewer.cli.progress import ShownProgress
    from reviewer.tasks.drafts.options import DraftOptions

    about, papers = asked_over(question, papers, quiet=quiet)
    wanted = checked(
        Wanted(
            question=about, own=own, words=words, order=order, plan_only=plan_only, plan=plan,
            style=style, csl=csl, revise=revise, add=tuple(add or ()),
            form="json" if json else form, output=output, quotes=quotes, quiet=quiet,
            dry_run=dry_run, use_cache=not no_cache, at_hand=bool(papers),
        )
    )  # fmt: skip
    settings = settings_of(
        library=library, embedding=embedding, model=model, api_base=api_base, jobs=jobs,
        budget_usd=budget, max_calls=max_calls, timeout_s=timeout, prompts=prompts, offline=offline,
    )  # fmt: skip
    filters = filters_of(year, venue, tag, keys)
    own_options = has_own(own, quiet=quiet)
    options = DraftOptions(count, filters, effort_of(effort), is_strict=strict, **own_options)
    with (
        ShownProgress(quiet=quiet, verbose=verbose) as progress,
        opened(settings, papers, listing_year, progress) as shelf,
        closing(writer_of(settings, shelf, use_cache=not no_cache)) as writer,
    ):
        return make(wanted, options, shelf, writer, progress)
