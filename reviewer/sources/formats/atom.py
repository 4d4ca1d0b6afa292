"""Reads arXiv's Atom records, as saved in files and as its API sends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reviewer.sources.entries import ReadOptions, address_of, make_papers, new_paper
from reviewer.sources.parsing.xml_stream import Element, begins_with, found, text_at, xml_records
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import bare_arxiv_id, date_in
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_WITHDRAWN = re.compile(
    r"\b(?:this|the) (?:paper|article|submission|manuscript|work) (?:has been|was|is) withdrawn\b"
    r"|^withdrawn\b\W*(?:by (?:the )?authors?\b.*)?$",
    re.IGNORECASE,
)


def matches(text: str) -> bool:
    return begins_with(text, "feed", "entry") and "arxiv.org" in text[:20_000]


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper an entry; one that is damaged or has no title is Skipped."""
    entries = (
        entry if entry.fault else replace(entry, fault=error_in(entry.value))
        for entry in xml_records(text, "entry", once="summary")
    )
    return make_papers(entries, paper_of, file, "entry")


def error_in(entry: Element) -> str:
    """What arXiv says where the entry is an error instead of a record; else nothing."""
    address, title = text_at(entry, "id"), text_at(entry, "title")
    is_error = "/api/errors" in address or (title == "Error" and "/abs/" not in address)
    return f"arXiv says: {text_at(entry, 'summary')[:200]}" if is_error else ""


def paper_of(entry: Element) -> Paper | None:
    """A paper without origin; None when the entry has no title. The DOI and the journal of what it
    was published as are another version's: the DOI is in `versions`, the journal in `extra`."""
    title, address = text_at(entry, "title"), text_at(entry, "id")
    if not title:
        return None
    arxiv_id = bare_arxiv_id(address)
    secure = address.replace("http://", "https://", 1)
    doi = bare_doi(text_at(entry, "doi"))
    comment = text_at(entry, "comment")
    return new_paper(
        title,
        text_at(entry, "summary"),
        names=[split_name(text_at(author, "name")) for author in found(entry, "author")],
        date=date_in(text_at(entry, "published")),
        arxiv_id=arxiv_id,
        url=address_of("", arxiv_id, secure),
        keywords=tuple(sorted({t for c in found(entry, "category") if (t := c.get("term", ""))})),
        extra={
            KIND: "misc",
            "journal_reference": text_at(entry, "journal_ref"),
            "comment": comment,
        },
        versions=(f"doi:{doi}",) if doi else (),
        retracted=bool(_WITHDRAWN.search(comment)),
    )
