"""Papers as CSL-JSON, which Zotero, pandoc and citation processors read. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from reviewer.render.describe import date_parts, joined_keywords, web_address
from reviewer.text import clean
from reviewer.text.entry_types import details_of, kind_of
from reviewer.text.invisible import escape_hidden
from reviewer.text.names import Name, authors_of
from reviewer.types import Paper

T = TypeVar("T")
_DETAIL_NAMES = {
    "volume": "volume", "number": "issue", "pages": "page", "publisher": "publisher",
    "series": "collection-title", "edition": "edition", "isbn": "ISBN", "issn": "ISSN",
    "language": "language",
}  # fmt: skip


def csl_json(papers: Sequence[Paper]) -> str:
    """A list with one item for each paper, as `csl_item` makes them."""
    items = [csl_item(paper) for paper in papers]
    return escape_hidden(json.dumps(items, ensure_ascii=False, indent=2)) + "\n"


def csl_item(paper: Paper) -> dict[str, Any]:
    """The paper, its key as `id`. What CSL has no field for (a note such as "10 authors", an
    organisation, a date without year) is in `custom`."""
    kind = kind_of(paper)
    year, *rest = date_parts(paper)
    known = [part for part in rest if part and year]
    preprint = {"publisher": "arXiv", "number": f"arXiv:{paper.arxiv_id}"}
    is_preprint = bool(paper.arxiv_id) and kind.csl == "article"
    fields: dict[str, Any] = {
        "id": paper.key,
        "citation-key": paper.key,
        "type": kind.csl,
        "title": clean(paper.title),
        "author": [_name(name) for name in authors_of(paper)],
        "container-title": clean(paper.venue),
        "issued": {"date-parts": [[paper.year, *map(int, known)]]} if paper.year else {},
        **(preprint if is_preprint else {}),
        **{_DETAIL_NAMES[name]: value for name, value in details_of(paper).items()},
        "DOI": clean(paper.doi),
        "PMID": clean(paper.pmid),
        "URL": clean(web_address(paper)),
        "note": "Retracted" if paper.retracted else "",
        "archive": "arXiv" if paper.arxiv_id else "",
        "archive_location": clean(paper.arxiv_id),
        "keyword": joined_keywords(filter(None, map(clean, paper.keywords))),
        "abstract": clean(paper.abstract),
        "custom": _filled(
            author_note=clean(paper.author_note),
            organisation=clean(paper.organisation),
            date=paper.date if paper.year is None else "",
        ),
    }
    return _filled(**fields)


def _filled(**fields: T) -> dict[str, T]:
    return {name: value for name, value in fields.items() if value}


def _name(name: Name) -> dict[str, str]:
    if name.group:
        return {"literal": name.group}
    particle = {"non-dropping-particle": name.particle}
    return _filled(family=name.family, given=name.given, **particle, suffix=name.suffix)
