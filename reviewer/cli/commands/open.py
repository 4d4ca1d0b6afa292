"""`review open`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.options import LibraryOption, settings_of
from reviewer.cli.output import print_error, print_out

if TYPE_CHECKING:
    from reviewer.types import Paper


def register(app: typer.Typer) -> None:
    app.command("open", epilog="Example: review open guo-2025-deepseek --page 3")(open_paper)


def open_paper(
    key: Annotated[str, typer.Argument(help="The paper's key, as review papers shows it.")],
    page: Annotated[
        int | None, typer.Option(help="The page to open it at.", min=1, show_default=False)
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Open a paper's PDF in your viewer; where there is none, print where the file is."""
    from reviewer.cli.library import opened
    from reviewer.processes import open_file
    from reviewer.types.progress import silent

    with opened(settings_of(library=library), None, None, silent) as shelf:
        paper = shelf.paper(key)
    file = _file_of(paper, page)
    if open_file(file, page):
        print_error(f"Opened {file}" + (f" at page {page}" if page else ""))
    else:
        print_out(f"{file}\n")
        print_error("No viewer was found here" + (f": see page {page} of that file" * bool(page)))


def _file_of(paper: Paper, page: int | None) -> Path:
    """The PDF that the paper was read from. Raises NotFoundError where there is none, or where it
    has fewer pages."""
    from reviewer.errors import NotFoundError, UsageError
    from reviewer.render.describe import link_of

    link = link_of(paper)
    files = [origin.file for origin in paper.origins if origin.file.lower().endswith(".pdf")]
    if not files:
        raise NotFoundError(
            f"{paper.key} was read from no PDF",
            hint=f"It is at {link}" if link else f"See what is kept of it: review show {paper.key}",
        )
    here = next((Path(name) for name in files if Path(name).is_file()), None)
    if here is None:
        raise NotFoundError(
            f"{files[0]}, which {paper.key} was read from, is not there any more",
            hint="Its text is kept: review show " + paper.key,
        )
    pages = paper.extra.get("pages_read")
    if page and isinstance(pages, int) and page > pages:
        raise UsageError(f"{paper.key} has {pages} pages", hint=f"Use --page 1 to {pages}.")
    return here
