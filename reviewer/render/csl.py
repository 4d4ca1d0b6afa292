"""Papers as items of the Citation Style Language, which citation processors read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reviewer.render.describe import web_address
from reviewer.text import clean
from reviewer.text.entry_types import details_of, kind_of
from reviewer.text.names import Name, authors_of
from reviewer.types import Paper

_DETAIL_NAMES = {
    "volume": "volume", "number": "issue", "pages": "page", "publisher": "publisher",
    "series": "collection-title", "edition": "edition", "isbn": "ISBN", "issn": "ISSN",
    "language": "language",
}  # fmt: skip


def csl_items(papers: Sequence[Paper]) -> list[dict[str, Any]]:
    """One item a paper, `id` its key. What CSL has no field for (a note such as "10 authors", an
    organisation, a date without year) stands in `custom`."""
    return [_item(paper) for paper in papers]


def _item(paper: Paper) -> dict[str, Any]:
    kind = kind_of(paper)
    details = {_DETAIL_NAMES[name]: value for name, value in details_of(paper).items()}
    preprint = {"publisher": "arXiv", "number": f"arXiv:{paper.arxiv_id}"}
    is_preprint = bool(paper.arxiv_id) and kind.csl == "article"
    fields: dict[str, Any] = {
        "id": paper.key,
        "citation-key": paper.key,
        "type": kind.csl,
        "title": clean(paper.title),
        "author": [_name(name) for name in authors_of(paper)],
        "container-title": clean(paper.venue),
        "issued": _issued(paper),
        **(preprint if is_preprint else {}),
        **details,
        "DOI": clean(paper.doi),
        "PMID": clean(paper.pmid),
        "URL": clean(web_address(paper)),
        "note": "Retracted" if paper.retracted else "",
        "archive": "arXiv" if paper.arxiv_id else "",
        "archive_location": clean(paper.arxiv_id),
        "keyword": _keywords(paper),
        "abstract": clean(paper.abstract),
        "custom": _custom(paper),
    }
    return {name: value for name, value in fields.items() if value}


def _name(name: Name) -> dict[str, str]:
    if name.group:
        return {"literal": name.group}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: value for part, value in parts.items() if value}


def _issued(paper: Paper) -> dict[str, Any]:
    if paper.year is None:
        return {}
    pieces = [] if paper.date.startswith("--") else paper.date.split("-")[1:]
    return {"date-parts": [[paper.year, *(int(piece) for piece in pieces)]]}


def _keywords(paper: Paper) -> str:
    words = [clean(word) for word in paper.keywords if clean(word)]
    if any("," in word for word in words):
        return "; ".join(words) + ";" * (len(words) == 1)
    return ", ".join(words)


def _custom(paper: Paper) -> dict[str, str]:
    fields = {
        "author_note": clean(paper.author_note),
        "organisation": clean(paper.organisation),
        "date": paper.date if paper.year is None else "",
    }
    return {name: value for name, value in fields.items() if value}
