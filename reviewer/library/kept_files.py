"""The folder in a library with the files that were sent to it through the page or the API.

Each file is alone in a folder that is named by its SHA-256, under a name made of its own. The
library's database does not need them: with them pages of PDFs can be drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FOLDER = "files"


def kept_with_hash(library: Path, sha256: str) -> Iterator[Path]:
    """The file with this hash, if one is kept in the library's folder."""
    with suppress(OSError):
        yield from (library / FOLDER / sha256).iterdir()


def size_of_kept(library: Path) -> tuple[int, int]:
    """How many files are kept in the library's folder, and their bytes."""
    count = size = 0
    with suppress(OSError):
        for file in (library / FOLDER).glob("*/*"):
            with suppress(OSError):
                size += file.stat().st_size
                count += 1
    return count, size
