"""Copies a library's file while it is in use, and puts a copy back."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path

from reviewer.errors import LibraryError, NewerLibraryError, UsageError, require_path
from reviewer.library.index.chroma import discard
from reviewer.library.source_files import EntrySign, relist
from reviewer.library.storage.database import Database
from reviewer.library.storage.faults import in_users_words
from reviewer.library.storage.lock import LOCK_NAME, make_library_folder, writing
from reviewer.library.storage.opening import HEAD_BYTES, between_transactions, is_library_head
from reviewer.library.storage.sqlite import NAME, SqliteDatabase
from reviewer.types.progress import Progress, silent

_UNCHANGED = "nothing was changed"
_NAME_ANOTHER = "Name a file that review backup made: review restore BACKUP"
_BESIDE = ("-wal", "-shm")  # endings of the files that SQLite keeps beside its own


def back_up(database: Database, target: Path) -> int:
    """Write the last commit to `target`, whole or not at all; gives its size in bytes. Others may
    keep adding meanwhile. An earlier backup is replaced; any other file is not.

    Raises UsageError for an address and for a library on a server, and LibraryError when it cannot
    be written or is not sound.
    """
    if not isinstance(database, SqliteDatabase):
        raise UsageError(
            f"{database.place} is on a server, whose own tools make backups",
            hint="Its administrator runs pg_dump (docs/sharing.md).",
        )
    require_path(target, "the backup", "Name a file.")
    if target.parent.exists() and not target.parent.is_dir():
        raise LibraryError(
            f"the backup {target} cannot be written: {target.parent} is not a folder",
            hint="Make the folder, or name another file.",
        )
    if target.exists():
        _require_backup(target)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        database.copy_to(part)
        _check(part)
        part.replace(target)
        return target.stat().st_size
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LibraryError(
            f"the backup {target} cannot be written: {reason}", hint="Name another file."
        ) from error
    finally:
        _delete(part)


def _require_backup(target: Path) -> None:
    if target.name == NAME and target.with_name(LOCK_NAME).exists():
        raise LibraryError(f"{target} is a library in use", hint="Name another file.")
    try:
        SqliteDatabase(target).close()
    except LibraryError as error:
        raise LibraryError(
            f"{target} exists already and is not a backup of review", hint="Name another file."
        ) from error


def _check(path: Path) -> list[EntrySign]:
    """The entries of a library, of files that can be read again. Raises LibraryError unless the
    file is a sound library, of this release or upgraded to it."""
    with closing(SqliteDatabase(path)) as copy:
        found = copy.check()
        if found != "ok":
            raise LibraryError(
                f"{path} is damaged ({found})", hint="Run: review repair, or take another backup."
            )
        rows = copy.rows("SELECT DISTINCT file, sha256 FROM records")
    return [(file, sha256) for file, sha256 in rows if Path(file).is_absolute()]


def restore(backup: Path, folder: Path, progress: Progress = silent) -> Path | None:
    """Put a backup in the library's place; gives where the present file is kept, if there was one.

    Raises UsageError for an address, LibraryError when the file is not a backup, or not a sound
    one, and NewerLibraryError when a later release made it; then nothing is changed.
    """
    require_path(backup, "the backup", "Name a file that backup made.")
    if folder.exists():
        make_library_folder(folder)  # a file in its place is told first
    _require_made_by_backup(backup)
    make_library_folder(folder)
    with writing(folder, progress):
        fresh = folder / "restore.new"
        try:
            shutil.copyfile(backup, fresh)
            entries = _check_backup(fresh, backup)
            kept = put_in_place(fresh, folder / NAME, "before")
            relist(folder, entries)
            return kept
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise LibraryError(
                f"{backup} cannot be put into {folder}: {reason}",
                hint="Check the folder's rights and its disk.",
            ) from error
        finally:
            _delete(fresh)


def _require_made_by_backup(path: Path) -> None:
    """Raises LibraryError for a file that is missing, or is anything else than a library's. It is
    told by its first bytes, before any folder is made for it."""
    try:
        if path.is_dir():
            fault = "is a folder"
        elif not path.is_file():
            fault = "does not exist"
        else:
            with path.open("rb") as file:
                head = file.read(HEAD_BYTES)
            fault = "" if is_library_head(head) else "is not a backup" if head else "is empty"
    except OSError as error:
        fault = f"cannot be read: {(error.strerror or str(error)).lower()}"
    if fault:
        raise LibraryError(f"{path} {fault}; {_UNCHANGED}", hint=_NAME_ANOTHER)


def _check_backup(fresh: Path, backup: Path) -> list[EntrySign]:
    """As `_check`, of a copy of a backup; an error names the backup itself."""
    try:
        return _check(fresh)
    except NewerLibraryError as error:
        raise NewerLibraryError(
            f"the backup {backup} was made by a newer release of review; {_UNCHANGED}",
            hint="Upgrade review, or name an earlier backup: review restore BACKUP",
        ) from error
    except LibraryError as error:
        raise LibraryError(
            f"the backup {backup} is damaged; {_UNCHANGED}", hint=_NAME_ANOTHER
        ) from error


def put_in_place(fresh: Path, path: Path, called: str) -> Path | None:
    """Put a closed file in a library's place, under its write lock. The present one is kept beside
    it, as `library.<called>.db` or with a number; gives where. The index is deleted, to be made
    again."""
    kept = None
    with in_users_words(path), between_transactions(path):
        if path.exists():
            kept = _free_name(path.with_name(f"library.{called}.db"))
            shutil.copyfile(path, kept)
            for beside in _BESIDE:
                present = path.with_name(path.name + beside)
                if present.exists():
                    present.replace(kept.with_name(kept.name + beside))
        fresh.replace(path)
    discard(path.with_name("chroma"))
    if kept is not None:
        _tidy(kept)
    return kept


def _tidy(kept: Path) -> None:
    """Delete what SQLite has beside a file that nobody writes to any more, except a log that still
    holds commits."""
    log, shared = (kept.with_name(kept.name + beside) for beside in _BESIDE)
    shared.unlink(missing_ok=True)
    if log.is_file() and not log.stat().st_size:
        log.unlink()


def _free_name(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _delete(part: Path) -> None:
    """Delete an unfinished file, with what SQLite keeps beside it."""
    for beside in ("", *_BESIDE, "-journal"):
        part.with_name(part.name + beside).unlink(missing_ok=True)
