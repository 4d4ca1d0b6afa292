"""arXiv's API (info.arxiv.org/help/api/user-manual.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.errors import OnlineError
from reviewer.sources.formats.atom import error_in, paper_of
from reviewer.sources.online.client import Web
from reviewer.sources.online.types import Identifier, OnlineQuery, Page, with_origin
from reviewer.sources.parsing.xml_stream import Element, XmlError, read_xml, text_at
from reviewer.text.identifiers import without_version
from reviewer.types import Paper
from reviewer.types.papers import Skipped

BATCH = 50
_PAGE = 100


def parse_feed(data: bytes) -> Page:
    """The papers of an Atom feed, without origins. Raises XmlError."""
    return [_entry(entry) for entry in read_xml(data).iter("{*}entry")]


def _entry(entry: Element) -> Paper | Skipped:
    if error := error_in(entry):
        return Skipped(file="arXiv", reason=error)
    paper = paper_of(entry)
    if paper is None or not paper.arxiv_id:  # it has no name to keep it under
        reason = "the record has no arXiv id or no title"
        return Skipped(file=text_at(entry, "id") or "arXiv", reason=reason)
    return paper


def fetch(web: Web, values: Sequence[str]) -> Page:
    """The papers of these ids, at most BATCH; a Skipped for each that arXiv does not have."""
    found = _query(web, {"id_list": ",".join(values), "max_results": str(len(values))})
    papers = [entry for entry in found if isinstance(entry, Paper)]
    there = {bare_id(paper.arxiv_id) for paper in papers}
    why = next((f"; {e.reason}" for e in found if isinstance(e, Skipped)), "")
    missing = [
        Skipped(
            file=Identifier(kind="arxiv", value=value).shown,
            reason=f"arXiv knows nothing of that name{why}",
        )
        for value in values
        if bare_id(value) not in there
    ]
    return [*papers, *missing]


def search(web: Web, query: OnlineQuery) -> Iterator[Page]:
    """Pages of papers, the most relevant first."""
    words = " AND ".join(f"all:{word}" for word in re.findall(r"\w+", query.text))
    if query.year_from or query.year_to:
        first, last = query.year_from or 1991, query.year_to or 9999
        words += f" AND submittedDate:[{first}01010000 TO {last}12312359]"
    order = {"search_query": words, "sortBy": "relevance", "sortOrder": "descending"}
    for start in range(0, query.limit, _PAGE):
        rows = min(_PAGE, query.limit - start)
        page = _query(web, {**order, "start": str(start), "max_results": str(rows)})
        if page:
            yield page
        if len(page) < rows:
            return


def with_title(web: Web, title: str) -> Page:
    """Papers whose title has these words, a few."""
    words = " ".join(re.findall(r"\w+", title))
    return _query(web, {"search_query": f'ti:"{words}"', "start": "0", "max_results": "5"})


def _query(web: Web, parameters: dict[str, str]) -> Page:
    try:
        found = parse_feed(web.xml("arxiv", "/query", parameters))
    except XmlError as error:
        raise OnlineError(f"arXiv's answer cannot be read: {error}") from error
    refusals = [entry for entry in found if isinstance(entry, Skipped) and entry.file == "arXiv"]
    if refusals and len(found) == len(refusals):
        raise OnlineError(refusals[0].reason)
    return [
        with_origin(entry, f"arxiv:{entry.arxiv_id}") if isinstance(entry, Paper) else entry
        for entry in found
    ]


def bare_id(arxiv_id: str) -> str:
    """The id without its version."""
    return without_version(arxiv_id.lower())
