"""Reads OpenAlex's works, as saved in files and as its API sends them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reviewer.sources.entries import ReadOptions, address_of, make_papers, new_paper
from reviewer.sources.parsing.json_path import (
    Json,
    objects_at,
    text_at,
    texts_at,
    value_at,
    year_at,
)
from reviewer.sources.parsing.json_stream import json_items
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import arxiv_id_in, date_in
from reviewer.text.references import MOST_REFERENCES
from reviewer.types import Paper
from reviewer.types.papers import Reference, Skipped

_MOST_WORDS = 20_000
_WORK = "https://openalex.org/W"
_KINDS = {
    "article": "article", "preprint": "misc", "book-chapter": "incollection", "book": "book",
    "dissertation": "phdthesis", "report": "techreport", "review": "article", "letter": "article",
}  # fmt: skip


def matches(text: str) -> bool:
    head = text[:200_000]
    return head.lstrip()[:1] in ("{", "[") and _WORK in head and '"authorships"' in head


def _is_work(value: Json) -> bool:
    return isinstance(value, dict) and str(value.get("id", "")).startswith(_WORK)


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a work of a page of results, a list, one work, or one a line; one without a title
    is Skipped."""
    return make_papers(json_items(text, "results", _is_work), paper_of, file, "work")


def paper_of(work: Json) -> Paper | None:
    """A paper without origin; None when the work has no title. A work that OpenAlex knows both at a
    publisher and at arXiv is the published paper, with the preprint in `versions`."""
    title = text_at(work, "title") or text_at(work, "display_name")
    if not title:
        return None
    names = (
        text_at(a, "author", "display_name") or text_at(a, "raw_author_name")
        for a in objects_at(work, "authorships")
    )
    keywords = (text_at(keyword, "display_name") for keyword in objects_at(work, "keywords"))
    doi, arxiv = _identifiers(work)
    page = text_at(work, "primary_location", "landing_page_url") or text_at(work, "id")
    return new_paper(
        title,
        abstract_of(value_at(work, "abstract_inverted_index")),
        names=[split_name(name) for name in names if name],
        date=date_in(text_at(work, "publication_date")),
        year=year_at(work, "publication_year"),
        venue=text_at(work, "primary_location", "source", "display_name"),
        doi=doi or bare_doi(text_at(work, "doi")),
        arxiv_id="" if doi else arxiv,
        pmid=text_at(work, "ids", "pmid").rpartition("/")[2],
        url=address_of(doi, arxiv, page),
        keywords=tuple(keyword for keyword in keywords if keyword),
        extra=_details(work),
        versions=(f"arxiv:{arxiv}",) if doi and arxiv else (),
        retracted=value_at(work, "is_retracted") is True,
        references=tuple(
            Reference(openalex=address.rpartition("/")[2])
            for address in texts_at(work, "referenced_works")[:MOST_REFERENCES]
        ),
    )


def abstract_of(index: Json) -> str:
    """The text behind an inverted index: every word at each of its positions."""
    if not isinstance(index, dict):
        return ""
    placed = [
        (position, str(word))
        for word, positions in index.items()
        for position in (positions if isinstance(positions, list) else [])
        if isinstance(position, int) and not isinstance(position, bool) and position >= 0
    ]
    return " ".join(word for _, word in sorted(placed)[:_MOST_WORDS])


def _identifiers(work: Mapping[str, Any]) -> tuple[str, str]:
    """A publisher's DOI and an arXiv id, as far as the work has them."""
    doi = bare_doi(text_at(work, "doi"))
    if arxiv := arxiv_id_in(doi):
        return "", arxiv
    addresses = [text_at(place, "landing_page_url") for place in objects_at(work, "locations")]
    return doi, next((arxiv for a in addresses if (arxiv := arxiv_id_in(a))), "")


def _details(work: Mapping[str, Any]) -> dict[str, Any]:
    first, last = text_at(work, "biblio", "first_page"), text_at(work, "biblio", "last_page")
    kind = _KINDS.get(text_at(work, "type"), "")
    if text_at(work, "primary_location", "source", "type") == "conference":
        kind = "inproceedings"
    return {
        KIND: kind,
        "volume": text_at(work, "biblio", "volume"),
        "number": text_at(work, "biblio", "issue"),
        "pages": f"{first}--{last}" if last and last != first else first,
        "language": text_at(work, "language"),
        "openalex": work_id(work),
    }


def work_id(work: Mapping[str, Any]) -> str:
    """`W123`."""
    return text_at(work, "id").rpartition("/")[2]
