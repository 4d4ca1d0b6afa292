"""`review disagreements`: findings of papers that may contradict each other."""

from __future__ import annotations

from typing import Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
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


@command(
    "disagreements",
    'review disagreements "does retrieval help?" -o disagreements.html',
    has_page=True,
)
def disagreements(
    topic: Annotated[
        list[str] | None, typer.Argument(help="What they are about; else the whole library.")
    ] = None,
    with_key: Annotated[
        str, option("--with", help="Only what contradicts the paper with this key.")
    ] = "",
    own: Annotated[
        str, option("--for", help="Only what contradicts my own paper in this file.")
    ] = "",
    count: Annotated[int, typer.Option("-k", help="How many pairs at most.", min=1)] = 100,
    papers: Annotated[list[str] | None, option(help="Compare these files or folders.")] = None,
    form: Annotated[str, option("--format", "-f", help="markdown, html or json.")] = "",
    *,
    filters: KeyFilterOptions,
    result: OutputOptions,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Find pairs of findings that may contradict each other, and the conditions that differ.

    Without a model they are candidates, found by words and nearness. With one, a judge says of the
    first 60 which do. Every finding is a sentence of its paper.
    """
    from reviewer.render import choose_format, forms_of, render
    from reviewer.render.disagreements import disagreements_line
    from reviewer.tasks import find_disagreements, with_known_keys
    from reviewer.tasks.disagreements.pairs import DisagreementOptions, own_text
    from reviewer.tasks.drafts.own_work import read_own
    from reviewer.writers import writer_of

    form = choose_format("json" if result.json else form, result.output, forms_of("Disagreements"))
    mine = own_text(read_own(own)) if own else None
    settings = settings_of(common, model)
    wanted = filters_of(**vars(filters))
    with common.progress() as progress, opened(settings, progress, papers) as shelf:
        writer = writer_of(settings, shelf, use_cache=not model.no_cache)
        options = DisagreementOptions(
            topic=" ".join(topic or ()).strip(),
            with_key=shelf.paper(with_key).key if with_key else "",
            own=mine,
            filters=with_known_keys(wanted, shelf),
            most=count,
        )
        made = find_disagreements(shelf, writer, options, progress)
    deliver(render(made, form), result.output, form, quiet=common.quiet)
    if not common.quiet:
        print_error(disagreements_line(made))
    return 0
