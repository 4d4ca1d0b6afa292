"""Reads an article in JATS, the XML of PubMed Central and of many publishers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reviewer.sources.entries import ReadOptions, origin_of, parts_of
from reviewer.sources.parsing.xml_stream import (
    XmlRecord,
    begins_with,
    found,
    name_of,
    text_at,
    whole_text,
    xml_records,
)
from reviewer.text import bare_doi, split_name
from reviewer.text.identifiers import bare_arxiv_id, iso_date, year_of
from reviewer.text.names import Name, read_names
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_NO_TEXT = frozenset("table-wrap fig fig-group table-wrap-group supplementary-material "
                     "disp-formula ref-list fn-group media graphic".split())  # fmt: skip


def matches(text: str) -> bool:
    is_set = begins_with(text, "pmc-articleset", "article", "OAI-PMH")
    return is_set and ("<article-meta" in text or "<front" in text or "<article-title" in text)


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper an article, with its body; figures, tables and references are left out."""
    for record in xml_records(text, "article"):
        if record.fault:
            yield Skipped(file=file, position=record.line, reason=record.fault)
            continue
        meta = next(iter(found(record.element, "front/article-meta")), record.element)
        title = text_at(meta, "title-group/article-title")
        if not title:
            yield Skipped(file=file, position=record.line, reason="the article has no title")
        else:
            yield _paper(title, meta, record, file)


def _paper(title: str, meta: Any, record: XmlRecord, file: str) -> Paper:  # noqa: ANN401
    subtitle = text_at(meta, "title-group/subtitle")
    abstracts = found(meta, "abstract")
    plain = [a for a in abstracts if not a.get("abstract-type")] or abstracts
    body = found(record.element, "body")
    authors, groups = read_names(list(_authors(meta)))
    ids = {e.get("pub-id-type", ""): whole_text(e) for e in found(meta, "article-id")}
    journal = next(iter(found(record.element, "front/journal-meta")), None)
    date = _date(meta)
    details = {
        "volume": text_at(meta, "volume"), "number": text_at(meta, "issue"),
        "pages": "--".join(p for n in ("fpage", "lpage") if (p := text_at(meta, n))),
    }  # fmt: skip
    return Paper(
        parts=parts_of(
            f"{title}: {subtitle}" if subtitle else title,
            "\n\n".join(_paragraphs(plain[0])) if plain else "",
            "\n\n".join(_paragraphs(body[0])) if body else "",
        ),
        authors=authors,
        date=date,
        year=year_of(date),
        venue=_venue(journal) if journal is not None else "",
        doi=bare_doi(ids.get("doi", "")),
        arxiv_id=bare_arxiv_id(ids.get("arxiv", "")),
        pmid=ids.get("pmid", ""),
        keywords=tuple(
            dict.fromkeys(w for e in found(meta, "kwd-group/kwd") if (w := whole_text(e)))
        ),
        extra={"entry_type": "article", **{n: v for n, v in details.items() if v}, **groups},
        origins=(origin_of(record.raw, file, record.line),),
    )


def _authors(meta: Any) -> Iterator[Name]:  # noqa: ANN401
    for person in found(meta, "contrib-group/contrib"):
        if person.get("contrib-type", "author") != "author":
            continue
        family, given = text_at(person, "name/surname"), text_at(person, "name/given-names")
        if family and given:
            suffix = text_at(person, "name/suffix")
            yield split_name(", ".join(part for part in (family, suffix, given) if part))
        elif group := text_at(person, "collab") or text_at(person, "string-name") or family:
            yield Name(group=group)


def _paragraphs(element: Any) -> Iterator[str]:  # noqa: ANN401
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


def _venue(journal: Any) -> str:  # noqa: ANN401
    paths = ("journal-title-group/journal-title", "journal-title", "journal-id")
    return next((text for path in paths if (text := text_at(journal, path))), "")


def _date(meta: Any) -> str:  # noqa: ANN401
    """The earliest of the dates of publication; of one year the fullest."""
    dates = [
        iso_date(*(text_at(e, name) for name in ("year", "month", "day")))
        for e in found(meta, "pub-date")
    ]
    year = min((d[:4] for d in dates if d), default="")
    return max((d for d in dates if d[:4] == year), key=len, default="")
