"""Opens the library that a command works on, and says what was read to make it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.cli import print_error

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.records import Added, Report, Skipped
    from reviewer.settings import Settings

MOST_SKIPPED_SHOWN = 20


def opened(
    settings: Settings, papers: Sequence[str] | None, listing_year: int | None, report: Report
) -> Library:
    """The library over `papers` alone, else the one that the settings name, which must be there.

    Raises LibraryError when there is no library yet.
    """
    from reviewer.errors import LibraryError
    from reviewer.library import Library
    from reviewer.sources import ReadOptions

    if papers:
        from reviewer.at_hand import open_at_hand

        library, added = open_at_hand(papers, settings, ReadOptions(listing_year), report)
        if added is not None:
            say_skipped(added, report)
        return library
    folder = Path(settings.library)
    if not (folder / "library.db").is_file() and not folder.is_file():
        raise LibraryError(
            f"there is no library in {folder}",
            hint="Make one with: review add PATH (or ask files at hand with --papers PATH)",
        )
    library = Library(folder, settings)
    library.catch_up()
    return library


def say_skipped(added: Added, report: Report) -> None:
    """Name what was not read and why, and what was read with a remark."""
    shown = [*added.skipped[:MOST_SKIPPED_SHOWN], *added.notes]
    for skipped in shown:
        report(f"{_label(skipped)}{skipped.reason}", -1, 0)
    more = len(added.skipped) - MOST_SKIPPED_SHOWN
    if more > 0:
        report(f"... and {more} more were skipped (--json names them all)", -1, 0)


def _label(skipped: Skipped) -> str:
    from reviewer.text import clean

    if skipped.file == "embedding":
        return "Note: "
    place = f", line {skipped.position}" if skipped.position else ""
    return f"Skipped {clean(skipped.file)}{place}: "


def say(line: str, *, quiet: bool) -> None:
    if not quiet:
        print_error(line)
