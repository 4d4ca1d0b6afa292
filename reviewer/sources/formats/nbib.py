"""Reads PubMed's citation export (`.nbib`), which Ovid and others also write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.sources.entries import ReadOptions, distinct, make_papers, new_paper
from reviewer.sources.parsing.tagged_lines import Tagged, Tags, tagged_entries
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import date_in, inverted_initials
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_TAGS = Tags(
    re.compile(r"^([A-Z]{2,4}) {0,2}- ?(.*)$"),
    start="PMID",
    like_start=re.compile(r"^(?! )\S{0,7} ?-? ?\d{4,}\s*$"),
)
_START = re.compile(r"^PMID ?- ?\d+\s*$", re.MULTILINE)
_DETAILS = {"VI": "volume", "IP": "number", "PG": "pages", "LA": "language", "PB": "publisher"}


def matches(text: str) -> bool:
    return bool(_START.search(text[:20_000]))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a record; one without a title or without its beginning is Skipped."""
    return make_papers(tagged_entries(text, _TAGS), _paper_of, file, "record")


def _paper_of(record: Tagged) -> Paper:
    people = record.all("FAU") or [inverted_initials(name) for name in record.all("AU")]
    groups = [split_name(name, is_group=True) for name in record.all("CN")]
    book = record.text("BTI")
    is_chapter = bool(book and record.text("TI"))
    kind = "incollection" if is_chapter else "book" if book else ""
    is_article = any(v.startswith("Journal Article") for v in record.all("PT"))
    return new_paper(
        record.text("TI", "BTI", "TT"),
        record.text("AB"),
        names=[*map(split_name, people), *groups],
        date=date_in(record.text("DP", "DEP")),
        venue=record.text("JT", "TA") or (book if is_chapter else ""),
        doi=_doi(record),
        pmid=next(iter(record.all("PMID")), ""),
        keywords=distinct(record.all("OT")),
        extra={
            KIND: kind or ("article" if is_article else ""),
            **{own: record.text(tag) for tag, own in _DETAILS.items()},
            "issn": next((v.split(" ")[0] for v in record.all("IS")), ""),
        },
        retracted=any(v.startswith("Retracted Publication") for v in record.all("PT")),
    )


def _doi(record: Tagged) -> str:
    """Identifiers have their kind behind them: `10.1000/x [doi]`."""
    named = [v for tag in ("LID", "AID", "SO") for v in record.all(tag)]
    marked = (v.removesuffix("[doi]") for v in named if v.endswith("[doi]"))
    return next((doi for value in marked if (doi := bare_doi(value))), "")
