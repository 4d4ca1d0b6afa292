"""Reads Semantic Scholar's records, as saved in files and as its API sends them."""

from __future__ import annotations

import re
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
from reviewer.text.identifiers import arxiv_id_in, bare_arxiv_id, date_in
from reviewer.text.references import MOST_REFERENCES
from reviewer.types import Paper
from reviewer.types.papers import Reference, Skipped

_KINDS = {"JournalArticle": "article", "Conference": "inproceedings", "Book": "book",
          "BookSection": "incollection", "Review": "article"}  # fmt: skip


def matches(text: str) -> bool:
    head = text[:200_000]
    is_paper = '"paperId"' in head or ('"corpusid"' in head and '"externalids"' in head)
    return head.lstrip()[:1] in ("{", "[") and is_paper


def _is_paper(value: Json) -> bool:
    return isinstance(value, dict) and ("paperId" in value or "corpusid" in value) and (
        "title" in value or "citedPaper" in value
    )  # fmt: skip


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a paper of a page of data, a list (also of citations or references), one paper, or
    one a line; one without a title is Skipped."""
    return make_papers(json_items(text, "data", _is_paper), _listed, file, "paper")


def _listed(item: Json) -> Paper | None:
    return paper_of(value_at(item, "citingPaper") or value_at(item, "citedPaper") or item)


def paper_of(record: Json) -> Paper | None:
    """A paper without origin; None when the record has no title. One with a publisher's DOI is the
    published paper, with its preprint in `versions`."""
    title = text_at(record, "title")
    if not title:
        return None
    names = [name for a in objects_at(record, "authors") if (name := text_at(a, "name"))]
    ids = value_at(record, "externalIds") or value_at(record, "externalids")  # as in its data sets
    given = bare_doi(text_at(ids, "DOI"))
    arxiv = bare_arxiv_id(text_at(ids, "ArXiv")) or arxiv_id_in(given)
    doi = "" if arxiv_id_in(given) else given
    return new_paper(
        title,
        text_at(record, "abstract"),
        names=map(split_name, names),
        date=date_in(text_at(record, "publicationDate") or text_at(record, "publicationdate")),
        year=year_at(record, "year"),
        venue=text_at(record, "venue") or text_at(record, "journal", "name"),
        doi=given,
        arxiv_id="" if doi else arxiv,
        pmid=text_at(ids, "PubMed"),
        url=address_of(doi, arxiv, text_at(record, "url")),
        keywords=tuple(texts_at(record, "fieldsOfStudy")),
        extra=_details(record),
        versions=(f"arxiv:{arxiv}",) if doi and arxiv else (),
        references=tuple(map(_reference, objects_at(record, "references")[:MOST_REFERENCES])),
    )


def _reference(cited: Mapping[str, Any]) -> Reference:
    ids = value_at(cited, "externalIds")
    doi = bare_doi(text_at(ids, "DOI"))
    names = [name for a in objects_at(cited, "authors")[:1] if (name := text_at(a, "name"))]
    return Reference(
        title=text_at(cited, "title"),
        family=split_name(names[0]).short if names else "",
        year=year_at(cited, "year"),
        doi="" if arxiv_id_in(doi) else doi,
        arxiv_id=bare_arxiv_id(text_at(ids, "ArXiv")) or arxiv_id_in(doi),
        pmid=text_at(ids, "PubMed"),
        s2=text_at(cited, "paperId"),
    )


def _details(record: Mapping[str, Any]) -> dict[str, str]:
    kinds = [_KINDS[k] for k in texts_at(record, "publicationTypes") if k in _KINDS]
    return {
        KIND: "inproceedings" if "inproceedings" in kinds else (kinds or [""])[0],
        "volume": text_at(record, "journal", "volume"),
        "pages": re.sub(r"\s*[-–]\s*", "--", text_at(record, "journal", "pages")),
        "semantic_scholar": text_at(record, "paperId"),
    }
