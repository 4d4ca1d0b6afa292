"""Imports files into the library. A file that is unchanged since it was read is not read again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reviewer.library.catalogue import Catalogue, KeptEntry
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.merge import Merged, Merger
from reviewer.library.source_files import remember
from reviewer.library.storage.database import Database
from reviewer.sources import Entries, ReadOptions, file_bytes, read_bytes, read_file
from reviewer.sources.entries import hash_of
from reviewer.sources.parsing.linked_pdfs import find_linked, links_of, own_folders
from reviewer.sources.text_file import STDIN
from reviewer.text.encoding import decode
from reviewer.types import Paper
from reviewer.types.papers import Added, Part, Skipped
from reviewer.types.progress import Progress

_BATCH = 500  # entries that are committed together: this many are read again after a kill
_BATCH_FILES = 200
_BIBLIOGRAPHIES = (".bib", ".bibtex", ".ris", ".enw", ".xml", ".json")


@dataclass(frozen=True)
class _State:
    """A file as it was when it was read; `entries` counts its entries, `skipped` gives the reasons
    why something in it could not be read."""

    size: int
    mtime_ns: int
    sha256: str
    entries: int
    skipped: tuple[str, ...] = ()

    def is_unchanged(self, stamp: tuple[int, int] | None) -> bool:
        return (self.size, self.mtime_ns) == stamp and not self.skipped


@dataclass
class _Batch:
    """Entries of several files that wait to be committed together."""

    papers: list[Paper] = field(default_factory=list)
    replaced: dict[str, KeptEntry] = field(default_factory=dict)
    states: dict[str, _State] = field(default_factory=dict)


@dataclass
class Totals:
    """What an import has done so far."""

    merged: list[Merged] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[Skipped] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    entries: int = 0
    files_read: int = 0

    def added(self) -> Added:
        """The sum of all batches: a paper that one added and another updated counts as added."""
        added = tuple(dict.fromkeys(i for m in self.merged for i in m.added))
        updated = tuple(dict.fromkeys(i for m in self.merged for i in m.updated if i not in added))
        merged = {paper.id: paper for m in self.merged for paper in m.merged}
        return Added(
            entries=self.entries,
            added=added,
            updated=updated,
            unchanged=self.entries - len(added) - len(updated),
            skipped=tuple(self.skipped),
            notes=tuple(self.notes),
            unread=tuple(dict.fromkeys(self.unread)),
            merged=tuple(merged.values()),
            files_read=self.files_read,
        )


class Importer:
    """Works on one open database."""

    def __init__(self, database: Database, chunks: ChunkStore, options: ReadOptions) -> None:
        self._database = database
        self._catalogue = Catalogue(database)
        self._merger = Merger(database, chunks)
        self._options = options
        self._batch = _Batch()
        self._totals = Totals()
        self._linked: set[str] = set()

    def read(self, files: Sequence[str | Skipped], progress: Progress) -> Added:
        """Read all files, PDFs last; a bad one never stops the others. What a batch holds is safe
        when it is committed, and a run that was stopped continues after its last batch."""
        try:
            for done, file in enumerate(sorted(files, key=_is_pdf)):
                progress("Reading", done, len(files))
                if isinstance(file, Skipped):
                    self._totals.skipped.append(file)
                    self._totals.unread.append(file.file)
                elif file not in self._linked:
                    self._read(file)
        except KeyboardInterrupt:  # what was read by then is kept
            self._commit()
            raise
        self._commit()
        progress("Reading", len(files), len(files))
        return self._totals.added()

    def take_items(self, file: str, items: Sequence[Paper], name: str, progress: Progress) -> Added:
        """Take entries of a source that is read again and again, and the PDFs that they link. An
        entry replaces the one of `file` that has the same text in its field `name` of `extra`."""
        kept = {k.entry.extra.get(name): k for k in self._catalogue.entries_in_file(file)}
        try:
            for done, item in enumerate(items):
                progress("Reading", done, len(items))
                before = kept.get(item.extra[name])
                self._totals.entries += 1
                self._totals.files_read += 1
                self._batch.papers.append(item)
                is_changed = before is not None and before.sign != item.origins[0].sha256
                if is_changed and before is not None:
                    self._batch.replaced[item.origins[0].sha256] = before
                self._follow(file, [item], b"", is_new=before is None, is_changed=is_changed)
                if len(self._batch.papers) >= _BATCH:
                    self._commit()
        except KeyboardInterrupt:  # what was read by then is kept
            self._commit()
            raise
        self._commit()
        return self._totals.added()

    def _read(self, file: str) -> None:
        known, stamp = self._known(file), _stamp(file)
        if known and known.is_unchanged(stamp):
            self._pass_over(file, known)
            return
        data = file_bytes(file)
        if isinstance(data, str):  # why it cannot be read
            entries = Entries(skipped=(Skipped(file=file, reason=data),))
            data, sha256 = b"", ""
        else:
            sha256 = hash_of(data)
            if known and sha256 == known.sha256 and not known.skipped:
                self._batch.states[file] = _State(*(stamp or (0, 0)), sha256, known.entries)
                self._pass_over(file, known)
                return
            entries = read_bytes(data, file, self._options)
        self._take(file, entries, stamp if file != STDIN else None, sha256)
        self._follow(file, entries.papers, data)
        if len(self._batch.papers) >= _BATCH or len(self._batch.states) >= _BATCH_FILES:
            self._commit()

    def _pass_over(self, file: str, known: _State) -> None:
        self._totals.entries += known.entries
        self._totals.files_read += bool(known.entries)
        if file.lower().endswith(_BIBLIOGRAPHIES):
            papers = [kept.entry for kept in self._catalogue.entries_in_file(file)]
            if any(map(links_of, papers)):
                data = file_bytes(file)
                self._follow(file, papers, data if isinstance(data, bytes) else b"", is_new=False)

    def _take(
        self, file: str, entries: Entries, stamp: tuple[int, int] | None, sha256: str
    ) -> None:
        """Put what a file gave into the batch, and how the file was, where it has a stamp."""
        self._totals.skipped += entries.skipped
        self._totals.notes += entries.notes
        self._totals.entries += len(entries.papers)
        self._totals.files_read += bool(entries.papers)
        self._totals.unread += [] if entries.papers else [file]
        self._batch.papers += entries.papers
        self._batch.replaced |= self._replaced(file, entries.papers)
        if stamp:
            reasons = tuple(skipped.reason for skipped in entries.skipped)
            self._batch.states[file] = _State(*stamp, sha256, len(entries.papers), reasons)

    def _replaced(self, file: str, papers: Sequence[Paper]) -> dict[str, KeptEntry]:
        """For new entries of a changed file, by their hashes, the kept entries that they replace:
        the one with the same key, or the only one of a file that holds one paper."""
        kept = self._catalogue.entries_in_file(file) if file != STDIN else []
        signs = {origin.sha256 for paper in papers for origin in paper.origins}
        gone = [k for k in kept if k.sign not in signs]
        own = {k.sign for k in kept}
        fresh = [p for p in papers if p.origins[0].sha256 not in own]
        if len(kept) == len(papers) == 1:
            return {p.origins[0].sha256: k for p, k in zip(fresh, gone, strict=False)}
        by_key = {k.entry.key: k for k in gone if k.entry.key}
        return {p.origins[0].sha256: by_key[p.key] for p in fresh if p.key in by_key}

    def _follow(
        self,
        file: str,
        papers: Sequence[Paper],
        data: bytes,
        *,
        is_new: bool = True,
        is_changed: bool = False,
    ) -> None:
        """Read the PDFs that entries of a bibliography name, each as the text of its entry; of
        those that have changed, unchanged PDFs too."""
        linking = [paper for paper in papers if links_of(paper)]
        folders = tuple(own_folders(decode(data).text)) if linking else ()
        missing = 0
        for paper in linking:
            for link in links_of(paper):
                found = find_linked(link, file, folders)
                if found is None:
                    missing += 1
                elif str(found.absolute()) not in self._linked:
                    self._linked.add(str(found.absolute()))
                    self._read_linked(str(found.absolute()), paper, is_changed=is_changed)
        if missing and is_new:
            reason = (
                f"{missing} linked PDF{'s are' if missing > 1 else ' is'} not where the entry says"
            )
            self._totals.notes.append(Skipped(file=file, reason=reason))

    def _read_linked(self, file: str, entry: Paper, *, is_changed: bool) -> None:
        known, stamp = self._known(file), _stamp(file)
        if known and known.is_unchanged(stamp) and not is_changed:
            self._totals.entries += known.entries
            return
        found = read_file(file, self._options)
        texts = tuple(_text_of_entry(entry, paper) for paper in found.papers)
        if is_changed:
            texts = tuple(_signed_for(entry, text) for text in texts)
        self._take(file, Entries(texts, found.skipped, found.notes), stamp, "")

    def _known(self, file: str) -> _State | None:
        """How the file was when it was last read with the same options."""
        rows = self._database.rows(
            "SELECT size, mtime_ns, sha256, entries, skipped FROM files "
            "WHERE file = ? AND options = ?",
            (file, self._options.as_text()),
        )
        if not rows:
            return None
        size, mtime_ns, sha256, entries, skipped = rows[0]
        return _State(size, mtime_ns, sha256, entries, tuple(json.loads(skipped)))

    def _commit(self) -> None:
        batch, self._batch = self._batch, _Batch()
        if not (batch.papers or batch.states):
            return
        remember(self._database.folder, [f for f, s in batch.states.items() if s.entries])
        options = self._options.as_text()
        with self._database.transaction():
            for start in range(0, len(batch.papers), _BATCH):
                some = batch.papers[start : start + _BATCH]
                self._totals.merged.append(self._merger.merge(some, batch.replaced))
            self._database.run_many(
                "INSERT INTO files VALUES (?,?,?,?,?,?,?) ON CONFLICT (file) DO UPDATE SET "
                "size = excluded.size, mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256, "
                "options = excluded.options, entries = excluded.entries, "
                "skipped = excluded.skipped",
                [
                    (file, s.size, s.mtime_ns, s.sha256, options, s.entries, json.dumps(s.skipped))
                    for file, s in batch.states.items()
                ],
            )


def _is_pdf(file: str | Skipped) -> bool:
    return isinstance(file, str) and file.lower().endswith(".pdf")


def _text_of_entry(entry: Paper, found: Paper) -> Paper:
    """A linked PDF's text under the facts of the entry that names it."""
    title = Part(name="title", text=entry.title)
    certainty = {n: c for n, c in found.extra.get("certainty", {}).items() if n != "title"}
    names = {"body", "references"} | ({"abstract"} if not entry.abstract else set())
    own = [part for part in found.parts if part.name in names]
    return entry.model_copy(
        update={
            "parts": (title, *own),
            "origins": found.origins,
            "extra": {**found.extra, "certainty": certainty},
        }
    )


def _signed_for(entry: Paper, text: Paper) -> Paper:
    """The text with a sign of its own for what its entry is now, so that it is no longer the one
    that is kept under the facts of the entry before."""
    own = text.origins[0]
    sign = hash_of(f"{own.sha256} {entry.origins[0].sha256}".encode())
    return text.model_copy(update={"origins": (own.model_copy(update={"sha256": sign}),)})


def _stamp(file: str) -> tuple[int, int] | None:
    """The file's size in bytes and its time in nanoseconds; None when it cannot be looked at."""
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
