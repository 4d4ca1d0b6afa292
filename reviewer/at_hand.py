"""A library over files at hand, kept in the user's cache folder by their content."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from reviewer.errors import SourceError
from reviewer.library import Library
from reviewer.records import Added, Report, silent
from reviewer.settings import Settings, cache_folder
from reviewer.sources import ReadOptions, content_hash

MOST_KEPT = 20
_COMPLETE = "complete"


def open_at_hand(
    paths: Sequence[str], settings: Settings, options: ReadOptions, report: Report = silent
) -> tuple[Library, Added | None]:
    """An open library over just these files, and what reading them did (None: it was kept).

    The same names with the same content are read once. Raises SourceError when no paper was found.
    """
    sign = f"{content_hash(paths)[:24]}-{options.listing_year or 'any'}"
    folder = cache_folder() / "papers" / sign
    _forget_oldest(folder)
    library = Library(folder, settings)
    added = None
    try:
        if library.database.state(_COMPLETE) != sign or library.can_embed_more():
            added = library.add(paths, options, report, may_download=False)
            with library.database.transaction():
                library.database.set_state(_COMPLETE, sign)
        if not library.catalogue.count():
            reasons = "; ".join(f"{s.file}: {s.reason}" for s in added.skipped) if added else ""
            raise SourceError(
                f"no paper could be read from {', '.join(paths)}"
                + (f" ({reasons})" if reasons else ""),
                hint="review reads saved daily-papers listings and JSON Lines.",
            )
    except BaseException:
        library.close()
        raise
    return library, added


def _forget_oldest(wanted: Path) -> None:
    """Keep the cache from growing without end."""
    if wanted.is_dir() or not wanted.parent.is_dir():
        return
    kept = sorted(wanted.parent.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for folder in kept[: max(0, len(kept) - MOST_KEPT + 1)]:
        shutil.rmtree(folder, ignore_errors=True)
