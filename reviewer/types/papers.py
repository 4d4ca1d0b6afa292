"""Papers and their parts, as sources read them and the library keeps them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from reviewer.types.frozen import Frozen


class Origin(Frozen):
    """Where an entry was read: `position` is its 1-based line, `sha256` the hash of its text."""

    file: str
    position: int
    sha256: str


class Heading(Frozen):
    """A section's heading, at character `start` of its part's text."""

    start: int
    text: str


class Part(Frozen):
    """One text of a paper, exactly as read. `page_starts` are the offsets of pages 2, 3, ..., empty
    if pages are not known. References are kept but never searched or cited."""

    name: Literal["title", "abstract", "body", "references"]
    text: str
    page_starts: tuple[int, ...] = ()
    headings: tuple[Heading, ...] = ()


class Paper(Frozen):
    """A paper. `date` is ISO 8601, may be short (`2025-09`) or without its year (`--01-08`)."""

    id: str = ""
    key: str = ""
    aliases: tuple[str, ...] = ()
    parts: tuple[Part, ...]
    authors: tuple[str, ...] = ()
    author_note: str = ""
    organisation: str = ""
    date: str = ""
    year: int | None = None
    venue: str = ""
    doi: str = ""
    arxiv_id: str = ""
    pmid: str = ""
    url: str = ""
    keywords: tuple[str, ...] = ()
    extra: dict[str, Any] = Field(default_factory=dict)
    origins: tuple[Origin, ...] = ()
    tags: tuple[str, ...] = ()
    notes: str = ""
    versions: tuple[str, ...] = ()
    retracted: bool = False

    def text_of(self, name: str) -> str:
        return next((part.text for part in self.parts if part.name == name), "")

    @property
    def own_parts(self) -> tuple[Part, ...]:
        """The parts in the paper's own words: all but its references."""
        return tuple(part for part in self.parts if part.name != "references")

    @property
    def title(self) -> str:
        return self.text_of("title")

    @property
    def abstract(self) -> str:
        return self.text_of("abstract")


class Skipped(Frozen):
    """A file or an entry that was not read, or was read with a remark, and why."""

    file: str
    position: int = 0
    reason: str


class Chunk(Frozen):
    """Some text of one part: `part.text[start:end] == text`."""

    id: str = ""
    paper_id: str
    part: str
    section: str = ""
    page: int | None = None
    start: int
    end: int
    text: str


class MergedPaper(Frozen):
    """A paper that a new entry was merged into: of how many entries and different titles it is."""

    id: str
    key: str
    title: str
    entries: int
    titles: int


class Added(Frozen):
    """What adding files did. Each entry is in exactly one of added, updated and unchanged;
    `unread` are the files that were named and from which nothing was read."""

    entries: int = 0
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Skipped, ...] = ()
    unread: tuple[str, ...] = ()
    merged: tuple[MergedPaper, ...] = ()
    files_read: int = 0
    papers: int = 0
    embedded: int = 0
    waiting: int = 0
    seconds_embedding: float = 0.0
