"""Reads and writes the library's SQLite file: statements, transactions, snapshots."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import RLock, get_ident
from typing import TYPE_CHECKING, Any

from reviewer.library.storage.connections import Connections, Opened
from reviewer.library.storage.faults import damaged as damaged
from reviewer.library.storage.faults import in_users_words as in_users_words
from reviewer.library.storage.opening import SCHEMA_VERSION as SCHEMA_VERSION
from reviewer.library.storage.opening import committed, header_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PAGES_AT_ONCE = 4096
_MOST_VARIABLES = 900  # SQLite's oldest limit on variables in one statement is 999


class Database:
    """The library's file, open for any number of threads. Reads see the last commit, also while
    another thread writes; writes go through `transaction`. When a repair or a backup has replaced
    the file, reads see the new one.

    All of it raises LibraryError where the file cannot be used, and after `close`.
    """

    def __init__(self, path: Path) -> None:
        """Open `path`, and make it when it is not there.

        Raises NewerLibraryError for a later release's file and LibraryError when it cannot be used.
        """
        self.path = path
        self._writing = RLock()
        self._writer = 0  # the thread whose transaction this is
        with in_users_words(path):
            self._connections = Connections(path)

    def close(self) -> None:
        """Close the file, after another thread's transaction: a call to a model that nobody waits
        for any more may just be keeping its reply. What other threads ask later is a LibraryError.
        """
        with self._writing:
            self._connections.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is committed at its end, or nothing is. May be inside another of the
        same thread; those of other threads wait. Inside a snapshot it ends that one, and another
        begins after it.

        Raises LibraryError when the file was replaced since this library was last read.
        """
        if self._is_writing:
            yield
            return
        with self._writing, in_users_words(self.path):
            self._connections.require_same_file()
            with self._connections.hold() as opened:
                had_snapshot = opened.connection.in_transaction
                if had_snapshot:
                    opened.connection.execute("COMMIT")
                try:
                    with committed(opened.connection):
                        self._connections.require_same_file(opened)
                        self._writer = get_ident()
                        yield
                finally:
                    self._writer = 0
                    if had_snapshot:
                        opened.connection.execute("BEGIN")

    @property
    def _is_writing(self) -> bool:
        """True inside this thread's own transaction."""
        return self._writer == get_ident()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that this thread reads inside is of one commit and one file, whatever others write or
        restore meanwhile. May be inside another, and inside a transaction."""
        with ExitStack() as stack:
            with in_users_words(self.path):
                connection = stack.enter_context(self._connections.hold()).connection
                is_inside = connection.in_transaction
                if not is_inside:
                    connection.execute("BEGIN")
            try:
                yield
            finally:
                if connection.in_transaction and not is_inside:
                    with in_users_words(self.path):  # a damaged file can fail here too
                        connection.execute("COMMIT")

    def require_same_file(self) -> None:
        """Raises LibraryError when the file was replaced since this library was last read: what a
        writer found in the old one may not fit the new one. The next read is of the new one."""
        with in_users_words(self.path):
            self._connections.require_same_file()

    def run(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run a statement that writes. Outside a transaction it is committed at once."""
        with self._writing, self._used() as opened:
            return opened.connection.execute(statement, values)

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement that writes, once for each row."""
        with self._writing, self._used() as opened:
            opened.connection.executemany(statement, rows)

    @contextmanager
    def _used(self) -> Iterator[Opened]:
        with in_users_words(self.path):
            opened = self._connections.take()
            try:
                yield opened
            finally:
                self._connections.give_back(opened)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._used() as opened:
            return opened.connection.execute(statement, values).fetchall()

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
    def edition(self) -> tuple[int, int]:
        """Changes whenever chunks or vectors do, and when another file is in this one's place."""
        return self.file, self.generation

    @property
    def file(self) -> int:
        """Counts the files that were in this one's place, for those who keep what they read."""
        with self._used() as opened:
            return opened.file

    @property
    def version(self) -> Hashable:
        """Changes whenever anyone commits; None inside a transaction of this thread, where what is
        found may not last."""
        if self._is_writing:
            return None
        with self._used() as opened:
            connection = opened.connection
            number = header_number(connection, "data_version")
            return opened.number, number, connection.total_changes

    def copy_to(self, path: Path) -> None:
        """Write a whole copy of the last commit to a new file, while others may keep writing."""
        with (
            self._used() as opened,
            in_users_words(path),
            closing(sqlite3.connect(path)) as copy,
        ):
            opened.connection.backup(copy, pages=_PAGES_AT_ONCE)

    def check(self) -> str:
        """`ok`, or what SQLite finds wrong. Its quick check, in 3.40, finds a fault in every table
        without row numbers whose key begins with a later column; the whole one does not."""
        found = str(self.value("PRAGMA quick_check(1)"))
        return found if found == "ok" else str(self.value("PRAGMA integrity_check(1)"))
