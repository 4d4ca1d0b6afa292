"""`review backup`, `restore` and `repair`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.options import JsonOption, LibraryOption, QuietOption, settings_of
from reviewer.cli.output import print_error, print_out

if TYPE_CHECKING:
    from reviewer.library.repair import Repaired
    from reviewer.settings import Settings
    from reviewer.types.progress import Progress


def register(app: typer.Typer) -> None:
    app.command("backup", epilog="Example: review backup papers-2025.db")(backup)
    app.command("restore", epilog="Example: review restore papers-2025.db")(restore)
    app.command("repair", epilog="Example: review repair")(repair)


def backup(
    file: Annotated[str, typer.Argument(help="Where to write it.")],
    library: LibraryOption = None,
) -> None:
    """Copy the library to one file, whole, while others may go on working with it."""
    from reviewer.cli.library import opened
    from reviewer.library import back_up
    from reviewer.types.progress import silent

    with opened(settings_of(library=library), None, None, silent) as shelf:
        size = back_up(shelf.database, Path(file).expanduser())
        papers = shelf.catalogue.count()
    print_out(f"{papers} papers in {file} ({size / 1e6:.1f} MB)\n")


def restore(
    file: Annotated[str, typer.Argument(help="A file that review backup made.")],
    library: LibraryOption = None,
    quiet: QuietOption = False,
) -> None:
    """Put a backup in the library's place. The present library is kept beside it."""
    from reviewer.cli.progress import ShownProgress
    from reviewer.library import restore as put_back

    settings = settings_of(library=library)
    with ShownProgress(quiet=quiet, verbose=False) as progress:
        kept = put_back(Path(file).expanduser(), Path(settings.library), progress)
        papers = _indexed(settings, progress)
    print_out(f"{papers} papers in {settings.library}, from {file}\n")
    if kept is not None:
        print_error(f"The library that was there is kept as {kept}")


def repair(
    library: LibraryOption = None, json: JsonOption = False, quiet: QuietOption = False
) -> int:
    """Make a damaged library anew from what can be read of it, and from the files it came from."""
    from reviewer.cli.library import MOST_FILES_SHOWN
    from reviewer.cli.progress import ShownProgress
    from reviewer.library import repair_library
    from reviewer.render.json import dump

    settings = settings_of(library=library)
    with ShownProgress(quiet=quiet, verbose=False) as progress:
        done = repair_library(Path(settings.library), progress)
        _indexed(settings, progress)
    print_out(dump("repair", done.model_dump(mode="json")) if json else _said(done))
    if done.files_gone and not quiet:
        for file in done.files_gone[:MOST_FILES_SHOWN]:
            print_error(f"Not there any more, so not read again: {file}")
    return 0


def _indexed(settings: Settings, progress: Progress) -> int:
    """Make the index, and give how many papers there are."""
    from reviewer.library import Library

    with Library(Path(settings.library), settings) as shelf:
        shelf.make_index(progress)
        return shelf.catalogue.count()


def _said(done: Repaired) -> str:
    from reviewer.text import counted

    line = f"{counted(done.papers, 'paper')} of {done.entries} entries in the library"
    if done.read_again > 0:
        line += f"; {done.read_again} entries were read again from their files"
    if done.mended:
        line += f"; {done.mended} texts were mended from their files"
    if done.lost:
        line += f"; {done.lost} entries are lost, add their files again"
    return f"{line}. The damaged file is kept as {done.kept_as}\n"
