"""Reads papers as Semantic Scholar gives them: a page of data, a list, one paper, or one a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reviewer.identifiers import bare_doi, date_in, year_of
from reviewer.json_values import JsonValue, json_items, list_of, text_of
from reviewer.kinds import KIND
from reviewer.names import read_names, split_name
from reviewer.records import Paper, Skipped
from reviewer.sources import ReadOptions, origin_of, parts_of

_KINDS = {"JournalArticle": "article", "Conference": "inproceedings", "Book": "book",
          "BookSection": "incollection"}  # fmt: skip


def matches(text: str) -> bool:
    head = text[:200_000]
    is_paper = '"paperId"' in head or ('"corpusid"' in head and '"externalids"' in head)
    return head.lstrip()[:1] in ("{", "[") and is_paper


def _is_paper(value: Any) -> bool:  # noqa: ANN401  anything JSON can hold
    return isinstance(value, dict) and ("paperId" in value or "corpusid" in value) and (
        "title" in value or "citedPaper" in value
    )  # fmt: skip


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a paper, also of a list of citations or references; one without a title is
    Skipped."""
    for found in json_items(text, "data", _is_paper):
        item = found.value if isinstance(found.value, dict) else {}
        item = item.get("citingPaper") or item.get("citedPaper") or item
        title = text_of(item, "title")
        if found.fault or not title:
            reason = found.fault or "the paper has no title"
            yield Skipped(file=file, position=found.line, reason=reason)
        else:
            yield _paper(title, item, found, file)


def _paper(title: str, item: Any, found: JsonValue, file: str) -> Paper:  # noqa: ANN401
    ids = item.get("externalIds") or item.get("externalids")
    names = [text_of(author, "name") for author in list_of(item, "authors")]
    authors, groups = read_names([split_name(name) for name in names if name])
    date = date_in(text_of(item, "publicationDate") or text_of(item, "publicationdate"))
    date = date or date_in(text_of(item, "year"))
    details = {
        "volume": text_of(item, "journal", "volume"),
        "pages": text_of(item, "journal", "pages"),
        "semantic_scholar": text_of(item, "paperId"),
    }
    kinds = [_KINDS[k] for k in list_of(item, "publicationTypes") if k in _KINDS]
    return Paper(
        parts=parts_of(title, text_of(item, "abstract")),
        authors=authors,
        date=date,
        year=year_of(date),
        venue=text_of(item, "journal", "name") or text_of(item, "venue"),
        doi=bare_doi(text_of(ids, "DOI")),
        arxiv_id=text_of(ids, "ArXiv"),
        pmid=text_of(ids, "PubMed"),
        url=text_of(item, "url"),
        keywords=tuple(k for k in list_of(item, "fieldsOfStudy") if isinstance(k, str)),
        extra={
            **({KIND: kinds[0]} if kinds else {}),
            **{name: value for name, value in details.items() if value},
            **groups,
        },
        origins=(origin_of(found.raw, file, found.line),),
    )
