"""`review export`: the library's papers for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from reviewer.cli.output import deliver, print_error, print_out
from reviewer.cli.progress import ShownProgress
from reviewer.text import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reviewer.library import Library
    from reviewer.types.searches import Filters

_MOST_SHOWN = 10  # names of files on a terminal


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
    highlight: Annotated[
        str, option(help="Instead copies of the PDFs into this folder, with quotes highlighted.")
    ] = "",
    obsidian: Annotated[
        str, option(help="Instead a note a paper into this folder of an Obsidian vault.")
    ] = "",
    logseq: Annotated[
        str, option(help="Instead a note a paper into pages/ of this Logseq graph.")
    ] = "",
    template: Annotated[
        str, option(help="With --obsidian or --logseq: your own template (docs/notes.md).")
    ] = "",
    run: Annotated[str, option(help="With --highlight: only what this run quoted.")] = "",
    output: OutputOption = "",
    quiet: QuietOption = False,
    *,
    filters: KeyFilterOptions,
    common: LibraryOptions,
) -> None:
    """Write papers as a bibliography that other programs read, as notes for Obsidian or Logseq, or
    their PDFs with what answers, drafts and tables quoted from them highlighted.

    What you write in a note stays when it is exported again."""
    from reviewer.render import choose_format, forms_of, reference_list, render
    from reviewer.search import why_none_pass
    from reviewer.tasks import with_known_keys

    folders = {"--highlight": highlight, "--obsidian": obsidian, "--logseq": logseq}
    _check_options(folders, {"--style": style, "--format": form, "-o": output})
    _check_added_options(folders, run=run, template=template)
    chosen = "" if style else choose_format(form, output, forms_of("papers"))
    wanted = filters_of(**vars(filters))
    with opened(settings_of(common)) as shelf:
        wanted = with_known_keys(wanted, shelf)
        if highlight:
            _write_highlighted(shelf, wanted, highlight, run, quiet=quiet)
            return
        if obsidian or logseq:
            _write_notes(shelf, wanted, obsidian, logseq, template, quiet=quiet)
            return
        papers, why = shelf.papers(wanted), why_none_pass(shelf, wanted)
        if not made_keys and chosen != "jsonl":
            papers = shelf.with_own_keys(papers)
    if style:
        deliver("".join(f"{line}\n" for line in reference_list(papers, style)), output, quiet=quiet)
    else:
        deliver(render(papers, chosen), output, quiet=quiet)
    if not quiet:
        if why:
            print_error(why)
        print_error(counted(len(papers), "paper"))


def _check_options(folders: Mapping[str, str], others: Mapping[str, str]) -> None:
    """Raises UsageError for options that do not go together."""
    from reviewer.errors import UsageError

    if others["--style"] and others["--format"]:
        raise UsageError("--style and --format cannot be combined", hint="Use one of them.")
    named = [name for name, folder in folders.items() if folder]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} cannot be combined", hint="Export twice.")
    if named and any(others.values()):
        raise UsageError(
            f"{named[0]} writes into its folder: no --style, --format or -o goes with it",
            hint="Leave them out, or export twice.",
        )


def _check_added_options(folders: Mapping[str, str], *, run: str, template: str) -> None:
    """Raises UsageError for an option without the one that it adds to."""
    from reviewer.errors import UsageError

    if run and not folders["--highlight"]:
        raise UsageError(
            "--run is about what a run quoted", hint="Add --highlight and a folder for the copies."
        )
    if template and not (folders["--obsidian"] or folders["--logseq"]):
        raise UsageError(
            "--template is how notes are written", hint="Add --obsidian or --logseq and a folder."
        )


def _write_notes(
    shelf: Library, wanted: Filters, obsidian: str, logseq: str, template: str, *, quiet: bool
) -> None:
    """Write the notes; print the files that are new or changed, and say what stayed and why."""
    from reviewer.tasks.notes import write_notes

    folder = Path(obsidian or logseq)
    with ShownProgress(quiet=quiet) as progress:
        done = write_notes(
            shelf,
            shelf.papers(wanted),
            folder,
            "obsidian" if obsidian else "logseq",
            template=template,
            progress=progress,
        )
    files = (*done.new, *done.changed)
    # A pipe gets all of them; a person reads a few, and how many there are.
    shown = files[:_MOST_SHOWN] if sys.stdout.isatty() else files
    print_out("".join(f"{file}\n" for file in shown))
    if len(shown) < len(files):
        print_out(f"... and {len(files) - len(shown):,} more\n")
    for remark in done.remarks:
        print_error(remark)
    if not quiet:
        print_error(
            f"{counted(len(done.new), 'new note')}, {len(done.changed)} changed, "
            f"{done.unchanged} as before in {folder}"
        )


def _write_highlighted(
    shelf: Library, wanted: Filters, folder: str, run: str, *, quiet: bool
) -> None:
    """Write the copies, and say of each what it holds and what is missing."""
    from reviewer.tasks.pages import write_highlighted

    run_id = shelf.ledger.run(run).id if run else ""
    with ShownProgress(quiet=quiet) as progress:
        copies = write_highlighted(
            shelf, shelf.papers(wanted), Path(folder), run_id=run_id, progress=progress
        )
    for copy in copies:
        if copy.file:
            print_out(f"{copy.file}\n")
        if quiet:
            continue
        if copy.reason:
            print_error(f"{copy.key}: no copy was written: {copy.reason}")
        elif copy.missed:
            missed = f"{len(copy.missed)} of {counted(copy.quotes, 'quote')}"
            print_error(f"{copy.key}: {missed} not found on the pages, and not highlighted")
    if not quiet:
        written = sum(bool(copy.file) for copy in copies)
        print_error(
            f"{counted(written, 'PDF')} with highlights in {folder}"
            if copies
            else "Nothing was quoted from these papers yet: ask a question first (review ask)"
        )
