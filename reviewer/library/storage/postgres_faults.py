"""PostgreSQL's errors in the user's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from reviewer.errors import LibraryError

_LOST_HINT = "What was committed is kept. Run the same command again."
# The five letters and digits of PostgreSQL's errors, and what they mean for the user.
_DENIED, _DISK_FULL, _TOO_MANY, _TOO_LONG = "42501", "53100", "53300", "54000"
_READ_ONLY, _NO_TABLE, _NO_COLUMN = "25006", "42P01", "42703"


def psycopg_of(place: str) -> ModuleType:
    """The module, imported for a library on a server alone. Raises LibraryError without it."""
    try:
        import psycopg
    except ImportError as error:
        raise LibraryError(
            f"the library {place} needs psycopg, which is not installed",
            hint="Run: pip install 'reviewer[server]'",
        ) from error
    module: ModuleType = psycopg
    return module


def not_reachable(place: str, error: Exception) -> LibraryError:
    return LibraryError(
        f"the library {place} cannot be reached: {_first_line(error)}",
        hint="Check host, database and rights (psql with the same address); passwords: ~/.pgpass",
    )


@contextmanager
def in_users_words(place: str) -> Iterator[None]:
    """Turn PostgreSQL's errors into a LibraryError in the user's words. Programming errors pass
    unchanged."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise LibraryError(
            f"{error.object!a} holds bytes that are not UTF-8, which a library cannot keep",
            hint="Write it in UTF-8, or rename the file.",
        ) from error
    except Exception as error:
        in_words = _in_words(place, error)
        if in_words is None:
            raise
        raise in_words from error


def _in_words(place: str, error: Exception) -> LibraryError | None:
    psycopg = psycopg_of(place)
    if not isinstance(error, psycopg.Error):
        return None
    found = {
        _DENIED: ("you may not do that in", "Ask its administrator for the right (writer, owner)."),
        _READ_ONLY: ("nothing can be written to", "It is a copy that only answers: name another."),
        _DISK_FULL: ("the server's disk is full:", "Ask its administrator to free some space."),
        _TOO_MANY: ("too many use", "Wait a little, then run this again."),
        _TOO_LONG: ("a name is too long for", "Rename the file, or shorten the name."),
        _NO_TABLE: ("a table is missing in", "Ask its administrator to run: review migrate"),
        _NO_COLUMN: ("a column is missing in", "Ask its administrator to run: review migrate"),
    }.get(error.sqlstate or "")
    if found is not None:
        said, hint = found
        return LibraryError(f"{said} the library {place} ({_first_line(error)})", hint=hint)
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return LibraryError(
            f"the connection to the library {place} was lost ({_first_line(error)})",
            hint=_LOST_HINT,
        )
    return None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
