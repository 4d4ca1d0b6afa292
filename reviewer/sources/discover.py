"""Finds files by names, folders and globs."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from reviewer.errors import SourceError, address_shown
from reviewer.sources.text_file import STDIN
from reviewer.types.papers import Skipped

_PATTERN = re.compile(r"[*?]")  # brackets are in the names of many files


def find_files(paths: Iterable[str]) -> Iterator[str | Skipped]:
    """Files behind names, folders (recursive, hidden ones left out), globs and `-`, each once.

    A name without a file, or one that is not UTF-8, is Skipped, so that one slip does not stop the
    others.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _files_at(path):
            name = found.file if isinstance(found, Skipped) else found
            if name not in seen:
                seen.add(name)
                yield found if isinstance(found, Skipped) else _writable(found)


def _writable(file: str) -> str | Skipped:
    """The file's name; Skipped for one that no library can keep."""
    shown = os.fsencode(file).decode("utf-8", "backslashreplace")
    if shown == file:
        return file
    return Skipped(file=shown, reason="its name holds bytes that are not UTF-8: rename it")


def is_file_named(path: str) -> bool:
    """True for a path that names one file, there or not: neither a folder nor a pattern, whose
    files nobody named."""
    try:
        place = Path(path).expanduser()
        is_there = place.exists() or place.is_symlink()
        return not place.is_dir() and (is_there or not _PATTERN.search(path))
    except (OSError, RuntimeError, ValueError):  # find_files says why
        return True


def _files_at(path: str) -> Iterator[str | Skipped]:
    try:
        yield from _files_named(path, Path(path).expanduser())
    except (OSError, RuntimeError) as error:  # a name too long, or ~ of an unknown user
        reason = (getattr(error, "strerror", None) or str(error)).lower().rstrip(".")
        yield Skipped(file=path, reason=f"it cannot be looked for: {reason}")


def _files_named(path: str, place: Path) -> Iterator[str | Skipped]:
    if path == STDIN:
        yield STDIN
    elif place.is_dir():
        files = list(_files_below(place))
        if not files:
            yield Skipped(file=path, reason="the folder holds no files")
        yield from files
    elif place.exists() or place.is_symlink():
        yield str(place.absolute())
    elif shown := address_shown(path):
        yield Skipped(file=shown, reason="it is an address, not a file or a folder")
    elif glob.has_magic(path):
        names = sorted(n for n in glob.glob(str(place), recursive=True) if Path(n).is_file())  # noqa: PTH207
        if not names:
            yield Skipped(file=path, reason="no file fits this pattern")
        yield from (str(Path(name).absolute()) for name in names)
    else:
        yield Skipped(file=path, reason="no such file or folder")


def _files_below(folder: Path) -> Iterator[str | Skipped]:
    refused: list[Skipped] = []

    def refuse(error: OSError) -> None:
        reason = f"the folder cannot be opened: {(error.strerror or '').lower()}"
        refused.append(Skipped(file=str(error.filename), reason=reason))

    for place, folders, names in os.walk(folder.absolute(), onerror=refuse):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        files = (Path(place) / name for name in sorted(names) if not name.startswith("."))
        yield from (str(file) for file in files if not _may_never_end(file))
    yield from refused


def _may_never_end(file: Path) -> bool:
    """True for a pipe, a socket or a device, which nobody who names a folder means."""
    try:
        kind = file.stat().st_mode
    except OSError:  # a reader says why
        return False
    return not stat.S_ISREG(kind)


def content_hash(paths: Iterable[str]) -> str:
    """A hash over the names and bytes of all files behind `paths`; equal files, equal hash.

    Raises SourceError when a path names nothing readable, because nothing could be asked over it,
    and for standard input, which can be read only once.
    """
    digest = hashlib.sha256()
    for found in find_files(paths):
        if isinstance(found, Skipped):
            raise SourceError(
                f"{found.file}: {found.reason}", hint="Give a file or a folder that holds papers."
            )
        if found == STDIN:
            raise SourceError(
                "standard input cannot be read twice",
                hint="Save it as a file, or add it: review add -",
            )
        digest.update(found.encode("utf-8", errors="surrogateescape") + b"\0")
        if _may_never_end(Path(found)):
            raise SourceError(
                f"{found} is a pipe or a device, which cannot be read twice",
                hint="Save it as a file, or add it: review add FILE",
            )
        try:
            digest.update(hashlib.sha256(Path(found).read_bytes()).digest())
        except OSError:
            digest.update(b"unreadable")
    return digest.hexdigest()
