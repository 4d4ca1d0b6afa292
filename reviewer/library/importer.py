"""Reads files into the catalogue. One that has not changed since it was read is not read again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reviewer.library.catalogue import Catalogue, KeptRecord
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.merge import Joined, Joiner
from reviewer.library.source_files import remember
from reviewer.library.storage.database import Database
from reviewer.sources import Entries, ReadOptions, read_bytes, read_file
from reviewer.sources.entries import hash_of
from reviewer.sources.parsing.linked_pdfs import FILES, find_linked, own_folders
from reviewer.sources.text_file import STDIN, file_bytes
from reviewer.text.encoding import decode
from reviewer.types import Paper
from reviewer.types.papers import Added, Part, Skipped
from reviewer.types.progress import Progress

_BATCH = 500  # entries that are committed together: so much is read again after a kill
_BATCH_FILES = 200
_LINKED_SUFFIX = ".pdf"
_BIBLIOGRAPHIES = (".bib", ".bibtex", ".ris", ".enw", ".xml", ".json")

Save = Callable[[], None]


@dataclass(frozen=True)
class _State:
    """How a file was when it was read; `entries` is how many it gave."""

    size: int
    mtime_ns: int
    sha256: str
    options: str
    entries: int = 0
    skipped: tuple[Skipped, ...] = ()


@dataclass
class _Batch:
    """Entries of several files that wait to be committed together."""

    papers: list[Paper] = field(default_factory=list)
    replaced: dict[str, KeptRecord] = field(default_factory=dict)
    states: dict[str, _State] = field(default_factory=dict)


@dataclass
class _Told:
    """What reading has done so far."""

    joined: list[Joined] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[Skipped] = field(default_factory=list)
    entries: int = 0
    files_read: int = 0
    unchanged: int = 0


class FileReader:
    """Works on one open database."""

    def __init__(self, database: Database, chunks: ChunkStore, options: ReadOptions) -> None:
        self._database = database
        self._catalogue = Catalogue(database)
        self._joiner = Joiner(database, chunks)
        self._options = options
        self._sign = options.as_text()
        self._batch = _Batch()
        self._told = _Told()
        self._linked: set[str] = set()

    def read(self, files: Sequence[str | Skipped], progress: Progress) -> Added:
        """Read all files; a bad one never stops the others. What a batch holds is safe when it is
        committed, and a run that was stopped goes on after its last batch."""
        ordered = sorted(
            files, key=lambda f: isinstance(f, str) and f.lower().endswith(_LINKED_SUFFIX)
        )
        try:
            for done, file in enumerate(ordered):
                progress("Reading", done, len(files))
                if isinstance(file, Skipped):
                    self._told.skipped.append(file)
                elif file not in self._linked:
                    self._read(file)
        except KeyboardInterrupt:  # what was read by then is kept
            self._commit()
            raise
        self._commit()
        progress("Reading", len(files), len(files))
        told = self._told
        return summed(told.joined, told.entries, told.skipped, told.notes, told.files_read)

    def _read(self, file: str) -> None:
        known = self._known(file)
        before = _stat(file)
        if known and before and (known.size, known.mtime_ns) == before and not known.skipped:
            self._pass_over(file, known)
            return
        data = file_bytes(file)
        sha256 = hash_of(data) if isinstance(data, bytes) else ""
        if known and sha256 and sha256 == known.sha256 and not known.skipped:
            self._batch.states[file] = _State(
                *(before or (0, 0)), sha256, self._sign, known.entries
            )
            self._pass_over(file, known)
            return
        if isinstance(data, str):
            entries = Entries(skipped=(Skipped(file=file, reason=data),))
        else:
            entries = read_bytes(data, file, self._options)
        self._take(file, entries)
        if file != STDIN and before:
            kept = (*entries.skipped,)
            self._batch.states[file] = _State(
                *before, sha256, self._sign, len(entries.papers), kept
            )
        self._follow(file, entries.papers, data if isinstance(data, bytes) else b"")
        if len(self._batch.papers) >= _BATCH or len(self._batch.states) >= _BATCH_FILES:
            self._commit()

    def _pass_over(self, file: str, known: _State) -> None:
        self._told.entries += known.entries
        self._told.unchanged += known.entries
        self._told.files_read += bool(known.entries)
        if file.lower().endswith(_BIBLIOGRAPHIES):
            records = [kept.record for kept in self._catalogue.records_in_file(file)]
            if any(FILES in record.extra for record in records):
                data = file_bytes(file)
                self._follow(file, records, data if isinstance(data, bytes) else b"", is_new=False)

    def _take(self, file: str, entries: Entries) -> None:
        self._told.skipped += entries.skipped
        self._told.notes += entries.notes
        self._told.entries += len(entries.papers)
        self._told.files_read += bool(entries.papers)
        self._batch.papers += entries.papers
        self._batch.replaced |= self._replaced(file, entries.papers)

    def _replaced(self, file: str, papers: Sequence[Paper]) -> dict[str, KeptRecord]:
        """By the hash of a new entry of a changed file the kept one that it stands for: the one
        with its key, or the only one of a file that holds one paper."""
        kept = self._catalogue.records_in_file(file) if file != STDIN else []
        signs = {origin.sha256 for paper in papers for origin in paper.origins}
        gone = [k for k in kept if k.record.origins[0].sha256 not in signs]
        own = {k.record.origins[0].sha256 for k in kept}
        fresh = [p for p in papers if p.origins[0].sha256 not in own]
        if len(kept) == len(papers) == 1:
            return {p.origins[0].sha256: k for p, k in zip(fresh, gone, strict=False)}
        by_key = {k.record.key: k for k in gone if k.record.key}
        return {p.origins[0].sha256: by_key[p.key] for p in fresh if p.key in by_key}

    def _follow(
        self, file: str, papers: Sequence[Paper], data: bytes, *, is_new: bool = True
    ) -> None:
        """Read the PDFs that entries of a bibliography name, each as the text of its entry."""
        folders: tuple[str, ...] = ()
        missing = 0
        if any(FILES in paper.extra for paper in papers):
            folders = tuple(own_folders(decode(data).text))
        for paper in papers:
            for link in paper.extra.get(FILES, ()):
                found = find_linked(str(link), file, folders)
                if found is None:
                    missing += 1
                elif str(found.absolute()) not in self._linked:
                    self._linked.add(str(found.absolute()))
                    self._read_linked(str(found.absolute()), paper)
        if missing and is_new:
            reason = f"{missing} linked PDF{'s are' if missing > 1 else ' is'} not where it says"
            self._told.notes.append(Skipped(file=file, reason=reason))

    def _read_linked(self, file: str, entry: Paper) -> None:
        known, before = self._known(file), _stat(file)
        if known and before == (known.size, known.mtime_ns) and not known.skipped:
            self._told.unchanged += known.entries
            self._told.entries += known.entries
            return
        found = read_file(file, self._options)
        texts = tuple(_text_of_entry(entry, paper) for paper in found.papers)
        self._take(file, Entries(texts, found.skipped, found.notes))
        if before:
            self._batch.states[file] = _State(
                *before, "", self._sign, len(texts), tuple(found.skipped)
            )

    def _known(self, file: str) -> _State | None:
        rows = self._database.rows(
            "SELECT size, mtime_ns, sha256, options, entries, skipped FROM files "
            "WHERE file = ? AND options = ?",
            (file, self._sign),
        )
        if not rows:
            return None
        *facts, skipped = rows[0]
        reasons = tuple(Skipped(file=file, reason=r) for r in json.loads(skipped))
        size, mtime_ns, sha256, options, entries = facts
        return _State(size, mtime_ns, sha256, options, entries, reasons)

    def _commit(self) -> None:
        batch, self._batch = self._batch, _Batch()
        if not (batch.papers or batch.states):
            return
        remember(self._database.path.parent, [f for f, s in batch.states.items() if s.entries])
        with self._database.transaction():
            if batch.papers:
                for start in range(0, len(batch.papers), _BATCH):
                    piece = batch.papers[start : start + _BATCH]
                    self._told.joined.append(self._joiner.join(piece, batch.replaced))
            self._database.run_many(
                "INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?)",
                [
                    (file, s.size, s.mtime_ns, s.sha256, s.options, s.entries,
                     json.dumps([skipped.reason for skipped in s.skipped]))
                    for file, s in batch.states.items()
                ],
            )  # fmt: skip


def _text_of_entry(entry: Paper, found: Paper) -> Paper:
    """A linked PDF's text under the facts of the entry that names it."""
    title = Part(name="title", text=entry.title)
    own = [
        p for p in found.parts if p.name == "body" or (p.name == "abstract" and not entry.abstract)
    ]
    return entry.model_copy(
        update={"parts": (title, *own), "origins": found.origins, "extra": {**found.extra}}
    )


def _stat(file: str) -> tuple[int, int] | None:
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def summed(
    joined: Sequence[Joined],
    entries: int,
    skipped: Sequence[Skipped],
    notes: Sequence[Skipped],
    files_read: int,
) -> Added:
    """What several batches did: a paper that one added and another updated was added."""
    added = tuple(dict.fromkeys(i for j in joined for i in j.added))
    updated = tuple(dict.fromkeys(i for j in joined for i in j.updated if i not in added))
    return Added(
        entries=entries,
        added=added,
        updated=updated,
        unchanged=entries - len(added) - len(updated),
        skipped=tuple(skipped),
        notes=tuple(notes),
        files_read=files_read,
    )
