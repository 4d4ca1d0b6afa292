"""`review export`: the library's papers for other programs."""

from __future__ import annotations

from typing import Annotated

from reviewer.cli.library import opened
from reviewer.cli.options import (
    KeyFilterOptions,
    LibraryOptions,
    OutputOption,
    QuietOption,
    command,
    filters_of,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error
from reviewer.text import counted


@command("export", "review export --tag rl -o rl.bib")
def export(
    form: Annotated[
        str,
        option(
            "--format",
            "-f",
            help="bibtex, ris, csl-json, jsonl or csv; else by the suffix of -o, else bibtex.",
        ),
    ] = "",
    style: Annotated[
        str, option(help="Instead a formatted list by this CSL style (apa, ieee) or .csl file.")
    ] = "",
    made_keys: Annotated[
        bool, option("--made-keys", help="Name papers by review's keys, as drafts cite them.")
    ] = False,
    output: OutputOption = "",
    quiet: QuietOption = False,
    *,
    filters: KeyFilterOptions,
    common: LibraryOptions,
) -> None:
    """Write papers as a bibliography that other programs read."""
    from reviewer.errors import UsageError
    from reviewer.render import choose_format, forms_of, reference_list, render
    from reviewer.search import why_none_pass, with_known_keys

    if style and form:
        raise UsageError("--style and --format cannot be combined", hint="Use one of them.")
    chosen = "" if style else choose_format(form, output, forms_of("papers"))
    wanted = filters_of(**vars(filters))
    with opened(settings_of(common)) as shelf:
        wanted = with_known_keys(wanted, shelf)
        papers, why = shelf.papers(wanted), why_none_pass(shelf, wanted)
        if not made_keys and chosen != "jsonl":
            papers = shelf.with_own_keys(papers)
    if style:
        deliver("".join(f"{line}\n" for line in reference_list(papers, style)), output)
    else:
        deliver(render(papers, chosen), output)
    if not quiet:
        if why:
            print_error(why)
        print_error(counted(len(papers), "paper"))
