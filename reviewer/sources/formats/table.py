"""Reads tables of papers, CSV or TSV, by the headers that databases give to their columns."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewer.sources.entries import RawEntry, ReadOptions, distinct, make_papers, new_paper
from reviewer.text import bare_doi, split_name
from reviewer.text.identifiers import bare_arxiv_id, date_in, inverted_initials
from reviewer.text.spreadsheet import PAPER_COLUMNS, unescape_formula
from reviewer.types import Paper
from reviewer.types.papers import Skipped

FIELDS = (
    "title abstract authors year date venue doi arxiv_id pmid url keywords volume number pages "
    "publisher issn language"
).split()
"""What a column can be; the names that `--column` knows."""

_HEADERS = {
    "title": "title|article title|document title|primary title|paper title|ti|display name",
    "abstract": "abstract|abstract note|ab|summary|abstracts",
    "authors": "authors|author|author full names|author names|au|af|full authors|author s|creators",
    "year": "year|publication year|pub year|py|published year|year published|date published year",
    "date": "date|publication date|published|date published|online date|create date",
    "venue": "venue|journal|source title|journal book|publication title|so|journal title"
    "|publication|source|container title|secondary title|conference name|booktitle|t2",
    "doi": "doi|di|digital object identifier|doi link",
    "arxiv_id": "arxiv id|arxiv|eprint",
    "pmid": "pmid|pubmed id|pm|medline id",
    "url": "url|link|urls|full text url|pdf link|address",
    "keywords": "keywords|author keywords|manual tags|de|index keywords|mesh terms|keyword",
    "volume": "volume|vl|vol",
    "number": "number|issue|is",
    "pages": "pages|page|page range",
    "publisher": "publisher|pu",
    "issn": "issn|sn",
    "language": "language|la|language of original document",
}
_FULL = frozenset(("author full names", "af", "full authors"))  # go before initials
_FIELD_OF = {header: field for field, named in _HEADERS.items() for header in named.split("|")}
_DETAILS = ("volume", "number", "pages", "publisher", "issn", "language")
_MOST_LINES = 400  # physical lines that one row may go over


@dataclass(frozen=True)
class _Table:
    delimiter: str
    fields: tuple[str, ...]  # the field of each column; empty for an unknown one
    is_own: bool = False  # written by `review export`


def matches(text: str) -> bool:
    table = _table(text, {})
    return table is not None and "title" in table.fields and len(table.fields) > 1


def matches_with(text: str, columns: Mapping[str, str]) -> bool:
    """True for a table whose first line has one of the columns that the user named."""
    table = _table(text, columns)
    return table is not None and "title" in table.fields


def _table(text: str, columns: Mapping[str, str]) -> _Table | None:
    """The table that the first line makes, by the delimiter that gives it most known columns."""
    own = {_plain(header): field for header, field in columns.items()}
    known = {h: f for h, f in _FIELD_OF.items() if f not in own.values()} | own
    first = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    best: _Table | None = None
    for delimiter in ",\t;|":
        try:
            names = next(csv.reader([first], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        fields = _once([_plain(name) for name in names], known)
        if best is None or sum(map(bool, fields)) > sum(map(bool, best.fields)):
            best = _Table(delimiter, fields, tuple(names) == PAPER_COLUMNS)
    return best


def _once(names: Sequence[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """The field of each column. Of two columns of one kind the first counts, but authors' full
    names go before their initials."""
    fields = [known.get(name, "") for name in names]
    has_full = any(name in _FULL for name in names)
    for place, (name, field) in enumerate(zip(names, fields, strict=True)):
        is_short = field == "authors" and has_full and name not in _FULL
        fields[place] = "" if is_short or field in fields[:place] else field
    return tuple(fields)


def _plain(header: str) -> str:
    return re.sub(r"[\W_]+", " ", header.casefold()).strip()


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a row. A row without a title, or with other columns than the first, is Skipped."""
    table = _table(text, dict(options.columns))
    if table is None:
        return iter(())
    people_in = _own_people if table.is_own else _people
    return make_papers(_entries(text, table), lambda row: _paper(row, people_in), file, "row")


def _entries(text: str, table: _Table) -> Iterator[RawEntry]:
    rows_found = list(_rows(text, table))
    usual = Counter(len(cells) for _, cells, _ in rows_found).most_common(1)
    if usual and len(table.fields) >= 2 * usual[0][0] - 1 > 1:
        yield RawEntry(1, fault="a row has run into the first line")
    for line, cells, raw in rows_found:
        if len(cells) != len(table.fields):
            reason = f"the row has {len(cells)} columns, the first line {len(table.fields)}"
            width = len(table.fields)  # rows may have run into one another
            rows = max(1, (len(cells) + 1) // width) if width > 2 else 1
            yield from [RawEntry(line, raw, fault=reason)] * rows
        else:
            cells = list(map(unescape_formula, cells)) if table.is_own else cells
            row = {f: c.strip() for f, c in zip(table.fields, cells, strict=True) if f}
            yield RawEntry(line, raw.strip(), row)


def _rows(text: str, table: _Table) -> Iterator[tuple[int, list[str], str]]:
    """Each row after the first: its line, cells, and text. One that does not fit ends after its
    first line, so that an open quote swallows no other row."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    at = next((i for i, line in enumerate(lines) if line.strip()), len(lines)) + 1
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        taken = _whole_row(lines, at, table)
        raw = "".join(lines[at : at + taken])
        yield at + 1, _cells(raw, table), raw
        at += taken


def _whole_row(lines: Sequence[str], at: int, table: _Table) -> int:
    """How many lines make the row: one, or as many as close its quotes when it then fits."""
    quotes = 0
    for taken in range(1, min(_MOST_LINES, len(lines) - at) + 1):
        line = lines[at + taken - 1]
        if taken > 1 and _fits(line, table):  # a row of its own: the quote before is a slip
            return 1
        quotes += line.count('"')
        if quotes % 2 == 0:
            return taken if taken == 1 or _fits("".join(lines[at : at + taken]), table) else 1
    return 1


def _fits(raw: str, table: _Table) -> bool:
    return len(table.fields) > 1 and len(_cells(raw, table)) == len(table.fields)


def _cells(raw: str, table: _Table) -> list[str]:
    csv.field_size_limit(max(csv.field_size_limit(), len(raw) + 1))
    try:
        rows = list(csv.reader([raw], delimiter=table.delimiter))
    except csv.Error:
        return []
    return rows[0] if rows else []


def _paper(row: Mapping[str, str], people_in: Callable[[str], list[str]]) -> Paper:
    abstract = row.get("abstract", "")
    date = date_in(row.get("date", ""))
    year = date_in(row.get("year", ""))[:4]
    return new_paper(
        row.get("title", ""),
        "" if abstract.startswith("[No abstract") else abstract,
        names=map(split_name, people_in(row.get("authors", ""))),
        date=date if date and (not year or date.startswith(year)) else year,
        venue=row.get("venue", ""),
        doi=bare_doi(row.get("doi", "")),
        arxiv_id=bare_arxiv_id(row.get("arxiv_id", "")),
        pmid=p if (p := row.get("pmid", "")).isdecimal() else "",
        url=row.get("url", ""),
        keywords=distinct(re.split("[;|]", row.get("keywords", ""))),
        extra={name: row.get(name) for name in _DETAILS},
    )


def _own_people(text: str) -> list[str]:
    """Names as a table of ours separates them."""
    return text.split("; ")


def _people(text: str) -> list[str]:
    """Names separated by semicolons (Scopus with an id behind each), else by `and`, else by commas
    where each piece is a whole name, as `Smith JA, Lee B.`"""
    if ";" in text:
        pieces = text.split(";")
    elif " and " in text:
        pieces = re.split(r",? and ", text)
    else:
        by_comma = [piece.strip(" .") for piece in text.split(",")]
        are_whole = len(by_comma) > 1 and all(" " in piece for piece in by_comma)
        pieces = by_comma if are_whole else [text]
    names = (re.sub(r"\s*\(\d+\)$", "", piece).strip() for piece in pieces)
    return [
        inverted_initials(name) for name in names if name and name != "[No author name available]"
    ]
