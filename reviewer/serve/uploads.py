"""Files that are sent to the library: kept in its folder, each under the hash of what is in it."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from starlette.datastructures import UploadFile

from reviewer.errors import LibraryError, UsageError
from reviewer.library.kept_files import FOLDER
from reviewer.tasks.jobs.desk import Desk
from reviewer.text.filenames import file_names

MOST_FILES = 200
MOST_BYTES = 256 * 1024 * 1024  # of one file: what the reader of files takes
_PIECE = 1024 * 1024
_SUFFIX = re.compile(r"(?:\.[A-Za-z0-9]{1,8}){0,2}$")  # also of `.csv.gz`


def files_folder(desk: Desk) -> Path:
    """Where files that were sent are kept."""
    return Path(desk.settings.library) / FOLDER


def keep_files(files: Sequence[UploadFile], desk: Desk) -> list[str]:
    """Keep the files; gives the place of each, `SHA256/NAME`, where NAME is made of the name that
    it was sent under and is safe on every system. A file that is there already stays as it is.

    Raises UsageError for too many files, and for an empty or too large one, LibraryError where the
    folder cannot be written.
    """
    if len(files) > MOST_FILES:
        raise UsageError(f"{len(files)} files are too many", hint=f"Send {MOST_FILES} at once.")
    for file in files:
        if not file.size:
            raise UsageError(f"{_shown(file)} is empty", hint="Send another file.")
        if file.size > MOST_BYTES:
            most = f"{MOST_BYTES // 1024**2} MiB"
            raise UsageError(f"{_shown(file)} is larger than {most}", hint="Send a smaller one.")
    try:
        return [_keep(file, files_folder(desk)) for file in files]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LibraryError(
            f"the file cannot be kept: {reason}", hint="Free some space, and send it again."
        ) from error


def _keep(file: UploadFile, folder: Path) -> str:
    digest = _digest(file.file)
    own = folder / digest
    if own.is_dir() and (kept := next(own.iterdir(), None)):
        return f"{digest}/{kept.name}"
    stem, suffix = _stem_and_suffix(file.filename or "")
    name = file_names([stem], suffix)[0]
    making = folder / f".{secrets.token_hex(8)}"
    making.mkdir(parents=True)
    try:
        with (making / name).open("wb") as kept_file:
            shutil.copyfileobj(file.file, kept_file, _PIECE)
        if not own.exists():
            making.rename(own)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return f"{digest}/{name}"


def _digest(file: BinaryIO) -> str:
    found = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        found.update(piece)
    file.seek(0)
    return found.hexdigest()


def _stem_and_suffix(name: str) -> tuple[str, str]:
    """The last part of the name, whatever system it comes from, and its suffix."""
    name = PureWindowsPath(PurePosixPath(name).name).name
    found = _SUFFIX.search(name)
    suffix = found[0].lower() if found and found.start() else ""
    return name.removesuffix(found[0]) if suffix and found else name, suffix


def _shown(file: UploadFile) -> str:
    return (file.filename or "a file")[:100]
