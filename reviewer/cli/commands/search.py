"""`review search`."""

from __future__ import annotations

from typing import Annotated

import typer

from reviewer.cli.options import (
    EmbeddingOption,
    FileOption,
    JsonOption,
    KeysOption,
    LibraryOption,
    OutputOption,
    QuietOption,
    TagOption,
    VenueOption,
    YearOption,
    filters_of,
    settings_of,
)
from reviewer.cli.output import deliver, print_error


def register(app: typer.Typer) -> None:
    app.command("search", epilog='Example: review search "reward models" --year 2024: -k 20')(
        search
    )
    app.command("similar", epilog="Example: review similar from-fx-gx-2025 -k 5")(similar)


def search(
    words: Annotated[list[str], typer.Argument(help="What to look for.")],
    count: Annotated[int, typer.Option("-k", help="How many papers to show.", min=1)] = 10,
    year: YearOption = "",
    venue: VenueOption = "",
    tag: TagOption = None,
    keys: KeysOption = "",
    file: FileOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show each part of a paper's score.")
    ] = False,
    json: JsonOption = False,
    output: OutputOption = "",
    papers: Annotated[
        list[str] | None,
        typer.Option("--papers", help="Search these files or folders alone.", show_default=False),
    ] = None,
    library: LibraryOption = None,
    embedding: EmbeddingOption = None,
    quiet: QuietOption = False,
) -> None:
    """Find papers: ranked, each with its best sentence and why it was found."""
    from reviewer.cli.library import asked_over, opened, with_known_keys, words_alone_note
    from reviewer.cli.progress import ShownProgress
    from reviewer.errors import UsageError
    from reviewer.render import choose_format, render
    from reviewer.search import SearchOptions, find

    form = choose_format("json" if json else "", output)
    text, papers = asked_over(words, papers, quiet=quiet)
    if not text.strip():
        raise UsageError("there is nothing to look for", hint="For example: review search rewards")
    settings = settings_of(library=library, embedding=embedding)
    filters = filters_of(year, venue, tag, keys, file)
    with (
        ShownProgress(quiet=quiet, verbose=False) as progress,
        opened(settings, papers, None, progress) as shelf,
    ):
        options = SearchOptions(
            papers=count,
            filters=with_known_keys(filters, shelf),
            explained=explain or form == "json",
        )
        found = find(text, shelf, options)
        note = words_alone_note(shelf, is_at_hand=bool(papers))
    shown = {"explained": explain} if form == "markdown" else {}
    deliver(render(found, form, **shown), output, form)
    if note and not quiet:
        print_error(note)


def similar(
    key: Annotated[str, typer.Argument(help="The paper's key, as review papers shows it.")],
    count: Annotated[int, typer.Option("-k", help="How many papers to show.", min=1)] = 10,
    year: YearOption = "",
    venue: VenueOption = "",
    tag: TagOption = None,
    keys: KeysOption = "",
    json: JsonOption = False,
    output: OutputOption = "",
    library: LibraryOption = None,
    embedding: EmbeddingOption = None,
) -> None:
    """Find the papers that are most like one in the library."""
    from reviewer.cli.library import opened, with_known_keys
    from reviewer.render import choose_format, render
    from reviewer.search import find_similar
    from reviewer.text import counted
    from reviewer.types.progress import silent

    form = choose_format("json" if json else "", output)
    settings = settings_of(library=library, embedding=embedding)
    filters = filters_of(year, venue, tag, keys)
    with opened(settings, None, None, silent) as shelf:
        found = find_similar(key, shelf, count, with_known_keys(filters, shelf))
    head = (
        f"The {counted(len(found.hits), 'paper')} of {found.papers} that are most like "
        f"{found.question.removeprefix('papers like ')} ({found.method})."
    )
    options = {"head": head if found.hits else ""} if form == "markdown" else {}
    deliver(render(found, form, **options), output, form)
