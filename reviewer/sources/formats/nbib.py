"""Reads PubMed's citation export (`.nbib`), which Ovid and others also write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.sources.entries import ReadOptions, origin_of, parts_of
from reviewer.sources.parsing.tagged_lines import TaggedRecord, Tags, whole_records
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import date_in, inverted_initials, year_of
from reviewer.text.names import read_names
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_TAGS = Tags(
    re.compile(r"^([A-Z]{2,4}) {0,2}- ?(.*)$"),
    start="PMID",
    like_start=re.compile(r"^(?! )\S{0,7} ?-? ?\d{4,}\s*$"),
)
_START = re.compile(r"^PMID ?- ?\d+\s*$", re.MULTILINE)
_DETAILS = {"VI": "volume", "IP": "number", "PG": "pages", "LA": "language"}


def matches(text: str) -> bool:
    return bool(_START.search(text[:20_000]))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a record; one without a title or without its beginning is Skipped."""
    for record in whole_records(text, _TAGS, file, ("BTI", "TT")):
        yield record if isinstance(record, Skipped) else _paper(record, file)


def _paper(record: TaggedRecord, file: str) -> Paper:
    people = record.all("FAU") or [inverted_initials(name) for name in record.all("AU")]
    names = [split_name(name) for name in people]
    names += [split_name(name, is_group=True) for name in record.all("CN")]
    authors, groups = read_names(names)
    date = date_in(record.text("DP", "DEP"))
    details = {own: record.text(tag) for tag, own in _DETAILS.items()}
    details["issn"] = next((v.split(" ")[0] for v in record.all("IS")), "")
    is_article = any(v.startswith("Journal Article") for v in record.all("PT"))
    return Paper(
        parts=parts_of(record.text("TI", "BTI", "TT"), record.text("AB")),
        authors=authors,
        date=date,
        year=year_of(date),
        venue=record.text("JT", "TA"),
        doi=_doi(record),
        pmid=next(iter(record.all("PMID")), ""),
        keywords=tuple(dict.fromkeys(record.all("OT"))),
        extra={
            **({KIND: "article"} if is_article else {}),
            **{name: value for name, value in details.items() if value},
            **groups,
        },
        origins=(origin_of(record.raw, file, record.line),),
        retracted=any(v.startswith("Retracted Publication") for v in record.all("PT")),
    )


def _doi(record: TaggedRecord) -> str:
    """Identifiers stand with their kind behind them: `10.1000/x [doi]`."""
    named = [v for tag in ("LID", "AID", "SO") for v in record.all(tag)]
    marked = (v.removesuffix("[doi]") for v in named if v.endswith("[doi]"))
    return next((doi for value in marked if (doi := bare_doi(value))), "")
