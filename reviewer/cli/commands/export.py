"""`review export`: the library's papers for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.options import (
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.types import Paper

_EPILOG = "Example: review export --tag rl -o rl.bib"


def register(app: typer.Typer) -> None:
    app.command("export", epilog=_EPILOG)(export)


def export(
    form: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="bibtex, ris, csl-json, jsonl or csv; else by the suffix of -o, else bibtex.",
            show_default=False,
        ),
    ] = "",
    style: Annotated[
        str,
        typer.Option(
            help="Instead a formatted list by this CSL style (apa, ieee) or .csl file.",
            show_default=False,
        ),
    ] = "",
    tag: TagOption = None,
    year: YearOption = "",
    venue: VenueOption = "",
    keys: KeysOption = "",
    output: OutputOption = "",
    library: LibraryOption = None,
    quiet: QuietOption = False,
) -> int:
    """Write papers as a bibliography that other programs read."""
    from reviewer.cli.library import opened, with_known_keys
    from reviewer.errors import UsageError
    from reviewer.render import choose_format, forms_of, render
    from reviewer.search import why_none_pass
    from reviewer.text import counted
    from reviewer.types.progress import silent

    if style and form:
        raise UsageError("--style and --format are two ways to write papers", hint="Use one.")
    chosen = "" if style else choose_format(form, output, forms_of("papers"))
    with opened(settings_of(library=library), None, None, silent) as shelf:
        filters = with_known_keys(filters_of(year, venue, tag, keys), shelf)
        papers, why = shelf.papers(filters), why_none_pass(shelf, filters)
    deliver(_styled(papers, style) if style else render(papers, chosen), output)
    if not quiet:
        if why:
            print_error(why)
        print_error(counted(len(papers), "paper"))
    return 0


def _styled(papers: Sequence[Paper], style: str) -> str:
    from reviewer.render import reference_list

    return "".join(f"{line}\n" for line in reference_list(papers, style))
