"""Chroma's folder in a library: whether it can be trusted, and who may touch its files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

from reviewer.errors import LibraryError
from reviewer.library.index.chroma_sqlite import root_page, sum_of_tables
from reviewer.library.storage.database import Database

_CLEAN, _UNCLEAN = "clean", "unclean"
_SQLITE = "chroma.sqlite3"
# Chroma's HNSW files are read whole at each opening, so their checksums cost little beside it. Of
# its SQLite file a question reads little: of a larger one (some 4,600 chunks) the small tables are
# summed that each opening reads, and at whose damage Chroma can end the process.
_MOST_SUMMED = 64_000_000
_OPENED_TABLES = (
    "migrations", "tenants", "databases", "collections", "collection_metadata", "segments",
    "segment_metadata", "max_seq_id", "embeddings_queue", "embeddings_queue_config",
    "maintenance_log",
)  # fmt: skip
_NOT_SUMMED = f"{_SQLITE}:0"  # how an earlier release knew a large file
_SQLITE_PAGE = 4096
_BLOCK = 1 << 20
_COUNTERS = (slice(24, 28), slice(92, 100))  # of SQLite's header, which count openings


def import_library() -> None:
    """Import what the lock is made with."""
    import filelock  # noqa: F401


class IndexFiles:
    """The marks in the database that say what the folder holds, and the lock on its files."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder / "chroma"
        self._lock_file = folder / "index.lock"
        self._database = database
        self._summed = ""

    def are_whole(self) -> bool:
        """True when the index was closed cleanly and its files are as they were then. Their bytes
        are compared when they are first looked at, later their sizes and times."""
        files = self._database.state("index_files")
        if self._database.state("index") != _CLEAN or files != _files_in(self.folder):
            return False
        if self._summed != files and not self._have_their_sums():
            return False
        self._summed = files
        return True

    def _have_their_sums(self) -> bool:
        page, _, kept = self._database.state("index_sums").partition(" ")
        try:
            sums = _sums_of(self.folder, int(page))
        except (OSError, ValueError, LibraryError):
            return False
        return all(
            one in (other, _NOT_SUMMED)
            for one, other in zip_longest(kept.split(";"), sums.split(";"))
        )

    @property
    def generation(self) -> int:
        """The database's generation up to which the index holds what it does."""
        return int(self._database.state("index_generation", "0"))

    @property
    def sign(self) -> str:
        """Names what the index holds."""
        return f"{self.generation} {self._database.state('index_files')}"

    def mark_unclean(self) -> None:
        self._database.set_state("index", _UNCLEAN)

    def mark_clean(self, generation: int) -> None:
        """The index was closed and holds what the database did at this generation."""
        try:
            page = root_page(self.folder / _SQLITE, "acquire_write")
            files, sums = _files_in(self.folder), _sums_of(self.folder, page)
        except LibraryError:
            return  # it was not written well, so it stays unclean
        with self._database.transaction():
            self._database.set_state("index", _CLEAN)
            self._database.set_state("index_generation", str(generation))
            self._database.set_state("index_files", files)
            self._database.set_state("index_sums", f"{page} {sums}")
            self._database.run("DELETE FROM removed_chunks WHERE generation <= ?", (generation,))

    @contextmanager
    def alone(self, *, wait: bool = True) -> Iterator[bool]:
        """Hold the index's files. Gives False, without them, when another process has them and
        `wait` is False: opening Chroma's files while they are written can crash a process."""
        from filelock import FileLock, Timeout

        lock = FileLock(self._lock_file)
        try:
            lock.acquire(timeout=-1 if wait else 0)
        except (Timeout, OSError):
            yield False
            return
        try:
            yield True
        finally:
            lock.release()


def _sums_of(folder: Path, page: int) -> str:
    """A checksum of each file. Raises LibraryError when Chroma's SQLite file is damaged."""
    sums = []
    for path in _paths_in(folder):
        total = _sum_of_sqlite(path, page) if path.name == _SQLITE else _sum_of_bytes(path)
        sums.append(f"{path.relative_to(folder).as_posix()}:{total:x}")
    return ";".join(sums)


def _sum_of_sqlite(path: Path, page: int) -> int:
    """Of all bytes but the counters of the header and the page `page`, where each opening leaves a
    mark; of a large file that of its small tables."""
    import zlib

    if path.stat().st_size > _MOST_SUMMED:
        return sum_of_tables(path, _OPENED_TABLES)
    data = bytearray(path.read_bytes())
    for masked in (*_COUNTERS, slice((page - 1) * _SQLITE_PAGE, page * _SQLITE_PAGE)):
        data[masked] = bytes(len(data[masked]))
    return zlib.crc32(data)


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
    """Names, sizes and times of the index's files: what damage from outside would change. Chroma
    touches its SQLite file at every opening, so there only the size counts."""
    if not folder.is_dir():
        return ""
    signs = []
    for path in _paths_in(folder):
        stat = path.stat()
        when = "" if path.name == _SQLITE else stat.st_mtime_ns
        signs.append(f"{path.relative_to(folder).as_posix()}:{stat.st_size}:{when}")
    return ";".join(signs)
