"""Semantic Scholar: its records as papers, from files and from its API.

Fields and parameters as api.semanticscholar.org/api-docs/graph publishes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reviewer.identifiers import (
    arxiv_id_in,
    bare_arxiv_id,
    bare_doi,
    date_in,
    without_version,
    year_of,
)
from reviewer.json_values import json_items
from reviewer.kinds import KIND
from reviewer.lookups import Identifier, Wanted, with_origin
from reviewer.loose_json import objects_at, text_at, texts_at, value_at, year_at
from reviewer.names import read_names, split_name
from reviewer.records import Paper, Skipped
from reviewer.sources import ReadOptions, origin_of, parts_of

if TYPE_CHECKING:
    from reviewer.web import Web

BATCH = 1
_PAGE = 100
_MOST_FOUND = 1000  # more than these its search does not give
_FIELDS = (
    "paperId,externalIds,title,abstract,year,publicationDate,venue,journal,authors,"
    "publicationTypes,url"
)
_KINDS = {"JournalArticle": "article", "Conference": "inproceedings", "Book": "book",
          "BookSection": "incollection", "Review": "article"}  # fmt: skip


def matches(text: str) -> bool:
    head = text[:200_000]
    is_paper = '"paperId"' in head or ('"corpusid"' in head and '"externalids"' in head)
    return head.lstrip()[:1] in ("{", "[") and is_paper


def _is_paper(value: Any) -> bool:  # noqa: ANN401  anything JSON can hold
    return isinstance(value, dict) and ("paperId" in value or "corpusid" in value) and (
        "title" in value or "citedPaper" in value
    )  # fmt: skip


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a paper of a page of data, a list (also of citations or references), one paper, or
    one a line; one without a title is Skipped."""
    for found in json_items(text, "data", _is_paper):
        item = found.value if isinstance(found.value, dict) else {}
        inner = item.get("citingPaper") or item.get("citedPaper") or item
        paper = paper_of(inner) if isinstance(inner, dict) else None
        if found.fault or paper is None:
            reason = found.fault or "the paper has no title"
            yield Skipped(file=file, position=found.line, reason=reason)
        else:
            origin = origin_of(found.raw, file, found.line)
            yield paper.model_copy(update={"origins": (origin,)})


def paper_of(record: Mapping[str, Any]) -> Paper | None:
    """A paper without origin; None when the record has no title. One with a publisher's DOI is the
    published paper, with its preprint in `versions`."""
    title = text_at(record, "title")
    if not title:
        return None
    authors, groups = read_names([split_name(n) for a in objects_at(record, "authors")
                                  if (n := text_at(a, "name"))])  # fmt: skip
    date = date_in(text_at(record, "publicationDate") or text_at(record, "publicationdate"))
    ids = value_at(record, "externalIds") or value_at(record, "externalids")  # as in its data sets
    doi = bare_doi(text_at(ids, "DOI"))
    arxiv = bare_arxiv_id(text_at(ids, "ArXiv")) or arxiv_id_in(doi)
    given, doi = doi, "" if arxiv_id_in(doi) else doi
    return Paper(
        parts=parts_of(title, text_at(record, "abstract")),
        authors=authors,
        date=date,
        year=year_at(record, "year") or year_of(date),
        venue=text_at(record, "venue") or text_at(record, "journal", "name"),
        doi=given,
        arxiv_id="" if doi else arxiv,
        pmid=text_at(ids, "PubMed"),
        url=_address(record, doi, arxiv),
        keywords=tuple(texts_at(record, "fieldsOfStudy")),
        extra={**_details(record), **groups},
        versions=(f"arxiv:{arxiv}",) if doi and arxiv else (),
    )


def _address(record: Mapping[str, Any], doi: str, arxiv: str) -> str:
    if doi:
        return f"https://doi.org/{doi}"
    return f"https://arxiv.org/abs/{arxiv}" if arxiv else text_at(record, "url")


def _details(record: Mapping[str, Any]) -> dict[str, Any]:
    kinds = [_KINDS[k] for k in texts_at(record, "publicationTypes") if k in _KINDS]
    details = {
        KIND: "inproceedings" if "inproceedings" in kinds else (kinds or [""])[0],
        "volume": text_at(record, "journal", "volume"),
        "pages": re.sub(r"\s*[-–]\s*", "--", text_at(record, "journal", "pages")),
        "semantic_scholar": text_at(record, "paperId"),
    }
    return {name: value for name, value in details.items() if value}


def _read(record: Mapping[str, Any]) -> Paper | Skipped:
    name = f"s2:{text_at(record, 'paperId')}"
    paper = paper_of(record)
    return with_origin(paper, name) if paper else Skipped(file=name, reason="it has no title")


def fetch(web: Web, values: Sequence[str]) -> list[Paper | Skipped]:
    """The paper of one id, in any of the forms that Semantic Scholar takes."""
    found = [
        web.json("semantic_scholar", f"/paper/{quote(v, safe=':')}", {"fields": _FIELDS})
        for v in values
    ]
    return [_read(record) for record in found if isinstance(record, dict)]


def search(web: Web, wanted: Wanted) -> Iterator[list[Paper | Skipped]]:
    """Pages of papers, the most relevant first, 1,000 in all at most. Hyphens are taken out, since
    a word with one is not found."""
    parameters = {"query": wanted.text.replace("-", " ")}
    if wanted.year_from or wanted.year_to:
        parameters["year"] = f"{wanted.year_from or ''}-{wanted.year_to or ''}"
    yield from _pages(web, "/paper/search", parameters, min(wanted.limit, _MOST_FOUND))


def with_title(web: Web, title: str) -> list[Paper | Skipped]:
    """The one paper whose title is nearest. Raises NotThereError when none is near."""
    parameters = {"query": " ".join(re.findall(r"\w+", title)), "fields": _FIELDS}
    found = web.json("semantic_scholar", "/paper/search/match", parameters)
    return [_read(record) for record in objects_at(found, "data")]


def name_of(known: Identifier) -> str:
    """What Semantic Scholar calls a paper with this identifier."""
    if known.kind == "arxiv":
        return f"ARXIV:{without_version(known.value)}"
    return known.value if known.kind == "s2" else f"{known.kind.upper()}:{known.value}"


def references(web: Web, known: Identifier, limit: int) -> Iterator[list[Paper | Skipped]]:
    """What the paper cites. Raises NotThereError."""
    yield from _pages(web, f"{_at(known)}/references", {}, limit, "citedPaper")


def cited_by(web: Web, known: Identifier, limit: int) -> Iterator[list[Paper | Skipped]]:
    """What cites the paper. Raises NotThereError."""
    yield from _pages(web, f"{_at(known)}/citations", {}, limit, "citingPaper")


def _at(known: Identifier) -> str:
    return f"/paper/{quote(name_of(known), safe=':')}"


def _pages(
    web: Web, path: str, parameters: Mapping[str, str], limit: int, inner: str = ""
) -> Iterator[list[Paper | Skipped]]:
    """Pages of `data`; the record stands in `inner` of each item where that is named."""
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
