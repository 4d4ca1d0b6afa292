"""Reads the labels of an ASReview project (`.asreview`, a ZIP file with an SQLite file in it)."""

from __future__ import annotations

import io
import sqlite3
import zipfile
import zlib
from contextlib import closing
from typing import Any

from reviewer.errors import SourceError

MOST_UNPACKED = 256_000_000  # bytes
_MOST_MEMBERS = 10_000
_MOST_STEPS = 20_000_000  # of SQLite's machine: a file of another's making may hold endless views
_RESULTS = "results.db"
_STATEMENT = (
    "SELECT record.record_id, title, doi, year, results.label, results.time, results.note, "
    "results.tags, results.user_id FROM record JOIN results ON results.record_id = record.record_id"
)
_HEADS = "record_id title doi year label time note tags user".split()
_CHANGES = "SELECT record_id, label, time, user_id FROM decision_changes"


def labels_of_project(data: bytes) -> tuple[list[dict[str, Any]], int]:
    """The labelled records, each with its title, DOI, label (1, 0), time (seconds since 1970), note
    and tags; and how many earlier labels were changed, which are not in them.

    Raises SourceError for a file that is no such project, is damaged, or unpacks to too much.
    """
    content = unpacked_member(data, _RESULTS)
    try:
        with closing(sqlite3.connect(":memory:")) as opened:
            opened.deserialize(_without_log(content))
            opened.execute("PRAGMA trusted_schema = OFF")
            opened.set_progress_handler(lambda: 1, _MOST_STEPS)
            rows = opened.execute(_STATEMENT).fetchall()
            changed = len(opened.execute(_CHANGES).fetchall())
    except (sqlite3.Error, OverflowError, MemoryError) as error:
        raise SourceError(
            f"the project's {_RESULTS} cannot be read: {error}",
            hint="ASReview 2 and 3 write it; of another one export CSV or RIS there.",
        ) from error
    return [dict(zip(_HEADS, row, strict=True)) for row in rows], changed


def _without_log(content: bytes) -> bytes:
    """The file marked as one without a write-ahead log, which a database in memory cannot have."""
    return content[:18] + b"\1\1" + content[20:]


def is_project(data: bytes) -> bool:
    """True for the bytes of a ZIP file that names the files of such a project."""
    return data.startswith(b"PK\x03\x04") and b"project.json" in data and b"results.db" in data


def unpacked_member(data: bytes, *wanted: str) -> bytes:
    """The content of the one file of a ZIP file that has one of these names, in any folder. Raises
    SourceError where none or several have, and for an archive that is damaged, locked or unpacks to
    too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            found = [n for n in names if n.rpartition("/")[2] in wanted]
            if len(names) > _MOST_MEMBERS or len(found) != 1:
                raise SourceError(
                    f"it holds {len(found)} files {' or '.join(wanted)}",
                    hint="Export CSV or RIS there.",
                )
            with archive.open(found[0]) as member:
                content = member.read(MOST_UNPACKED + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise SourceError("the archive is damaged", hint="Save it again.") from error
    except (RuntimeError, NotImplementedError) as error:
        raise SourceError(
            "the archive is locked by a password, or packed in an unknown way",
            hint="Export CSV or RIS there.",
        ) from error
    if len(content) > MOST_UNPACKED:
        raise SourceError(
            f"the archive unpacks to more than {MOST_UNPACKED // 1_000_000} MB",
            hint="Export CSV or RIS there.",
        )
    return content
