"""Ways papers come in: one file each, recognised by content. Finding and reading the files."""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from reviewer.errors import SourceError
from reviewer.sources.text_file import BINARY, PACKED, STDIN, file_bytes, text_of
from reviewer.types.papers import Origin, Paper, Part, Skipped

PACKED_FORMATS = ("docx",)  # bytes, no text
FORMATS = tuple(  # asked in this order: those that a first line gives away before the others
    "openalex semantic_scholar csl_json pubmed_xml endnote_xml atom jats html bibtex nbib "
    "web_of_science ris enw jsonl daily_papers table markdown plain_text".split()
)
NAMED_FORMATS = (
    "PDF, BibTeX, RIS, CSL-JSON, PubMed (nbib and XML), EndNote (enw and XML), Web of Science, "
    "OpenAlex, Semantic Scholar, arXiv Atom, JATS, CSV and TSV, JSON Lines, daily-papers listings, "
    "and single papers as Markdown, text, HTML or DOCX"
)


@dataclass(frozen=True)
class ReadOptions:
    """What a reader may be told. `listing_year` completes dates that lack their year; `columns`
    pairs headers of a table with what they hold (`sources.table.FIELDS`); `has_ocr`: the invisible
    text of scanned pages is trusted."""

    listing_year: int | None = None
    columns: tuple[tuple[str, str], ...] = ()
    has_ocr: bool = False

    def as_text(self) -> str:
        """As a library keeps what a file was read with."""
        return json.dumps([self.listing_year, sorted(self.columns), self.has_ocr])

    @classmethod
    def from_text(cls, text: str) -> ReadOptions:
        """What `as_text` gave. Raises ValueError or TypeError for another text."""
        year, columns, has_ocr = json.loads(text)
        return cls(year, tuple((header, field) for header, field in columns), has_ocr)


@dataclass(frozen=True)
class Entries:
    """What one file held. `notes` are things read all the same that the user should know."""

    papers: tuple[Paper, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Skipped, ...] = ()


class Source(Protocol):
    """A module of this folder."""

    def matches(self, text: str) -> bool:
        """True when the text is of this format, judged by content alone."""
        ...

    def read(self, text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
        """The entries in order; an entry that cannot be read is Skipped with its reason."""
        ...


def find_files(paths: Iterable[str]) -> Iterator[str | Skipped]:
    """Files behind names, folders (recursive, hidden ones left out), globs and `-`, each once.

    A name without a file is Skipped, so that one slip does not stop the others.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _files_at(path):
            name = found.file if isinstance(found, Skipped) else found
            if name not in seen:
                seen.add(name)
                yield found


def _files_at(path: str) -> Iterator[str | Skipped]:
    try:
        yield from _files_named(path, Path(path).expanduser())
    except (OSError, RuntimeError) as error:  # a name too long, or ~ of nobody
        reason = (getattr(error, "strerror", None) or str(error)).lower().rstrip(".")
        yield Skipped(file=path, reason=f"it cannot be looked for: {reason}")


def _files_named(path: str, place: Path) -> Iterator[str | Skipped]:
    if path == STDIN:
        yield STDIN
    elif place.is_dir():
        files = list(_files_below(place))
        if not files:
            yield Skipped(file=path, reason="the folder holds no files")
        yield from files
    elif place.exists() or place.is_symlink():
        yield str(place.absolute())
    elif glob.has_magic(path):
        names = sorted(n for n in glob.glob(str(place), recursive=True) if Path(n).is_file())  # noqa: PTH207
        if not names:
            yield Skipped(file=path, reason="no file fits this pattern")
        yield from (str(Path(name).absolute()) for name in names)
    else:
        yield Skipped(file=path, reason="there is no such file or folder")


def _files_below(folder: Path) -> Iterator[str | Skipped]:
    refused: list[Skipped] = []

    def refuse(error: OSError) -> None:
        reason = f"the folder cannot be opened: {(error.strerror or '').lower()}"
        refused.append(Skipped(file=str(error.filename), reason=reason))

    for place, folders, names in os.walk(folder.absolute(), onerror=refuse):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        yield from (str(Path(place) / n) for n in sorted(names) if not n.startswith("."))
    yield from refused


def read_file(file: str, options: ReadOptions) -> Entries:
    """All entries of one file (`-` for standard input). A file that cannot be read gives one
    Skipped and no papers; this never raises for a file's content."""
    data = file_bytes(file)
    return _refused(file, data) if isinstance(data, str) else read_bytes(data, file, options)


def read_bytes(data: bytes, file: str, options: ReadOptions) -> Entries:
    """All entries of what was read from `file`, as `read_file` gives them."""
    if not data.strip():
        return _refused(file, "the file is empty")
    packed = _read_packed(data, file, options)
    if packed is not None:
        return packed
    decoded = text_of(data)
    if decoded is None:
        return _refused(file, BINARY)
    entries = _read_text(decoded.text, file, options)
    if decoded.note and entries.papers:
        note = Skipped(file=file, reason=decoded.note)
        return Entries(entries.papers, entries.skipped, (note,))
    return entries


def _read_packed(data: bytes, file: str, options: ReadOptions) -> Entries | None:
    """The entries of what is no text; None for a text."""
    pdf = import_module("reviewer.sources.formats.pdf")
    if pdf.is_pdf(data):
        found: Entries = pdf.read_pdf(data, file, options)
        return found
    for name in PACKED_FORMATS:
        packed = import_module(f"reviewer.sources.formats.{name}")
        if packed.matches(data):
            return _sorted(packed.read(data, file, options), file)
    for magic, reason in PACKED.items():
        if data.startswith(magic):
            return _refused(file, reason)
    return None


def _refused(file: str, reason: str) -> Entries:
    return Entries(skipped=(Skipped(file=file, reason=reason),))


def _read_text(text: str, file: str, options: ReadOptions) -> Entries:
    if options.columns:
        table = import_module("reviewer.sources.formats.table")
        if table.matches_with(text, dict(options.columns)):
            return _sorted(table.read(text, file, options), file)
    for name in FORMATS:
        source: Source = import_module(f"reviewer.sources.formats.{name}")
        if source.matches(text):
            return _sorted(source.read(text, file, options), file)
    return _refused(file, f"it is in no format that review reads: {NAMED_FORMATS}")


def _sorted(found: Iterator[Paper | Skipped], file: str) -> Entries:
    papers, skipped = [], []
    try:
        for entry in found:
            if isinstance(entry, Paper):
                papers.append(entry)
            else:
                skipped.append(entry)
    except SourceError as error:  # the file as a whole is refused
        skipped.append(Skipped(file=file, reason=error.message))
    if not papers and not skipped:
        return _refused(file, "it holds no entries")
    return Entries(tuple(papers), tuple(skipped))


def parts_of(title: str, abstract: str = "", body: str = "") -> tuple[Part, ...]:
    """The parts that hold text."""
    texts = {"title": title, "abstract": abstract, "body": body}
    return tuple(Part(name=n, text=t) for n, t in texts.items() if t.strip())  # type: ignore[arg-type]


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def origin_of(raw: str, file: str, position: int) -> Origin:
    """The origin of an entry whose text as read is `raw`, at 1-based line `position`."""
    digest = hashlib.sha256(raw.encode("utf-8", errors="surrogatepass")).hexdigest()
    return Origin(file=file, position=position, sha256=digest)


def content_hash(paths: Iterable[str]) -> str:
    """A hash over the names and bytes of all files behind `paths`; equal files, equal hash.

    Raises SourceError when a path names nothing readable, because nothing could be asked over it,
    and for standard input, which can be read only once.
    """
    digest = hashlib.sha256()
    for found in find_files(paths):
        if isinstance(found, Skipped):
            raise SourceError(
                f"{found.file}: {found.reason}", hint="Give a file or a folder that holds papers."
            )
        if found == STDIN:
            raise SourceError(
                "standard input is no file", hint="Save it as a file, or add it: review add -"
            )
        digest.update(found.encode("utf-8", errors="surrogateescape") + b"\0")
        try:
            digest.update(hashlib.sha256(Path(found).read_bytes()).digest())
        except OSError:
            digest.update(b"unreadable")
    return digest.hexdigest()
