"""Opens the library's SQLite file, makes it where it is missing, and brings its form up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from reviewer.errors import LibraryError, NewerLibraryError
from reviewer.library.storage.bounds import digest
from reviewer.library.storage.faults import NO_PLACE

SCHEMA_VERSION = 6
APPLICATION_ID = 0x52455657  # "REVW", so that no other program's SQLite file is taken for ours
HEAD_BYTES = 100  # of a file of SQLite, whose header has this length
_BUSY_S = 30.0


def open_file(path: Path) -> sqlite3.Connection:
    """A connection to the library's file, which is made when it is not there. One thread at a time
    may use it.

    Raises NewerLibraryError for a later release's file, LibraryError for another program's, and
    SQLite's own errors.
    """
    connection = _connect(path)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.create_function("sha256", 1, digest, deterministic=True)
        _prepare(connection, path)
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -65536")
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if header_number(connection, "application_id") != APPLICATION_ID:
        _make(connection, path)
    version = header_number(connection, "user_version")
    if version < SCHEMA_VERSION:
        _upgrade(connection)
    if version > SCHEMA_VERSION:
        raise NewerLibraryError(
            f"{path} was made by a newer release of review (its form is {version}, "
            f"this release knows {SCHEMA_VERSION})",
            hint="Upgrade review, or name another library with --library.",
        )


def _make(connection: sqlite3.Connection, path: Path) -> None:
    """Make a library in an empty file; another program's file stays as it is."""
    if _has_tables(connection) and header_number(connection, "application_id") != APPLICATION_ID:
        raise LibraryError(
            f"{path} belongs to another program", hint="Name another folder with --library."
        )
    with committed(connection):
        if not _has_tables(connection):
            _execute(connection, "schema.sql")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _upgrade(connection: sqlite3.Connection) -> None:
    """Bring an earlier release's library to this form, step by step, or leave it unchanged."""
    with committed(connection):
        while (version := header_number(connection, "user_version")) < SCHEMA_VERSION:
            _execute(connection, f"upgrade_{version + 1}.sql")
            connection.execute(f"PRAGMA user_version = {version + 1}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Set the write-ahead log, which the file then keeps. SQLite does not wait here: where another
    process is making the same library just now, that one or the next opening sets it."""
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None


def header_number(connection: sqlite3.Connection, name: str) -> int:
    """A number in the file's header, or of the connection."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _execute(connection: sqlite3.Connection, script: str) -> None:
    """Run one of the scripts beside this file, statement by statement, so that it stays inside a
    transaction."""
    text = Path(__file__).with_name(script).read_text(encoding="utf-8")
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


@contextmanager
def committed(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything inside is committed at its end, or nothing is."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_library_head(head: bytes) -> bool:
    """True for the first HEAD_BYTES of a library's file, sound or not."""
    return head[:16] == b"SQLite format 3\0" and head[68:72] == APPLICATION_ID.to_bytes(4)


def _connect(path: Path) -> sqlite3.Connection:
    """A connection that can read. In a folder that cannot be written, and on a full disk, SQLite
    has no place for the files beside its own; there it opens the file as one that nobody writes, if
    its log is empty."""

    def connect(name: str) -> sqlite3.Connection:
        return sqlite3.connect(
            name, timeout=_BUSY_S, isolation_level=None, check_same_thread=False, uri=True
        )

    uri = path.absolute().as_uri()
    opened = connect(uri)
    try:
        opened.execute("PRAGMA schema_version")
        return opened
    except sqlite3.OperationalError as error:
        opened.close()
        log = path.with_name(f"{path.name}-wal")
        is_logged = log.is_file() and log.stat().st_size > 0
        has_place = not any(sign in str(error).lower() for sign in NO_PLACE)
        if not path.is_file() or is_logged or has_place:
            raise
    return connect(f"{uri}?immutable=1")


@contextmanager
def between_transactions(path: Path) -> Iterator[None]:
    """Keep everyone from writing to a file that is to be replaced: whoever kept a run or a reply in
    it just then would lose that unsaid. A damaged file, which nobody can write to, is left alone.

    Raises SQLite's error when someone else keeps it locked."""
    with ExitStack() as stack:
        if path.is_file() and path.stat().st_size:
            uri = f"{path.absolute().as_uri()}?mode=rw"
            opened = sqlite3.connect(uri, timeout=_BUSY_S, isolation_level=None, uri=True)
            stack.callback(opened.close)
            try:
                opened.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                if "locked" in str(error):
                    raise
        yield
