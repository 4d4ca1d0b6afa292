"""Claims on one machine: whoever holds a key does what it names, the others wait.

Each key is one byte of a file that holds nothing. The system locks it for a process, and lets go of
it at once when the process ends, however it ends.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock

_NAME = "claims.lock"
_POLL_S = 0.05
_BYTES = 1 << 30  # two keys that share a byte only wait for each other
_alone = Lock()  # for what follows
# By device and inode. Closing any descriptor of a file would end all locks that this process has on
# it, so none is closed.
_descriptors: dict[tuple[int, int], int] = {}
_held: set[tuple[int, int]] = set()  # descriptors and bytes: the system knows processes only


@contextmanager
def claimed(folder: Path, key: str, ended: Event) -> Iterator[bool]:
    """See `Database.turn`. In a folder that cannot be written nobody can keep a result, and
    nothing is claimed."""
    descriptor = _descriptor(folder / _NAME)
    if descriptor is None:
        yield True
        return
    place = int(key[:16], 16) % _BYTES
    while not _is_taken(descriptor, place):
        if ended.wait(_POLL_S):
            yield False
            return
    try:
        yield True
    finally:
        with _alone:
            _unlock(descriptor, place)
            _held.discard((descriptor, place))


def _is_taken(descriptor: int, place: int) -> bool:
    """True when the byte was free and is held now."""
    with _alone:
        if (descriptor, place) in _held or not _lock(descriptor, place):
            return False
        _held.add((descriptor, place))
        return True


def _descriptor(path: Path) -> int | None:
    """The open file, which is made when it is not there."""
    with _alone:
        try:
            stat = path.stat()
            known = _descriptors.get((stat.st_dev, stat.st_ino))
            if known is not None:
                return known
        except OSError:
            pass
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            return None
        stat = os.fstat(descriptor)
        return _descriptors.setdefault((stat.st_dev, stat.st_ino), descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, place: int) -> bool:
        os.lseek(descriptor, place, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int, place: int) -> None:
        os.lseek(descriptor, place, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int, place: int) -> bool:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int, place: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, place)
