"""Reads tables of papers, CSV or TSV, by the headers that databases give to their columns."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewer.sources.entries import RawEntry, ReadOptions, distinct, make_papers, new_paper
from reviewer.sources.parsing.plain_paper import by_initials
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import DETAILS, KIND, NOCASE
from reviewer.text.identifiers import arxiv_id_in, bare_arxiv_id, date_in, inverted_initials
from reviewer.text.names import Name
from reviewer.text.spreadsheet import (
    EARLIER_COLUMNS,
    FORMER_COLUMNS,
    PAPER_COLUMNS,
    unescape_formula,
)
from reviewer.types import Paper
from reviewer.types.papers import Skipped

FIELDS = (
    "title abstract authors year date venue doi arxiv_id pmid url keywords volume number pages "
    "publisher issn isbn language type"
).split()
"""What a column can be; the names that `--column` knows."""

_HEADERS = {
    "title": "title|article title|document title|primary title|paper title|ti|display name"
    "|item title|study title|publication title original|titles",
    "abstract": "abstract|abstract note|ab|summary|abstracts|abstract text",
    "authors": "authors|author|author full names|author names|au|af|full authors|author s|creators"
    "|authors raw|author full name|authors affiliations names|authors list",
    "year": "year|publication year|pub year|py|published year|year published|date published year"
    "|pubyear|year of publication",
    "date": "date|publication date|published|date published|online date|create date"
    "|publication date online|date of publication",
    "venue": "venue|journal|source title|journal book|publication title|so|journal title"
    "|publication|source|container title|secondary title|conference name|booktitle|t2"
    "|parent title|journal name|full journal title|book title|source title anthology title"
    "|title serial|secondary parent title|published in",
    "doi": "doi|di|digital object identifier|doi link|item doi|dois",
    "arxiv_id": "arxiv id|arxiv|eprint",
    "pmid": "pmid|pubmed id|pm|medline id|pubmedid",
    "url": "url|link|urls|full text url|pdf link|address|dimensions url|source urls|item url"
    "|external url|article url",
    "keywords": "keywords|author keywords|manual tags|de|index keywords|mesh terms|keyword|tags",
    "volume": "volume|vl|vol|journal volume",
    "number": "number|issue|is|journal issue|issue number",
    "pages": "pages|page|page range|pagination|page numbers",
    "first_page": "page start|start page|first page|bp|starting page|beginning page",
    "last_page": "page end|end page|last page|ep|ending page",
    "publisher": "publisher|pu",
    "issn": "issn|sn|issns|international standard serial number",
    "isbn": "isbn|isbns|bn",
    "language": "language|la|language of original document|languages",
    "type": "type|document type|publication type|item type|content type|dt|entry type|type name"
    "|reference type",
    "eid": "art no|article number|ar",
    "address": "place|place published|location|city",
    "edition": "edition",
    "series": "series|book series title|series title",
    "retracted": "retracted",
}
_FULL = frozenset(("author full names", "af", "full authors"))  # go before initials
_FIELD_OF = {header: field for field, named in _HEADERS.items() for header in named.split("|")}
_OWN_HEADS = {
    **{head.replace("_", " "): head for head in PAPER_COLUMNS},
    "issue": "number",
}
_OWN_TEXTS = ("author_note", "organisation", "venue", "doi", "arxiv_id", "pmid", "url")
_MOST_HEAD = 100_000  # characters in which the heads are looked for
_LONGEST_HEAD = 60
_DETAILS = tuple("volume number publisher issn isbn language eid address edition series".split())
_PREAMBLE = 8  # lines that may stand before the heads
_TYPES = {
    "journal article": "article", "article": "article", "review": "article", "letter": "article",
    "editorial": "article", "note": "article", "research article": "article",
    "journal": "article", "journalarticle": "article", "j": "article", "short survey": "article",
    "conference paper": "inproceedings", "conference proceedings": "inproceedings",
    "conferencepaper": "inproceedings", "proceedings paper": "inproceedings",
    "conference proceedings article": "inproceedings", "proceeding": "inproceedings",
    "proceedings article": "inproceedings", "c": "inproceedings", "ieee conferences":
    "inproceedings", "conference": "inproceedings",
    "book chapter": "incollection", "chapter": "incollection", "booksection": "incollection",
    "book section": "incollection", "chapter conferencepaper": "inproceedings",
    "chapter reference work entry": "incollection", "book": "book", "edited book": "book",
    "monograph": "book", "b": "book", "thesis": "phdthesis", "dissertation": "phdthesis",
    "report": "techreport", "preprint": "misc", "dataset": "dataset", "data set": "dataset",
    "webpage": "online", "web page": "online", "patent": "patent", "computerprogram": "software",
    "magazinearticle": "article", "newspaperarticle": "article", "ieee journals": "article",
}  # fmt: skip
_NEXT_NAME = re.compile(
    r"(?<=[a-zß-ÿ.])(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bDi)(?<!\bLe)(?<!\bLa)(?<![A-Z]\.)(?=[A-ZÀ-Þ])"
)
_MOST_LINES = 400  # physical lines that one row may go over


@dataclass(frozen=True)
class _Table:
    delimiter: str
    fields: tuple[str, ...]  # the field of each column; empty for an unknown one
    heads_at: int = 0  # the line, from 0, that has the heads
    comes_first: bool = True  # no line with text is before the heads
    is_own: bool = False  # written by `review export`


def matches(text: str) -> bool:
    table = _table(text, {})
    return table is not None and "title" in table.fields and _is_known(table)


def _is_known(table: _Table) -> bool:
    """Two columns are a table where they come first; behind other lines it takes three that are
    known."""
    return sum(map(bool, table.fields)) > 2 or (table.comes_first and len(table.fields) > 1)


def matches_with(text: str, columns: Mapping[str, str]) -> bool:
    """True for a table whose heads have one of the columns that the user named."""
    table = _table(text, columns)
    return table is not None and "title" in table.fields


def heads_of_table(text: str) -> list[str]:
    """The heads of a table of which no column is known to be the title; empty for a text that is no
    table."""
    first, *rest = [line for line in text[:_MOST_HEAD].splitlines() if line.strip()][:4] or [""]
    for delimiter in "\t;,|":
        rows = [_cut(line, delimiter) for line in (first, *rest)]
        heads = rows[0]
        if len(heads) < 3 or not rest or any(len(row) != len(heads) for row in rows[1:2]):
            continue
        if all(head.strip() and len(head) <= _LONGEST_HEAD for head in heads):
            return [head.strip() for head in heads]
    return []


def _cut(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _table(text: str, columns: Mapping[str, str]) -> _Table | None:
    """The table that its heads make, by the delimiter that gives them most known columns. Lines may
    stand before the heads, such as `About the data: ...` of Dimensions."""
    own = {_plain(header): field for header, field in columns.items()}
    known = {h: f for h, f in _FIELD_OF.items() if f not in own.values()} | own
    best: _Table | None = None
    lines = text[:_MOST_HEAD].splitlines()
    filled = [place for place, line in enumerate(lines) if line.strip()][:_PREAMBLE]
    for place in filled:
        for delimiter in ",\t;|":
            names = _cut(lines[place], delimiter)
            is_own = tuple(names) in (PAPER_COLUMNS, EARLIER_COLUMNS, FORMER_COLUMNS)
            fields = _once(list(map(_plain, names)), _OWN_HEADS if is_own else known)
            found = _Table(delimiter, fields, place, place == filled[0], is_own)
            if best is None or _worth(found) > _worth(best):
                best = found
    return best


def _worth(table: _Table) -> tuple[bool, int]:
    """Heads of papers have a title; the line that has most known heads is taken."""
    return "title" in table.fields, sum(map(bool, table.fields))


def _once(names: Sequence[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """The field of each column. Of two columns of one kind the first counts, but authors' full
    names go before their initials."""
    fields = [known.get(name, "") for name in names]
    has_full = any(name in _FULL for name in names)
    for place, (name, field) in enumerate(zip(names, fields, strict=True)):
        is_short = field == "authors" and has_full and name not in _FULL
        fields[place] = "" if is_short or field in fields[:place] else field
    if "item title" in names:  # of SpringerLink
        fields = ["authors_together" if field == "authors" else field for field in fields]
    return tuple(fields)


def _plain(header: str) -> str:
    return re.sub(r"[\W_]+", " ", header.casefold()).strip()


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a row. A row without a title, or with other columns than the first, is Skipped."""
    table = _table(text, dict(options.columns))
    if table is None:
        return iter(())
    paper_of = _own_paper if table.is_own else _paper
    return make_papers(_entries(text, table), paper_of, file, "row")


def _entries(text: str, table: _Table) -> Iterator[RawEntry]:
    rows_found = list(_rows(text, table))
    usual = Counter(len(cells) for _, cells, _ in rows_found).most_common(1)
    if usual and len(table.fields) >= 2 * usual[0][0] - 1 > 1:
        yield RawEntry(table.heads_at + 1, fault="a row has run into the first line")
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
    at = table.heads_at + 1
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


def _paper(row: Mapping[str, str]) -> Paper:
    abstract = row.get("abstract", "")
    date = date_in(row.get("date", ""))
    year = date_in(row.get("year", ""))[:4]
    retracted = row.get("retracted", "").casefold() in ("yes", "true")
    url = re.split(r"[;\s]", row.get("url", ""), maxsplit=1)[0]
    return new_paper(
        row.get("title", ""),
        "" if re.match(r"\[No abstract|No abstract available", abstract) else abstract,
        names=map(split_name, _people(row.get("authors", "")) or _run_together(row)),
        date=date if date and (not year or date.startswith(year)) else year,
        venue=row.get("venue", ""),
        doi=bare_doi(row.get("doi", "")),
        arxiv_id=bare_arxiv_id(row.get("arxiv_id", "")) or arxiv_id_in(url),
        pmid=p if (p := row.get("pmid", "")).isdecimal() else "",
        url=url,
        keywords=distinct(re.split("[;|]", row.get("keywords", ""))),
        retracted=retracted,
        extra={
            KIND: _TYPES.get(_plain(row.get("type", "")), ""),
            **{name: row.get(name) for name in _DETAILS},
            "pages": _pages(row),
        },
    )


def _pages(row: Mapping[str, str]) -> str:
    first, last = row.get("first_page", ""), row.get("last_page", "")
    return row.get("pages", "") or "--".join(dict.fromkeys(p for p in (first, last) if p))


def _own_paper(row: Mapping[str, str]) -> Paper:
    """The paper of a row that `review export` wrote."""
    return new_paper(
        row.get("title", ""),
        row.get("abstract", ""),
        names=_own_names(row.get("authors", "")),
        editors=_own_names(row.get("editors", "")),
        translators=_own_names(row.get("translators", "")),
        date=row.get("date", "") or row.get("year", ""),
        year=int(year) if (year := row.get("year", "")).isdecimal() else None,
        key=row.get("key", ""),
        keywords=distinct(row.get("keywords", "").split(";")),
        retracted=bool(row.get("retracted")),
        **{name: row.get(name, "") for name in _OWN_TEXTS},  # type: ignore[arg-type]
        extra={
            KIND: row.get("type"),
            **{name: row.get(name) for name in DETAILS},
            NOCASE: [w for w in row.get("protected_capitals", "").split("; ") if w],
        },
    )


def _own_names(text: str) -> list[Name]:
    """Names as a table of ours separates them; a group may end with a comma."""
    names = [name for name in text.split("; ") if name]
    return [split_name(name.rstrip(","), is_group=name.endswith(",")) for name in names]


def _people(text: str) -> list[str]:
    """Names in a list of JSON, separated by semicolons (Scopus with an id behind each), else by
    `and`, else by commas, as `Smith JA, Lee B.`, `Hay, I., Ivo, J.` and `Ann Ash, Bo Birch`."""
    if text.startswith('["') and (listed := _listed(text)):
        pieces = listed
    elif ";" in text:
        pieces = text.split(";")
    elif " and " in text:
        pieces = re.split(r",? and ", text)
    elif len(names := by_initials(text)) > 1:
        pieces = names
    else:
        by_comma = [piece.strip(" .") for piece in text.split(",")]
        are_whole = len(by_comma) > 1 and all(" " in piece for piece in by_comma)
        pieces = by_comma if are_whole else [text]
    names = [re.sub(r"\s*\(\d+\)$", "", piece).strip() for piece in pieces]
    return [
        inverted_initials(name) for name in names if name and name != "[No author name available]"
    ]


def _listed(text: str) -> list[str]:
    """The names of a list of JSON, as ASReview writes it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [name for name in found if isinstance(name, str)]


def _run_together(row: Mapping[str, str]) -> list[str]:
    """The names of `Ann AshBo Birch`, as SpringerLink writes them, one after another; names such as
    `McKay` are not cut."""
    names = _NEXT_NAME.split(row.get("authors_together", ""))
    return [name.strip() for name in names if name.strip()]
