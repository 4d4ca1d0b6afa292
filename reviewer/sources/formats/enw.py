"""Reads EndNote's tagged export (`.enw`), as EndNote and the ACL Anthology write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.sources.entries import ReadOptions, origin_of
from reviewer.sources.parsing.tagged_lines import TaggedRecord, Tags, whole_records
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import arxiv_id_in, date_in, iso_date, year_of
from reviewer.text.names import read_names
from reviewer.types import Paper
from reviewer.types.papers import Part, Skipped

_NEARLY = re.compile(
    r"^.{0,4}(?:Journal|Conference|Book|Thesis|Report|Web|Generic|Electronic)[ \w]{0,25}$"
)
_TAGS = Tags(
    re.compile(r"^%([0-9A-Z?@!#$^&*(\]>+])(?: (.*))?$"),
    start="0",
    title="T",
    sign="%",
    like_start=_NEARLY,
)
_START = re.compile(r"^%0 \S", re.MULTILINE)
_KINDS = {
    "journal article": "article", "conference proceedings": "inproceedings", "book": "book",
    "conference paper": "inproceedings", "book section": "incollection", "thesis": "phdthesis",
    "report": "techreport", "web page": "online",
}  # fmt: skip
_DETAILS = {"V": "volume", "N": "number", "I": "publisher", "P": "pages", "G": "language"}


def matches(text: str) -> bool:
    return bool(_START.search(text[:20_000]))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a record; one without a title or without its beginning is Skipped."""
    for record in whole_records(text, _TAGS, file):
        yield record if isinstance(record, Skipped) else _paper(record, file)


def _paper(record: TaggedRecord, file: str) -> Paper:
    parts = [Part(name="title", text=record.text("T"))]
    if abstract := record.text("X"):
        parts.append(Part(name="abstract", text=abstract))
    authors, groups = read_names(
        [split_name(name.rstrip(","), is_group=name.endswith(",")) for name in record.all("A")]
    )
    date = max((date_in(record.text("D")), iso_date(record.text("D"), record.text("8"))), key=len)
    kind = _KINDS.get(record.text("0").lower(), "")
    details = {own: record.text(tag) for tag, own in _DETAILS.items()}
    url = next(iter(record.all("U")), "")
    return Paper(
        key=record.text("F"),
        parts=tuple(parts),
        authors=authors,
        date=date,
        year=year_of(date),
        venue=record.text("J", "B", "S"),
        doi=bare_doi(record.text("R")),
        arxiv_id=arxiv_id_in(url),
        url=url,
        keywords=tuple(record.all("K")),
        extra={
            **({KIND: kind} if kind else {}),
            **{name: value for name, value in details.items() if value},
            **groups,
        },
        origins=(origin_of(record.raw, file, record.line),),
    )
