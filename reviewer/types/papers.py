"""Papers and their parts, as sources read them and the library keeps them."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo

from reviewer.types.frozen import Frozen
from reviewer.types.sound import (
    sound_date,
    sound_identifier,
    sound_names,
    sound_places,
    sound_text,
    sound_value,
    sound_year,
)


def _found_sound(value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401  a field's value
    """What a reader found, made sound; what is kept as JSON is in UTF-8 already."""
    return value if info.mode == "json" else sound_value(value)


Text = Annotated[str, AfterValidator(_found_sound)]
Texts = Annotated[tuple[str, ...], AfterValidator(_found_sound)]
Identifier = Annotated[Text, AfterValidator(sound_identifier)]


class Origin(Frozen):
    """Where an entry was read: `position` is its 1-based line, `sha256` the hash of its text."""

    file: Text
    position: int
    sha256: str


class Heading(Frozen):
    """A section's heading, at character `start` of its part's text."""

    start: int
    text: Text


class Part(Frozen):
    """One text of a paper, exactly as read. `page_starts` are the offsets of pages 2, 3, ..., empty
    if pages are not known. References are kept but never searched or cited."""

    name: Literal["title", "abstract", "body", "references"]
    text: str
    page_starts: tuple[int, ...] = ()
    headings: tuple[Heading, ...] = ()

    def sound(self) -> Part:
        """The part with a text that can be written, and with places that are true to it."""
        starts = sound_places(self.text, [heading.start for heading in self.headings])
        return Part(
            name=self.name,
            text=sound_text(self.text),
            page_starts=tuple(sound_places(self.text, self.page_starts)),
            headings=tuple(
                Heading(start=start, text=heading.text)
                for start, heading in zip(starts, self.headings, strict=True)
            ),
        )


class Reference(Frozen):
    """One work that a paper cites: its entry as read, on one line, where there is one, and what is
    known of it. `family` is the first author's family name; `openalex` is `W123`, `s2` the id of
    Semantic Scholar."""

    text: Text = ""
    title: Text = ""
    family: Text = ""
    year: Annotated[int | None, AfterValidator(sound_year)] = None
    doi: Identifier = ""
    arxiv_id: Identifier = ""
    pmid: Identifier = ""
    openalex: Identifier = ""
    s2: Identifier = ""


def _sound_parts(parts: tuple[Part, ...], info: ValidationInfo) -> tuple[Part, ...]:
    return parts if info.mode == "json" else tuple(part.sound() for part in parts)


class Paper(Frozen):
    """A paper. `date` is ISO 8601, may be short (`2025-09`) or without its year (`--01-08`).

    `references` are those that a record lists; a paper that was read as a text has its list as a
    part instead, and `text.references.listed_references` gives both.

    It is sound whoever makes it, a reader or the JSON of an earlier release: `types.sound` says
    what becomes of half a character, or of a date, year, name or number that cannot be.
    """

    id: str = ""
    key: Identifier = ""
    aliases: Texts = ()
    parts: Annotated[tuple[Part, ...], AfterValidator(_sound_parts)]
    authors: Annotated[Texts, AfterValidator(sound_names)] = ()
    author_note: Text = ""
    organisation: Text = ""
    date: Annotated[str, AfterValidator(sound_date)] = ""
    year: Annotated[int | None, AfterValidator(sound_year)] = None
    venue: Text = ""
    doi: Identifier = ""
    arxiv_id: Identifier = ""
    pmid: Identifier = ""
    url: Text = ""
    keywords: Texts = ()
    extra: Annotated[dict[str, Any], AfterValidator(_found_sound)] = Field(default_factory=dict)
    origins: tuple[Origin, ...] = ()
    tags: Texts = ()
    notes: Text = ""
    versions: Texts = ()
    retracted: bool = False
    references: tuple[Reference, ...] = ()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The paper that a library keeps as this text, also one with half a character in it. Raises
        ValidationError for what is not a paper."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            try:
                found = json.loads(text)
            except (ValueError, RecursionError):
                raise error from None
            return cls.model_validate(found)

    def is_ocr(self, part: str, page: int | None) -> bool:
        """True when an OCR program read this page of the part; a title stands on the first page. Of
        a part whose pages are not known, when it read any page."""
        ocr = self.extra.get("ocr")
        pages = ocr.get("pages") if isinstance(ocr, dict) else None
        if not isinstance(pages, list) or not pages:
            return False
        page = 1 if part == "title" else page
        return page is None or page in pages

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


class Remark(Skipped):
    """What should be known of an entry that was read all the same."""


class ReadFile(Frozen):
    """A file that papers were read from: how many entries it gave, and why others were not read."""

    file: str
    entries: int
    skipped: tuple[str, ...] = ()


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
    `unread` are the files that were named and from which nothing was read. `without_year` and
    `without_author` count papers among those added and updated."""

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
    without_year: int = 0
    without_author: int = 0
    embedded: int = 0
    waiting: int = 0
    seconds_embedding: float = 0.0
