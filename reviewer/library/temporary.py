"""A temporary library over given files, kept in the user's cache folder by their content."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from reviewer.errors import LibraryError, SourceError
from reviewer.library.embeddings.embedding import DEFAULT
from reviewer.library.library import NO_EMBEDDING, Library
from reviewer.settings import Settings, cache_folder
from reviewer.sources import ReadOptions
from reviewer.sources.discover import content_hash
from reviewer.sources.read import NAMED_FORMATS
from reviewer.types.papers import Added
from reviewer.types.progress import Progress, silent

MOST_KEPT = 20
MOST_REASONS = 3
_COMPLETE = "complete"


def open_at_hand(
    paths: Sequence[str], settings: Settings, options: ReadOptions, progress: Progress = silent
) -> tuple[Library, Added | None]:
    """An open library over just these files, and what reading them did (None: it was kept).

    The same names with the same content are read once. Raises SourceError when no paper is found.
    """
    sign = f"{content_hash(paths)[:24]}-{options.listing_year or 'any'}"
    name = settings.embedding if settings.embedding not in ("", NO_EMBEDDING) else DEFAULT
    sign += f"-{sha256(name.encode()).hexdigest()[:8]}"  # one library, one embedding
    folder = cache_folder() / "papers" / sign
    _forget_oldest(folder)
    library = _opened(folder, settings.model_copy(update={"chroma": ""}))
    added = None
    try:
        is_read = library.database.state(_COMPLETE) == sign and library.catalogue.count()
        if not is_read or library.can_embed_more():
            added = library.add(paths, options, progress)
            _check(added, paths)
            with library.database.transaction():
                library.database.set_state(_COMPLETE, sign)
    except BaseException:
        library.close()
        raise
    return library, added


def _opened(folder: Path, settings: Settings) -> Library:
    """Open the library. It is only a cache: one that is damaged, or that another release made, is
    made again."""
    try:
        return Library(folder, settings)
    except LibraryError:
        shutil.rmtree(folder, ignore_errors=True)
        return Library(folder, settings)


def _check(added: Added, paths: Sequence[str]) -> None:
    if added.papers:
        return
    reasons = [f"{skipped.file}: {skipped.reason}" for skipped in added.skipped]
    if len(reasons) > MOST_REASONS:
        reasons[MOST_REASONS:] = [f"and {len(reasons) - MOST_REASONS} more"]
    raise SourceError(
        f"no paper could be read from {', '.join(paths)} ({'; '.join(reasons)})",
        hint=f"review reads {NAMED_FORMATS}.",
    )


def _forget_oldest(wanted: Path) -> None:
    """Delete the libraries used longest ago, so that the cache does not grow without end."""
    if wanted.is_dir() or not wanted.parent.is_dir():
        return
    kept = sorted(wanted.parent.iterdir(), key=_last_used)
    for folder in kept[: max(0, len(kept) - MOST_KEPT + 1)]:
        shutil.rmtree(folder, ignore_errors=True)


def _last_used(folder: Path) -> float:
    """When the folder was last used; 0 for one that another process has just deleted."""
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0
