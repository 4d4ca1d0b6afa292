"""Ways papers come in: one file each, recognised by content. Finding and decoding the files."""

from __future__ import annotations

import glob
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from reviewer.errors import SourceError
from reviewer.records import Origin, Paper, Skipped

FORMATS = ("csl_json", "bibtex", "ris", "web_of_science", "enw", "jsonl", "daily_papers")  # asked in this order
STDIN = "-"
_MOSTLY_JUNK = 0.1  # share of undecodable or control characters above which bytes are no text


@dataclass(frozen=True)
class ReadOptions:
    """What a reader may be told. `listing_year` completes dates that lack their year."""

    listing_year: int | None = None


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
    try:
        data = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    except OSError as error:
        return _refused(file, f"it cannot be opened: {(error.strerror or str(error)).lower()}")
    if not data.strip():
        return _refused(file, "the file is empty")
    text = data.decode("utf-8-sig", errors="replace")
    if _is_binary(text):
        return _refused(file, "it is binary data, not text")
    entries = _read_text(text, file, options)
    damage = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    if damage and entries.papers:
        reason = f"{damage} characters are not UTF-8 and were replaced by \ufffd"
        return Entries(entries.papers, entries.skipped, (Skipped(file=file, reason=reason),))
    return entries


def _refused(file: str, reason: str) -> Entries:
    return Entries(skipped=(Skipped(file=file, reason=reason),))


def _is_binary(text: str) -> bool:
    sample = text[:20_000]
    junk = sum(1 for c in sample if c == "\ufffd" or (c < " " and c not in "\t\n\r\f"))
    return "\0" in sample or junk > _MOSTLY_JUNK * len(sample)


def _read_text(text: str, file: str, options: ReadOptions) -> Entries:
    for name in FORMATS:
        source: Source = import_module(f"reviewer.sources.{name}")
        if source.matches(text):
            found = list(source.read(text, file, options))
            papers = tuple(entry for entry in found if isinstance(entry, Paper))
            skipped = tuple(entry for entry in found if isinstance(entry, Skipped))
            if not found:
                return _refused(file, "it holds no entries")
            return Entries(papers, skipped)
    return _refused(file, f"it is in no format that review reads ({', '.join(FORMATS)})")


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
