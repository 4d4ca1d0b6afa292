"""`review search`, `similar` and `where`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from reviewer.cli.library import opened, split_question, words_alone_note
from reviewer.cli.options import (
    EmbeddingOptions,
    KeyArgument,
    KeyFilterOptions,
    LibraryOptions,
    LinkedFilterOptions,
    NotOption,
    OutputOptions,
    QuietOption,
    RerankerOptions,
    command,
    filters_of,
    option,
    settings_of,
    unknown_value,
)
from reviewer.cli.output import deliver, print_error
from reviewer.cli.progress import ShownProgress
from reviewer.errors import UsageError
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.types import Paper

_ShownOption = Annotated[int, typer.Option("-k", help="How many papers to show.", min=1)]


@command("search", 'review search "reward models" --year 2024: -k 20')
def search(
    words: Annotated[
        list[str] | None, typer.Argument(help="What to look for; may be left out with --cites.")
    ] = None,
    count: _ShownOption = 10,
    explain: Annotated[
        bool, option("--explain", help="Show each part of a paper's score.")
    ] = False,
    sort: Annotated[
        str, option(help="date (newest first) or relevance; else as the question asks.")
    ] = "",
    excluded: NotOption = None,
    papers: Annotated[list[str] | None, option(help="Search these files or folders alone.")] = None,
    quiet: QuietOption = False,
    *,
    filters: LinkedFilterOptions,
    result: OutputOptions,
    reranking: RerankerOptions,
    common: EmbeddingOptions,
) -> None:
    """Find papers: ranked, each with its best sentence and why it was found.

    A question may say more than its topic: 'RAG but not medical' (or --not medical), 'RAG and also
    graphs', 'latest on RAG', 'RAG since 2023', 'RAG versus fine-tuning'; and as librarians write
    it: "in-context learning", title:, author:, abstract:, venue:, year: and tag:, AND, OR, NOT,
    parentheses, learn*. What was understood is said above the papers.
    """
    from reviewer.render import choose_format, render
    from reviewer.search import SearchOptions, find
    from reviewer.tasks import with_excluded, with_known_keys

    form = choose_format("json" if result.json else "", result.output)
    text, papers = split_question(words, papers, quiet=quiet)
    text = with_excluded(text, excluded)
    if not text.strip() and not (filters.cites or filters.cited_by):
        raise UsageError("there is nothing to look for", hint="For example: review search rewards")
    wanted = filters_of(**vars(filters))
    with (
        ShownProgress(quiet=quiet) as progress,
        opened(settings_of(common, reranking), progress, papers) as shelf,
    ):
        wanted = with_known_keys(wanted, shelf)
        if not text.strip():
            return _list_linked(shelf.papers(wanted), result)
        options = SearchOptions(
            papers=count,
            filters=wanted,
            sort=sort_of(sort),
            explained=explain or form == "json",
        )
        found = find(text, shelf, options)
        note = words_alone_note(shelf, is_at_hand=bool(papers))
    shown = {"explained": explain} if form == "markdown" else {}
    deliver(render(found, form, **shown), result.output, form, quiet=quiet)
    if note and not quiet:
        print_error(note)
    return None


def _list_linked(papers: list[Paper], result: OutputOptions) -> None:
    """All papers that cite, or are cited, as is asked, where no words order them."""
    from reviewer.render import choose_format, paper_line
    from reviewer.render.json import papers_json

    form = choose_format("json" if result.json else "", result.output)
    lines = "".join(f"{number}. {paper_line(own)}\n" for number, own in enumerate(papers, 1))
    deliver(papers_json(papers) if form == "json" else lines, result.output, form)


def sort_of(sort: str) -> Literal["", "date", "relevance"]:
    """The order, checked. Raises UsageError for one that is not known."""
    if sort in ("", "date", "relevance"):
        return cast('Literal["", "date", "relevance"]', sort)
    raise unknown_value("--sort", sort, ("date", "relevance"))


@command("similar", "review similar from-fx-gx-2025 -k 5")
def similar(
    key: KeyArgument,
    count: _ShownOption = 10,
    *,
    filters: KeyFilterOptions,
    result: OutputOptions,
    common: EmbeddingOptions,
) -> None:
    """Find the papers that are most like one in the library."""
    from reviewer.render import choose_format, render
    from reviewer.search import find_similar
    from reviewer.tasks import with_known_keys

    form = choose_format("json" if result.json else "", result.output)
    wanted = filters_of(**vars(filters))
    with opened(settings_of(common)) as shelf:
        found = find_similar(key, shelf, count, with_known_keys(wanted, shelf))
    head = (
        f"The {counted(len(found.hits), 'paper')} of {found.papers} that are most like "
        f"{found.question.removeprefix('papers like ')} ({found.method})."
    )
    options = {"head": head if found.hits else ""} if form == "markdown" else {}
    deliver(render(found, form, **options), result.output, form)


@command("where", 'review where "the reward is the number of tests that pass"')
def where(
    words: Annotated[list[str], typer.Argument(help="Words of a paper, as you know them.")],
    count: _ShownOption = 10,
    key: Annotated[str, option(help="Look into the paper with this key alone.")] = "",
    *,
    result: OutputOptions,
    common: LibraryOptions,
) -> None:
    """Find which paper says these words, and on which page, word for word or nearly.

    Nearly is one slip in ten words. A changed figure or a lost "not" is always named.
    """
    from reviewer.render import choose_format, render
    from reviewer.search import find_words

    form = choose_format("json" if result.json else "", result.output)
    with opened(settings_of(common)) as shelf:
        found = find_words(" ".join(words), shelf, count, key)
    deliver(render(found, form), result.output, form)
