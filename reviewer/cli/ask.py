"""`review ask`."""

from __future__ import annotations

from typing import Annotated

import typer

from reviewer.cli import (
    EmbeddingOption,
    JsonOption,
    KeysOption,
    LibraryOption,
    OfflineOption,
    OutputOption,
    QuietOption,
    TagOption,
    VenueOption,
    VerboseOption,
    YearOption,
    deliver,
    filters_of,
    print_error,
    settings_of,
)


def register(app: typer.Typer) -> None:
    app.command("ask", epilog='Example: review ask "does RL teach new skills?"')(ask)


def ask(
    question: Annotated[list[str], typer.Argument(help="What you want to know.")],
    papers: Annotated[
        list[str] | None,
        typer.Option("--papers", help="Ask these files or folders alone.", show_default=False),
    ] = None,
    count: Annotated[int, typer.Option("-k", help="How many papers are read.", min=1)] = 12,
    year: YearOption = "",
    venue: VenueOption = "",
    tag: TagOption = None,
    keys: KeysOption = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave out claims without proof, and exit 3.")
    ] = False,
    quotes: Annotated[
        bool, typer.Option("--quotes", help="Show under each reference what was quoted.")
    ] = False,
    form: Annotated[
        str, typer.Option("--format", "-f", help="markdown or json.", show_default=False)
    ] = "",
    json: JsonOption = False,
    output: OutputOption = "",
    library: LibraryOption = None,
    embedding: EmbeddingOption = None,
    listing_year: Annotated[
        int | None, typer.Option(help="The year of dates without one, with --papers.")
    ] = None,
    offline: OfflineOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Answer a question from your papers, with citations that you can check."""
    from reviewer.answer import AskOptions, answer_question
    from reviewer.cli.opening import opened
    from reviewer.cli.progress import ShownProgress
    from reviewer.formats import choose_format
    from reviewer.formats.json import answer_json
    from reviewer.formats.markdown import answer_markdown
    from reviewer.writers.extractive import Extractive

    form = choose_format("json" if json else form, output)
    settings = settings_of(library=library, embedding=embedding, offline=offline)
    options = AskOptions(count, filters_of(year, venue, tag, keys), is_strict=strict)
    with (
        ShownProgress(quiet=quiet, verbose=verbose) as report,
        opened(settings, papers, listing_year, report) as shelf,
    ):
        answer = answer_question(" ".join(question), shelf, Extractive(), options, report)
        is_lexical = not shelf.has_vectors
    deliver(
        answer_markdown(answer, with_quotes=quotes), answer_json(answer), form=form, output=output
    )
    if not quiet:
        if is_lexical:
            print_error("Searched by words alone. For search by meaning: review reindex")
        c, usage = answer.coverage, answer.usage
        print_error(f"{c.read} papers read, {c.cited} cited, no cost, {usage.seconds:.1f} s")
    was_left_out = any("(strict)" in reason for reason in answer.coverage.left_out)
    return 3 if was_left_out else 0
