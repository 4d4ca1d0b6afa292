"""Makes a damaged library's file again: from what is left in it, and from the files it came from.

Only SQLite's file is read; the damaged one is kept beside the new one.
"""

from __future__ import annotations

import shutil
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from reviewer.errors import LibraryError, require_path
from reviewer.library.backup import put_in_place
from reviewer.library.catalogue import Catalogue
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.merge import Merger
from reviewer.library.same_content import hold_the_same
from reviewer.library.source_files import remembered
from reviewer.library.storage.bounds import digest
from reviewer.library.storage.lock import writing
from reviewer.library.storage.salvage import Pages, Row, is_whole, rows_of_table
from reviewer.library.storage.sqlite import SqliteDatabase
from reviewer.sources import ReadOptions, read_file
from reviewer.types import Paper
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress, silent

_MERGE_BATCH = 500
_PAPER_COLUMNS, _ENTRY_COLUMNS = 8, 6
# Made again from papers and entries, or copied by `_copy_vectors`.
_DERIVED = {
    "papers", "records", "aliases", "tags", "identities", "chunks", "segments", "postings",
    "words", "dead_chunks", "removed_chunks", "state", "likenesses", "blocks", "arrivals", "files",
    "vectors", "sentences",
}  # fmt: skip
_OWN_STATE = ("generation", "index")  # what the new file, and its index, have of their own


class Repaired(Frozen):
    """What a repair did. `entries` were in the file or were read again, `lost` neither.
    `files_gone` are files that papers were read from and that no longer exist. `kept_as` is where
    the damaged file is kept; with `is_sound` nothing was damaged and the file stays as it was."""

    papers: int
    entries: int
    read_again: int
    mended: int
    lost: int
    vectors: int
    files_gone: tuple[str, ...] = ()
    kept_as: str = ""
    is_sound: bool = False


@dataclass
class _Found:
    """What is in the damaged file: papers and entries by their numbers, each entry with its paper's
    number; and what was read again of the entries' files, by file and hash."""

    papers: dict[int, Paper] = field(default_factory=dict)
    entries: dict[int, tuple[int, Paper]] = field(default_factory=dict)
    again: dict[tuple[str, str], Paper] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    mended: int = 0


def repair_library(folder: Path, progress: Progress = silent) -> Repaired:
    """Put a new file in the place of the library's own, unless that is sound. Raises UsageError for
    an address in place of the folder, and LibraryError when the file is missing, or when nothing
    can be read from it nor from any other file; then it is left unchanged."""
    require_path(folder, "the library", "Name a folder with --library.")
    path = folder / "library.db"
    if not path.is_file():
        raise LibraryError(f"no library in {folder}", hint="Name one with --library.")
    with writing(folder, progress):
        try:
            return _repair(path, progress)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise LibraryError(
                f"{path} cannot be repaired: {reason}", hint="Check the disk and its space."
            ) from error


def _repair(path: Path, progress: Progress) -> Repaired:
    progress("Reading what is left in the file", 0, 0)
    found = _read(path)
    _read_again(found, path, progress)
    if not found.again and not found.papers and not found.entries:
        if is_whole(path):  # a library without papers
            return Repaired(
                papers=0, entries=0, read_again=0, mended=0, lost=0, vectors=0, is_sound=True
            )
        raise LibraryError(
            f"no paper can be read from {path}; it is left unchanged",
            hint="Put a backup in its place: review restore BACKUP",
        )
    fresh = path.with_name("repair.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        done = _write(fresh / path.name, path, found)
        if not (done.read_again or done.mended or done.lost) and hold_the_same(
            path, fresh / path.name
        ):
            return done.model_copy(update={"is_sound": True})
        kept_as = put_in_place(fresh / path.name, path, "damaged")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return done.model_copy(update={"kept_as": str(kept_as)})


def _read(path: Path) -> _Found:
    found, pages = _Found(), Pages(path)
    for row in pages.rows(_PAPER_COLUMNS):
        paper = _paper(row)
        if paper is not None and row[1:4] == (paper.id, paper.key, paper.title):
            found.papers.setdefault(_whole(row[0]), paper)
    for row in pages.rows(_ENTRY_COLUMNS):
        entry = _paper(row)
        if entry is not None and row[4] in {origin.sha256 for origin in entry.origins}:
            found.entries.setdefault(_whole(row[0]), (_whole(row[1]), entry))
    return found


def _paper(row: Row) -> Paper | None:
    """The paper or entry in a row's last column, if the row is of a table that has one."""
    text = row[-1]
    if not isinstance(row[0], int) or not isinstance(text, str) or not text.startswith("{"):
        return None
    try:
        return Paper.from_json(text)
    except ValidationError:
        return None


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _read_again(found: _Found, path: Path, progress: Progress) -> None:
    """Read the files that papers came from, and where the library is damaged all that are listed
    beside it, without what was removed. Where a text differs from the library's for the same
    entry, the file's is used: bits of the other may have changed. What is new in a file is not the
    matter of a repair while the library is whole."""
    listed, options = remembered(path.parent), _options_in(path)
    entries = [entry for _, entry in found.entries.values()]
    kept = {_sign(entry) for entry in entries}
    origins = [o for paper in [*found.papers.values(), *entries] for o in paper.origins]
    held = {(origin.file, origin.sha256) for origin in origins}
    named = {file for file, _ in held if Path(file).is_absolute()}  # the others are no files
    if not (is_all := is_whole(path)):
        named |= {file for file in listed if Path(file).is_file()}
    files = sorted(named)
    for done, file in enumerate(files):
        progress("Reading files again", done, len(files))
        if Path(file).is_file():
            read = read_file(file, options.get(file, ReadOptions()))
            removed = {(file, sha256) for sha256 in listed.get(file, ())} - kept
            signed = {_sign(p): p for p in read.papers if _sign(p) not in removed}
            found.again |= {s: p for s, p in signed.items() if s in held or not is_all}
    found.gone = tuple(file for file in files if not Path(file).is_file())
    for number, (paper, entry) in found.entries.items():
        again = found.again.get(_sign(entry))
        if again is not None and again.parts != entry.parts:
            found.entries[number] = (paper, entry.model_copy(update={"parts": again.parts}))
            found.mended += 1


def _options_in(path: Path) -> dict[str, ReadOptions]:
    """What each file was read with, as far as that can still be read."""
    found = {}
    for row in rows_of_table(path, "files"):
        with suppress(ValueError, TypeError, IndexError):
            found[str(row[0])] = ReadOptions.from_text(str(row[4]))
    return found


def _sign(entry: Paper) -> tuple[str, str]:
    return (entry.origins[0].file, entry.origins[0].sha256)


def _write(fresh: Path, path: Path, found: _Found) -> Repaired:
    """Write the new file, whole and closed; gives what is in it."""
    with closing(SqliteDatabase(fresh)) as database:
        chunks = ChunkStore(database)
        merger = Merger(database, chunks)
        rest = [*_save_papers(database, merger, found), *found.again.values()]
        for start in range(0, len(rest), _MERGE_BATCH):
            merger.merge(rest[start : start + _MERGE_BATCH])
        with database.transaction():
            vectors = _copy_vectors(database, path)
            _copy_others(database, path)
        chunks.index_words()
        rows = database.rows("SELECT file, sha256 FROM records")
        wanted = {(o.file, o.sha256) for p in found.papers.values() for o in p.origins}
        return Repaired(
            papers=int(database.value("SELECT count(*) FROM papers")),
            entries=len(rows),
            read_again=len(rows) - len(found.entries),
            mended=found.mended,
            lost=len(wanted - set(rows)),
            vectors=vectors,
            files_gone=found.gone,
        )


def _save_papers(database: SqliteDatabase, merger: Merger, found: _Found) -> list[Paper]:
    """Keep the papers under their numbers, with their entries; gives entries without a paper."""
    catalogue = Catalogue(database)
    orphans = []
    entries: dict[int, list[tuple[int, Paper]]] = {number: [] for number in found.papers}
    for number, (owner, entry) in sorted(found.entries.items()):
        if owner in entries:
            entries[owner].append((number, entry))
        else:
            orphans.append(entry)
    with database.transaction():
        database.next_generation()
        for number, paper in sorted(found.papers.items()):
            database.run(
                "INSERT OR IGNORE INTO papers (number, id, key, title, date, venue, paper) "
                "VALUES (?, ?, ?, ?, '', '', '')",
                (number, paper.id, paper.key, paper.title),
            )
            if catalogue.number_of(paper.id) == number:
                catalogue.save_paper(paper)
                database.run_many(
                    "INSERT OR IGNORE INTO records VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (n or None, number, o.file, o.position, o.sha256, entry.model_dump_json())
                        for n, entry in entries[number] or _own_entries(paper)
                        for o in entry.origins[:1]
                    ],
                )
    for number in sorted(found.papers):
        if catalogue.papers_numbered([number]):
            merger.remake(number)
    return orphans


def _own_entries(paper: Paper) -> list[tuple[int, Paper]]:
    """Substitutes for the lost entries of a paper: the paper, as if each had held all of it."""
    bare = paper.model_copy(update={"id": "", "key": "", "aliases": (), "tags": (), "notes": ""})
    return [(0, bare.model_copy(update={"origins": (origin,)})) for origin in paper.origins]


def _copy_vectors(database: SqliteDatabase, path: Path) -> int:
    """Copy vectors and sentences of the chunks that are unchanged; gives how many vectors. The id
    of a chunk is a hash over all that its vector was made of."""
    state = {row[0]: row[1] for row in rows_of_table(path, "state") if len(row) == 2}
    for name, value in state.items():
        if not str(name).startswith(_OWN_STATE):
            database.set_state(str(name), str(value))
    dimensions = state.get("dimensions")
    if not str(dimensions).isdecimal() or not state.get("embedding"):
        return 0
    ids = {row[0]: row[1] for row in rows_of_table(path, "chunks")}
    numbers: dict[object, int] = dict(database.rows("SELECT id, number FROM chunks"))
    generation, bytes_each = database.generation, 4 * int(str(dimensions))
    copied = set()
    for old, vector, *_ in rows_of_table(path, "vectors"):
        number = numbers.get(ids.get(old))
        if number is not None and isinstance(vector, bytes) and len(vector) == bytes_each:
            database.run(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", (number, vector, generation)
            )
            copied.add(number)
    for old, spans, vectors in rows_of_table(path, "sentences"):
        number = numbers.get(ids.get(old))
        if number in copied:
            database.run("INSERT INTO sentences VALUES (?, ?, ?)", (number, spans, vectors))
    return len(copied)


def _copy_others(database: SqliteDatabase, path: Path) -> None:
    """Copy all other tables, row by row, as far as they can be read."""
    names = database.column(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    for table in sorted(set(names) - _DERIVED):
        columns = len(database.rows(f"PRAGMA table_info({table})"))
        found = map(partial(_of_this_form, table), rows_of_table(path, table))
        rows = [row for row in found if len(row) == columns]
        marks = ",".join("?" * columns)
        database.run_many(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)


def _of_this_form(table: str, row: Row) -> Row:
    """A row of an earlier release's table as this form has it: questions have their SHA-256, runs
    who made them."""
    if table == "questions" and len(row) == 2:
        return (digest(str(row[0])), *row)
    if table == "runs" and len(row) == 5:
        return (*row, "")
    return row
