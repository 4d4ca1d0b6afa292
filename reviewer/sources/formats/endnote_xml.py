"""Reads EndNote's XML export."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.sources.entries import ReadOptions, origin_of, parts_of
from reviewer.sources.parsing.linked_pdfs import FILES
from reviewer.sources.parsing.xml_stream import XmlRecord, found, text_at, whole_text, xml_records
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import arxiv_id_in, date_in, iso_date, year_of
from reviewer.text.names import read_names
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_KINDS = {
    "Journal Article": "article", "Electronic Article": "article", "Book": "book",
    "Conference Proceedings": "inproceedings", "Conference Paper": "inproceedings",
    "Book Section": "incollection", "Thesis": "phdthesis", "Report": "techreport",
    "Web Page": "online",
}  # fmt: skip
_DETAILS = {
    "volume": "volume", "number": "number", "pages": "pages", "publisher": "publisher",
    "isbn": "issn", "language": "language", "edition": "edition",
}  # fmt: skip


def matches(text: str) -> bool:
    head = text[:5000]
    return "<records>" in head and "<record>" in head and "<ref-type" in text[:100_000]


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a record; one that is damaged or has no title is Skipped."""
    for record in xml_records(text, "record", once="titles"):
        title = "" if record.fault else text_at(record.element, "titles/title")
        if record.fault:
            yield Skipped(file=file, position=record.line, reason=record.fault)
        elif not title:
            yield Skipped(file=file, position=record.line, reason="the record has no title")
        else:
            yield _paper(title, record, file)


def _paper(title: str, record: XmlRecord, file: str) -> Paper:
    item = record.element
    people = [whole_text(e) for e in found(item, "contributors/authors/author")]
    authors, groups = read_names(
        [split_name(n.rstrip(","), is_group=n.endswith(",")) for n in people if n.strip(" ,")]
    )
    year = text_at(item, "dates/year")
    date = date_in(text_at(item, "dates/pub-dates/date"))
    date = date if year and date.startswith(year) else iso_date(year) or date_in(year)
    kind = _KINDS.get(next((e.get("name", "") for e in found(item, "ref-type")), ""), "")
    details = {own: text_at(item, path) for path, own in _DETAILS.items()}
    urls = [whole_text(e) for e in found(item, "urls/related-urls/url")]
    pdfs = [whole_text(e) for e in found(item, "urls/pdf-urls/url")]
    return Paper(
        key=text_at(item, "label"),
        parts=parts_of(title, text_at(item, "abstract")),
        authors=authors,
        date=date,
        year=year_of(date),
        venue=text_at(item, "titles/secondary-title") or text_at(item, "periodical/full-title"),
        doi=bare_doi(text_at(item, "electronic-resource-num")),
        arxiv_id=next((i for url in urls if (i := arxiv_id_in(url))), ""),
        pmid=_pmid(record),
        url=next(iter(urls), ""),
        keywords=tuple(
            dict.fromkeys(w for e in found(item, "keywords/keyword") if (w := whole_text(e)))
        ),
        extra={
            **({KIND: kind} if kind else {}),
            **{name: value for name, value in details.items() if value},
            **groups,
            **({FILES: pdfs} if pdfs else {}),
        },
        origins=(origin_of(record.raw, file, record.line),),
    )


def _pmid(record: XmlRecord) -> str:
    provider = text_at(record.element, "remote-database-name")
    number = text_at(record.element, "accession-num")
    return number if number.isdecimal() and provider in ("", "PubMed", "Medline", "NLM") else ""
