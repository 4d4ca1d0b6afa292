"""A library in PostgreSQL: the same statements, by psycopg, for a group that shares one library.

Only this file and `postgres_schema` know PostgreSQL, and psycopg is imported for an address alone.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Event, Lock, local
from typing import TYPE_CHECKING, Any, TypeVar

from reviewer.errors import LibraryError
from reviewer.library.storage.database import Database, Row
from reviewer.library.storage.postgres_faults import in_users_words, not_reachable, psycopg_of
from reviewer.library.storage.postgres_schema import migrate, require_form
from reviewer.library.storage.server_address import ServerAddress
from reviewer.settings import server_folder
from reviewer.types.progress import Progress, silent

if TYPE_CHECKING:
    import numpy as np
    import psycopg
    from numpy.typing import NDArray

T = TypeVar("T")
_MOST_IDLE = 4  # connections that are kept open for the next thread
_ANNOUNCE_WAIT_S = 2.0
_POLL_S = 0.2  # between two looks at a lock that another process holds
_CONNECT_S = 10  # seconds that an address may take to answer
_LOCKS = 0x52455657  # "REVW": the first number of the locks that are not a reply's
_WRITERS = 1  # the second number of the writers' lock
# Who caches papers, words and counts looks at these; replies, steps and runs change nothing there.
_COUNTED = frozenset(
    "papers aliases tags records identities chunks segments vectors sentences files pairs".split()
)
_TABLE = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)")
_CHANGES = "changes"


@dataclass(eq=False)
class _Session:
    """One connection. `state` is the table of that name as this snapshot has it; `changes` says
    that this transaction changed something that others cache, `is_writer` that it holds the
    writers' lock."""

    connection: psycopg.Connection[Row]
    mode: str = ""  # "", "reading" or "writing"
    state: dict[str, str] = field(default_factory=dict)
    changes: bool = False
    is_writer: bool = False


class _Held(local):
    """What this thread holds."""

    session: _Session | None = None


class PostgresDatabase(Database):
    """One library in one database, by any number of connections: each is one thread's at a time.

    A connection that is lost while a question reads is opened again once; one that is lost while
    something is written ends that transaction, of which nothing is kept.
    """

    has_index_folder = False

    def __init__(self, address: ServerAddress, *, make: bool = True) -> None:
        """Connect, and make the tables of an empty database where `make` says so.

        Raises LibraryError when the server cannot be reached, refuses, or has no library there, and
        NewerLibraryError for a later release's.
        """
        self.address = address
        self.place = address.shown
        self.folder = server_folder(address.shown)
        self._lock = Lock()
        self._idle: list[_Session] = []
        self._is_closed = False
        self._held = _Held()
        self._claims = _Claims(self._connect, self.place)
        session = self._connect()
        try:
            with in_users_words(self.place):
                require_form(session.connection, self.place, make=make)
                row = session.connection.execute("SELECT session_user").fetchone()
        except BaseException:
            session.connection.close()
            raise
        self.who = str(row[0]) if row else ""
        self._idle.append(session)

    def _connect(self) -> _Session:
        return _Session(_connection(self.address))

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for session in idle:
            session.connection.close()
        self._claims.close()

    def _take(self) -> _Session:
        """The connection that this thread holds, else one that is its own until `_give_back`."""
        with self._lock:
            if self._is_closed:
                raise LibraryError(f"the library {self.place} is closed", hint="Open it again.")
            held = self._held.session
            if held is not None:
                return held
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give_back(self, session: _Session) -> None:
        if session is self._held.session:
            return
        with self._lock:
            is_kept = (
                not (self._is_closed or session.connection.closed) and len(self._idle) < _MOST_IDLE
            )
            if is_kept:
                self._idle.append(session)
        if not is_kept:
            session.connection.close()

    @contextmanager
    def _hold(self) -> Iterator[_Session]:
        """Take a connection for all that this thread does until this ends."""
        before, session = self._held.session, self._take()
        self._held.session = session
        try:
            yield session
        finally:
            self._held.session = before
            self._give_back(session)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        held = self._held.session
        if held is not None and held.mode == "writing":
            yield
            return
        with in_users_words(self.place), self._hold() as session:
            had_snapshot = session.mode == "reading"
            if had_snapshot:
                self._end(session, "COMMIT")
            try:
                self._begin_writing(session)
                with session.connection.pipeline():  # what is only written waits for no answer
                    yield
                    if session.changes:
                        session.connection.execute(_COUNT_CHANGE, (_CHANGES,))
                self._end(session, "COMMIT")
            except BaseException:
                with suppress(Exception):
                    self._end(session, "ROLLBACK")
                session.mode = ""
                raise
            finally:
                if had_snapshot and not session.connection.closed:
                    self._begin_reading(session)

    def _begin_writing(self, session: _Session) -> None:
        session.changes = False
        self._once_more(session, lambda: session.connection.execute("BEGIN"))
        session.mode = "writing"

    def _begin_reading(self, session: _Session) -> None:
        """Begin a snapshot, and read all of `state` in it: most of what a search asks of it."""
        cursor = session.connection.execute(_BEGIN_READING)
        cursor.nextset()
        session.mode = "reading"
        session.state = {str(name): str(value) for name, value in cursor.fetchall()}

    def _end(self, session: _Session, how: str) -> None:
        session.mode, session.state = "", {}
        session.connection.execute(how)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._hold() as session:
            is_inside = bool(session.mode)
            if not is_inside:
                with in_users_words(self.place):
                    self._once_more(session, lambda: self._begin_reading(session))
            try:
                yield
            finally:
                if not is_inside and session.mode:
                    with suppress(Exception):  # nothing was written
                        self._end(session, "COMMIT")

    def _once_more(self, session: _Session, work: Callable[[], T]) -> T:
        """What `work` gives; on a new connection where the present one turns out to be lost."""
        psycopg = psycopg_of(self.place)
        try:
            return work()
        except (psycopg.OperationalError, psycopg.InterfaceError):
            if session.is_writer or not session.connection.closed:
                raise  # a writer's lock is lost too
            self._renew(session)
            return work()

    def _renew(self, session: _Session) -> None:
        """Give the session another connection. A snapshot goes on where it was if nothing that is
        searched has changed since; else the question must be asked again."""
        mode, state = session.mode, session.state
        session.mode = ""
        session.connection = self._connect().connection
        if mode == "reading":
            self._begin_reading(session)
            if any(session.state.get(n) != state.get(n) for n in (_CHANGES, "generation")):
                raise LibraryError(
                    f"the connection to {self.place} was lost, and the library changed meanwhile",
                    hint="Run the same command again.",
                )

    @contextmanager
    def writing(self, progress: Progress = silent, *, wait: bool = True) -> Iterator[bool]:
        """The lock is that of this thread's connection, by which it writes too: it goes when the
        connection does, and then nothing more is written either."""
        with in_users_words(self.place), self._hold() as session:
            is_ours = self._once_more(
                session, lambda: _take_writers_lock(session.connection, progress, wait=wait)
            )
            session.is_writer = is_ours
            try:
                yield is_ours
            finally:
                session.is_writer = False
                if is_ours:
                    with suppress(Exception):  # a lost connection has no locks
                        session.connection.execute(
                            "SELECT pg_advisory_unlock(%s, %s)", (_LOCKS, _WRITERS)
                        )

    def require_same_file(self) -> None:
        """Nobody puts another file in the place of a database."""

    def turn(self, key: str, ended: Event) -> AbstractContextManager[bool]:
        return self._claims.claimed(key, ended)

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        with in_users_words(self.place), self._hold() as session:
            self._note_change(session, statement)
            with session.connection.pipeline():
                done = session.connection.execute(_translated(statement), values)
            return done.rowcount

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        with in_users_words(self.place), self._hold() as session:
            given = list(rows)
            if given:
                self._note_change(session, statement)
                with session.connection.cursor() as cursor:
                    cursor.executemany(_translated(statement), given)

    def _note_change(self, session: _Session, statement: str) -> None:
        """Count a change of what others cache: with the transaction, or at once outside of one."""
        found = _TABLE.match(statement)
        if found is not None and found[1] in _COUNTED:
            session.changes = True
            if session.mode != "writing":
                session.connection.execute(_COUNT_CHANGE, (_CHANGES,))

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        return self._read(_translated(statement), values)

    def _read(self, statement: str, values: Sequence[Any]) -> list[Row]:
        def read(session: _Session) -> list[Row]:
            with session.connection.cursor(binary=True) as cursor:
                return cursor.execute(statement, values).fetchall()

        with in_users_words(self.place), self._hold() as session:
            if session.mode == "writing":
                return read(session)
            return self._once_more(session, lambda: read(session))

    def rows_in(self, statement: str, values: list[Any]) -> list[Row]:
        if not values:
            return []
        return self.rows(statement.replace("IN (?)", "= ANY(?)"), (values,))

    def each(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        yield from self.rows(statement, values)

    def numbers(self, statement: str, values: Sequence[Any] = ()) -> NDArray[np.int64]:
        import numpy as np

        text = self.value(
            f"WITH found (number) AS ({statement}) "
            "SELECT string_agg(CAST(number AS text), ',') FROM found",
            values,
        )
        return np.fromstring(text or "", dtype=np.int64, sep=",")

    def state(self, name: str, default: str = "") -> str:
        held = self._held.session
        if held is not None and held.mode == "reading":
            return held.state.get(name, default)
        return super().state(name, default)

    @property
    def file(self) -> int:
        return 1

    @property
    def version(self) -> Hashable:
        held = self._held.session
        if held is not None and held.mode == "writing":
            return None
        return self.state(_CHANGES, "0"), self.state("generation", "0")

    def check(self) -> str:
        return str(self.value(_SOUND))

    def damaged(self, reason: str) -> LibraryError:
        return LibraryError(
            f"the library {self.place} holds something that is not its own ({reason})",
            hint="Ask its administrator for the last backup (pg_restore).",
        )


# Both in one message to the server.
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT name, value FROM state"
_COUNT_CHANGE = (
    "INSERT INTO state VALUES (%s, '1') ON CONFLICT (name) "
    "DO UPDATE SET value = CAST(CAST(state.value AS bigint) + 1 AS text)"
)
# Every chunk and entry is a paper's: what a restore of some tables alone would break.
_SOUND = (
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM chunks WHERE paper NOT IN (SELECT number FROM papers)) "
    "OR EXISTS (SELECT 1 FROM records WHERE paper NOT IN (SELECT number FROM papers)) "
    "THEN 'entries without their paper' ELSE 'ok' END"
)


def bring_up(address: ServerAddress, progress: Progress = silent) -> tuple[int, int]:
    """Bring the library to this release's form under the writers' lock; gives its form before and
    after."""
    with in_users_words(address.shown), closing(_connection(address)) as connection:
        _take_writers_lock(connection, progress, wait=True)
        return migrate(connection, address.shown)


def _connection(address: ServerAddress) -> psycopg.Connection[Row]:
    """A new connection. Raises LibraryError where none can be had."""
    library = psycopg_of(address.shown)
    try:
        connection: psycopg.Connection[Row] = library.connect(
            address.conninfo,
            autocommit=True,
            connect_timeout=_CONNECT_S,
            application_name="review",
            client_encoding="UTF8",
        )
    except library.Error as error:
        raise not_reachable(address.shown, error) from error
    return connection


def _take_writers_lock(
    connection: psycopg.Connection[Row], progress: Progress, *, wait: bool
) -> bool:
    """Hold the writers' lock by this connection; False where another one has it and `wait` is
    False."""
    end, has_said = time.monotonic() + _ANNOUNCE_WAIT_S, False
    while True:
        found = connection.execute(
            "SELECT pg_try_advisory_lock(%s, %s)", (_LOCKS, _WRITERS)
        ).fetchone()
        if found and found[0]:
            return True
        if not wait:
            return False
        if time.monotonic() > end and not has_said:
            progress("Waiting for another review that is writing to this library", -1, 0)
            has_said = True
        time.sleep(_POLL_S)


class _Claims:
    """Claims on replies, so that of all processes one pays for each. One connection of its own
    holds those of all threads; a claim goes with it."""

    def __init__(self, connect: Callable[[], _Session], place: str) -> None:
        self._connect = connect
        self._place = place
        self._alone = Lock()  # for what follows
        self._held: set[int] = set()  # locks are not held against their own connection
        self._session: _Session | None = None

    @contextmanager
    def claimed(self, key: str, ended: Event) -> Iterator[bool]:
        """See `Database.turn`."""
        number = _lock_number(key)
        while not self._is_taken(number):
            if ended.wait(_POLL_S):
                yield False
                return
        try:
            yield True
        finally:
            with self._alone:
                self._held.discard(number)
                with suppress(Exception):  # a lost connection has no claims
                    self._ask("SELECT pg_advisory_unlock(%s)", number)

    def _is_taken(self, number: int) -> bool:
        """True when the claim was free and is held now."""
        with self._alone, in_users_words(self._place):
            if number in self._held or not self._ask("SELECT pg_try_advisory_lock(%s)", number):
                return False
            self._held.add(number)
            return True

    def _ask(self, statement: str, number: int) -> bool:
        if self._session is None or self._session.connection.closed:
            self._session = self._connect()
        found = self._session.connection.execute(statement, (number,)).fetchone()
        return bool(found and found[0])

    def close(self) -> None:
        with self._alone:
            if self._session is not None:
                self._session.connection.close()


def _lock_number(key: str) -> int:
    """A number of 64 bits with its sign, as PostgreSQL's locks have."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)


@lru_cache(maxsize=512)
def _translated(statement: str) -> str:
    """The statement with PostgreSQL's marks where values go."""
    return statement.replace("%", "%%").replace("?", "%s")
