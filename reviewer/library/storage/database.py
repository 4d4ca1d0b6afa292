"""Opens the library's SQLite file: schema, versions, transactions, errors in plain words."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from reviewer.errors import LibraryError, NewerLibraryError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEMA_VERSION = 3
_APPLICATION_ID = 0x52455657  # "REVW", so that no other program's SQLite file is taken for ours
HEAD_BYTES = 100  # of a file of SQLite, whose header has this length
_BUSY_S = 30.0
_PAGES_AT_ONCE = 4096
_LEAST_SPACE = 65_536  # bytes: two of the files that SQLite makes to open a library
_DAMAGE = ("not a database", "malformed", "not decode to utf-8", "vtable constructor", "fts5 file")
_NO_PLACE = ("readonly", "unable to open", "disk i/o", "full")
_MOST_VARIABLES = 900  # SQLite's oldest limit on variables in one statement is 999


class Database:
    """One open connection. Reads see the last commit; writes go through `transaction`."""

    def __init__(self, path: Path) -> None:
        """Open `path`, and make it when it is not there.

        Raises NewerLibraryError for a later release's file and LibraryError when it cannot be used.
        """
        self.path = path
        self._lock = RLock()
        with in_users_words(path):
            self._connection = _connect(path)
            try:
                self._file = path.stat().st_ino
                self._connection.execute("PRAGMA foreign_keys = ON")
                self._prepare()
                self._use_wal()
                self._connection.execute("PRAGMA synchronous = FULL")
                self._connection.execute("PRAGMA cache_size = -65536")
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self) -> None:
        if self._number("application_id") != _APPLICATION_ID:
            self._make()
        version = self._number("user_version")
        if version < SCHEMA_VERSION:
            self._upgrade()
        if version > SCHEMA_VERSION:
            raise NewerLibraryError(
                f"{self.path} was made by a newer release of review (its form is {version}, "
                f"this release knows {SCHEMA_VERSION})",
                hint="Upgrade review, or name another library with --library.",
            )

    def _make(self) -> None:
        """Make a library in an empty file; another program's file stays as it is."""
        if self._has_tables() and self._number("application_id") != _APPLICATION_ID:
            raise LibraryError(
                f"{self.path} belongs to another program",
                hint="Name another folder with --library.",
            )
        with self.transaction():
            if not self._has_tables():
                self._execute("schema.sql")
                self._connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _use_wal(self) -> None:
        """Set the write-ahead log, which the file then keeps. SQLite does not wait here: where
        another process is making the same library just now, that one or the next opening sets
        it."""
        with suppress(sqlite3.OperationalError):
            self._connection.execute("PRAGMA journal_mode = WAL")

    def _has_tables(self) -> bool:
        return self._connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None

    def _number(self, name: str) -> int:
        """A number in the file's header."""
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    def _upgrade(self) -> None:
        """Bring an earlier release's library to this form, step by step, or leave it unchanged."""
        with self.transaction():
            while (version := self._number("user_version")) < SCHEMA_VERSION:
                self._execute(f"upgrade_{version + 1}.sql")
                self._connection.execute(f"PRAGMA user_version = {version + 1}")

    def _execute(self, script: str) -> None:
        """Run one of the scripts beside this file, statement by statement, so that it stays inside
        a transaction."""
        text = Path(__file__).with_name(script).read_text(encoding="utf-8")
        statement = ""
        for line in text.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self._connection.execute(statement)
                statement = ""

    def close(self) -> None:
        """Close the connection, after what another thread is doing with it: a call to a model that
        nobody waits for any more may just be keeping its reply."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is committed at its end, or nothing is. May be inside another of the
        same thread; those of other threads wait."""
        with self._lock, in_users_words(self.path):
            if self._connection.in_transaction:
                yield
                return
            self._require_same_file()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _require_same_file(self) -> None:
        """Raises LibraryError when a repair or a backup has replaced the file: what is written to
        it would be lost."""
        try:
            now = self.path.stat().st_ino
        except FileNotFoundError:
            now = None
        if now != self._file:
            raise LibraryError(
                f"{self.path} was replaced while it was open", hint="Run the same command again."
            )

    def run(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        with self._lock, in_users_words(self.path):
            return self._connection.execute(statement, values)

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._lock, in_users_words(self.path):
            self._connection.executemany(statement, rows)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock, in_users_words(self.path):
            return self._connection.execute(statement, values).fetchall()

    def column(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """The first value of each row."""
        return [row[0] for row in self.rows(statement, values)]

    def value(self, statement: str, values: Sequence[Any] = ()) -> Any:  # noqa: ANN401  a column's value
        """The first value of the first row of a statement that always gives one."""
        return self.rows(statement, values)[0][0]

    def rows_in(self, statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """All rows of a statement that ends in `IN (?)`, over any number of values."""
        found = []
        for start in range(0, len(values), _MOST_VARIABLES):
            some = values[start : start + _MOST_VARIABLES]
            marks = ",".join("?" * len(some))
            found += self.rows(statement.replace("(?)", f"({marks})"), some)
        return found

    def numbers(self, statement: str, values: Sequence[Any] = ()) -> NDArray[np.int64]:
        """All values of a statement that gives one column of whole numbers. Read as one text they
        come four times sooner than row by row."""
        import numpy as np

        text = self.value(
            f"WITH found (number) AS ({statement}) SELECT group_concat(number) FROM found", values
        )
        return np.fromstring(text or "", dtype=np.int64, sep=",")

    def state(self, name: str, default: str = "") -> str:
        found = self.column("SELECT value FROM state WHERE name = ?", (name,))
        return str(found[0]) if found else default

    def set_state(self, name: str, value: str) -> None:
        self.run("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))

    @property
    def generation(self) -> int:
        """Counts the transactions that changed chunks or vectors."""
        return int(self.state("generation", "0"))

    def next_generation(self) -> int:
        """Call this first in a transaction that changes chunks or vectors."""
        self.run("UPDATE state SET value = value + 1 WHERE name = 'generation'")
        return self.generation

    @property
    def version(self) -> tuple[int, int]:
        """Changes whenever another connection commits, or this one writes."""
        return self._number("data_version"), self._connection.total_changes

    def copy_to(self, path: Path) -> None:
        """Write a whole copy of the last commit to a new file, while others may keep writing."""
        with in_users_words(path), closing(sqlite3.connect(path)) as copy:
            self._connection.backup(copy, pages=_PAGES_AT_ONCE)

    def check(self) -> str:
        """`ok`, or what SQLite finds wrong. Its quick check, in 3.40, finds a fault in every table
        without row numbers whose key begins with a later column; the whole one does not."""
        found = str(self.value("PRAGMA quick_check(1)"))
        return found if found == "ok" else str(self.value("PRAGMA integrity_check(1)"))


def is_library_head(head: bytes) -> bool:
    """True for the first HEAD_BYTES of a library's file, sound or not."""
    return head[:16] == b"SQLite format 3\0" and head[68:72] == _APPLICATION_ID.to_bytes(4)


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
        has_place = not any(sign in str(error).lower() for sign in _NO_PLACE)
        if not path.is_file() or is_logged or has_place:
            raise
    return connect(f"{uri}?immutable=1")


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
    cannot_write = any(sign in text for sign in _NO_PLACE)
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
