"""OpenAlex's API (developers.openalex.org): works by name, by search, and along citations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from reviewer.sources.entries import filled
from reviewer.sources.formats.openalex import paper_of, work_id
from reviewer.sources.online.cache import DAY_S
from reviewer.sources.online.client import Web
from reviewer.sources.online.types import Identifier, OnlineQuery, Page, as_entry
from reviewer.sources.parsing.json_path import list_at, objects_at, text_at, texts_at
from reviewer.text.identifiers import without_version
from reviewer.types import Paper
from reviewer.types.papers import Skipped

BATCH = 1
MOST_JOINED = 50  # identifiers that one filter takes; the published limit is 100
_PAGE = 100
_FIELDS = (
    "id,doi,ids,title,publication_year,publication_date,authorships,primary_location,locations,"
    "biblio,type,is_retracted,abstract_inverted_index,keywords,language,"
    "referenced_works"
)


def _read(work: Mapping[str, Any]) -> Paper | Skipped:
    name = Identifier(kind="openalex", value=work_id(work) or "W0").shown
    return as_entry(paper_of(work), name)


def fetch(web: Web, values: Sequence[str]) -> Page:
    """The work of one id: `W123`, `doi:10...` or `pmid:123`. Raises NotThereError."""
    return [_read(_work(web, value)) for value in values]


def _work(web: Web, value: str, fields: str = _FIELDS) -> Mapping[str, Any]:
    found = web.json("openalex", f"/works/{quote(value, safe=':')}", {"select": fields})
    return found if isinstance(found, dict) else {}


def search(web: Web, query: OnlineQuery) -> Iterator[Page]:
    """Pages of papers, the most relevant first."""
    first = f"from_publication_date:{query.year_from}-01-01" if query.year_from else ""
    last = f"to_publication_date:{query.year_to}-12-31" if query.year_to else ""
    years = ",".join(bound for bound in (first, last) if bound)
    return _pages(web, filled({"search": query.text, "filter": years}), query.limit)


def with_title(web: Web, title: str) -> Page:
    """Papers whose title has these words, a few."""
    words = " ".join(re.findall(r"\w+", title))
    return next(_pages(web, {"filter": f"title.search:{words}"}, 5), [])


def name_of(known: Identifier) -> str:
    """What OpenAlex calls a paper with this identifier."""
    if known.kind == "arxiv":
        return f"doi:10.48550/arxiv.{without_version(known.value)}"
    return known.value if known.kind == "openalex" else known.shown


def references(web: Web, known: Identifier, limit: int) -> Iterator[Page]:
    """What the paper cites, as far as OpenAlex knows. Raises NotThereError."""
    work = _work(web, name_of(known), "id,referenced_works")
    ids = [text.rpartition("/")[2] for text in texts_at(work, "referenced_works")][:limit]
    for start in range(0, len(ids), MOST_JOINED):
        batch = ids[start : start + MOST_JOINED]
        yield from _pages(web, {"filter": f"openalex:{'|'.join(batch)}"}, len(batch))


def cited_by(web: Web, known: Identifier, limit: int) -> Iterator[Page]:
    """What cites the paper, as far as OpenAlex knows. Raises NotThereError."""
    work = _work(web, name_of(known), "id")
    yield from _pages(web, {"filter": f"cites:{work_id(work)}"}, limit)


def works_with(web: Web, kind: str, values: Sequence[str]) -> list[Mapping[str, Any]]:
    """The works of at most MOST_JOINED DOIs or PMIDs that OpenAlex knows; an answer is used for a
    day."""
    works = f"{kind}:{'|'.join(values)}"
    parameters = {"filter": works, "per_page": str(_PAGE), "select": _FIELDS}
    return objects_at(web.json("openalex", "/works", parameters, DAY_S), "results")


def _pages(web: Web, parameters: Mapping[str, str], limit: int) -> Iterator[Page]:
    cursor, given = "*", 0
    while given < limit and cursor:
        rows = min(_PAGE, limit - given)
        asked = {**parameters, "per_page": str(rows), "cursor": cursor, "select": _FIELDS}
        found = web.json("openalex", "/works", asked)
        works = objects_at(found, "results")[:rows]
        if works:
            yield [_read(work) for work in works]
        given += len(works)
        cursor = text_at(found, "meta", "next_cursor") if list_at(found, "results") else ""
