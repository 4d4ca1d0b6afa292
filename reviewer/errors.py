"""What a user is told when something is wrong: what happened, to which thing, what to try.

All that a user can meet. Kinds that only one package raises are defined there.

    ReviewError
        EmbeddingError
            MissingEmbeddingError
        LibraryError
            NewerLibraryError
        ModelError
            DamagedReplyError
            DeadlineError
            LimitError
            ModelReplyError
            StoppedError
        NotFoundError
        OnlineError
            NotThereError
            PassingError
            RefusedError
            UnreachableError
        OutputError
        SourceError
        UsageError
            PromptError
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import ClassVar


class ReviewError(Exception):
    """A fault that a user can cause or mend. `message` names the thing, `hint` one thing to try."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ReviewError):
    """The command, a flag or a setting is wrong."""

    exit_code = 2
    code = "usage"


class LibraryError(ReviewError):
    """The library cannot be opened, read or written."""

    code = "library"


class NewerLibraryError(LibraryError):
    """The library was made by a later release; this one must not touch it."""

    code = "newer_library"


class NotFoundError(ReviewError):
    """A paper or a run that was named is not in the library."""

    code = "not_found"


class SourceError(ReviewError):
    """No paper could be read from what was given."""

    code = "source"


class EmbeddingError(ReviewError):
    """Texts cannot be turned into vectors, or the library's vectors are of another embedding."""

    code = "embedding"


class ModelError(ReviewError):
    """A model provider refused, failed or is not set up."""

    code = "model"


class OnlineError(ReviewError):
    """An online source cannot be asked, did not answer, or knows nothing of what was named."""

    code = "online"


class OutputError(ReviewError):
    """What was found cannot be put out."""

    code = "output"


def in_words(error: ReviewError | OSError) -> ReviewError:
    """For the user. A file's name that is too long may be met anywhere, and a full disk behind
    standard output; other faults of the system are told where they are met, so that one that comes
    here is a bug, and is raised again."""
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


def make_folder(folder: Path, what: str, kind: type[ReviewError], hint: str) -> None:
    """Make the folder where it is not there. Raises an error of this kind, which says that `what`
    cannot be done and why."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is a file" if folder.is_file() else (error.strerror or str(error)).lower()
        raise kind(f"{what}: {reason}", hint=hint) from error
