"""Reads arXiv's Atom feeds, as its API gives them."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.identifiers import bare_arxiv_id, bare_doi, date_in, year_of
from reviewer.names import read_names, split_name
from reviewer.records import Paper, Skipped
from reviewer.sources import ReadOptions, origin_of, parts_of
from reviewer.xml_records import XmlRecord, begins_with, found, text_at, xml_records


def matches(text: str) -> bool:
    return begins_with(text, "feed", "entry") and "arxiv.org" in text[:20_000]


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper an entry; one that is damaged or has no title is Skipped."""
    for record in xml_records(text, "entry", once="summary"):
        title = "" if record.fault else text_at(record.element, "title")
        if record.fault:
            yield Skipped(file=file, position=record.line, reason=record.fault)
        elif not title:
            yield Skipped(file=file, position=record.line, reason="the entry has no title")
        elif title == "Error":
            reason = f"arXiv reports: {text_at(record.element, 'summary')[:200]}"
            yield Skipped(file=file, position=record.line, reason=reason)
        else:
            yield _paper(title, record, file)


def _paper(title: str, record: XmlRecord, file: str) -> Paper:
    entry = record.element
    names = [split_name(n) for a in found(entry, "author") if (n := text_at(a, "name"))]
    authors, groups = read_names(names)
    date = date_in(text_at(entry, "published"))
    own = text_at(entry, "id")
    terms = (e.get("term", "") for e in found(entry, "category"))
    return Paper(
        parts=parts_of(title, text_at(entry, "summary")),
        authors=authors,
        date=date,
        year=year_of(date),
        venue=text_at(entry, "journal_ref"),
        doi=bare_doi(text_at(entry, "doi")),
        arxiv_id=bare_arxiv_id(own),
        url=own.replace("http://", "https://", 1),
        keywords=tuple(dict.fromkeys(term for term in terms if term)),
        extra={"comment": c, **groups} if (c := text_at(entry, "comment")) else dict(groups),
        origins=(origin_of(record.raw, file, record.line),),
    )
