"""A library in a folder: reads and writes its SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from threading import Event, RLock, get_ident
from typing import TYPE_CHECKING, Any

from reviewer.errors import LibraryError
from reviewer.library.storage.claims import claimed
from reviewer.library.storage.connections import Connections, Opened
from reviewer.library.storage.database import Database, Row
from reviewer.library.storage.faults import damaged, in_users_words
from reviewer.library.storage.lock import writing
from reviewer.library.storage.opening import committed, header_number
from reviewer.types.progress import Progress, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "library.db"
_PAGES_AT_ONCE = 4096
_MOST_VARIABLES = 900  # SQLite's oldest limit on variables in one statement is 999


class SqliteDatabase(Database):
    """The library's file. When a repair or a backup has replaced it, reads see the new one."""

    def __init__(self, path: Path) -> None:
        """Open `path`, and make it when it is not there.

        Raises NewerLibraryError for a later release's file and LibraryError when it cannot be used.
        """
        self.path = path
        self.folder = path.parent
        self.place = str(path.parent)
        self._writing = RLock()
        self._writer = 0  # the thread whose transaction this is
        with in_users_words(path):
            self._connections = Connections(path)

    def close(self) -> None:
        with self._writing:
            self._connections.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
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
        with in_users_words(self.path):
            self._connections.require_same_file()

    def writing(
        self, progress: Progress = silent, *, wait: bool = True
    ) -> AbstractContextManager[bool]:
        return writing(self.folder, progress, wait=wait)

    def turn(self, key: str, ended: Event) -> AbstractContextManager[bool]:
        return claimed(self.folder, key, ended)

    def damaged(self, reason: str) -> LibraryError:
        return damaged(self.path, reason)

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        with self._writing, self._used() as opened:
            return opened.connection.execute(statement, values).rowcount

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
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

    def each(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        with self._used() as opened:
            yield from opened.connection.execute(statement, values)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        with self._used() as opened:
            return opened.connection.execute(statement, values).fetchall()

    def rows_in(self, statement: str, values: list[Any]) -> list[Row]:
        found = []
        for start in range(0, len(values), _MOST_VARIABLES):
            some = values[start : start + _MOST_VARIABLES]
            marks = ",".join("?" * len(some))
            found += self.rows(statement.replace("(?)", f"({marks})"), some)
        return found

    def numbers(self, statement: str, values: Sequence[Any] = ()) -> NDArray[np.int64]:
        import numpy as np

        text = self.value(
            f"WITH found (number) AS ({statement}) SELECT group_concat(number) FROM found", values
        )
        return np.fromstring(text or "", dtype=np.int64, sep=",")

    @property
    def file(self) -> int:
        with self._used() as opened:
            return opened.file

    @property
    def version(self) -> Hashable:
        """Changes whenever anyone commits anything."""
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
