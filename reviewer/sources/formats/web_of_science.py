"""Reads Web of Science's plain text export, with its two-letter tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.sources.entries import ReadOptions, make_papers, new_paper
from reviewer.sources.parsing.tagged_lines import Tagged, Tags, tagged_entries
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import iso_date
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_TAGS = Tags(re.compile(r"^([A-Z][A-Z0-9])(?: (.*))?$"), start="PT", end="ER")
_START = re.compile(r"^PT [JCBSP]\s*$", re.MULTILINE)
_FILE_TAGS = re.compile(r"^(?:FN|VR|EF)[^\r\n]*", re.MULTILINE)
_KINDS = {"J": "article", "C": "inproceedings", "B": "book", "S": "incollection"}
_DETAILS = {
    "VL": "volume", "IS": "number", "PU": "publisher", "SE": "series", "SN": "issn", "BN": "isbn",
    "LA": "language", "AR": "eid", "PI": "address",
}  # fmt: skip


def matches(text: str) -> bool:
    head = text[:20_000].lstrip("\ufeff \r\n")
    return head.startswith(("FN Clarivate", "FN Thomson", "FN ISI")) or bool(_START.search(head))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a record; one without a title or without its beginning is Skipped."""
    found = tagged_entries(_FILE_TAGS.sub("", text), _TAGS)
    return make_papers(found, _paper_of, file, "record")


def _paper_of(record: Tagged) -> Paper:
    groups = [split_name(name, is_group=True) for name in record.all("CA")]
    month, _, day = record.text("PD").partition(" ")
    return new_paper(
        record.text("TI"),
        record.text("AB"),
        names=[*map(split_name, record.all("AF") or record.all("AU")), *groups],
        editors=map(split_name, record.all("BE")),
        date=iso_date(record.text("PY"), month, day),
        venue=record.text("SO"),
        doi=bare_doi(record.text("DI")),
        pmid=record.text("PM"),
        keywords=tuple(k for word in record.text("DE").split(";") if (k := word.strip())),
        extra={
            KIND: _KINDS.get(record.text("PT"), ""),
            **{own: record.text(tag) for tag, own in _DETAILS.items()},
            "pages": "--".join(p for tag in ("BP", "EP") if (p := record.text(tag))),
        },
    )
