"""PubMed: its XML records as papers, and the E-utilities (ncbi.nlm.nih.gov/books/NBK25501)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reviewer.errors import OnlineError
from reviewer.identifiers import bare_doi, date_in, iso_date, year_of
from reviewer.kinds import KIND
from reviewer.lookups import Wanted, with_origin
from reviewer.loose_json import texts_at, value_at
from reviewer.names import Name, read_names
from reviewer.records import Paper, Skipped
from reviewer.sources import parts_of
from reviewer.xml_reading import XmlError, read_xml, text_within

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from reviewer.web import Web

BATCH = 100
_MOST_FOUND = 10_000  # more than these its search does not give
_RETRACTED = "Retracted Publication"


def entries_of(data: bytes) -> list[Paper | Skipped]:
    """The papers of a PubmedArticleSet, without origins. Raises XmlError."""
    return [_entry(article) for article in read_xml(data).iter("PubmedArticle")]


def _entry(article: Element) -> Paper | Skipped:
    pmid = _text(article, "MedlineCitation/PMID")
    paper = paper_of(article)
    return paper or Skipped(file=f"pmid:{pmid}", reason="the record has no title")


def paper_of(article: Element) -> Paper | None:
    """A paper without origin; None when the record has no title."""
    own = article.find("MedlineCitation/Article")
    title = text_within(own.find("ArticleTitle")) if own is not None else ""
    if own is None or not title:
        return None
    authors, groups = read_names([_name(a) for a in own.iterfind("AuthorList/Author")])
    pmid, doi, date = _text(article, "MedlineCitation/PMID"), _doi(article, own), _date(own)
    keywords = [text_within(k) for k in article.iterfind("MedlineCitation/KeywordList/Keyword")]
    kinds = {text_within(k) for k in own.iterfind("PublicationTypeList/PublicationType")}
    corrections = article.iterfind(
        "MedlineCitation/CommentsCorrectionsList/CommentsCorrections[@RefType='RetractionIn']"
    )
    return Paper(
        parts=parts_of(title.rstrip("."), _abstract(own)),
        authors=authors,
        date=date,
        year=year_of(date),
        venue=_text(own, "Journal/Title"),
        doi=doi,
        pmid=pmid,
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else "",
        keywords=tuple(dict.fromkeys(k for k in keywords if k)),
        extra={**_details(own), **groups},
        retracted=_RETRACTED in kinds or next(corrections, None) is not None,
    )


def _text(element: Element, path: str) -> str:
    return text_within(element.find(path))


def _name(author: Element) -> Name:
    family = _text(author, "LastName")
    given = _text(author, "ForeName") or _text(author, "Initials")
    if family and given:
        return Name(family, given, suffix=_text(author, "Suffix"))
    return Name(group=_text(author, "CollectiveName") or family)


def _doi(article: Element, own: Element) -> str:
    """The article's own DOI; its references have some too, further down."""
    places = [
        *own.iterfind("ELocationID[@EIdType='doi']"),
        *article.iterfind("PubmedData/ArticleIdList/ArticleId[@IdType='doi']"),
    ]
    return next((doi for place in places if (doi := bare_doi(text_within(place)))), "")


def _abstract(own: Element) -> str:
    """Its sections apart, each after its label, as PubMed shows them."""
    blocks = []
    for section in own.iterfind("Abstract/AbstractText"):
        label, text = section.get("Label", ""), text_within(section)
        if text:
            blocks.append(f"{label}: {text}" if label else text)
    return "\n\n".join(blocks)


def _date(own: Element) -> str:
    for place in ("Journal/JournalIssue/PubDate", "ArticleDate"):
        found = own.find(place)
        if found is None:
            continue
        date = iso_date(*(_text(found, name) for name in ("Year", "Month", "Day")))
        if date or (date := date_in(_text(found, "MedlineDate"))):
            return date
    return ""


def _details(own: Element) -> dict[str, object]:
    details = {
        KIND: "article",
        "volume": _text(own, "Journal/JournalIssue/Volume"),
        "number": _text(own, "Journal/JournalIssue/Issue"),
        "pages": _text(own, "Pagination/MedlinePgn"),
        "issn": _text(own, "Journal/ISSN"),
        "language": _text(own, "Language"),
    }
    return {name: value for name, value in details.items() if value}


def fetch(web: Web, values: Sequence[str]) -> list[Paper | Skipped]:
    """The papers of these PMIDs, at most BATCH; a Skipped for each that PubMed has not."""
    parameters = {"db": "pubmed", "id": ",".join(values), "retmode": "xml"}
    try:
        found = entries_of(web.xml("pubmed", "/efetch.fcgi", parameters))
    except XmlError as error:
        raise OnlineError(f"PubMed's answer cannot be read: {error}") from error
    papers = [with_origin(p, f"pmid:{p.pmid}") for p in found if isinstance(p, Paper)]
    skipped = [entry for entry in found if isinstance(entry, Skipped)]
    there = {paper.pmid for paper in papers} | {s.file.removeprefix("pmid:") for s in skipped}
    missing = [
        Skipped(file=f"pmid:{value}", reason="PubMed knows nothing of that name")
        for value in values
        if value not in there
    ]
    return [*papers, *skipped, *missing]


def search(web: Web, wanted: Wanted) -> Iterator[list[Paper | Skipped]]:
    """Pages of papers, the most relevant first."""
    parameters = {
        "db": "pubmed", "term": wanted.text, "retmode": "json", "sort": "relevance",
        "retmax": str(min(wanted.limit, _MOST_FOUND)),
    }  # fmt: skip
    if wanted.year_from or wanted.year_to:
        first, last = wanted.year_from or 1000, wanted.year_to or 3000
        parameters |= {"datetype": "pdat", "mindate": str(first), "maxdate": str(last)}
    found = web.json("pubmed", "/esearch.fcgi", parameters)
    if said := value_at(found, "esearchresult", "ERROR"):
        raise OnlineError(f"PubMed did not take the search: {str(said)[:200]}")
    ids = [i for i in texts_at(found, "esearchresult", "idlist") if i.isdecimal()][: wanted.limit]
    for start in range(0, len(ids), BATCH):
        yield fetch(web, ids[start : start + BATCH])


def with_title(web: Web, title: str) -> list[Paper | Skipped]:
    """Papers with nearly this title, a few."""
    return next(search(web, Wanted(text=f"{title}[Title]", limit=5)), [])
