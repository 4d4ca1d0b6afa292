"""Reads EndNote's XML export."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.sources.entries import ReadOptions, distinct, make_papers, new_paper
from reviewer.sources.formats.enw import KINDS
from reviewer.sources.parsing.linked_pdfs import FILES
from reviewer.sources.parsing.xml_stream import Element, found, text_at, texts_at, xml_records
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import arxiv_id_in, date_in, iso_date
from reviewer.text.names import Name
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_DETAILS = {
    "volume": "volume", "number": "number", "pages": "pages", "publisher": "publisher",
    "isbn": "issn", "language": "language", "edition": "edition",
    "pub-location": "address", "work-type": "genre",
}  # fmt: skip


def matches(text: str) -> bool:
    head = text[:5000]
    return "<records>" in head and "<record>" in head and "<titles>" in text[:100_000]


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a record; one that is damaged or has no title is Skipped."""
    records = xml_records(text, "record", once="titles")
    return make_papers(records, _paper_of, file, "record")


def _paper_of(record: Element) -> Paper | None:
    title = text_at(record, "titles/title")
    if not title:
        return None
    year = text_at(record, "dates/year")
    date = date_in(text_at(record, "dates/pub-dates/date"))
    urls = texts_at(record, "urls/related-urls/url")
    kind = next((e.get("name", "") for e in found(record, "ref-type")), "")
    return new_paper(
        title,
        text_at(record, "abstract"),
        names=_people(record, "authors"),
        editors=_people(record, "secondary-authors"),
        translators=_people(record, "subsidiary-authors"),
        date=date if year and date.startswith(year) else iso_date(year) or date_in(year),
        key=text_at(record, "label"),
        venue=text_at(record, "titles/secondary-title") or text_at(record, "periodical/full-title"),
        doi=bare_doi(text_at(record, "electronic-resource-num")),
        arxiv_id=next((i for url in urls if (i := arxiv_id_in(url))), ""),
        pmid=_pmid(record),
        url=next(iter(urls), ""),
        keywords=distinct(texts_at(record, "keywords/keyword")),
        extra={
            KIND: KINDS.get(kind.lower(), ""),
            **{own: text_at(record, path) for path, own in _DETAILS.items()},
            FILES: texts_at(record, "urls/pdf-urls/url"),
        },
    )


def _people(record: Element, role: str) -> list[Name]:
    """A group's name may end with a comma."""
    people = [n for n in texts_at(record, f"contributors/{role}/author") if n.strip(" ,")]
    return [split_name(name.rstrip(","), is_group=name.endswith(",")) for name in people]


def _pmid(record: Element) -> str:
    provider = text_at(record, "remote-database-name")
    number = text_at(record, "accession-num")
    return number if number.isdecimal() and provider in ("", "PubMed", "Medline", "NLM") else ""
