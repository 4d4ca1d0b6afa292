"""Chroma's folder in a library: whether it can be trusted, and who may touch its files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reviewer.database import Database

_CLEAN, _UNCLEAN = "clean", "unclean"


def import_library() -> None:
    """Import what the lock is made with."""
    import filelock  # noqa: F401


class IndexFiles:
    """The marks in the database that say what the folder holds, and the lock on its files."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder / "chroma"
        self._lock_file = folder / "index.lock"
        self._database = database

    def are_whole(self) -> bool:
        """True when the index was closed cleanly and its files are as they were then."""
        return self._database.state("index") == _CLEAN and self._database.state(
            "index_files"
        ) == _files_in(self.folder)

    def sign(self) -> str:
        """Names what a whole index holds that is in step with the database; else empty."""
        generation = str(self._database.generation)
        if self._database.state("index_generation") != generation or not self.are_whole():
            return ""
        return f"{generation} {self._database.state('index_files')}"

    def mark_unclean(self) -> None:
        self._database.set_state("index", _UNCLEAN)

    def mark_clean(self, generation: int) -> None:
        """The index was closed and holds what the database did at this generation."""
        with self._database.transaction():
            self._database.set_state("index", _CLEAN)
            self._database.set_state("index_generation", str(generation))
            self._database.set_state("index_files", _files_in(self.folder))
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


def _files_in(folder: Path) -> str:
    """Names, sizes and times of the index's files: what damage from outside would change. Chroma
    touches its SQLite file at every opening, so there only the size counts."""
    if not folder.is_dir():
        return ""
    signs = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        stat = path.stat()
        is_sqlite = path.name.startswith("chroma.sqlite3")
        if is_sqlite and path.name != "chroma.sqlite3":
            continue
        when = "" if is_sqlite else stat.st_mtime_ns
        signs.append(f"{path.relative_to(folder).as_posix()}:{stat.st_size}:{when}")
    return ";".join(signs)
