"""Reads PubMed's XML: articles and books, as its site and its E-utilities give them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reviewer.identifiers import bare_doi, date_in, iso_date, year_of
from reviewer.kinds import KIND
from reviewer.names import Name, read_names, split_name
from reviewer.records import Paper, Skipped
from reviewer.sources import ReadOptions, origin_of, parts_of
from reviewer.xml_records import (
    XmlRecord,
    begins_with,
    found,
    name_of,
    text_at,
    whole_text,
    xml_records,
)


def matches(text: str) -> bool:
    return begins_with(text, "PubmedArticleSet", "PubmedArticle")


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper an article; one that is damaged or has no title is Skipped."""
    for record in xml_records(text, "PubmedArticle", once="ArticleTitle"):
        if record.fault:
            yield Skipped(file=file, position=record.line, reason=record.fault)
            continue
        article = next(iter(found(record.element, "MedlineCitation/Article")), None)
        if article is None or not _title(article):
            yield Skipped(file=file, position=record.line, reason="the article has no title")
        else:
            yield _paper(article, record, file)


def _title(article: Any) -> str:  # noqa: ANN401  an lxml element
    return text_at(article, "ArticleTitle") or text_at(article, "VernacularTitle")


def _paper(article: Any, record: XmlRecord, file: str) -> Paper:  # noqa: ANN401
    citation = found(record.element, "MedlineCitation")[0]
    authors, groups = read_names([_name(a) for a in found(article, "AuthorList/Author")])
    date = _date(article)
    issue = "Journal/JournalIssue"
    details = {
        "volume": text_at(article, f"{issue}/Volume"),
        "number": text_at(article, f"{issue}/Issue"),
        "pages": text_at(article, "Pagination/MedlinePgn"),
        "issn": text_at(article, "Journal/ISSN"),
        "language": text_at(article, "Language"),
    }
    kinds = [whole_text(e) for e in found(article, "PublicationTypeList/PublicationType")]
    return Paper(
        parts=parts_of(_title(article), _abstract(article)),
        authors=authors,
        date=date,
        year=year_of(date),
        venue=text_at(article, "Journal/Title") or text_at(article, "Journal/ISOAbbreviation"),
        doi=_doi(article, record.element),
        pmid=text_at(citation, "PMID"),
        keywords=tuple(dict.fromkeys(
            w for e in found(citation, "KeywordList/Keyword") if (w := whole_text(e))
        )),
        extra={
            **({KIND: "article"} if "Journal Article" in kinds else {}),
            **{name: value for name, value in details.items() if value},
            **groups,
        },
        origins=(origin_of(record.raw, file, record.line),),
        retracted="Retracted Publication" in kinds,
    )  # fmt: skip


def _name(author: Any) -> Name:  # noqa: ANN401
    family = text_at(author, "LastName")
    given = text_at(author, "ForeName") or text_at(author, "Initials")
    if not (family and given):
        return Name(group=text_at(author, "CollectiveName") or family or given)
    suffix = text_at(author, "Suffix")
    return split_name(", ".join(part for part in (family, suffix, given) if part))


def _abstract(article: Any) -> str:  # noqa: ANN401
    """Its parts as paragraphs, each with the label that it has."""
    paragraphs = []
    for part in found(article, "Abstract/AbstractText"):
        label, text = part.get("Label", "").strip(), whole_text(part)
        if text:
            paragraphs.append(f"{label}: {text}" if label else text)
    return "\n\n".join(paragraphs)


def _date(article: Any) -> str:  # noqa: ANN401
    date = "Journal/JournalIssue/PubDate"
    year, month, day = (text_at(article, f"{date}/{name}") for name in ("Year", "Month", "Day"))
    online = [text_at(article, f"ArticleDate/{name}") for name in ("Year", "Month", "Day")]
    return (
        iso_date(year, month, day)
        or date_in(text_at(article, f"{date}/MedlineDate"))
        or iso_date(*online)
    )


def _doi(article: Any, record: Any) -> str:  # noqa: ANN401
    places = [e for e in found(article, "ELocationID") if e.get("EIdType") == "doi"]
    ids = found(record, "PubmedData/ArticleIdList/ArticleId")
    places += [e for e in ids if name_of(e) and e.get("IdType") == "doi"]
    return next((doi for e in places if (doi := bare_doi(whole_text(e)))), "")
