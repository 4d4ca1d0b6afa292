"""Crossref: its works as papers, what it says of retractions and versions, and its REST API.

Fields and parameters as api.crossref.org publishes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from reviewer.sources.entries import address_of, filled, new_paper
from reviewer.sources.online.cache import DAY_S
from reviewer.sources.online.client import Web
from reviewer.sources.online.types import OnlineQuery, Page, as_entry
from reviewer.sources.parsing.json_path import (
    date_parts,
    objects_at,
    text_at,
    texts_at,
    value_at,
    year_at,
)
from reviewer.sources.parsing.xml_stream import text_of_jats
from reviewer.text import bare_doi, clean, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import arxiv_id_in, iso_date
from reviewer.text.names import Name
from reviewer.text.references import MOST_REFERENCES, reference_in
from reviewer.types import Paper
from reviewer.types.papers import Reference, Skipped

BATCH = 1
_PAGE = 100
_RETRACTIONS = ("retraction", "removal", "withdrawal", "partial_retraction")
_KINDS = {
    "journal-article": "article", "proceedings-article": "inproceedings", "posted-content": "misc",
    "book-chapter": "incollection", "book": "book", "monograph": "book", "report": "techreport",
    "dissertation": "phdthesis",
}  # fmt: skip
_DETAILS = {"volume": "volume", "issue": "number", "page": "pages", "publisher": "publisher",
            "language": "language"}  # fmt: skip


def paper_of(work: Mapping[str, Any]) -> Paper | None:
    """A paper without origin; None when the work has no title."""
    title = " ".join(texts_at(work, "title")[:1])
    if not title:
        return None
    subtitle = " ".join(texts_at(work, "subtitle")[:1])
    if subtitle and subtitle.casefold() not in title.casefold():
        title = f"{title}: {subtitle}"
    doi = bare_doi(text_at(work, "DOI"))
    return new_paper(
        text_of_jats(title),
        text_of_jats(text_at(work, "abstract")),
        names=map(_name, objects_at(work, "author")),
        date=_date(work),
        venue=text_of_jats(" ".join(texts_at(work, "container-title")[:1])),
        doi=doi,
        url=address_of(doi, "", text_at(work, "URL")),
        extra={
            **{own: text_at(work, name) for name, own in _DETAILS.items()},
            KIND: _KINDS.get(text_at(work, "type"), ""),
            "issn": " ".join(texts_at(work, "ISSN")[:1]),
        },
        versions=tuple(dict.fromkeys(v for _, v in versions_of(work))),
        retracted=any(event == "retracted" for event, _, _ in updates_of(work)),
        references=tuple(map(_reference, objects_at(work, "reference")[:MOST_REFERENCES])),
    )


def _reference(cited: Mapping[str, Any]) -> Reference:
    """What a publisher deposited of one reference: its own fields, or its words."""
    words = clean(text_of_jats(text_at(cited, "unstructured")))
    read = reference_in(words) if words else Reference()
    doi = bare_doi(text_at(cited, "DOI")) or read.doi
    title = text_at(cited, "article-title") or text_at(cited, "volume-title")
    return read.model_copy(
        update={
            "title": text_of_jats(title) or read.title,
            "family": text_at(cited, "author") or read.family,
            "year": year_at(cited, "year") or read.year,
            "doi": "" if arxiv_id_in(doi) else doi,
            "arxiv_id": arxiv_id_in(doi) or read.arxiv_id,
        }
    )


def _name(person: Mapping[str, Any]) -> Name:
    family, given = text_at(person, "family"), text_at(person, "given")
    if family and given and "," not in family + given:
        suffix = text_at(person, "suffix")
        whole = split_name(f"{family}, {given}")  # knows the particle of `van der Berg`
        return replace(whole, suffix=suffix) if suffix else whole
    return Name(group=text_at(person, "name") or family or given)


def _date(work: Mapping[str, Any]) -> str:
    names = ("published", "published-print", "published-online", "issued", "posted")
    parts = (date_parts(value_at(work, name)) for name in names)
    return next((date for given in parts if given and (date := iso_date(*given))), "")


def updates_of(work: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What was published about this work afterwards: an event, words that say it, the notice's
    DOI."""
    found = []
    for update in objects_at(work, "updated-by"):
        kind = text_at(update, "type").lower().replace("-", "_").replace(" ", "_")
        event = "concern" if kind == "expression_of_concern" else "corrected"
        event = "retracted" if kind in _RETRACTIONS else event
        label = text_at(update, "label") or kind.replace("_", " ") or "update"
        day = iso_date(*(date_parts(value_at(update, "updated")) or ("",)))
        is_watched = text_at(update, "source") == "retraction-watch"
        detail = [label, day, "Retraction Watch" if is_watched else "Crossref"]
        notice = bare_doi(text_at(update, "DOI"))
        found.append((event, ", ".join(text for text in detail if text), notice))
    return found


def versions_of(work: Mapping[str, Any]) -> list[tuple[str, str]]:
    """`preprint` or `published` and the identifier of that version, as `doi:...` or `arxiv:...`."""
    found = []
    for event, relation in (("preprint", "has-preprint"), ("published", "is-preprint-of")):
        for other in objects_at(work, "relation", relation):
            text = text_at(other, "id")
            arxiv, doi = arxiv_id_in(text), bare_doi(text)
            if arxiv or doi:
                found.append((event, f"arxiv:{arxiv}" if arxiv else f"doi:{doi}"))
    return found


def work_of(web: Web, doi: str, max_age_s: float = 7 * DAY_S) -> Mapping[str, Any]:
    """Crossref's record of a DOI. Raises NotThereError for one that it did not register."""
    found = web.json("crossref", f"/works/{quote(doi, safe='')}", {}, max_age_s)
    work = value_at(found, "message")
    return work if isinstance(work, dict) else {}


def _read(work: Mapping[str, Any]) -> Paper | Skipped:
    return as_entry(paper_of(work), f"doi:{text_at(work, 'DOI')}")


def fetch(web: Web, values: Sequence[str]) -> Page:
    """The papers of DOIs, one request each. Raises NotThereError."""
    return [_read(work_of(web, value)) for value in values]


def search(web: Web, query: OnlineQuery) -> Iterator[Page]:
    """Pages of papers, the most relevant first."""
    first = f"from-pub-date:{query.year_from}" if query.year_from else ""
    last = f"until-pub-date:{query.year_to}" if query.year_to else ""
    years = ",".join(bound for bound in (first, last) if bound)
    parameters = filled({"query": query.text, "filter": years})
    cursor, given = "*", 0
    while given < query.limit and cursor:
        rows = min(_PAGE, query.limit - given)
        asked = {**parameters, "rows": str(rows), "cursor": cursor}
        found = web.json("crossref", "/works", asked)
        works = objects_at(found, "message", "items")[:rows]
        if works:
            yield [_read(work) for work in works]
        given += len(works)
        cursor = text_at(found, "message", "next-cursor") if len(works) == rows else ""


def with_title(web: Web, title: str) -> Page:
    """Papers with nearly this title, a few."""
    found = web.json("crossref", "/works", {"query.bibliographic": title, "rows": "5"})
    return [_read(work) for work in objects_at(found, "message", "items")]
