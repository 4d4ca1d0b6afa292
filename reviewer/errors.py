"""Errors for the user: what happened, to which thing, what to try.

The tree of all errors that a user can see. Errors that only one package raises are defined there.

    ReviewError
        EmbeddingError
            MissingEmbeddingError
        FlowError
        LibraryError
            NewerLibraryError
        LocalModelError
        ModelError
            DamagedReplyError
                CutReplyError
                DeclinedError
            DeadlineError
            LimitError
            ModelReplyError
            StoppedError
            TooLargeError
        NotFoundError
        OnlineError
            ChangedError
            GivenUpError
            NotInZoteroError
            NotThereError
            PassingError
                NoConnectionError
            RefusedError
            RefusedKeyError
            UnreachableError
        OutputError
        SourceError
        TooManyStreamsError
        UsageError
            PromptError
"""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import ClassVar

# A drive (`C:\\x`) is one letter. A path that has been through `Path` has lost one of two slashes.
_ADDRESS = re.compile(r"\s*([^/\\]{2,}):/(/?)")
_SCHEME = re.compile(r"[A-Za-z][\w+.-]*")


class ReviewError(Exception):
    """An error that a user can cause or fix. `message` says what happened, `hint` what to try.
    `code` names the kind of error for programs; a class without one has that of its base."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "error"

    def __init_subclass__(cls, code: str = "") -> None:
        cls.code = code or cls.code

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ReviewError, code="usage"):
    """The command, a flag or a setting is wrong."""

    exit_code = 2


class LibraryError(ReviewError, code="library"):
    """The library cannot be opened, read or written."""


class NewerLibraryError(LibraryError, code="newer_library"):
    """The library was made by a later release; this one must not change it."""


class NotFoundError(ReviewError, code="not_found"):
    """A named paper or run is not in the library."""


class SourceError(ReviewError, code="source"):
    """No paper could be read from the given file or text."""


class EmbeddingError(ReviewError, code="embedding"):
    """Texts cannot be embedded, or the library's vectors were made by another embedding."""


class ModelError(ReviewError, code="model"):
    """A model's provider refused, failed or is not set up."""


class OnlineError(ReviewError, code="online"):
    """An online source cannot be used, did not answer, or does not know what was named."""


class OutputError(ReviewError, code="output"):
    """The result cannot be written."""


def in_words(error: ReviewError | OSError) -> ReviewError:
    """The error for the user. A file name can be too long anywhere, and standard output can be on a
    full disk; other errors of the system are caught where they happen, so any other one is a bug
    and is raised again."""
    if isinstance(error, ReviewError):
        return error
    if error.errno == errno.ENOSPC:
        return OutputError(
            "the result cannot be written: no space left on device",
            hint="Free some space, or write elsewhere.",
        )
    if error.errno != errno.ENAMETOOLONG:
        raise error
    name = str(error.filename or error.filename2 or "")
    return UsageError(f"the name {name[:60]}... is too long for a file", hint="Name another.")


def address_shown(name: str | Path) -> str:
    """An address that was given as the name of a file or folder, as it may be shown, for it may
    hold a password: `postgresql://...`. Empty for a path."""
    found = _ADDRESS.match(str(name))
    if not found or not (found[2] or not Path(f"{found[1]}:").is_dir()):
        return ""
    return f"{found[1]}://..." if _SCHEME.fullmatch(found[1]) else "...://..."


def require_path(name: str | Path, what: str, hint: str) -> None:
    """Raises UsageError for an address in place of a path. `what` begins the message, as in `the
    library`. Call this before anything is made: a path can be made of every address."""
    if shown := address_shown(name):
        raise UsageError(f"{what} is the address {shown}, not a path", hint=hint)


def make_folder(folder: Path, what: str, kind: type[ReviewError], hint: str) -> None:
    """Make the folder if it does not exist. Raises an error of this kind, whose message is `what`
    and the reason."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is a file" if folder.is_file() else (error.strerror or str(error)).lower()
        raise kind(f"{what}: {reason}", hint=hint) from error
