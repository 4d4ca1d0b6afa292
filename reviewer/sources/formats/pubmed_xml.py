"""Reads PubMed's XML of articles and books, as its site saves and its E-utilities send them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reviewer.sources.entries import ReadOptions, distinct, make_papers, new_paper
from reviewer.sources.parsing.xml_stream import (
    Element,
    begins_with,
    found,
    text_at,
    texts_at,
    whole_text,
    xml_records,
)
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import date_in, iso_date
from reviewer.text.names import Name
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_RETRACTED = "Retracted Publication"
_ISSUE = "Journal/JournalIssue"
_DETAILS = {
    "volume": f"{_ISSUE}/Volume", "number": f"{_ISSUE}/Issue", "pages": "Pagination/MedlinePgn",
    "issn": "Journal/ISSN", "language": "Language",
}  # fmt: skip
_BOOK_DETAILS = {
    "publisher": "Book/Publisher/PublisherName", "series": "Book/CollectionTitle",
    "volume": "Book/Volume", "edition": "Book/Edition", "isbn": "Book/Isbn",
    "pages": "Pagination/MedlinePgn", "language": "Language",
}  # fmt: skip


RECORDS = ("PubmedArticle", "PubmedBookArticle")


def matches(text: str) -> bool:
    return begins_with(text, "PubmedArticleSet", *RECORDS, "PubmedBookArticleSet")


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper an article, book or chapter; one that is damaged or has no title is Skipped."""
    articles = xml_records(text, "|".join(RECORDS), once="ArticleTitle")
    return make_papers(articles, paper_of, file, "article")


def paper_of(record: Element) -> Paper | None:
    """A paper without origin; None when the record has no title. The stop that PubMed sets after
    each title is left out."""
    book = next(iter(found(record, "BookDocument")), None)
    if book is not None:
        return _book(book)
    article = next(iter(found(record, "MedlineCitation/Article")), None)
    if article is None:
        return None
    title = text_at(article, "ArticleTitle") or text_at(article, "VernacularTitle")
    if not title.rstrip("."):
        return None
    pmid = text_at(record, "MedlineCitation/PMID")
    return new_paper(
        title.rstrip("."),
        _abstract(article),
        names=map(_name, found(article, "AuthorList/Author")),
        date=_date(article),
        venue=text_at(article, "Journal/Title") or text_at(article, "Journal/ISOAbbreviation"),
        doi=_doi(article, record),
        pmid=pmid,
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else "",
        keywords=distinct(texts_at(record, "MedlineCitation/KeywordList/Keyword")),
        extra={KIND: "article", **{own: text_at(article, path) for own, path in _DETAILS.items()}},
        retracted=_is_retracted(article, record),
    )


def pmid_of(record: Element) -> str:
    """The PMID of a record of either kind; empty without one."""
    return text_at(record, "MedlineCitation/PMID") or text_at(record, "BookDocument/PMID")


def _book(document: Element) -> Paper | None:
    """A chapter, whose venue is its book, or a whole book. Editors count as authors of a book that
    has no others."""
    chapter = text_at(document, "ArticleTitle") or text_at(document, "VernacularTitle")
    book = text_at(document, "Book/BookTitle")
    title = chapter.rstrip(".") or book.rstrip(".")
    if not title:
        return None
    authors = found(document, "AuthorList/Author")
    if not authors and not chapter:
        authors = found(document, "Book/AuthorList/Author")
    pmid = text_at(document, "PMID")
    details = {own: text_at(document, path) for own, path in _BOOK_DETAILS.items()}
    ids = found(document, "ArticleIdList/ArticleId")
    return new_paper(
        title,
        _abstract(document),
        names=map(_name, authors),
        date=_first_date(document, "Book/PubDate", "ContributionDate", "Book/BeginningDate"),
        venue=book if chapter else "",
        doi=next((d for e in ids if (d := bare_doi(whole_text(e)))), ""),
        pmid=pmid,
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else "",
        keywords=distinct(texts_at(document, "KeywordList/Keyword")),
        extra={KIND: "incollection" if chapter else "book", **details},
    )


def _first_date(element: Element, *places: str) -> str:
    dates = (
        iso_date(*(text_at(element, f"{place}/{name}") for name in ("Year", "Month", "Day")))
        or date_in(text_at(element, f"{place}/MedlineDate"))
        for place in places
    )
    return next((date for date in dates if date), "")


def _name(author: Element) -> Name:
    """A person whose family name keeps its particle apart (`van der Berg`), or a group."""
    family = text_at(author, "LastName")
    given = text_at(author, "ForeName") or text_at(author, "Initials")
    if not (family and given):
        return Name(group=text_at(author, "CollectiveName") or family or given)
    suffix = text_at(author, "Suffix")
    if "," in family + given:
        return Name(family, given, suffix=suffix)
    return replace(split_name(f"{family}, {given}"), suffix=suffix)


def _abstract(article: Element) -> str:
    """Its parts as paragraphs, each after the label that it has, as PubMed shows them."""
    paragraphs = []
    for part in found(article, "Abstract/AbstractText"):
        label, text = part.get("Label", "").strip(), whole_text(part)
        if text:
            paragraphs.append(f"{label}: {text}" if label else text)
    return "\n\n".join(paragraphs)


def _date(article: Element) -> str:
    """When the issue came out, else when the article was online."""
    printed, online = (
        [text_at(article, f"{place}/{name}") for name in ("Year", "Month", "Day")]
        for place in (f"{_ISSUE}/PubDate", "ArticleDate")
    )
    worded = date_in(text_at(article, f"{_ISSUE}/PubDate/MedlineDate"))
    return iso_date(*printed) or worded or iso_date(*online)


def _doi(article: Element, record: Element) -> str:
    """The article's own DOI; its references have some too, further down."""
    places = [e for e in found(article, "ELocationID") if e.get("EIdType") == "doi"]
    ids = found(record, "PubmedData/ArticleIdList/ArticleId")
    places += [e for e in ids if e.get("IdType") == "doi"]
    return next((doi for e in places if (doi := bare_doi(whole_text(e)))), "")


def _is_retracted(article: Element, record: Element) -> bool:
    """By its own type, or by a notice that it names."""
    kinds = texts_at(article, "PublicationTypeList/PublicationType")
    corrections = found(record, "MedlineCitation/CommentsCorrectionsList/CommentsCorrections")
    return _RETRACTED in kinds or any(c.get("RefType") == "RetractionIn" for c in corrections)
