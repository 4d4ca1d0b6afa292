"""Keeps drawn pages in the cache folder: by the file's hash, the page and the scale."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from reviewer.errors import OutputError
from reviewer.settings import cache_folder
from reviewer.sources.pdf.pages import SCALE, look_at_page
from reviewer.types.pages import PageView

MOST_BYTES = 500_000_000  # some 2,500 pages; the oldest go first
_KEPT_AFTER = 0.9  # of it, so that not each new page has old ones looked for
_FORM = 1  # of the kept views: counts up when they are read otherwise


class KeptViews:
    """The pages that were drawn. What cannot be kept is drawn again: a full disk stops nothing."""

    def __init__(self, folder: Path | None = None, most_bytes: int = MOST_BYTES) -> None:
        self.folder = cache_folder() / "pages" if folder is None else folder
        self._most_bytes = most_bytes

    def view(
        self, sha256: str, number: int, data: Callable[[], bytes], name: str, *, has_ocr: bool
    ) -> tuple[PageView, bytes]:
        """The page (from 1) and its picture, of the PDF with this hash. Raises SourceError where it
        cannot be drawn."""
        stem = f"{sha256}-{number}-{'ocr' if has_ocr else 'seen'}-{SCALE:g}-{_FORM}"
        words, picture = (self.folder / f"{stem}{end}" for end in (".json", ".png"))
        with suppress(OSError, ValidationError):
            found = PageView.model_validate_json(words.read_bytes()), picture.read_bytes()
            for file in (words, picture):
                os.utime(file)
            return found
        view, drawn = look_at_page(data(), name, number, has_ocr=has_ocr)
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(picture, drawn)
            _write(words, view.model_dump_json().encode())
            self._make_room()
        return view, drawn

    def keep_picture(self, picture: bytes) -> Path:
        """Keep a picture of a page with marks, for a viewer; gives its file. Raises OutputError
        where it cannot be written."""
        file = self.folder / f"{hashlib.sha256(picture).hexdigest()[:16]}.png"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(file, picture)
            self._make_room()
        except OSError as error:
            raise OutputError(
                f"the picture {file} cannot be written: {(error.strerror or str(error)).lower()}",
                hint="Name a file with -o.",
            ) from error
        return file

    def _make_room(self) -> None:
        files = [(entry.stat(), entry.path) for entry in os.scandir(self.folder)]
        size = sum(state.st_size for state, _ in files)
        if size <= self._most_bytes:
            return
        for state, path in sorted(files, key=lambda file: file[0].st_mtime):
            if size <= _KEPT_AFTER * self._most_bytes:
                break
            with suppress(OSError):
                Path(path).unlink()
            size -= state.st_size


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all, also while others write the same."""
    part = file.with_name(f"{file.name}.{os.getpid()}.{id(data)}.part")
    try:
        part.write_bytes(data)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
