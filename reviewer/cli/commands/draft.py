"""`review draft`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Annotated

import typer

from reviewer.cli.draft_inputs import DraftFlags
from reviewer.cli.options import (
    KeyFilterOptions,
    ListingYearOption,
    ModelOptions,
    ReadingOptions,
    RunOptions,
    effort_of,
    filters_of,
    grouped,
    option,
    settings_of,
)

_EPILOG = 'Example: review draft "does RL add abilities?" --for my_paper.md -o related.tex'


def register(app: typer.Typer) -> None:
    app.command("draft", epilog=_EPILOG)(draft)


@grouped
def draft(
    question: Annotated[list[str] | None, typer.Argument(help="What the section is about.")] = None,
    papers: Annotated[
        list[str] | None, option("--papers", help="Draft from these files or folders.")
    ] = None,
    strict: Annotated[
        bool, option("--strict", help="Leave out sentences without proof, and exit 3.")
    ] = False,
    listing_year: ListingYearOption = None,
    *,
    flags: DraftFlags,
    reading: ReadingOptions,
    filters: KeyFilterOptions,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Draft a related-work section, theme by theme, with its bibliography; or add papers to one."""
    from reviewer.cli.draft_inputs import checked, own_options
    from reviewer.cli.draft_output import make
    from reviewer.cli.library import opened, split_question
    from reviewer.cli.model import writer_of
    from reviewer.cli.progress import ShownProgress
    from reviewer.tasks.drafts.options import DraftOptions

    about, papers = split_question(question, papers, quiet=common.quiet)
    use_cache = not model.no_cache
    flags = checked(
        replace(
            flags,
            question=about,
            quiet=common.quiet,
            use_cache=use_cache,
            at_hand=bool(papers),
        )
    )
    settings = settings_of(common, model)
    options = DraftOptions(
        reading.count,
        filters_of(**vars(filters)),
        effort_of(reading.effort),
        is_strict=strict,
        **own_options(flags.own, quiet=common.quiet),
    )
    with (
        ShownProgress(quiet=common.quiet, verbose=common.verbose) as progress,
        opened(settings, progress, papers, listing_year) as shelf,
        closing(writer_of(settings, shelf, use_cache=use_cache)) as writer,
    ):
        return make(flags, options, shelf, writer, progress)
