"""What every database of a library does: statements, transactions, snapshots, one writer at a time.

Statements are written once, in the SQL that SQLite and PostgreSQL both understand, with `?` where a
value goes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from reviewer.errors import LibraryError
from reviewer.settings import is_on_server
from reviewer.types.progress import Progress, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Row = tuple[Any, ...]


class Database(ABC):
    """A library's tables, open for any number of threads. Reads see the last commit, also while
    another thread writes; writes go through `transaction`.

    `place` is where it is, as people name it. `folder` holds what stays on this machine: the list
    of files that were read, the index, locks.

    All of it raises LibraryError where the database cannot be used, and after `close`.
    """

    place: str
    folder: Path
    has_index_folder = True  # a Chroma index of its vectors lies in `folder`
    who = ""  # as whom the database knows this process; a folder knows nobody

    @abstractmethod
    def close(self) -> None:
        """Close it, after another thread's transaction: a call to a model that nobody waits for any
        more may just be keeping its reply. What other threads ask later is a LibraryError."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside is committed at its end, or nothing is. May be inside another of the
        same thread; those of other threads wait. Inside a snapshot it ends that one, and another
        begins after it.

        Raises LibraryError when the database was replaced since this library was last read.
        """

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """All that this thread reads inside is of one commit, whatever others write or restore
        meanwhile. May be inside another, and inside a transaction."""

    @abstractmethod
    def writing(
        self, progress: Progress = silent, *, wait: bool = True
    ) -> AbstractContextManager[bool]:
        """Be the only one that adds, changes or removes papers, of all processes. After two seconds
        of waiting for another one `progress` says so. Gives False, without waiting, where `wait` is
        False and another one writes.

        Raises LibraryError when the library cannot be written and `wait` is True.
        """

    @abstractmethod
    def turn(self, key: str, ended: Event) -> AbstractContextManager[bool]:
        """Hold this key, a SHA-256 in hexadecimal digits, after waiting for whoever holds it now,
        of all processes on all machines that use this database. Gives False, without it, when
        `ended` is set before."""

    @abstractmethod
    def require_same_file(self) -> None:
        """Raises LibraryError when the database was replaced since this library was last read: what
        a writer found in the old one may not fit the new one. The next read is of the new one."""

    @abstractmethod
    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Run a statement that writes; gives how many rows it changed. Outside a transaction it is
        committed at once."""

    @abstractmethod
    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement that writes, once for each row."""

    @abstractmethod
    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]: ...

    @abstractmethod
    def rows_in(self, statement: str, values: list[Any]) -> list[Row]:
        """All rows of a statement with `IN (?)` in it, over any number of values of one type."""

    @abstractmethod
    def each(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """The rows one after another, where all of them are more than the memory should hold. Call
        it inside a transaction, and run nothing else until it is at its end."""

    @abstractmethod
    def numbers(self, statement: str, values: Sequence[Any] = ()) -> NDArray[np.int64]:
        """All values of a statement that gives one column of whole numbers, read at once: four
        times sooner than row by row."""

    @property
    @abstractmethod
    def file(self) -> int:
        """Counts the databases that were in this one's place, for those who keep what they read."""

    @property
    @abstractmethod
    def version(self) -> Hashable:
        """Changes whenever papers, tags or chunks do; None inside a transaction of this thread,
        where what is found may not last."""

    @abstractmethod
    def check(self) -> str:
        """`ok`, or what is wrong with the database."""

    @abstractmethod
    def damaged(self, reason: str) -> LibraryError:
        """What to raise where something that is kept cannot be read."""

    def column(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """The first value of each row."""
        return [row[0] for row in self.rows(statement, values)]

    def value(self, statement: str, values: Sequence[Any] = ()) -> Any:  # noqa: ANN401  a column's value
        """The first value of the first row of a statement that always gives one."""
        return self.rows(statement, values)[0][0]

    def state(self, name: str, default: str = "") -> str:
        found = self.column("SELECT value FROM state WHERE name = ?", (name,))
        return str(found[0]) if found else default

    def set_state(self, name: str, value: str) -> None:
        self.run(
            "INSERT INTO state VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    @property
    def generation(self) -> int:
        """Counts the transactions that changed chunks or vectors."""
        return int(self.state("generation", "0"))

    def next_generation(self) -> int:
        """Call this first in a transaction that changes chunks or vectors."""
        generation = self.generation + 1
        self.set_state("generation", str(generation))
        return generation

    @property
    def edition(self) -> tuple[int, int]:
        """Changes whenever chunks or vectors do, and when another database is in this one's
        place."""
        return self.file, self.generation


def may_be_there(place: str) -> bool:
    """False where there is certainly no library. A server is only asked when it is opened."""
    from reviewer.library.storage.sqlite import NAME

    return is_on_server(place) or (Path(place) / NAME).is_file()


def open_database(place: Path | str, *, make: bool = True) -> Database:
    """The database of the library at this place: a folder, or the address of a PostgreSQL database.
    A folder's is brought to this release's form. One that is not there is made where `make` says
    so.

    Raises UsageError for another address, LibraryError when it cannot be used or is not there, and
    NewerLibraryError when a later release made it.
    """
    if is_on_server(str(place)):
        from reviewer.library.storage.postgres import PostgresDatabase
        from reviewer.library.storage.server_address import ServerAddress

        return PostgresDatabase(ServerAddress(str(place)), make=make)
    from reviewer.library.storage.lock import make_library_folder
    from reviewer.library.storage.sqlite import NAME, SqliteDatabase
    from reviewer.library.storage.upgrade import bring_up

    folder = Path(place)
    if not make and not (folder / NAME).is_file() and not folder.is_file():
        raise LibraryError(
            f"no library was found in {folder}",
            hint="Make one with: review add PATH (or ask files at hand with --papers PATH)",
        )
    make_library_folder(folder)
    bring_up(folder / NAME)
    return SqliteDatabase(folder / NAME)
