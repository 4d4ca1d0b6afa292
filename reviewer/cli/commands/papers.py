"""`review add`, `papers`, `show`, `remove` and `reindex`."""

from __future__ import annotations

import os
import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.commands.online import AddOptions
from reviewer.cli.library import opened, say_merged, say_skipped
from reviewer.cli.options import (
    FileOption,
    FilterOptions,
    JsonOption,
    KeyArgument,
    LibraryOptions,
    QuietOption,
    RayOptions,
    RunOptions,
    command,
    filters_of,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error, print_out
from reviewer.cli.progress import ShownProgress
from reviewer.errors import UsageError
from reviewer.text import clean, counted
from reviewer.text.views import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from reviewer.library import Library
    from reviewer.settings import Settings
    from reviewer.types import Paper
    from reviewer.types.papers import Added


@command("add", "review add refs.bib arxiv:2509.25123 doi:10.1000/xyz")
def add(
    wanted: AddOptions,
    listing_year: Annotated[
        int | None, option(help="The year of a listing's dates without one.", min=1900)
    ] = None,
    ocr: Annotated[
        bool,
        option(help="Read scanned pages: by the text that OCR put behind them, else by Tesseract."),
    ] = False,
    ocr_language: Annotated[
        str, typer.Option(help="What Tesseract reads scanned pages in: eng, eng+deu, ...")
    ] = "eng",
    column: Annotated[
        list[str] | None, option(help="Of a table: HEADER=title, HEADER=abstract, ...")
    ] = None,
    json: JsonOption = False,
    *,
    spread: RayOptions,
    common: RunOptions,
) -> int:
    """Read papers into the library: bibliographies, exports of databases, tables, and single papers
    as texts, by content; and papers from online sources, by identifier, search or citation. A file
    that has not changed is not read again."""
    from reviewer.cli.commands.online import check_wanted
    from reviewer.library.decisions import count_doubtful
    from reviewer.render.json import added_json
    from reviewer.sources import ReadOptions
    from reviewer.sources.online.fetch import split_named
    from reviewer.sources.read import NAMED_FORMATS
    from reviewer.tasks import add_papers

    settings = settings_of(common, spread)
    asked = check_wanted(wanted)
    options = ReadOptions(listing_year, columns_of(column or ()), ocr, _language(ocr_language))
    if wanted.watch:
        from reviewer.cli.watching import watch

        return watch(asked.names, options, common, as_json=json)
    with common.progress() as progress, _for_embedding(settings, progress) as shelf:
        added = add_papers(shelf, asked, options, progress)
        waiting = count_doubtful(shelf, added.added + added.updated)
        say_skipped(added, progress)
        say_merged(added, progress)
    print_out(added_json(added) if json else _summary(added))
    if waiting and not common.quiet:
        print_error(f"{counted(waiting, 'pair')} may be one paper each: review duplicates")
    if added.files_read or (wanted.search and not added.skipped):
        return 1 if added.unread else 0
    if not json:
        # Only what was read and refused needs the list of formats, and that once.
        named = split_named(wanted.paths or ())[2]
        is_file = any(map(os.path.isfile, named))  # False too for a name that is too long
        is_said = any(NAMED_FORMATS in own.reason for own in added.skipped)
        known = f" review reads {NAMED_FORMATS}." if is_file and not is_said else ""
        print_error(f"review: no papers were read.{known}")
    return 1


def _language(said: str) -> str:
    """The language for Tesseract. Raises UsageError for one that it cannot have."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*(\+[A-Za-z][A-Za-z0-9_]*)*", said):
        raise UsageError(
            f"--ocr-language '{said[:40]}' is not understood",
            hint="Use Tesseract's own words: eng, deu, eng+deu.",
        )
    return said


def _for_embedding(settings: Settings, progress: ShownProgress) -> AbstractContextManager[Library]:
    """The library of the settings, made when it is not there, with all machines that embed."""
    from reviewer.library import Library

    if not settings.ray:
        return Library(settings.library, settings)
    from reviewer.tasks.spread import spread_library

    return spread_library(settings, progress)


def columns_of(given: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """`HEADER=title` as pairs. Raises UsageError for an unknown field."""
    from reviewer.sources.formats.table import FIELDS

    pairs = []
    for word in given:
        header, _, field = word.rpartition("=")
        if not header.strip() or field.strip() not in FIELDS:
            raise UsageError(
                f"--column '{word}' is not understood",
                hint=f"Use HEADER= and one of {', '.join(FIELDS)}.",
            )
        pairs.append((header.strip(), field.strip()))
    return tuple(pairs)


def _summary(added: Added) -> str:
    line = (
        f"{counted(added.entries, 'entry', 'entries')}: {len(added.added)} added, "
        f"{len(added.updated)} updated, "
        f"{added.unchanged} already there, {len(added.skipped)} skipped. "
        f"{counted(added.papers, 'paper')} in the library.\n"
    )
    if added.embedded and added.seconds_embedding > 1:
        rate = added.embedded / added.seconds_embedding
        line += f"{counted(added.embedded, 'chunk')} embedded ({rate:.0f} a second).\n"
    lacking = {"a year": added.without_year, "authors": added.without_author}
    if any(lacking.values()):
        of = counted(len(added.added) + len(added.updated), "paper")
        named = ", ".join(
            f"{count} {'lacks' if count == 1 else 'lack'} {what}"
            for what, count in lacking.items()
            if count
        )
        line += f"Of {of}, {named}. To look them up online: review enrich\n"
    return line


@command("papers", "review papers --year 2024: --sort year")
def papers(
    filters: FilterOptions,
    file: FileOption = None,
    author: Annotated[str, option(help="Only papers with this in an author's name.")] = "",
    title: Annotated[str, option(help="Only papers with this in their title.")] = "",
    has: Annotated[
        list[str] | None, option(help="Only papers with a text, abstract, doi, ...")
    ] = None,
    lacks: Annotated[
        list[str] | None, option(help="Only papers without: --lacks text, abstract ...")
    ] = None,
    sort: Annotated[str, typer.Option(help="added, key, title, author, year or venue.")] = "added",
    reverse: Annotated[bool, option(help="The other way round.")] = False,
    json: JsonOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """List the papers in the library, and say how many have only an abstract, or only a title."""
    from reviewer.library.listing import ListOptions, list_papers
    from reviewer.render.json import papers_json
    from reviewer.search import why_none_pass
    from reviewer.tasks import with_known_keys

    options = ListOptions(author, title, tuple(has or ()), tuple(lacks or ()), sort, reverse)
    list_papers([], options)  # a wrong option is said before the library is opened
    wanted = filters_of(**vars(filters), file=file)
    with opened(settings_of(common)) as shelf:
        found = list_papers(shelf.papers(with_known_keys(wanted, shelf)), options)
        why = why_none_pass(shelf, wanted)
        unknown = shelf.catalogue.count_unknown_year(wanted) if filters.year else 0
    if json:
        print_out(papers_json(found))
        return
    for paper in found:
        print_out(_line(paper))
    if why:
        print_error(why)
    _say_counts(found, unknown)


def _line(paper: Paper) -> str:
    from reviewer.render import byline, readable_date
    from reviewer.text.entry_types import marked_title

    marks = [f"#{tag}" for tag in paper.tags]
    facts = [clean(byline(paper)), readable_date(paper), " ".join(marks)]
    title = shorten(clean(marked_title(paper)), 90)
    return " · ".join([f"{paper.key}  {title}", *(fact for fact in facts if fact)]) + "\n"


def _say_counts(found: list[Paper], unknown: int) -> None:
    from reviewer.library.listing import HAS

    titles = sum(not (HAS["abstract"](p) or HAS["text"](p)) for p in found)
    abstracts = sum(HAS["abstract"](p) and not HAS["text"](p) for p in found)
    said = [counted(len(found), "paper")]
    said += [f"{abstracts} with an abstract only"] if abstracts else []
    said += [f"{titles} with a title only"] if titles else []
    said += [f"left out: {unknown} of unknown year"] if unknown else []
    print_error("; ".join(said))


@command("show", "review show from-fx-gx-2025")
def show(key: KeyArgument, json: JsonOption = False, *, common: LibraryOptions) -> None:
    """Show a paper, with what past answers quoted from it in bold."""
    from reviewer.render.json import paper_json
    from reviewer.render.markdown import paper_markdown

    with opened(settings_of(common)) as shelf:
        paper = shelf.paper(key)
        quoted = shelf.ledger.quotes_of(paper.id)
        answers = shelf.questions.of_paper(shelf.catalogue.number_of(paper.id) or 0)
        others = [v for name in paper.versions if (v := shelf.catalogue.paper_named(name))]
    written = paper_json(paper, quoted) if json else paper_markdown(paper, quoted, answers)
    deliver(written, "", "json" if json else "markdown")
    for other in others:
        print_error(f"The same work is also {other.key}: {_version(other)}.")


def _version(paper: Paper) -> str:
    """Whether a linked version is the preprint or the published paper."""
    from reviewer.library.dedupe.compare import is_preprint_doi

    is_preprint = bool(paper.arxiv_id) or is_preprint_doi(paper.doi.casefold())
    return "a preprint" if is_preprint else f"published ({paper.venue or paper.doi})"


@command("remove", "review remove from-fx-gx-2025")
def remove(
    keys: Annotated[list[str], typer.Argument(help="Keys of the papers to take out.")],
    quiet: QuietOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Take papers out of the library."""
    with ShownProgress(quiet=quiet) as progress, opened(settings_of(common), progress) as shelf:
        gone = [shelf.paper(key) for key in keys]
        for paper in gone:
            shelf.remove(paper.id, progress)
    for paper in gone:
        print_out(f"Removed {paper.key}\n")


@command("reindex", "review reindex --embedding minilm-int8")
def reindex(spread: RayOptions, common: RunOptions) -> int:
    """Make the search index again, and embed what waits (or all, with another embedding)."""
    settings = settings_of(common, spread)
    with (
        common.progress() as progress,
        opened(settings) as own,
        _for_embedding(settings, progress) if settings.ray else nullcontext(own) as shelf,
    ):
        done = shelf.reindex(progress)
        say_skipped(done, progress)
        kept = shelf.chunks.count() - done.waiting
    print_out(
        f"{counted(kept, 'chunk')} indexed, {done.embedded} of them embedded now, "
        f"{done.waiting} without a vector.\n"
    )
    return 1 if done.waiting else 0
