"""Reads Web of Science's plain text export, with its two-letter tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.sources.entries import ReadOptions, origin_of
from reviewer.sources.parsing.tagged_lines import TaggedRecord, Tags, whole_records
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import iso_date, year_of
from reviewer.text.names import read_names
from reviewer.types import Paper
from reviewer.types.papers import Part, Skipped

_TAGS = Tags(re.compile(r"^([A-Z][A-Z0-9])(?: (.*))?$"), start="PT", end="ER")
_START = re.compile(r"^PT [JCBSP]\s*$", re.MULTILINE)
_FILE_TAGS = ("FN", "VR", "EF")
_KINDS = {"J": "article", "C": "inproceedings", "B": "book", "S": "incollection"}
_DETAILS = {
    "VL": "volume", "IS": "number", "PU": "publisher", "SE": "series", "SN": "issn", "BN": "isbn",
    "LA": "language",
}  # fmt: skip


def matches(text: str) -> bool:
    head = text[:20_000].lstrip("\ufeff \r\n")
    return head.startswith(("FN Clarivate", "FN Thomson", "FN ISI")) or bool(_START.search(head))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a record; one without a title or without its beginning is Skipped."""
    lines = (line for line in re.split(r"\r\n|\r|\n", text))
    kept = "\n".join("" if line[:2] in _FILE_TAGS else line for line in lines)
    for record in whole_records(kept, _TAGS, file):
        yield record if isinstance(record, Skipped) else _paper(record, file)


def _paper(record: TaggedRecord, file: str) -> Paper:
    parts = [Part(name="title", text=record.text("TI"))]
    if abstract := record.text("AB"):
        parts.append(Part(name="abstract", text=abstract))
    people = record.all("AF") or record.all("AU")
    names = [split_name(name) for name in people] + [
        split_name(name, is_group=True) for name in record.all("CA")
    ]
    authors, groups = read_names(names)
    month, _, day = record.text("PD").partition(" ")
    date = iso_date(record.text("PY"), month, day)
    details = {own: record.text(tag) for tag, own in _DETAILS.items()}
    details["pages"] = "--".join(p for tag in ("BP", "EP") if (p := record.text(tag)))
    kind = _KINDS.get(record.text("PT"), "")
    return Paper(
        parts=tuple(parts),
        authors=authors,
        date=date,
        year=year_of(date),
        venue=record.text("SO"),
        doi=bare_doi(record.text("DI")),
        pmid=record.text("PM"),
        keywords=tuple(k for k in (w.strip() for w in record.text("DE").split(";")) if k),
        extra={
            **({KIND: kind} if kind else {}),
            **{name: value for name, value in details.items() if value},
            **groups,
        },
        origins=(origin_of(record.raw, file, record.line),),
    )
