"""Semantic Scholar's API: papers by name, by search, and along citations.

Fields and parameters as api.semanticscholar.org/api-docs/graph publishes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from reviewer.sources.formats.semantic_scholar import paper_of
from reviewer.sources.online.client import Web
from reviewer.sources.online.types import Identifier, OnlineQuery, Page, as_entry
from reviewer.sources.parsing.json_path import objects_at, text_at, value_at
from reviewer.text.identifiers import without_version
from reviewer.types import Paper
from reviewer.types.papers import Skipped

BATCH = 1
_PAGE = 100
_MOST_FOUND = 1000  # more than these its search does not give
_FIELDS = (
    "paperId,externalIds,title,abstract,year,publicationDate,venue,journal,authors,"
    "publicationTypes,url"
)
_REFERENCES = ",".join(
    f"references.{name}" for name in ("paperId", "externalIds", "title", "year", "authors")
)


def _read(record: Mapping[str, Any]) -> Paper | Skipped:
    return as_entry(paper_of(record), f"s2:{text_at(record, 'paperId')}")


def fetch(web: Web, values: Sequence[str]) -> Page:
    """The paper of one id, in any of the forms that Semantic Scholar takes."""
    paths = (f"/paper/{quote(value, safe=':')}" for value in values)
    fields = {"fields": f"{_FIELDS},{_REFERENCES}"}
    found = [web.json("semantic_scholar", path, fields) for path in paths]
    return [_read(record) for record in found if isinstance(record, dict)]


def search(web: Web, query: OnlineQuery) -> Iterator[Page]:
    """Pages of papers, the most relevant first, 1,000 in all at most. Hyphens are taken out, since
    a word with one is not found."""
    parameters = {"query": query.text.replace("-", " ")}
    if query.year_from or query.year_to:
        parameters["year"] = f"{query.year_from or ''}-{query.year_to or ''}"
    return _pages(web, "/paper/search", parameters, min(query.limit, _MOST_FOUND))


def with_title(web: Web, title: str) -> Page:
    """The one paper whose title is nearest. Raises NotThereError when none is near."""
    parameters = {"query": " ".join(re.findall(r"\w+", title)), "fields": _FIELDS}
    found = web.json("semantic_scholar", "/paper/search/match", parameters)
    return [_read(record) for record in objects_at(found, "data")]


def name_of(known: Identifier) -> str:
    """What Semantic Scholar calls a paper with this identifier."""
    if known.kind == "arxiv":
        return f"ARXIV:{without_version(known.value)}"
    return known.value if known.kind == "s2" else f"{known.kind.upper()}:{known.value}"


def references(web: Web, known: Identifier, limit: int) -> Iterator[Page]:
    """What the paper cites. Raises NotThereError."""
    return _pages(web, f"{_at(known)}/references", {}, limit, "citedPaper")


def cited_by(web: Web, known: Identifier, limit: int) -> Iterator[Page]:
    """What cites the paper. Raises NotThereError."""
    return _pages(web, f"{_at(known)}/citations", {}, limit, "citingPaper")


def _at(known: Identifier) -> str:
    return f"/paper/{quote(name_of(known), safe=':')}"


def _pages(
    web: Web, path: str, parameters: Mapping[str, str], limit: int, inner: str = ""
) -> Iterator[Page]:
    """Pages of `data`. With `inner`, the record is under that name in each item."""
    start = 0
    while start < limit:
        rows = min(_PAGE, limit - start)
        asked = {**parameters, "fields": _FIELDS, "offset": str(start), "limit": str(rows)}
        found = web.json("semantic_scholar", path, asked)
        items = objects_at(found, "data")
        records = [value_at(item, inner) if inner else item for item in items]
        known = [_read(r) for r in records if isinstance(r, dict) and text_at(r, "title")]
        if known:
            yield known
        following = text_at(found, "next")
        if not items or not following.isdecimal() or int(following) <= start:
            return
        start = int(following)
