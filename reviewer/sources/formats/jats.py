"""Reads an article in JATS, the XML of PubMed Central and of many publishers."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.sources.entries import ReadOptions, distinct, make_papers, new_paper
from reviewer.sources.parsing.xml_stream import (
    Element,
    begins_with,
    found,
    name_of,
    text_at,
    texts_at,
    whole_text,
    xml_records,
)
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import bare_arxiv_id, iso_date
from reviewer.text.names import Name
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_NO_TEXT = frozenset("table-wrap fig fig-group table-wrap-group supplementary-material "
                     "disp-formula ref-list fn-group media graphic".split())  # fmt: skip


def matches(text: str) -> bool:
    is_set = begins_with(text, "pmc-articleset", "article", "OAI-PMH")
    return is_set and ("<article-meta" in text or "<front" in text or "<article-title" in text)


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper an article, with its body; figures, tables and references are left out."""
    return make_papers(xml_records(text, "article"), _paper_of, file, "article")


def _paper_of(article: Element) -> Paper | None:
    meta = next(iter(found(article, "front/article-meta")), article)
    title, subtitle = (
        text_at(meta, "title-group/article-title"),
        text_at(meta, "title-group/subtitle"),
    )
    if not title:
        return None
    abstracts = found(meta, "abstract")
    plain = [a for a in abstracts if not a.get("abstract-type")] or abstracts
    ids = {e.get("pub-id-type", ""): whole_text(e) for e in found(meta, "article-id")}
    return new_paper(
        f"{title}: {subtitle}" if subtitle else title,
        "\n\n".join(text for one in plain[:1] for text in _paragraphs(one)),
        "\n\n".join(text for one in found(article, "body")[:1] for text in _paragraphs(one)),
        names=_authors(meta),
        date=_date(meta),
        venue=_venue(article),
        doi=bare_doi(ids.get("doi", "")),
        arxiv_id=bare_arxiv_id(ids.get("arxiv", "")),
        pmid=ids.get("pmid", ""),
        keywords=distinct(texts_at(meta, "kwd-group/kwd")),
        extra={
            KIND: "article",
            "volume": text_at(meta, "volume"),
            "number": text_at(meta, "issue"),
            "pages": "--".join(p for name in ("fpage", "lpage") if (p := text_at(meta, name))),
        },
    )


def _authors(meta: Element) -> Iterator[Name]:
    for person in found(meta, "contrib-group/contrib"):
        if person.get("contrib-type", "author") != "author":
            continue
        family, given = text_at(person, "name/surname"), text_at(person, "name/given-names")
        if family and given:
            suffix = text_at(person, "name/suffix")
            yield split_name(", ".join(part for part in (family, suffix, given) if part))
        elif group := text_at(person, "collab") or text_at(person, "string-name") or family:
            yield Name(group=group)


def _paragraphs(element: Element) -> Iterator[str]:
    """Headings and paragraphs in their order; what is set apart from the text is left out."""
    for child in element:
        name = name_of(child)
        if name in _NO_TEXT:
            continue
        if name in ("p", "title"):
            if text := whole_text(child):
                yield text
        else:
            yield from _paragraphs(child)


def _venue(article: Element) -> str:
    paths = ("journal-title-group/journal-title", "journal-title", "journal-id")
    return next((t for path in paths if (t := text_at(article, f"front/journal-meta/{path}"))), "")


def _date(meta: Element) -> str:
    """The earliest of the dates of publication; of one year the fullest."""
    dates = [
        iso_date(*(text_at(e, name) for name in ("year", "month", "day")))
        for e in found(meta, "pub-date")
    ]
    year = min((d[:4] for d in dates if d), default="")
    return max((d for d in dates if d[:4] == year), key=len, default="")
