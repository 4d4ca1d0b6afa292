"""`review compare`: what two or three papers share, and what only one says."""

from __future__ import annotations

from typing import Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import ModelOptions, OutputOptions, RunOptions, command, settings_of
from reviewer.cli.output import deliver


@command(
    "compare",
    "review compare from-fx-gx-2025 from-atomic-composite-2025 -o compared.html",
    has_page=True,
)
def compare(
    keys: Annotated[list[str], typer.Argument(help="The keys of two or three papers.")],
    *,
    result: OutputOptions,
    model: ModelOptions,
    common: RunOptions,
) -> None:
    """Show what two or three papers share, what only one has, and what none says.

    Each point is a sentence of its paper. With a model, a judge says whether two near sentences say
    the same. For more papers, or for questions of your own: review table --keys A,B.
    """
    from reviewer.render import choose_format, forms_of, render
    from reviewer.tasks import compare_texts
    from reviewer.writers import writer_of

    form = choose_format("json" if result.json else "", result.output, forms_of("Comparison"))
    settings = settings_of(common, model)
    with common.progress() as progress, opened(settings, progress) as shelf:
        writer = writer_of(settings, shelf, use_cache=not model.no_cache)
        made = compare_texts(keys, shelf, writer, progress)
    deliver(render(made, form), result.output, form, quiet=common.quiet)
