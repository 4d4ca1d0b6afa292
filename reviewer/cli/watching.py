"""`review add --watch`: reads what comes into folders, until the user stops it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.cli.library import say_merged, say_skipped
from reviewer.cli.output import print_error, print_out
from reviewer.errors import UsageError
from reviewer.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.cli.options import RunOptions
    from reviewer.sources import ReadOptions
    from reviewer.tasks.watch import Watched


def watch(
    folders: Sequence[str], options: ReadOptions, common: RunOptions, *, as_json: bool
) -> int:
    """Add what is in the folders and what comes; Ctrl-C ends it, and what was read is kept.

    Raises UsageError for a name that is no folder, and SourceError when one goes.
    """
    from reviewer.cli.options import settings_of
    from reviewer.library import Library
    from reviewer.sources.watching import is_on_network, watch_folders
    from reviewer.tasks.watch import add_watched

    require_folders(folders)
    settings = settings_of(common)
    with Library(settings.library, settings):  # what is wrong with it is said at once
        pass
    if not common.quiet:
        ways = " (on a network: looked at again and again)"
        named = ", ".join(f + ways * is_on_network(str(Path(f).absolute())) for f in folders)
        print_error(f"Watching {named}. Stop with Ctrl-C.")
    came = 0
    try:
        for batch in watch_folders(folders):
            with common.progress() as progress, Library(settings.library, settings) as shelf:
                done = add_watched(shelf, batch, options, progress)
                say_skipped(done.added, progress)
                say_merged(done.added, progress)
            came += len(done.added.added)
            _say(done, as_json=as_json, quiet=common.quiet)
    except KeyboardInterrupt:
        print_error("")
        print_error(f"Stopped watching: {counted(came, 'paper')} came.")
    return 0


def require_folders(folders: Sequence[str]) -> None:
    """Raises UsageError where nothing is named, or something that is no folder."""
    if not folders:
        raise UsageError("--watch needs a folder", hint="Name one: review add --watch papers/")
    for folder in folders:
        if not Path(folder).expanduser().is_dir():
            message = f"--watch needs folders, and '{folder}' is not one"
            raise UsageError(message, hint="Make it first, or name another.")


def _say(done: Watched, *, as_json: bool, quiet: bool) -> None:
    from reviewer.render.json import added_json

    added = done.added
    if as_json:
        print_out(added_json(added))
    elif added.entries or added.skipped:
        print_out(
            f"{len(added.added)} added, {len(added.updated)} updated, {added.unchanged} already "
            f"there, {len(added.skipped)} skipped. {counted(added.papers, 'paper')} in the "
            "library.\n"
        )
    if quiet:
        return
    for old, new in done.moved:
        print_error(f"Moved: {old} is now {new}")
    for file, keys in done.gone:
        print_error(f"Gone: {file}; kept here: {', '.join(keys)} (take out: review remove KEY)")
