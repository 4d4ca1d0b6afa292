"""Lets one process at a time write to a library; the others wait, and say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reviewer.errors import LibraryError, make_folder, require_path
from reviewer.types.progress import Progress, silent

LOCK_NAME = "write.lock"
_ANNOUNCE_WAIT_S = 2.0


def make_library_folder(folder: Path) -> None:
    """Make the folder if it does not exist. Raises UsageError for an address, and LibraryError when
    it is not possible."""
    require_path(folder, "the library", "Name a folder with --library.")
    what = f"the library {folder} cannot be opened"
    make_folder(folder, what, LibraryError, "Name a folder with --library.")


@contextmanager
def writing(folder: Path, progress: Progress = silent, *, wait: bool = True) -> Iterator[bool]:
    """Be the only writer of the library in `folder`. After two seconds of waiting for another one
    `progress` says so. Gives False, without waiting, where `wait` is False and another one writes.

    Raises LibraryError when the folder cannot be written and `wait` is True.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK_NAME)
    try:
        try:
            lock.acquire(timeout=_ANNOUNCE_WAIT_S if wait else 0)
        except Timeout:
            if wait:
                progress("Waiting for another review that is writing to this library", -1, 0)
                lock.acquire()
    except OSError as error:
        if wait:
            raise LibraryError(
                f"the library cannot be written: {(error.strerror or str(error)).lower()} "
                f"({lock.lock_file})",
                hint="Check the folder's rights, or name another with --library.",
            ) from error
    try:
        yield lock.is_locked
    finally:
        lock.release()
