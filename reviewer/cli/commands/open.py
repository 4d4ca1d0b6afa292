"""`review open`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from reviewer.cli.library import opened
from reviewer.cli.options import KeyArgument, LibraryOptions, command, option, settings_of
from reviewer.cli.output import print_error, print_out
from reviewer.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from reviewer.types import Paper


@command("open", "review open guo-2025-deepseek --page 3")
def open_paper(
    key: KeyArgument,
    page: Annotated[int | None, option(help="The page to open it at.", min=1)] = None,
    *,
    common: LibraryOptions,
) -> None:
    """Open a paper's PDF in your viewer; without a viewer, print where the file is."""
    from reviewer.processes import open_file

    with opened(settings_of(common)) as shelf:
        paper = shelf.paper(key)
    file = file_of(paper, page)
    if open_file(file, page):
        print_error(f"Opened {file}" + (f" at page {page}" if page else ""))
    else:
        print_out(f"{file}\n")
        print_error("No viewer was found here" + (f": see page {page} of that file" * bool(page)))


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
