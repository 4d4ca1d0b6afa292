"""Finds the PDF that a paper was read from: the same bytes, in place or kept by the library."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.errors import SourceError
from reviewer.library.kept_files import kept_with_hash
from reviewer.types import Paper

if TYPE_CHECKING:
    from reviewer.library import Library


@dataclass(frozen=True)
class PaperFile:
    """A PDF of a paper and the entry as it was read from it. `path` is where the same bytes are
    now; without it `fault` says in words what is wrong."""

    entry: Paper
    sha256: str
    path: Path | None
    fault: str = ""

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return Path(self.entry.origins[0].file).name

    def read(self) -> bytes:
        """The file's bytes. Raises SourceError where it went while it was asked for."""
        try:
            if self.path is not None:
                return self.path.read_bytes()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SourceError(
                f"{self.name} cannot be read: {reason}", hint="Its text is kept: review show KEY"
            ) from error
        raise SourceError(self.fault, hint="Its text is kept: review show KEY")

    @property
    def pages(self) -> int:
        return int(self.entry.extra.get("pages_read", 0))


def files_of(library: Library, paper: Paper) -> list[PaperFile]:
    """The PDFs of a paper; first the one whose text the paper has, then those that can be read."""
    number = library.catalogue.number_of(paper.id)
    entries = [kept.entry for kept in library.catalogue.entries_of(number)] if number else []
    held = [_file_of(entry, library.folder) for entry in entries if "pages_read" in entry.extra]
    body = paper.text_of("body")
    return sorted(held, key=lambda f: (f.path is None, f.entry.text_of("body") != body))


def _file_of(entry: Paper, folder: Path) -> PaperFile:
    origin = entry.origins[0]
    there = False
    for path in _places(origin.file, origin.sha256, folder):
        if path.is_file():
            if _is_same(path, origin.sha256):
                return PaperFile(entry, origin.sha256, path)
            there = True
    name = Path(origin.file).name
    fault = f"{name} has changed since it was read" if there else f"{name} is gone"
    return PaperFile(entry, origin.sha256, None, fault)


def _places(file: str, sha256: str, folder: Path) -> Iterator[Path]:
    yield Path(file)
    yield from kept_with_hash(folder, sha256)


def _is_same(path: Path, sha256: str) -> bool:
    try:
        state = path.stat()
        return _hash_of(path, state.st_size, state.st_mtime_ns) == sha256
    except OSError:
        return False


@lru_cache(maxsize=4096)
def _hash_of(path: Path, size: int, changed_ns: int) -> str:
    """The file's SHA-256; `size` and `changed_ns` make it looked at again when it changes."""
    del size, changed_ns
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
