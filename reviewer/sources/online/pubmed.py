"""PubMed's E-utilities (ncbi.nlm.nih.gov/books/NBK25501)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.errors import OnlineError
from reviewer.sources.formats.pubmed_xml import RECORDS, paper_of, pmid_of
from reviewer.sources.online.client import Web
from reviewer.sources.online.types import OnlineQuery, Page, with_origin
from reviewer.sources.parsing.json_path import texts_at, value_at
from reviewer.sources.parsing.xml_stream import Element, XmlError, read_xml
from reviewer.types import Paper
from reviewer.types.papers import Skipped

BATCH = 100
_MOST_FOUND = 10_000  # more than these its search does not give


def parse_articles(data: bytes) -> Page:
    """The papers of a PubmedArticleSet, without origins. Raises XmlError."""
    return [_entry(article) for article in read_xml(data).iter(*RECORDS)]


def _entry(article: Element) -> Paper | Skipped:
    return paper_of(article) or Skipped(
        file=f"pmid:{pmid_of(article)}", reason="the record has no title"
    )


def fetch(web: Web, values: Sequence[str]) -> Page:
    """The papers of these PMIDs, at most BATCH; a Skipped for each that PubMed does not have."""
    parameters = {"db": "pubmed", "id": ",".join(values), "retmode": "xml"}
    try:
        found = parse_articles(web.xml("pubmed", "/efetch.fcgi", parameters))
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


def search(web: Web, query: OnlineQuery) -> Iterator[Page]:
    """Pages of papers, the most relevant first."""
    parameters = {
        "db": "pubmed", "term": query.text, "retmode": "json", "sort": "relevance",
        "retmax": str(min(query.limit, _MOST_FOUND)),
    }  # fmt: skip
    if query.year_from or query.year_to:
        first, last = query.year_from or 1000, query.year_to or 3000
        parameters |= {"datetype": "pdat", "mindate": str(first), "maxdate": str(last)}
    found = web.json("pubmed", "/esearch.fcgi", parameters)
    if error := value_at(found, "esearchresult", "ERROR"):
        raise OnlineError(f"PubMed did not take the search: {str(error)[:200]}")
    ids = [i for i in texts_at(found, "esearchresult", "idlist") if i.isdecimal()][: query.limit]
    for start in range(0, len(ids), BATCH):
        yield fetch(web, ids[start : start + BATCH])


def with_title(web: Web, title: str) -> Page:
    """Papers with nearly this title, a few."""
    return next(search(web, OnlineQuery(text=f"{title}[Title]", limit=5)), [])
