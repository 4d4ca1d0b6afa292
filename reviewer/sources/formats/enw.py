"""Reads EndNote's tagged export (`.enw`), as EndNote and the ACL Anthology write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.sources.entries import ReadOptions, make_papers, new_paper
from reviewer.sources.parsing.tagged_lines import Tagged, Tags, tagged_entries
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import arxiv_id_in, date_in, iso_date
from reviewer.text.names import Name
from reviewer.types import Paper
from reviewer.types.papers import Skipped

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
KINDS = {  # EndNote's types of references, in small letters
    "journal article": "article", "electronic article": "article", "book": "book",
    "conference proceedings": "inproceedings", "conference paper": "inproceedings",
    "book section": "incollection", "thesis": "phdthesis", "report": "techreport",
    "web page": "online", "dataset": "dataset", "computer program": "software",
    "patent": "patent", "edited book": "book", "unpublished work": "unpublished",
}  # fmt: skip
_DETAILS = {"V": "volume", "N": "number", "I": "publisher", "P": "pages", "G": "language",
            "C": "address", "7": "edition", "9": "genre"}  # fmt: skip


def matches(text: str) -> bool:
    return bool(_START.search(text[:20_000]))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a record; one without a title or without its beginning is Skipped."""
    return make_papers(tagged_entries(text, _TAGS), _paper_of, file, "record")


def _names(written: list[str]) -> list[Name]:
    """A group's name may end with a comma."""
    return [split_name(name.rstrip(","), is_group=name.endswith(",")) for name in written]


def _paper_of(record: Tagged) -> Paper:
    day = record.text("D")
    url = next(iter(record.all("U")), "")
    return new_paper(
        record.text("T"),
        record.text("X"),
        names=_names(record.all("A")),
        editors=_names(record.all("E")),
        translators=_names(record.all("?")),
        date=max((date_in(day), iso_date(day, record.text("8"))), key=len),
        key=record.text("F"),
        venue=record.text("J", "B", "S"),
        doi=bare_doi(record.text("R")),
        arxiv_id=arxiv_id_in(url),
        url=url,
        keywords=tuple(record.all("K")),
        extra={
            KIND: KINDS.get(record.text("0").lower(), ""),
            **{own: record.text(tag) for tag, own in _DETAILS.items()},
        },
    )
