"""Makes a damaged library's file anew: from what stands in it, and from the files it came from.

Only SQLite's file is looked at; the damaged one is kept beside the new one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from reviewer.errors import LibraryError
from reviewer.library.backup import put_in_place
from reviewer.library.catalogue import Catalogue
from reviewer.library.dedupe.groups import identities
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.merge import Joiner
from reviewer.library.source_files import remembered
from reviewer.library.storage.database import Database
from reviewer.library.storage.lock import writing
from reviewer.library.storage.salvage import Pages, Row, is_whole, rows_of_table
from reviewer.sources import ReadOptions, read_file
from reviewer.sources.text_file import STDIN
from reviewer.types import Paper
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress, silent

_JOIN_BATCH = 500
_PAPER_COLUMNS, _RECORD_COLUMNS = 8, 6
_VECTOR_TABLES = ("vectors", "sentences")
# Made anew from papers and records, or from the vectors: what stands in these is not copied.
_DERIVED = {
    "papers", "records", "aliases", "tags", "identities", "chunks", "segments", "postings",
    "words", "dead_chunks", "removed_chunks", "state", "likenesses", "blocks", "arrivals", "files",
    *_VECTOR_TABLES,
}  # fmt: skip
_OWN_STATE = ("generation", "index", "embedding", "dimensions")


class Repaired(Frozen):
    """What a repair did. `entries` stood in the file or were read again, `lost` did neither.
    `files_gone` are files that papers were read from and that are no more."""

    papers: int
    entries: int
    read_again: int
    mended: int
    lost: int
    vectors: int
    files_gone: tuple[str, ...] = ()
    kept_as: str = ""


@dataclass
class _Found:
    """What stands in the damaged file: papers and records by their numbers, and what was read of
    the records' files by file and hash."""

    papers: dict[int, Paper] = field(default_factory=dict)
    records: dict[int, tuple[int, Paper]] = field(default_factory=dict)
    again: dict[tuple[str, str], Paper] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    mended: int = 0


def repair_library(folder: Path, progress: Progress = silent) -> Repaired:
    """Put a new file in the place of the library's own. Raises LibraryError when there is none, or
    when nothing can be read of it and of no file, so that it is left as it is."""
    path = folder / "library.db"
    if not path.is_file():
        raise LibraryError(f"there is no library in {folder}", hint="Name one with --library.")
    with writing(folder, progress):
        try:
            return _repair(path, progress)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise LibraryError(
                f"{path} cannot be repaired: {reason}", hint="Check the disk and its space."
            ) from error


def _repair(path: Path, progress: Progress) -> Repaired:
    progress("Reading what stands in the file", 0, 0)
    found = _read(path)
    _read_again(found, path, progress)
    if not found.again and not found.papers and not found.records:
        raise LibraryError(
            f"no paper can be read from {path}; it is left as it is",
            hint="Put a backup in its place: review restore BACKUP",
        )
    fresh = path.with_name("repair.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        done = _write(fresh / path.name, path, found)
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
    for row in pages.rows(_RECORD_COLUMNS):
        record = _paper(row)
        if record is not None and row[4] in {origin.sha256 for origin in record.origins}:
            found.records.setdefault(_whole(row[0]), (_whole(row[1]), record))
    return found


def _paper(row: Row) -> Paper | None:
    """The paper that a row's last column holds, if the row is one of papers or records."""
    text = row[-1]
    if not isinstance(row[0], int) or not isinstance(text, str) or not text.startswith("{"):
        return None
    try:
        return Paper.model_validate_json(text)
    except ValidationError:
        return None


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _read_again(found: _Found, path: Path, progress: Progress) -> None:
    """Read the files that papers came from, and where the library is damaged all that are listed
    beside it, without what was removed. A text that differs from what stands there for the same
    entry is taken from the file: bits may have changed in it."""
    listed, options = remembered(path.parent), _options_in(path)
    stands = {_sign(record) for _, record in found.records.values()}
    every = [*found.papers.values(), *(record for _, record in found.records.values())]
    named = {o.file for paper in every for o in paper.origins} - {STDIN}
    if not is_whole(path):
        named |= {file for file in listed if Path(file).is_file()}
    files = sorted(named)
    for done, file in enumerate(files):
        progress("Reading files again", done, len(files))
        if Path(file).is_file():
            read = read_file(file, options.get(file, ReadOptions()))
            entries = {_sign(p): p for p in read.papers}
            removed = {(file, sha256) for sha256 in listed.get(file, ())} - stands
            found.again |= {sign: p for sign, p in entries.items() if sign not in removed}
    found.gone = tuple(file for file in files if not Path(file).is_file())
    for number, (paper, record) in found.records.items():
        again = found.again.get(_sign(record))
        if again is not None and again.parts != record.parts:
            found.records[number] = (paper, record.model_copy(update={"parts": again.parts}))
            found.mended += 1


def _options_in(path: Path) -> dict[str, ReadOptions]:
    """What each file was read with, as far as it still stands there."""
    found = {}
    for row in rows_of_table(path, "files"):
        with suppress(ValueError, TypeError, IndexError):
            found[str(row[0])] = ReadOptions.from_text(str(row[4]))
    return found


def _sign(record: Paper) -> tuple[str, str]:
    return (record.origins[0].file, record.origins[0].sha256)


def _write(fresh: Path, path: Path, found: _Found) -> Repaired:
    """The new file, whole and closed, and what is in it."""
    database = Database(fresh)
    try:
        catalogue, chunks = Catalogue(database), ChunkStore(database)
        joiner = Joiner(database, chunks)
        without_paper = _save_papers(database, catalogue, joiner, found)
        for some in _batches([*without_paper, *found.again.values()]):
            joiner.join(some)
        with database.transaction():
            vectors = _copy_vectors(database, path)
            _copy_others(database, path)
        chunks.index_words()
        entries = int(database.rows("SELECT count(*) FROM records")[0][0])
        kept = {(file, sha) for file, sha in database.rows("SELECT file, sha256 FROM records")}
        wanted = {(o.file, o.sha256) for p in found.papers.values() for o in p.origins}
        return Repaired(
            papers=catalogue.count(),
            entries=entries,
            read_again=entries - len(found.records),
            mended=found.mended,
            lost=len(wanted - kept),
            vectors=vectors,
            files_gone=found.gone,
        )
    finally:
        database.close()


def _save_papers(
    database: Database, catalogue: Catalogue, joiner: Joiner, found: _Found
) -> list[Paper]:
    """Keep the papers under their numbers, with their records; gives records without a paper."""
    orphans = []
    records: dict[int, list[tuple[int, Paper]]] = {number: [] for number in found.papers}
    for number, (owner, record) in sorted(found.records.items()):
        if owner in records:
            records[owner].append((number, record))
        else:
            orphans.append(record)
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
                _save_records(database, number, records[number] or _own_records(paper))
    for number in sorted(found.papers):
        if catalogue.papers_numbered([number]):
            joiner.remake(number)
    return orphans


def _own_records(paper: Paper) -> list[tuple[int, Paper]]:
    """What stands for the lost records of a paper: the paper, as if each had held all of it."""
    bare = paper.model_copy(update={"id": "", "key": "", "aliases": (), "tags": (), "notes": ""})
    return [(0, bare.model_copy(update={"origins": (origin,)})) for origin in paper.origins]


def _save_records(database: Database, paper: int, records: Sequence[tuple[int, Paper]]) -> None:
    for number, record in records:
        origin = record.origins[0]
        database.run(
            "INSERT OR IGNORE INTO records VALUES (?, ?, ?, ?, ?, ?)",
            (number or None, paper, origin.file, origin.position, origin.sha256,
             record.model_dump_json()),
        )  # fmt: skip
        names = {f"{kind}:{value}" for kind, value in identities(record)}
        database.run_many(
            "INSERT OR IGNORE INTO identities VALUES (?, ?)", [(name, paper) for name in names]
        )


def _copy_vectors(database: Database, path: Path) -> int:
    """Vectors and sentences of the chunks that are as they were; gives how many vectors. A chunk's
    id is a hash over all that its vector was made of."""
    state = {row[0]: row[1] for row in rows_of_table(path, "state") if len(row) == 2}
    for name, value in state.items():
        is_kept = not str(name).startswith(_OWN_STATE)
        if is_kept or name in ("embedding", "dimensions"):
            database.set_state(str(name), str(value))
    dimensions = state.get("dimensions")
    if not str(dimensions).isdecimal() or not state.get("embedding"):
        return 0
    ids = {row[0]: row[1] for row in rows_of_table(path, "chunks")}
    numbers = dict(database.rows("SELECT id, number FROM chunks"))
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


def _copy_others(database: Database, path: Path) -> None:
    """All other tables, row by row, as far as they can be read."""
    names = database.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    for (table,) in names:
        if table in _DERIVED:
            continue
        columns = len(database.rows(f"PRAGMA table_info({table})"))
        rows = [row for row in rows_of_table(path, table) if len(row) == columns]
        marks = ",".join("?" * columns)
        database.run_many(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)


def _batches(records: Sequence[Paper]) -> Iterator[Sequence[Paper]]:
    for start in range(0, len(records), _JOIN_BATCH):
        yield records[start : start + _JOIN_BATCH]
