"""SQLite's errors in the user's words."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reviewer.errors import LibraryError

_LEAST_SPACE = 65_536  # bytes: two of the files that SQLite makes to open a library
NO_PLACE = ("readonly", "unable to open", "disk i/o", "full")
_DAMAGE = ("not a database", "malformed", "not decode to utf-8", "vtable constructor", "fts5 file")


@contextmanager
def in_users_words(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a LibraryError in the user's words. Programming errors pass
    unchanged."""
    try:
        yield
    except UnicodeDecodeError as error:  # in the message of an error about a damaged name
        raise damaged(path, "a name cannot be read") from error
    except (
        UnicodeEncodeError
    ) as error:  # bytes of the command line or a file name that are not text
        raise LibraryError(
            f"{error.object!a} holds bytes that are not UTF-8, which a library cannot keep",
            hint="Write it in UTF-8, or rename the file.",
        ) from error
    except sqlite3.DatabaseError as error:
        in_words = _in_words(path, str(error).lower())
        if in_words is None:
            raise
        raise in_words from error


def _in_words(path: Path, text: str) -> LibraryError | None:
    """SQLite's message for the user; None when a user can neither cause nor mend it."""
    cannot_write = any(sign in text for sign in NO_PLACE)
    if "full" in text or (cannot_write and _has_no_space(path)):
        return LibraryError(
            f"the disk that holds {path} is full; everything committed before is kept",
            hint="Free some space and run the same command again.",
        )
    if "locked" in text or "busy" in text:
        return LibraryError(
            f"another program holds {path} locked", hint="Wait for it, then run this again."
        )
    if cannot_write:
        return LibraryError(
            f"{path} cannot be opened or written ({text})",
            hint="Check the folder's rights and its disk, or name another with --library.",
        )
    if any(sign in text for sign in _DAMAGE):
        return damaged(path, text)
    return None


def _has_no_space(path: Path) -> bool:
    """True on a full disk, where SQLite may only report that it cannot make its other files."""
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_SPACE
    except OSError:
        return False


def damaged(path: Path, reason: str) -> LibraryError:
    return LibraryError(
        f"{path} is damaged or not a library ({reason})",
        hint="Run: review repair (or: review restore BACKUP)",
    )


def closed(path: Path) -> LibraryError:
    return LibraryError(f"the library {path.parent} is closed", hint="Open it again.")


def replaced(path: Path) -> LibraryError:
    """A repair or a backup has replaced the file: what is written to the old one would be lost, and
    what was read of it may not fit the new one."""
    return LibraryError(
        f"{path} was replaced while it was open", hint="Run the same command again."
    )
