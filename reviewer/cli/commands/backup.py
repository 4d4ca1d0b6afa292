"""`review backup`, `restore` and `repair`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import MOST_FILES_SHOWN, opened
from reviewer.cli.options import JsonOption, LibraryOptions, QuietOption, command, settings_of
from reviewer.cli.output import print_error, print_out
from reviewer.cli.progress import ShownProgress
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.library.repair import Repaired
    from reviewer.settings import Settings
    from reviewer.types.progress import Progress


@command("backup", "review backup papers-2025.db")
def backup(
    file: Annotated[str, typer.Argument(help="Where to write it.")], *, common: LibraryOptions
) -> None:
    """Copy the whole library to one file. Others may go on working with it."""
    from reviewer.library import back_up
    from reviewer.library.kept_files import FOLDER, size_of_kept

    with opened(settings_of(common)) as shelf:
        size = back_up(shelf.database, Path(file).expanduser())
        papers = shelf.catalogue.count()
        folder = shelf.folder
    print_out(f"{papers} papers in {file} ({size / 1e6:.1f} MB)\n")
    count, files_size = size_of_kept(folder)
    if count:
        print_error(
            f"Not in it: {counted(count, 'file')} sent through the page "
            f"({files_size / 1e6:.1f} MB). To see their pages again, copy {folder / FOLDER} too."
        )


@command("restore", "review restore papers-2025.db")
def restore(
    file: Annotated[str, typer.Argument(help="A file that review backup made.")],
    quiet: QuietOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Put a backup in the library's place. The present library is kept beside it."""
    from reviewer.library import restore as put_back

    settings = settings_of(common)
    with ShownProgress(quiet=quiet) as progress:
        kept = put_back(Path(file).expanduser(), Path(settings.library), progress)
        papers = _indexed(settings, progress)
    print_out(f"{papers} papers in {settings.library}, from {file}\n")
    if kept is not None:
        print_error(f"The library that was there is kept as {kept}")


@command("repair", "review repair")
def repair(json: JsonOption = False, quiet: QuietOption = False, *, common: LibraryOptions) -> int:
    """Make a damaged library again from what can be read of it, and from the files it came from. A
    sound library stays as it is."""
    from reviewer.library import repair_library
    from reviewer.render.json import dump

    settings = settings_of(common)
    with ShownProgress(quiet=quiet) as progress:
        done = repair_library(Path(settings.library), progress)
        _indexed(settings, progress)
    print_out(dump("repair", done.model_dump(mode="json")) if json else _summary(done))
    if not quiet:
        for file in done.files_gone[:MOST_FILES_SHOWN]:
            print_error(f"No longer there, so not read again: {file}")
    return 0


def _indexed(settings: Settings, progress: Progress) -> int:
    """Make the index. Gives the number of papers."""
    from reviewer.library import Library

    with Library(Path(settings.library), settings) as shelf:
        shelf.make_index(progress)
        return shelf.catalogue.count()


def _summary(done: Repaired) -> str:
    line = f"{counted(done.papers, 'paper')} of {done.entries} entries in the library"
    if done.is_sound:
        return f"{line}. Nothing in it is damaged, and nothing was changed.\n"
    if done.read_again > 0:
        line += f"; {done.read_again} entries were read again from their files"
    if done.mended:
        line += f"; {done.mended} texts were mended from their files"
    if done.lost:
        line += f"; {done.lost} entries are lost, add their files again"
    return f"{line}. The damaged file is kept as {done.kept_as}\n"
