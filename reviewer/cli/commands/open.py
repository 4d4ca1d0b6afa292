"""`review open`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from reviewer.cli.library import opened
from reviewer.cli.options import (
    KeyArgument,
    LibraryOptions,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error, print_out
from reviewer.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.types import Paper


@command("open", "review open guo-2025-deepseek --page 3")
def open_paper(
    key: KeyArgument,
    page: Annotated[int | None, option(help="The page to open it at.", min=1)] = None,
    quote: Annotated[
        str, option(help="Words of the paper: open a picture of their page, with them marked.")
    ] = "",
    json: Annotated[bool, option(help="With --quote: its pages and boxes as JSON.")] = False,
    output: Annotated[
        str, option("--output", "-o", help="With --quote: write the picture (PNG) to this file.")
    ] = "",
    *,
    common: LibraryOptions,
) -> None:
    """Open a paper's PDF in your viewer, or the page with a quote; without a viewer, print where
    the file is."""
    from reviewer.processes import open_file

    if not quote and (json or output):
        raise UsageError(
            "--json and -o are about a quote", hint='Add its words: --quote "as they stand there"'
        )
    if quote and page:
        raise UsageError("--quote finds its own page", hint="Leave out --page.")
    with opened(settings_of(common)) as shelf:
        paper = shelf.paper(key)
        if quote:
            _open_quote(shelf, paper, quote, output, is_json=json)
            return
    file = file_of(paper, page)
    if open_file(file, page):
        print_error(f"Opened {file}" + (f" at page {page}" if page else ""))
    else:
        print_out(f"{file}\n")
        print_error("No viewer was found here" + (f": see page {page} of that file" * bool(page)))


def _open_quote(shelf: Library, paper: Paper, words: str, output: str, *, is_json: bool) -> None:
    """Say where the words stand, and show the picture of the page with them marked."""
    from reviewer.processes import open_file
    from reviewer.render.quote_pages import on_pages_json, on_pages_text
    from reviewer.render.quote_places import standing
    from reviewer.search import find_words
    from reviewer.tasks.pages import KeptViews, find_on_pages, marked_picture

    places = find_words(words, shelf, key=paper.key)
    if not places.found:
        nearest = places.nearest[0].quote if places.nearest else ""
        raise NotFoundError(
            f"{paper.key} does not say these words",
            hint=f'Its nearest sentence is: "{" ".join(nearest.split())}"'
            if nearest
            else f"See its text: review show {paper.key}",
        )
    place = places.found[0]
    kept = KeptViews()
    found = find_on_pages(shelf, paper, place.part, place.start, place.end, kept)
    if is_json:
        deliver(on_pages_json(found), "")
    else:
        print_out(on_pages_text(found))
    if not place.is_exact:
        print_error(f"The words stand there {standing(place)}")
    if not found.pieces or (is_json and not output):
        return
    picture = marked_picture(shelf, paper, found, kept)
    if output:
        deliver(picture, output, quiet=True)
        print_error(f"Written: {output}")
        return
    file = kept.keep_picture(picture)
    print_error(f"{'Opened' if open_file(file) else 'No viewer was found here: see'} {file}")


def file_of(paper: Paper, page: int | None) -> Path:
    """The PDF that the paper was read from. Raises NotFoundError without one, and UsageError when
    it has fewer pages."""
    from reviewer.render.describe import link_of

    link = link_of(paper)
    files = [origin.file for origin in paper.origins if origin.file.lower().endswith(".pdf")]
    if not files:
        raise NotFoundError(
            f"{paper.key} was not read from a PDF",
            hint=f"It is at {link}" if link else f"See what is kept of it: review show {paper.key}",
        )
    here = next((Path(name) for name in files if Path(name).is_file()), None)
    if here is None:
        raise NotFoundError(
            f"{files[0]}, from which {paper.key} was read, is gone",
            hint="Its text is kept: review show " + paper.key,
        )
    pages = paper.extra.get("pages_read")
    if page and isinstance(pages, int) and page > pages:
        raise UsageError(f"{paper.key} has {pages} pages", hint=f"Use --page 1 to {pages}.")
    return here
