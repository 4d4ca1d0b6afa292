"""`review gaps`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from reviewer.cli.library import opened, split_question, words_alone_note
from reviewer.cli.options import (
    DryRunOption,
    KeyFilterOptions,
    ModelOptions,
    OutputOptions,
    RunOptions,
    command,
    filters_of,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error
from reviewer.errors import UsageError


@command("gaps", "review gaps 'recommender systems' --size 10 -o gaps.html", has_page=True)
def gaps(
    topic: Annotated[list[str], typer.Argument(help="Whose methods and problems to compare.")],
    size: Annotated[int, option(help="How many methods, and problems.", min=2, max=30)] = 8,
    count: Annotated[int, typer.Option("-k", help="How many empty cells to show.", min=1)] = 10,
    papers: Annotated[list[str] | None, option(help="Read these files or folders alone.")] = None,
    dry_run: DryRunOption = False,
    *,
    filters: KeyFilterOptions,
    result: OutputOptions,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Show which methods your papers use for which problems, and where none of them does.

    Empty cells come with the nearest papers on both sides and with limits that papers state, those
    first that later papers are likeliest to fill. An empty cell says what the abstracts in your
    library have, nothing more.
    """
    from reviewer.cli.model import say_calls, say_planned
    from reviewer.render import choose_format, forms_of, render
    from reviewer.tasks import find_gaps, with_known_keys
    from reviewer.tasks.topics.gaps import GapOptions, calls_of
    from reviewer.writers import writer_of

    form = choose_format("json" if result.json else "", result.output, forms_of("Gaps"))
    settings = settings_of(common, model)
    asked, papers = split_question(topic, papers, quiet=common.quiet)
    if not asked.strip():
        raise UsageError("there is no topic", hint="For example: review gaps 'reward models'")
    if dry_run:
        return say_planned(calls_of(settings.model), settings)
    wanted = filters_of(**vars(filters))
    with common.progress() as progress, opened(settings, progress, papers) as shelf:
        options = GapOptions(size, count, with_known_keys(wanted, shelf))
        with closing(writer_of(settings, shelf, use_cache=not model.no_cache)) as writer:
            made = find_gaps(asked, shelf, writer, options, progress)
        note = words_alone_note(shelf, is_at_hand=bool(papers))
    deliver(render(made, form), result.output, form, quiet=common.quiet)
    if not common.quiet:
        if note:
            print_error(note)
        say_calls(made.usage, settings)
    return 0
