"""What a reader of files takes and gives: options, entries and the papers made of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypedDict, Unpack

from reviewer.text import bare_doi
from reviewer.text.entry_types import HOUSED, KIND, page_range
from reviewer.text.identifiers import doi_of_address, year_of
from reviewer.text.names import Name, read_names
from reviewer.types import Paper
from reviewer.types.papers import Origin, Part, Reference, Skipped


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file. `listing_year` completes dates that lack their year; `columns` pairs
    headers of a table with what they hold (`formats.table.FIELDS`); `has_ocr`: the invisible text
    of scanned pages is trusted, and pages without any are given to an OCR program, which is told
    the `ocr_language` in its own words (`eng+deu`)."""

    listing_year: int | None = None
    columns: tuple[tuple[str, str], ...] = ()
    has_ocr: bool = False
    ocr_language: str = "eng"

    def as_text(self) -> str:
        """As a library keeps what a file was read with."""
        language = [self.ocr_language] if self.has_ocr and self.ocr_language != "eng" else []
        return json.dumps([self.listing_year, sorted(self.columns), self.has_ocr, *language])

    @classmethod
    def from_text(cls, text: str) -> ReadOptions:
        """What `as_text` gave. Raises ValueError or TypeError for another text."""
        year, columns, has_ocr, *language = json.loads(text)
        pairs = tuple((header, field) for header, field in columns)
        return cls(year, pairs, has_ocr, *language)


@dataclass(frozen=True)
class Entries:
    """The entries of one file. `notes` say what the user should know of entries that were read."""

    papers: tuple[Paper, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Skipped, ...] = ()

    @classmethod
    def refused(cls, file: str, reason: str) -> Entries:
        """No paper, because the whole file cannot be read."""
        return cls(skipped=(Skipped(file=file, reason=reason),))


class Format(Protocol):
    """A module of `formats`."""

    def matches(self, text: str) -> bool:
        """True when the text is of this format, judged by content alone."""
        ...

    def read(self, text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
        """The entries in order; an entry that cannot be read is Skipped with its reason."""
        ...


@dataclass(frozen=True)
class RawEntry:
    """One entry as its file holds it, from 1-based `line`: its text, and the value parsed from it;
    or the `fault` because of which it cannot be read, or a `remark` on the entry that follows."""

    line: int
    raw: str = ""
    value: Any = None
    fault: str = ""
    remark: str = ""


class Made(Iterator[Paper | Skipped]):
    """What `make` gives for each entry, in order. Unlike a generator it goes on after an entry at
    which `make` raises; `position` is the line of the entry that was taken last."""

    def __init__(
        self, found: Iterable[RawEntry], make: Callable[[RawEntry], Paper | Skipped]
    ) -> None:
        self._found = iter(found)
        self._make = make
        self.position = 0

    def __next__(self) -> Paper | Skipped:
        entry = next(self._found)
        self.position = entry.line
        return self._make(entry)


def make_papers(
    found: Iterable[RawEntry], paper_of: Callable[[Any], Paper | None], file: str, what: str
) -> Made:
    """One Paper an entry; one with a fault, or of whose value `paper_of` makes no paper with a
    title, is Skipped. `what` is the word for an entry of this format."""

    def make(entry: RawEntry) -> Paper | Skipped:
        paper = None if entry.fault else paper_of(entry.value)
        if paper is None or not paper.title:
            reason = entry.fault or f"the {what} has no title"
            return Skipped(file=file, position=entry.line, reason=reason)
        return paper.model_copy(update={"origins": (origin_of(entry.raw, file, entry.line),)})

    return Made(found, make)


class Facts(TypedDict, total=False):
    """Fields of a paper that `new_paper` takes as they are, and people beside the authors."""

    editors: Iterable[Name]
    translators: Iterable[Name]
    key: str
    author_note: str
    organisation: str
    year: int | None
    venue: str
    doi: str
    arxiv_id: str
    pmid: str
    url: str
    keywords: tuple[str, ...]
    origins: tuple[Origin, ...]
    versions: tuple[str, ...]
    retracted: bool
    references: tuple[Reference, ...]


def new_paper(
    title: str,
    abstract: str = "",
    body: str = "",
    *,
    names: Iterable[Name],
    date: str,
    extra: Mapping[str, Any],
    **facts: Unpack[Facts],
) -> Paper:
    """A paper. An empty abstract or body makes no part, an empty value of `extra` no field. The
    year is that of the date where `facts` give none, and the DOI that in the address. Where a
    school or an institute is the publisher, it is the venue."""
    texts = {"title": title, "abstract": abstract, "body": body}
    editors, translators = facts.pop("editors", ()), facts.pop("translators", ())
    authors, people = read_names(list(names), list(editors), list(translators))
    facts["year"] = facts.get("year") or year_of(date)
    if not bare_doi(facts.get("doi", "")) and (doi := doi_of_address(facts.get("url", ""))):
        facts["doi"] = doi
    own = filled(extra)
    if own.get(KIND) in HOUSED and not facts.get("venue") and "publisher" in own:
        facts["venue"] = own.pop("publisher")
    if isinstance(pages := own.get("pages"), str):
        own["pages"] = page_range(pages)
    return Paper(
        parts=tuple(
            Part(name=name, text=text)  # type: ignore[arg-type]
            for name, text in texts.items()
            if name == "title" or text.strip()
        ),
        authors=authors,
        date=date,
        extra={**own, **people},
        **facts,  # type: ignore[misc]  # editors and translators are taken out
    )


def filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that hold something."""
    return {name: value for name, value in fields.items() if value}


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    """The words in order, each once and without white space around it; empty ones are left out."""
    return tuple(dict.fromkeys(word for given in words if (word := given.strip())))


def address_of(doi: str, arxiv_id: str, otherwise: str) -> str:
    """The address of a paper on the web: by its DOI, else at arXiv, else `otherwise`."""
    if doi:
        return f"https://doi.org/{doi}"
    return f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else otherwise


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def origin_of(raw: str, file: str, position: int) -> Origin:
    """The origin of an entry whose text as read is `raw`, at 1-based line `position`."""
    digest = hash_of(raw.encode("utf-8", errors="surrogatepass"))
    return Origin(file=file, position=position, sha256=digest)
