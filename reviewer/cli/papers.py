"""`review add`, `papers`, `show`, `remove` and `reindex`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import (
    EmbeddingOption,
    FileOption,
    JsonOption,
    LibraryOption,
    OfflineOption,
    QuietOption,
    SourceOption,
    TagOption,
    VenueOption,
    VerboseOption,
    YearOption,
    deliver,
    filters_of,
    print_error,
    print_out,
    settings_of,
)

if TYPE_CHECKING:
    from reviewer.records import Paper
    from reviewer.results import Added

KeyArgument = Annotated[str, typer.Argument(help="The paper's key, as review papers shows it.")]


def register(app: typer.Typer) -> None:
    app.command("add", epilog="Example: review add refs.bib arxiv:2509.25123 doi:10.1000/xyz")(add)
    app.command("papers", epilog="Example: review papers --year 2024: --sort year")(papers)
    app.command("show", epilog="Example: review show from-fx-gx-2025")(show)
    app.command("remove", epilog="Example: review remove from-fx-gx-2025")(remove)
    app.command("reindex", epilog="Example: review reindex --embedding minilm")(reindex)


def add(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders, globs, - for input; arxiv:, doi:, pmid:, openalex:, s2: and "
            "daily: identifiers, and addresses of these."
        ),
    ] = None,
    search: Annotated[
        str, typer.Option("--search", help="Search an online source.", show_default=False)
    ] = "",
    references: Annotated[
        str, typer.Option("--references", help="What this paper cites.", show_default=False)
    ] = "",
    cited_by: Annotated[
        str, typer.Option("--cited-by", help="What cites this paper.", show_default=False)
    ] = "",
    source: SourceOption = "openalex",
    limit: Annotated[int, typer.Option(help="So many papers online at most.", min=1)] = 100,
    year: YearOption = "",
    listing_year: Annotated[
        int | None, typer.Option(help="The year of a listing's dates without one.", min=1900)
    ] = None,
    library: LibraryOption = None,
    embedding: EmbeddingOption = None,
    json: JsonOption = False,
    offline: OfflineOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Read papers into the library: BibTeX, RIS, CSL-JSON, listings and JSON Lines, by content;
    and papers from online sources, by identifier, search or citation."""
    from reviewer.cli.online import Asked, add_asked
    from reviewer.cli.opening import say_skipped
    from reviewer.cli.progress import ShownProgress
    from reviewer.formats.json import added_json
    from reviewer.library import Library
    from reviewer.sources import ReadOptions

    settings = settings_of(library=library, embedding=embedding, offline=offline)
    asked = Asked(tuple(paths or ()), search, references, cited_by, source, limit, year)
    asked.require_something()
    with (
        ShownProgress(quiet=quiet, verbose=verbose) as report,
        Library(Path(settings.library), settings) as shelf,
    ):
        added = add_asked(shelf, asked, ReadOptions(listing_year), report)
        say_skipped(added, report)
    print_out(added_json(added) if json else _added(added))
    if added.files_read or (search and not added.skipped):
        return 0
    if not json:
        formats = "BibTeX, RIS, CSL-JSON, listings and JSON Lines"
        known = f" review reads {formats}." if asked.names_files() else ""
        print_error(f"review: no papers were read.{known}")
    return 1


def _added(added: Added) -> str:
    from reviewer.text import counted

    line = (
        f"{counted(added.entries, 'entry', 'entries')}: {len(added.added)} added, "
        f"{len(added.updated)} updated, "
        f"{added.unchanged} already there, {len(added.skipped)} skipped. "
        f"{counted(added.papers, 'paper')} in the library.\n"
    )
    if added.embedded and added.seconds_embedding > 1:
        rate = added.embedded / added.seconds_embedding
        line += f"{counted(added.embedded, 'chunk')} embedded ({rate:.0f} a second).\n"
    return line


def papers(
    year: YearOption = "",
    venue: VenueOption = "",
    tag: TagOption = None,
    file: FileOption = None,
    sort: Annotated[str, typer.Option(help="added, key, title or year.")] = "added",
    json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """List the papers in the library."""
    from reviewer.cli.opening import opened, with_known_keys
    from reviewer.errors import UsageError
    from reviewer.formats import byline, marked_title, readable_date
    from reviewer.formats.json import papers_json
    from reviewer.reasons import why_none_pass
    from reviewer.records import silent
    from reviewer.text import clean, counted, shorten

    sorts = {
        "added": None,
        "key": lambda p: p.key,
        "title": lambda p: p.title.casefold(),
        "year": lambda p: (-(p.year or 0), p.date, p.key),
    }
    if sort not in sorts:
        raise UsageError(f"--sort '{sort}' is no order", hint=f"Use {', '.join(sorts)}.")
    filters = filters_of(year, venue, tag, file=file)
    with opened(settings_of(library=library), None, None, silent) as shelf:
        found = shelf.papers(with_known_keys(filters, shelf))
        why = why_none_pass(shelf, filters)
        unknown = shelf.catalogue.count_unknown_year(filters) if year else 0
    order = sorts[sort]
    if order is not None:
        found = sorted(found, key=order)
    if json:
        print_out(papers_json(found))
        return
    for paper in found:
        facts = " · ".join(x for x in (clean(byline(paper)), readable_date(paper)) if x)
        title = shorten(clean(marked_title(paper)), 90)
        print_out(f"{paper.key}  {title}{' · ' * bool(facts)}{facts}\n")
    if why:
        print_error(why)
    print_error(
        counted(len(found), "paper") + (f"; left out: {unknown} of unknown year" * bool(unknown))
    )


def show(
    key: KeyArgument,
    json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show a paper, with what past answers quoted from it in bold."""
    from reviewer.cli.opening import opened
    from reviewer.formats.json import paper_json
    from reviewer.formats.markdown import paper_markdown
    from reviewer.records import silent

    with opened(settings_of(library=library), None, None, silent) as shelf:
        paper = shelf.paper(key)
        quoted = shelf.ledger.quotes_of(paper.id)
    deliver(
        paper_markdown(paper, quoted),
        paper_json(paper, quoted),
        form="json" if json else "markdown",
        output="",
    )


def remove(
    keys: Annotated[list[str], typer.Argument(help="Keys of the papers to take out.")],
    library: LibraryOption = None,
    quiet: QuietOption = False,
) -> None:
    """Take papers out of the library."""
    from reviewer.cli.opening import opened
    from reviewer.cli.progress import ShownProgress

    with (
        ShownProgress(quiet=quiet, verbose=False) as report,
        opened(settings_of(library=library), None, None, report) as shelf,
    ):
        gone: list[Paper] = [shelf.paper(key) for key in keys]
        for paper in gone:
            shelf.remove(paper.id, report)
    for paper in gone:
        print_out(f"Removed {paper.key}\n")


def reindex(
    embedding: EmbeddingOption = None,
    library: LibraryOption = None,
    offline: OfflineOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Make the search index anew, and embed what waits (or all, with another embedding)."""
    from reviewer.cli.opening import opened, say_skipped
    from reviewer.cli.progress import ShownProgress
    from reviewer.text import counted

    settings = settings_of(library=library, embedding=embedding, offline=offline)
    with (
        ShownProgress(quiet=quiet, verbose=verbose) as report,
        opened(settings, None, None, report) as shelf,
    ):
        done = shelf.reindex(report)
        say_skipped(done, report)
        kept = shelf.chunks.count() - done.waiting
    print_out(
        f"{counted(kept, 'chunk')} indexed, {done.embedded} of them embedded now, "
        f"{done.waiting} without a vector.\n"
    )
    return 1 if done.waiting else 0
