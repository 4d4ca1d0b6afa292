"""Reads RIS, as EndNote, Zotero, Mendeley, Scopus and publishers' sites write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from reviewer.sources.entries import ReadOptions, distinct, make_papers, new_paper
from reviewer.sources.parsing.linked_pdfs import FILES
from reviewer.sources.parsing.tagged_lines import Tags, tagged_entries
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import (
    HOUSED,
    KIND,
    NOCASE,
    RIS_LABELS,
    RIS_TAGS,
    kind_named,
    own_genre,
)
from reviewer.text.identifiers import (
    arxiv_id_in,
    doi_of_address,
    inverted_initials,
    named_doi,
    without_doi_address,
)
from reviewer.text.names import Name
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_TAG = re.compile(r"^[ \t]*([A-Z][A-Z0-9]) {0,2}-(?: |$)(.*)$")
_START = re.compile(r"^[ \t]*TY {0,2}- ?\S", re.MULTILINE)
_TAGS = Tags(_TAG, start="TY", end="ER")
_VENUES = (
    "journal_name alternate_title3 secondary_title alternate_title2 alternate_title1 custom3"
).split()
_LONG_VENUES = ("journal_name", "alternate_title3", "secondary_title")
_DATE = re.compile(r"(\d{4})?[/-]?(\d{1,2})?[/-]?(\d{1,2})?")
_AUTHOR_NOTE = re.compile(r"\d+ authors?")
_ISSN = re.compile(r"\d{4}-?\d{3}[\dXx]")
_LABELLED = re.compile(
    rf"({'|'.join(sorted(map(re.escape, RIS_LABELS.values())))}): (.*)", re.DOTALL
)
_LABELS = {label: name for name, label in RIS_LABELS.items()}
_TAG_NAMES = {  # as rispy names them
    "VL": "volume", "IS": "number", "PB": "publisher", "T3": "tertiary_title", "ET": "edition",
    "LA": "language", "CY": "place_published", "SE": "section",
}  # fmt: skip
_ADDRESS_FIELDS = ("file_attachments2", "type_of_work", "custom7", "note")


def matches(text: str) -> bool:
    return bool(_START.search(text[:20_000]))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a record; one that lacks its end is read all the same, one without a title is
    Skipped."""
    lines = ((_TAG.match(line), line) for line in re.split(r"\r\n|\r|\n", text))
    respelled = (f"{tag[1]}  - {tag[2].strip()}" if tag else line.strip() for tag, line in lines)
    ordered = "\n".join(_types_first(list(respelled)))
    found = (
        entry if entry.fault else replace(entry, value=entry.raw)
        for entry in tagged_entries(ordered, _TAGS)
    )
    return make_papers(found, _paper_of, file, "record")


def _types_first(lines: list[str]) -> list[str]:
    """The lines with the one `TY` line of a record before its other lines, where a program has
    written it among them, as synthesisr does; records keep their places."""
    ends = [place for place, line in enumerate(lines) if line.startswith("ER  -")]
    ordered, start = [], 0
    for end in [*ends, len(lines)]:
        record = lines[start:end]
        types = [place for place, line in enumerate(record) if line.startswith("TY  -")]
        first = next((place for place, line in enumerate(record) if line[2:5] == "  -"), 0)
        if len(types) == 1 and types[0] != first:
            record.insert(first, record.pop(types[0]))
        ordered += [*record, *lines[end : end + 1]]
        start = end + 1
    return ordered


def _paper_of(record: str) -> Paper:
    """The paper of a record in the one spelling that rispy reads."""
    import rispy

    [fields] = rispy.loads(f"{record}\nER  - \n")
    accession = _text(fields, "accession_number")
    names = _list(fields, "authors")
    if not (accession.startswith("WOS:") and names):  # its A1 are publishing bodies
        names = [*names, *_list(fields, "first_authors")]
    unknown = fields.get("unknown_tag") or {}
    editors = unknown.get("ED") or _list(fields, "secondary_authors")
    translators = [*_list(fields, "subsidiary_authors"), _text(fields, "translated_author")]
    notes = _list(fields, "notes")
    arxiv = re.match(r"(?i)arxiv:\s*(\S+)", accession)
    urls = _list(fields, "urls")
    genre = _text(fields, "type_of_work")
    genre = "" if named_doi(genre) else genre
    kind = kind_named(_text(fields, "type_of_reference"), "ris", genre)
    venues = _LONG_VENUES if kind.get(KIND) in HOUSED else _VENUES
    return new_paper(
        _text(fields, "title") or _text(fields, "primary_title"),
        _text(fields, "abstract") or _text(fields, "notes_abstract"),
        names=_people(names),
        editors=_people(editors),
        translators=_people(translators),
        date=_date(fields),
        key=_text(fields, "id"),
        author_note=next((n for n in notes if _AUTHOR_NOTE.fullmatch(n)), ""),
        organisation=_text(fields, "author_address"),
        venue=next((v for n in venues if (v := _text(fields, n))), ""),
        doi=_doi(fields, urls, notes),
        arxiv_id=arxiv[1] if arxiv else next((i for url in urls if (i := arxiv_id_in(url))), ""),
        retracted=any(note.strip(" .").casefold() == "retracted" for note in notes),
        pmid=_pmid(notes, fields),
        url=urls[0] if urls else "",
        keywords=distinct(k.lstrip("*") for k in _list(fields, "keywords")),
        extra={
            **kind,
            **_details(fields, notes),
            "genre": own_genre(genre, kind),
            FILES: [f for f in _list(fields, "file_attachments1") if f.lower().endswith(".pdf")],
        },
    )


def _doi(fields: Mapping[str, Any], urls: list[str], notes: list[str]) -> str:
    """From `DO`, else from where programs write it: an address, `L2`, `L3`, `M3`, `C7` or a
    note."""
    given = without_doi_address(_text(fields, "doi")).rstrip(".")
    if bare_doi(given):
        return given
    if found := next((doi for url in urls if (doi := doi_of_address(url))), ""):
        return found
    unknown = fields.get("unknown_tag") or {}
    places = [_text(fields, name) for name in _ADDRESS_FIELDS]
    places += [place for tag in ("L3", "UD") for place in unknown.get(tag, [])]
    return next((doi for text in [*places, *notes] if (doi := named_doi(text))), "") or given


def _details(fields: Mapping[str, Any], notes: list[str]) -> dict[str, Any]:
    """The DETAILS of the record, also those that notes of `review` hold."""
    found: dict[str, Any] = {
        own: _text(fields, _TAG_NAMES[tag]) for own, tag in RIS_TAGS.items() if tag in _TAG_NAMES
    }
    serial = re.sub(r" \(IS[BS]N\)", "", _text(fields, "issn"))
    is_issn = _ISSN.fullmatch(serial) is not None
    has_venue = any(_text(fields, name) for name in (*_LONG_VENUES, "publisher"))
    found |= {
        "pages": _pages(fields),
        "issn": serial if is_issn else "",
        "isbn": "" if is_issn else serial,
        "urldate": _iso(_text(fields, "access_date")),
        "eid": "" if named_doi(_text(fields, "custom7")) else _text(fields, "custom7"),
        "shortjournal": _text(fields, "alternate_title1") if has_venue else "",
    }
    labelled = [match for note in notes if (match := _LABELLED.fullmatch(note))]
    found |= {_LABELS[match[1]]: match[2] for match in labelled}
    if isinstance(words := found.get(NOCASE), str):
        found[NOCASE] = words.split(", ")
    return found


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def _list(fields: Mapping[str, Any], name: str) -> list[str]:
    value = fields.get(name)
    value = [value] if isinstance(value, str) else value
    return [str(v).strip() for v in value] if isinstance(value, list) else []


def _people(names: Iterable[str]) -> Iterator[Name]:
    return (_name(name) for name in names if name.strip(" ,"))


def _name(text: str) -> Name:
    """A group's name may end with a comma, so that it is not cut into a person's parts."""
    if text.endswith(","):
        return Name(group=text.rstrip(", "))
    return split_name(inverted_initials(text, dotted=True))


def _date(fields: Mapping[str, Any]) -> str:
    """The fullest of the dates that are given; `--09-11` without the year."""
    names = ("date", "year", "publication_year")
    found = [_iso(_text(fields, name)) for name in names]
    year = next((f[:4] for f in found if f[:1].isdigit()), "")
    return max((f for f in found if f.startswith(year)), key=len)


def _iso(text: str) -> str:
    found = _DATE.match(text.strip())
    year, month, day = found.groups() if found else (None, None, None)
    pieces = [f"{int(month):02}"] if month and 1 <= int(month) <= 12 else []
    pieces += [f"{int(day):02}"] if pieces and day and 1 <= int(day) <= 31 else []
    if not year or year == "0000":  # a placeholder
        return "--" + "-".join(pieces) if len(pieces) == 2 else ""
    return "-".join([year, *pieces])


def _pages(fields: Mapping[str, Any]) -> str:
    first, last = _text(fields, "start_page"), _text(fields, "end_page")
    return f"{first}--{last}" if first and last else first or last


def _pmid(notes: list[str], fields: Mapping[str, Any]) -> str:
    """From a note, or from the field in which each database keeps PubMed's number."""
    named = next((m for n in notes if (m := re.fullmatch(r"PMID:\s*(\d+)", n))), None)
    if named:
        return named[1]
    database = _text(fields, "name_of_database")
    if database == "Scopus":
        found = _text(fields, "custom2")
    elif re.search(r"pubmed|medline|nlm", database, re.IGNORECASE):
        found = _text(fields, "accession_number")
        found = found or (_text(fields, "id") if database.startswith("Ovid") else "")
    else:
        found = ""
    return found if found.isdecimal() else ""
