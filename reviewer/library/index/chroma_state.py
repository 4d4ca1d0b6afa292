"""Chroma's folder in a library: whether it can be trusted, and who may touch its files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from reviewer.library.storage.database import Database

_CLEAN, _UNCLEAN = "clean", "unclean"
_GENERATION, SERVER_GENERATION = "index_generation", "server_generation"
_SQLITE = "chroma.sqlite3"
# Chroma reads its files without checking them: one changed byte can end the process or give other
# neighbours. After a power cut a file can have its size and time but not its bytes. What each
# checksum buys is in docs/decisions/chroma-trust.md.
_MOST_SUMMED = 64_000_000  # bytes of an SQLite file (some 4,600 chunks) that is summed whole
_MARKED = "acquire_write"  # the table in which each opening leaves a row
_SQLITE_PAGE = 4096
_COUNTERS = (slice(24, 28), slice(92, 100))  # of SQLite's header, which count openings
_BLOCK = 1 << 20


class IndexFiles:
    """The marks in the database that say what the folder holds, and the lock on its files."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder / "chroma"
        self._lock_file = folder / "index.lock"
        self._database = database
        self._summed = ""

    def are_whole(self) -> bool:
        """True when the index was closed cleanly and its files are unchanged since. Their bytes are
        compared the first time, later their sizes and times."""
        files = self._database.state("index_files")
        if self._database.state("index") != _CLEAN or files != _files_in(self.folder):
            return False
        if self._summed != files:
            with suppress(OSError, ValueError, sqlite3.Error):
                if self._database.state("index_sums") == _sums_of(self.folder):
                    self._summed = files
        return self._summed == files

    @property
    def generation(self) -> int:
        """The generation of the database that the index holds."""
        return int(self._database.state(_GENERATION, "0"))

    @property
    def sign(self) -> str:
        """A text that changes with what the index holds."""
        return f"{self.generation} {self._database.state('index_files')}"

    def mark_unclean(self) -> None:
        with self._database.transaction():
            self._database.set_state("index", _UNCLEAN)

    def mark_clean(self, generation: int) -> None:
        """Note that the index was closed, and holds the database's vectors of this generation."""
        try:
            files, sums = _files_in(self.folder), _sums_of(self.folder)
        except (ValueError, sqlite3.Error):
            return  # it was not written well, so it stays unclean
        with self._database.transaction():
            self._database.set_state("index", _CLEAN)
            self._database.set_state(_GENERATION, str(generation))
            self._database.set_state("index_files", files)
            self._database.set_state("index_sums", sums)
            forget_removed(self._database)

    @contextmanager
    def alone(self, *, wait: bool = True) -> Iterator[bool]:
        """Hold the index's files. Gives False, without them, when another process holds them and
        `wait` is False: opening Chroma's files while they are written can crash a process."""
        from filelock import FileLock, Timeout

        lock = FileLock(self._lock_file)
        with suppress(Timeout, OSError):
            lock.acquire(timeout=-1 if wait else 0)
        try:
            yield lock.is_locked
        finally:
            lock.release()


def forget_removed(database: Database) -> None:
    """Delete the names of removed chunks that no index still holds: neither the folder, nor a
    server, as far as the library has them."""
    held = [int(g) for name in (_GENERATION, SERVER_GENERATION) if (g := database.state(name))]
    database.run("DELETE FROM removed_chunks WHERE generation <= ?", (min(held, default=0),))


def _sums_of(folder: Path) -> str:
    """A checksum of each file. Raises sqlite3.Error or ValueError where Chroma's SQLite file cannot
    be read."""
    sums = []
    for path in _paths_in(folder):
        total = _sum_of_sqlite(path) if path.name == _SQLITE else _sum_of_bytes(path)
        sums.append(f"{path.relative_to(folder).as_posix()}:{total:x}")
    return ";".join(sums)


def _sum_of_sqlite(path: Path) -> int:
    """A checksum of all bytes but those that each opening changes. Of a large file only of its
    schema: damage there can end the process, damage elsewhere is an error that Chroma raises."""
    import zlib

    schema = _schema_of(path)
    if path.stat().st_size > _MOST_SUMMED:
        return zlib.crc32(repr(schema).encode())
    data = bytearray(path.read_bytes())
    pages = [page - 1 for name, page, _ in schema if name == _MARKED.encode()]
    for masked in (*_COUNTERS, *(slice(_SQLITE_PAGE * n, _SQLITE_PAGE * (n + 1)) for n in pages)):
        data[masked] = bytes(len(data[masked]))
    return zlib.crc32(data)


def _schema_of(path: Path) -> list[tuple[bytes, int, bytes]]:
    """Name, first page and SQL of each table and index, as bytes: damaged text may not be UTF-8."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as opened:
        return opened.execute(
            "SELECT CAST(name AS BLOB), rootpage, CAST(sql AS BLOB) FROM sqlite_master"
        ).fetchall()


def _sum_of_bytes(path: Path) -> int:
    import zlib

    total = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            total = zlib.crc32(block, total)
    return total


def _paths_in(folder: Path) -> list[Path]:
    """The index's files, in order, without what SQLite has beside its own while it is open."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [p for p in found if not p.name.startswith(f"{_SQLITE}-")]


def _files_in(folder: Path) -> str:
    """Names, sizes and times of the index's files, which damage from outside would change. Chroma
    touches its SQLite file at every opening, so there only the size counts."""
    if not folder.is_dir():
        return ""
    signs = []
    for path in _paths_in(folder):
        stat = path.stat()
        when = "" if path.name == _SQLITE else stat.st_mtime_ns
        signs.append(f"{path.relative_to(folder).as_posix()}:{stat.st_size}:{when}")
    return ";".join(signs)
