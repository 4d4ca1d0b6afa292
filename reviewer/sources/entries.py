"""What a reader of files is given and gives: options, entries and their origins."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from reviewer.types import Paper
from reviewer.types.papers import Origin, Part, Skipped


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
