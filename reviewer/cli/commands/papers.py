"""`review add`, `papers`, `show`, `remove` and `reindex`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.options import (
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
    filters_of,
    settings_of,
)
from reviewer.cli.output import deliver, print_error, print_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.types import Paper
    from reviewer.types.papers import Added

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
    ocr: Annotated[
        bool, typer.Option("--ocr", help="Trust the invisible text that OCR put on scanned pages.")
    ] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(help="Of a table: HEADER=title, HEADER=abstract, ...", show_default=False),
    ] = None,
    library: LibraryOption = None,
    embedding: EmbeddingOption = None,
    json: JsonOption = False,
    offline: OfflineOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Read papers into the library: bibliographies, exports of databases, tables, and single papers
    as texts, by content; and papers from online sources, by identifier, search or citation. A file
    that has not changed is not read again."""
    from reviewer.cli.commands.online import Asked, add_asked
    from reviewer.cli.library import say_skipped
    from reviewer.cli.progress import ShownProgress
    from reviewer.library import Library
    from reviewer.library.decisions import count_doubtful
    from reviewer.render.json import added_json
    from reviewer.sources import ReadOptions
    from reviewer.sources.read import NAMED_FORMATS
    from reviewer.text import counted

    settings = settings_of(library=library, embedding=embedding, offline=offline)
    asked = Asked(tuple(paths or ()), search, references, cited_by, source, limit, year)
    asked.require_something()
    with (
        ShownProgress(quiet=quiet, verbose=verbose) as progress,
        Library(Path(settings.library), settings) as shelf,
    ):
        options = ReadOptions(listing_year, columns_of(column or ()), ocr)
        added = add_asked(shelf, asked, options, progress)
        waiting = count_doubtful(shelf, added.added + added.updated)
        say_skipped(added, progress)
    print_out(added_json(added) if json else _added(added))
    if waiting and not quiet:
        print_error(f"{counted(waiting, 'pair')} may be one paper each: review duplicates")
    if added.files_read or (search and not added.skipped):
        return 0
    if not json:
        known = f" review reads {NAMED_FORMATS}." if asked.names_files() else ""
        print_error(f"review: no papers were read.{known}")
    return 1


def columns_of(given: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """`HEADER=title` as pairs. Raises UsageError for a field that no column can be."""
    from reviewer.errors import UsageError
    from reviewer.sources.formats.table import FIELDS

    pairs = []
    for word in given:
        header, _, field = word.rpartition("=")
        if not header.strip() or field.strip() not in FIELDS:
            raise UsageError(
                f"--column '{word}' is not understood", hint=f"HEADER= one of {', '.join(FIELDS)}."
            )
        pairs.append((header.strip(), field.strip()))
    return tuple(pairs)


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
    author: Annotated[
        str, typer.Option(help="Only papers with this in an author's name.", show_default=False)
    ] = "",
    title: Annotated[
        str, typer.Option(help="Only papers with this in their title.", show_default=False)
    ] = "",
    has: Annotated[
        list[str] | None,
        typer.Option(help="Only papers with a text, abstract, doi, ...", show_default=False),
    ] = None,
    lacks: Annotated[
        list[str] | None,
        typer.Option(help="Only papers without: --lacks text, abstract ...", show_default=False),
    ] = None,
    sort: Annotated[str, typer.Option(help="added, key, title, author, year or venue.")] = "added",
    reverse: Annotated[bool, typer.Option("--reverse", help="The other way round.")] = False,
    json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """List the papers in the library, and say how many have only an abstract, or only a title."""
    from reviewer.cli.library import opened, with_known_keys
    from reviewer.library.listing import ListOptions, list_papers
    from reviewer.render.json import papers_json
    from reviewer.search import why_none_pass
    from reviewer.types.progress import silent

    options = ListOptions(author, title, tuple(has or ()), tuple(lacks or ()), sort, reverse)
    list_papers([], options)
    filters = filters_of(year, venue, tag, file=file)
    with opened(settings_of(library=library), None, None, silent) as shelf:
        found = list_papers(shelf.papers(with_known_keys(filters, shelf)), options)
        why = why_none_pass(shelf, filters)
        unknown = shelf.catalogue.count_unknown_year(filters) if year else 0
    if json:
        print_out(papers_json(found))
        return
    for paper in found:
        print_out(_line(paper))
    if why:
        print_error(why)
    _say_what_is_listed(found, unknown)


def _line(paper: Paper) -> str:
    from reviewer.render import byline, readable_date
    from reviewer.text import clean
    from reviewer.text.entry_types import marked_title
    from reviewer.text.views import shorten

    marks = [f"#{tag}" for tag in paper.tags]
    facts = [clean(byline(paper)), readable_date(paper), " ".join(marks)]
    title = shorten(clean(marked_title(paper)), 90)
    return " · ".join([f"{paper.key}  {title}", *(fact for fact in facts if fact)]) + "\n"


def _say_what_is_listed(found: list[Paper], unknown: int) -> None:
    from reviewer.library.listing import HAS
    from reviewer.text import counted

    titles = sum(not (HAS["abstract"](p) or HAS["text"](p)) for p in found)
    abstracts = sum(HAS["abstract"](p) and not HAS["text"](p) for p in found)
    said = [counted(len(found), "paper")]
    said += [f"{abstracts} with an abstract only"] if abstracts else []
    said += [f"{titles} with a title only"] if titles else []
    said += [f"left out: {unknown} of unknown year"] if unknown else []
    print_error("; ".join(said))


def show(
    key: KeyArgument,
    json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show a paper, with what past answers quoted from it in bold."""
    from reviewer.cli.library import opened
    from reviewer.render.json import paper_json
    from reviewer.render.markdown import paper_markdown
    from reviewer.types.progress import silent

    with opened(settings_of(library=library), None, None, silent) as shelf:
        paper = shelf.paper(key)
        quoted = shelf.ledger.quotes_of(paper.id)
        others = [v for name in paper.versions if (v := shelf.catalogue.paper_named(name))]
    written = paper_json(paper, quoted) if json else paper_markdown(paper, quoted)
    deliver(written, "", "json" if json else "markdown")
    for other in others:
        print_error(f"The same work is also {other.key}: {_standing(other)}.")


def _standing(paper: Paper) -> str:
    """Whether a linked version is the preprint or the published paper."""
    from reviewer.library.dedupe.compare import is_preprint_doi

    is_preprint = bool(paper.arxiv_id) or is_preprint_doi(paper.doi.casefold())
    return "a preprint" if is_preprint else f"published ({paper.venue or paper.doi})"


def remove(
    keys: Annotated[list[str], typer.Argument(help="Keys of the papers to take out.")],
    library: LibraryOption = None,
    quiet: QuietOption = False,
) -> None:
    """Take papers out of the library."""
    from reviewer.cli.library import opened
    from reviewer.cli.progress import ShownProgress

    with (
        ShownProgress(quiet=quiet, verbose=False) as progress,
        opened(settings_of(library=library), None, None, progress) as shelf,
    ):
        gone: list[Paper] = [shelf.paper(key) for key in keys]
        for paper in gone:
            shelf.remove(paper.id, progress)
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
    from reviewer.cli.library import opened, say_skipped
    from reviewer.cli.progress import ShownProgress
    from reviewer.text import counted

    settings = settings_of(library=library, embedding=embedding, offline=offline)
    with (
        ShownProgress(quiet=quiet, verbose=verbose) as progress,
        opened(settings, None, None, progress) as shelf,
    ):
        done = shelf.reindex(progress)
        say_skipped(done, progress)
        kept = shelf.chunks.count() - done.waiting
    print_out(
        f"{counted(kept, 'chunk')} indexed, {done.embedded} of them embedded now, "
        f"{done.waiting} without a vector.\n"
    )
    return 1 if done.waiting else 0
