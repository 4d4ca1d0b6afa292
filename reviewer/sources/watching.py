"""Watches folders for papers: files are taken when they are whole, in the order of arrival."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reviewer.errors import SourceError

SETTLE_S = 2.0  # without a change, before a file counts as written
_MOST_WAIT_S = 60.0  # for the end of a PDF that stays without one
_TICK_MS = 500
_MOST_AT_ONCE = 100  # files in a batch, so that a burst is safe piece by piece
_PAPERS = tuple(
    f".{ending}"
    for ending in "pdf bib bibtex ris enw nbib ciw json jsonl xml csv tsv md txt html htm "
    "docx".split()
)
_PARTS = (".part", ".crdownload", ".download", ".opdownload", ".partial", ".tmp", ".filepart")
_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "fuse.sshfs", "fuse.rclone", "fuse.davfs", "davfs")
_MOUNTS = Path("/proc/mounts")


@dataclass(frozen=True)
class Batch:
    """Files that are new or changed and whole, oldest arrival first, and files that went."""

    files: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass
class _Waiting:
    """A file that may still be written: its size and time, and when these changed last."""

    stamp: tuple[int, int]
    since_s: float
    first_s: float


@dataclass
class Watched:
    """What is known of the files in watched folders. Its clock counts seconds, as `monotonic`."""

    clock: Callable[[], float] = time.monotonic
    settle_s: float = SETTLE_S
    _waiting: dict[str, _Waiting] = field(default_factory=dict)
    _gone: dict[str, float] = field(default_factory=dict)
    _taken: dict[str, tuple[int, int]] = field(default_factory=dict)

    def saw(self, file: str, age_s: float = 0.0) -> None:
        """A file was made or changed, `age_s` seconds ago."""
        if not is_paper_named(file):
            return
        stamp, now = _stamp(file), self.clock()
        if stamp is None:
            self.lost(file)
            return
        self._gone.pop(file, None)
        if stamp == self._taken.get(file):  # some systems announce more than changes
            return
        before = self._waiting.get(file)
        first_s = before.first_s if before else now
        self._waiting[file] = _Waiting(stamp, now - age_s, first_s)

    def lost(self, file: str) -> None:
        """A file is no longer there."""
        self._waiting.pop(file, None)
        self._taken.pop(file, None)
        if is_paper_named(file):
            self._gone[file] = self.clock()

    def batch(self) -> Batch:
        """What can be taken now; the rest goes on waiting."""
        now = self.clock()
        ready = [file for file in list(self._waiting) if self._is_whole(file, now)]
        ready.sort(key=lambda file: (self._waiting[file].first_s, file))
        taken = ready[:_MOST_AT_ONCE]
        for file in taken:
            self._taken[file] = self._waiting.pop(file).stamp
        return Batch(tuple(taken), self._really_gone(now))

    def _really_gone(self, now: float) -> tuple[str, ...]:
        """Files that went, once no file waits that came with them: it may be the same one, moved
        or written again."""
        oldest_s = min((own.first_s for own in self._waiting.values()), default=now)
        least_s = self.settle_s - _TICK_MS / 1000
        gone = [f for f, at in self._gone.items() if now - at >= least_s and at < oldest_s]
        for file in gone:
            del self._gone[file]
        return tuple(gone)

    def _is_whole(self, file: str, now: float) -> bool:
        own = self._waiting[file]
        stamp = _stamp(file)
        if stamp is None:
            self.lost(file)
            return False
        if stamp != own.stamp:
            own.stamp, own.since_s = stamp, now
        waited_s = now - own.since_s
        if not stamp[0] or waited_s < self.settle_s or _has_part(file):
            return False
        return waited_s >= _MOST_WAIT_S or not file.lower().endswith(".pdf") or _has_end(file)


def is_paper_named(file: str) -> bool:
    """True for a name that a file with papers may have, and neither a hidden nor a partial one."""
    name = Path(file).name.lower()
    return not name.startswith((".", "~$")) and name.endswith(_PAPERS)


def watch_folders(folders: Sequence[str]) -> Iterator[Batch]:
    """What comes into these folders and those below them, first what is there; without an end.

    Folders on a network are looked at again and again, because their changes are not announced;
    `WATCHFILES_FORCE_POLLING=1` says so for others. Raises SourceError for a folder that is gone,
    and KeyboardInterrupt when the user stops it.
    """
    import watchfiles

    places = [str(Path(folder).expanduser().absolute()) for folder in folders]
    watched = Watched()
    polls = True if any(map(is_on_network, places)) else None  # None: as the environment says
    is_first = True
    for changes in watchfiles.watch(
        *places,
        watch_filter=None,
        debounce=_TICK_MS,
        rust_timeout=_TICK_MS,
        yield_on_timeout=True,
        force_polling=polls,
        ignore_permission_denied=True,
    ):
        for place in places:
            if not Path(place).is_dir():
                raise SourceError(
                    f"the watched folder {place} is gone", hint="Make or mount it, and start again."
                )
        if is_first:  # only now are changes watched, so that nothing is missed in between
            _look(places, watched)
            is_first = False
        _note(changes, watched)
        batch = watched.batch()
        if batch.files or batch.gone:
            yield batch


def _look(places: Sequence[str], watched: Watched) -> None:
    for place in places:
        for file in _below(place):
            with suppress(OSError):
                watched.saw(file, max(0.0, time.time() - Path(file).stat().st_mtime))


def _below(place: str) -> Iterator[str]:
    for folder, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (str(Path(folder) / name) for name in sorted(names))


def _note(changes: set[tuple[Any, str]], watched: Watched) -> None:
    """Take what watchfiles saw: 1 is added, 2 modified, 3 deleted. A folder that is moved here is
    announced without its files."""
    for kind, name in sorted(changes, key=lambda change: (int(change[0]), change[1])):
        if int(kind) != 3 and Path(name).is_dir():
            for file in _below(name):
                watched.saw(file)
        elif Path(name).exists():
            watched.saw(name)
        else:
            watched.lost(name)


def is_on_network(folder: str) -> bool:
    """True for a folder that Linux says is on a network; elsewhere nobody says."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    mounts = [(parts[1].replace("\\040", " "), parts[2]) for line in lines
              if len(parts := line.split()) > 2]  # fmt: skip
    own = Path(folder)
    above = [(place, kind) for place, kind in mounts if own.is_relative_to(place)]
    return bool(above) and max(above, key=lambda m: len(m[0]))[1].startswith(_NETWORK)


def _stamp(file: str) -> tuple[int, int] | None:
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _has_part(file: str) -> bool:
    """True while a browser keeps its partial file beside the name that it will have."""
    place = Path(file)
    names = [f"{place.name}{part}" for part in _PARTS]
    return any((place.parent / name).exists() for name in names)


def _has_end(file: str) -> bool:
    """True for a PDF whose last bytes are those of an end, or that cannot be looked at."""
    try:
        with Path(file).open("rb") as data:
            data.seek(0, os.SEEK_END)
            data.seek(max(0, data.tell() - 2048))
            return b"%%EOF" in data.read()
    except OSError:
        return True
