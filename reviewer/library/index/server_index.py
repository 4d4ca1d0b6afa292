"""A library's vectors on a Chroma server: what it holds of the library, asking it, writing it.

The database says what the server has acknowledged, and that mark rises batch by batch, so a writer
that is killed goes on where it was. The collection carries a stamp of the library's last writer: a
copy of the library, or an earlier state of it, is never taken for this one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from threading import Event
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from reviewer.errors import LibraryError
from reviewer.library.index.chroma_server import (
    ChromaAddress,
    ChromaServer,
    Connection,
    RemoteVectors,
    ServerError,
    SilentServerError,
)
from reviewer.library.index.chroma_state import SERVER_GENERATION, forget_removed
from reviewer.library.index.chunks import ChunkStore, VectorRows
from reviewer.library.index.lag import Lag, Lags
from reviewer.library.storage.database import Database
from reviewer.types.progress import Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
MOST_STORED = 300_000  # vectors that are searched one by one where no index answers: 460 MB
BATCH = 1000  # vectors a request: 2 MB
_ANSWER_S = 2.0  # for all requests of one question
_WRITE_S = 60.0  # for one request that writes
_PAUSE_S = 30.0  # in which a server that did not answer is not asked again
_LOOK_AGAIN_S = 60.0  # in which the collection is taken for the one that was opened
_ALWAYS_LITTLE = 20_000  # vectors (30 MB) that may always be searched beside the index
_SAMPLE, _MOST_MISSED = 16, 2  # vectors that are searched for before writing, and not found
_ITSELF = 0.999  # the cosine of a vector that finds itself, at least
_RESTART_S, _LOOK_S = 15.0, 0.5  # how long a server may take to come back, and to look for it
_BEHIND = "papers and vectors are kept; the next add, or review reindex, brings the server up"
_WRITER = sha256(b"the writer of the Chroma server").hexdigest()
_ID, _STAMP, _NEXT_STAMP = "library_id", "server_stamp", "server_next_stamp"
_FORGOTTEN = "server_forgotten"  # the collection of an embedding that is no longer used


@dataclass(frozen=True)
class _Known:
    """What the database says of the collection: its name, the stamps that it may carry, and the
    generation that it holds, 0 for a collection that is to be made."""

    name: str
    stamps: tuple[str, ...]
    generation: int


@dataclass(frozen=True)
class _Opened:
    """A collection as it was at a time, for what was known then."""

    known: _Known
    vectors: RemoteVectors
    rows: int
    looked_s: float


class ServerIndex:
    """The vectors of one library on one server. Its question comes from one thread at a time."""

    def __init__(self, address: ChromaAddress, database: Database, chunks: ChunkStore) -> None:
        self.address = address
        self._server = ChromaServer(address)
        self._database = database
        self._chunks = chunks
        self._lags = Lags(database, chunks, _ALWAYS_LITTLE)
        self.batch = BATCH
        self._opened: _Opened | None = None
        self._paused_until = 0.0
        self.fault = ""
        """Why the server was not used when it was asked last, for the user."""

    @property
    def _known(self) -> _Known:
        state = self._database.state
        return _Known(
            collection_name(state(_ID), state("embedding")) if state(_ID) else "",
            (state(_STAMP), state(_NEXT_STAMP)),
            int(state(SERVER_GENERATION, "0")),
        )

    def is_in_step(self) -> bool:
        """True when the server has acknowledged all but a little of the library's vectors. It is
        not asked."""
        known = self._known
        return bool(known.generation) and self._lags.since(known.generation).is_little

    def nearest(self, vector: NDArray[np.float32], most: int) -> dict[int, float] | None:
        """The cosines of the nearest chunks, by their numbers, with all that the server does not
        hold yet. None when it cannot be used; `fault` says why, if there is something to say."""
        self.fault = ""
        if time.monotonic() < self._paused_until:
            return None
        known = self._known
        lag = self._lags.since(known.generation)
        if not known.generation or not lag.is_little:
            what = "is behind the library" if known.generation else "has no vectors of this library"
            self.fault = f"{what}: run review reindex"
            return None
        try:
            found = self._server.call(
                _ANSWER_S, lambda connection: self._ask(connection, known, lag, vector, most)
            )
        except ServerError as error:
            self.fault, self._opened = str(error), None
            self._paused_until = time.monotonic() + _PAUSE_S
            return None
        if found is None:
            return None
        numbers = self._chunks.numbers_of([chunk_id for chunk_id, _ in found])
        return {numbers[i]: cosine for i, cosine in found if i in numbers} | lag.beside(vector)

    def _ask(
        self,
        connection: Connection,
        known: _Known,
        lag: Lag,
        vector: NDArray[np.float32],
        most: int,
    ) -> list[tuple[str, float]] | None:
        """What the collection finds, with as many more as it may hold that the library does not.
        None when it holds less than it acknowledged."""
        opened = self._opened
        now = time.monotonic()
        if opened is None or opened.known != known or now - opened.looked_s > _LOOK_AGAIN_S:
            self._opened = None
            vectors = connection.open(known.name)
            if vectors is None or vectors.stamp not in known.stamps:
                raise ServerError("does not hold this library's vectors: run review reindex")
            opened = self._opened = _Opened(known, vectors, vectors.count(), now)
        if opened.rows < lag.rows.start:
            self._opened = None
            return None
        wanted = min(most + opened.rows - lag.rows.start, opened.rows)
        return opened.vectors.nearest(vector, wanted) if wanted else []

    def sync(self, progress: Progress, *, again: bool) -> None:
        """Bring the server in step with the database, and make its collection again where it is not
        this library's, or where `again` says so. A server that cannot be used is told through
        `progress`, and that is all: everything that it holds can be sent again.

        Raises LibraryError for such a server where `again` says so.
        """
        if not self._database.state("embedding"):
            return
        try:
            with self._database.turn(_WRITER, _at_once(is_wanted=not again)) as is_ours:
                if is_ours:  # else another process brings it up just now
                    self._bring_up(progress, again=again)
        except ServerError as error:
            if again:
                raise LibraryError(
                    f"the vectors cannot be sent: the Chroma server {self.address} {error}",
                    hint="Start it, or name another with --chroma, and run: review reindex",
                ) from error
            progress(f"The Chroma server {self.address} {error}; {_BEHIND}", -1, 0)

    def _bring_up(self, progress: Progress, *, again: bool) -> None:
        known, goal = self._known, self._database.generation
        found = self._call(lambda connection: connection.open(known.name)) if known.name else None
        is_own = found is not None and found.stamp in known.stamps
        is_usable = is_own and known.generation and not again
        if found is None or not is_usable or not self._is_whole(found, known):
            vectors, since = self._begin_again(is_foreign=found is not None and not is_own), 0
        elif known.generation == goal:
            return
        else:
            vectors, since = self._begin(found), known.generation
        gone = self._chunks.removed_since(since) if since else []
        for start in range(0, len(gone), self.batch):
            self._call(partial(_forget, vectors, gone[start : start + self.batch]))
        self._send(vectors, since, progress)
        self._call(partial(_tune, vectors))
        self._mark(goal, is_done=True)

    def _is_whole(self, vectors: RemoteVectors, known: _Known) -> bool:
        """True when the collection holds what it acknowledged, and finds nearly all of a few.
        A server that was killed while it wrote its files can end at their reading, or find little.

        Raises ServerError for a server that does not come back from that.
        """
        least = self._lags.since(known.generation).rows.start
        sample = self._chunks.sample_vectors(known.generation, _SAMPLE)
        try:
            return self._call(lambda _: _finds(vectors, least, sample))
        except SilentServerError:
            raise
        except ServerError:
            self._wait_for(known.name)
            return False

    def _wait_for(self, name: str) -> None:
        """Wait until the server names its collections, which it does without reading their files.
        Raises ServerError when it does not in time."""
        end = time.monotonic() + _RESTART_S
        while True:
            try:
                self._call(lambda connection: connection.open(name))
                return
            except ServerError:
                if time.monotonic() > end:
                    raise
                time.sleep(_LOOK_S)

    def _begin(self, vectors: RemoteVectors) -> RemoteVectors:
        """Sign the collection before it is changed; a writer that is killed between is known by
        either stamp."""
        stamp = uuid4().hex
        self._note({_STAMP: vectors.stamp, _NEXT_STAMP: stamp})
        self._call(lambda _: vectors.set_stamp(stamp))
        return vectors

    def _begin_again(self, *, is_foreign: bool) -> RemoteVectors:
        """Make the collection; under another name when the one of ours was written by a copy of
        this library, which keeps it."""
        stamp, library_id = uuid4().hex, self._database.state(_ID)
        self._drop(self._database.state(_FORGOTTEN), self._known.stamps)
        if is_foreign or not library_id:
            library_id = uuid4().hex[:12]
        self._note(
            {
                _ID: library_id,
                _STAMP: "",
                _NEXT_STAMP: stamp,
                SERVER_GENERATION: "0",
                _FORGOTTEN: "",
            }
        )
        name = collection_name(library_id, self._database.state("embedding"))
        return self._call(lambda connection: connection.make(name, stamp))

    def _drop(self, name: str, stamps: tuple[str, ...]) -> None:
        """Delete the collection of an earlier embedding, if it is still this library's."""
        found = self._call(lambda connection: connection.open(name)) if name else None
        if found is not None and found.stamp in stamps:
            self._call(lambda connection: connection.delete(name))

    def _send(self, vectors: RemoteVectors, since: int, progress: Progress) -> None:
        """Send what came after a generation, in order of generations. One is marked as held when
        the server has acknowledged the last of it."""
        done, total = 0, self._chunks.count_changed(since)[0]
        last = (since, 0)
        while rows := self._chunks.vectors_after(last, self.batch):
            progress("Sending vectors to the Chroma server", done, total)
            self._call(partial(_write, vectors, rows))
            last, done = rows.last, done + len(rows.ids)
            if last[0] - 1 > since:
                self._mark(last[0] - 1, is_done=False)
        if total:
            progress("Sending vectors to the Chroma server", total, total)

    def _mark(self, generation: int, *, is_done: bool) -> None:
        changes = {SERVER_GENERATION: str(generation)}
        if is_done:
            changes[_STAMP] = self._database.state(_NEXT_STAMP)
        self._note(changes)
        if is_done:
            forget_removed(self._database)

    def _note(self, changes: dict[str, str]) -> None:
        with self._database.transaction():
            for name, value in changes.items():
                self._database.set_state(name, value)

    def _call(self, ask: Callable[[Connection], T]) -> T:
        return self._server.call(_WRITE_S, ask)

    def close(self) -> None:
        self._server.close()

    def forget_all(self) -> None:
        """Note, inside a transaction, that the vectors are to be made again, maybe by another
        embedding, and the collection."""
        self._database.set_state(_FORGOTTEN, self._known.name)
        self._database.set_state(SERVER_GENERATION, "0")

    def examine(self) -> str:
        """What is wrong with the server or its collection; empty when it answers."""
        known = self._known
        if not known.generation:
            return "has no vectors of this library yet"
        least = self._lags.since(known.generation).rows.start
        try:
            return self._server.call(
                _ANSWER_S, lambda connection: _fault_of(connection, known, least)
            )
        except ServerError as error:
            return str(error)


def _at_once(*, is_wanted: bool) -> Event:
    """Ends a wait before it begins, if that is wanted."""
    ended = Event()
    if is_wanted:
        ended.set()
    return ended


def _fault_of(connection: Connection, known: _Known, least: int) -> str:
    vectors = connection.open(known.name)
    if vectors is None or vectors.stamp not in known.stamps:
        return "does not hold this library's vectors"
    return "" if vectors.count() >= least else "holds less than it acknowledged"


def _finds(vectors: RemoteVectors, least: int, sample: VectorRows) -> bool:
    """True when there are at least so many rows, and nearly all of the sample find themselves."""
    if vectors.count() < least:
        return False
    found = [vectors.nearest(vector, 1) for vector in sample.vectors]
    return sum(not near or near[0][1] < _ITSELF for near in found) <= _MOST_MISSED


def _write(vectors: RemoteVectors, rows: VectorRows, _: Connection) -> None:
    vectors.write(rows.ids, rows.vectors)


def _forget(vectors: RemoteVectors, ids: list[str], _: Connection) -> None:
    vectors.forget(ids)


def _tune(vectors: RemoteVectors, _: Connection) -> None:
    vectors.tune(vectors.count())


def collection_name(library_id: str, embedding: str) -> str:
    """The name of a library's collection. Chroma takes letters, digits and `._-`; an embedding of
    another name gets a hash, so that no two share a collection."""
    sound = re.sub(r"[^A-Za-z0-9._-]+", "-", embedding).strip("._-")[:100]
    mark = "" if sound == embedding else f"-{sha256(embedding.encode()).hexdigest()[:8]}"
    return f"review-{library_id}-{sound}{mark}"
