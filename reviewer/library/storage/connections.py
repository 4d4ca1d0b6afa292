"""The connections to one library's file: each is used by one thread at a time.

A thread that reads takes a connection that no other thread uses, so it waits for nobody's
transaction and sees nothing of it before it is committed. One thread alone always has the same one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, local

from reviewer.library.storage.faults import closed, replaced
from reviewer.library.storage.opening import open_file

_MOST_IDLE = 4  # connections that are kept open for the next thread; each may hold 64 MB of pages

_Identity = tuple[int, int]  # device and inode


@dataclass(frozen=True, eq=False)
class Opened:
    """A connection. `number` is its own; `file` counts the files that were in the library's place
    one after another, and says of which this is."""

    connection: sqlite3.Connection
    number: int
    file: int


class _Held(local):
    """What this thread holds."""

    opened: Opened | None = None


class Connections:
    """Any thread may call these, and `close` too."""

    def __init__(self, path: Path) -> None:
        """Open the first connection. Raises what `open_file` does."""
        self._path = path
        self._lock = Lock()  # for what follows; held while a file is opened, not while it is read
        self._idle: list[Opened] = []
        self._opened = 0
        self._file = 0
        self._identity: _Identity | None = None
        self._is_closed = False
        self._held = _Held()
        self._idle.append(self._open())

    def take(self) -> Opened:
        """The connection that this thread holds, else one that is its own until `give_back`.

        Raises LibraryError after `close`, and what `open_file` does.
        """
        held = self._held.opened
        if held is None:
            return self._free()
        self._require_open()
        return held

    def give_back(self, opened: Opened) -> None:
        """Let another thread take what this one took."""
        if opened is self._held.opened:
            return
        with self._lock:
            is_wanted = not self._is_closed and opened.file == self._file
            is_kept = is_wanted and len(self._idle) < _MOST_IDLE
            if is_kept:
                self._idle.append(opened)
        if not is_kept:
            opened.connection.close()

    @contextmanager
    def hold(self) -> Iterator[Opened]:
        """Take a connection for all that this thread does until this ends. It stays with the file
        that it found, also when another one takes its place. May be inside another."""
        before, opened = self._held.opened, self.take()
        self._held.opened = opened
        try:
            yield opened
        finally:
            self._held.opened = before
            self.give_back(opened)

    def require_same_file(self, opened: Opened | None = None) -> None:
        """Raises LibraryError when another file is in the place of this connection's, or of the one
        that was read last. The next `take` finds the new one."""
        with self._lock:
            self._require_open()
            file = self._file if opened is None else opened.file
            now = _identity_of(self._path)
            if now is not None and now != self._identity:
                self._open_replaced()
            if now is None or file != self._file:
                raise replaced(self._path)

    def close(self) -> None:
        """Close all connections, each when its thread has done its present statement."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for opened in idle:
            opened.connection.close()

    def _require_open(self) -> None:
        if self._is_closed:
            raise closed(self._path)

    def _free(self) -> Opened:
        with self._lock:
            self._require_open()
            now = _identity_of(self._path)
            if now is not None and now != self._identity:
                self._open_replaced()
            if not self._idle:
                if now is None:  # opening it would make an empty one
                    raise replaced(self._path)
                return self._open()
            first = min(self._idle, key=lambda opened: opened.number)
            self._idle.remove(first)
            return first

    def _open_replaced(self) -> None:
        """Open the file that is in the library's place now. Connections to the one before are
        closed, those in use when they are given back."""
        opened = self._open()
        for before in self._idle:
            before.connection.close()
        self._idle = [opened]

    def _open(self) -> Opened:
        """A new connection, to whatever file is in the library's place."""
        while True:
            before = _identity_of(self._path)
            connection = open_file(self._path)
            identity = _identity_of(self._path)
            if before in (None, identity):
                break
            connection.close()  # the file was replaced just now
        if identity != self._identity:
            self._identity, self._file = identity, self._file + 1
        self._opened += 1
        return Opened(connection, self._opened, self._file)


def _identity_of(path: Path) -> _Identity | None:
    """Which file this is; None for a file that is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116  at every statement, where it takes half the time
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
