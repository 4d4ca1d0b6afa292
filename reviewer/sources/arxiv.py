"""arXiv: its Atom records as papers, and its API (info.arxiv.org/help/api/user-manual.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reviewer.errors import OnlineError
from reviewer.identifiers import bare_doi, date_in, year_of
from reviewer.kinds import KIND
from reviewer.lookups import Identifier, Wanted, with_origin
from reviewer.names import read_names, split_name
from reviewer.records import Paper, Skipped
from reviewer.sources import parts_of
from reviewer.xml_reading import XmlError, read_xml, text_within

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from reviewer.web import Web

BATCH = 50
_PAGE = 100
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_ID = re.compile(r"arxiv\.org/abs/(.+?)/?$")
_WITHDRAWN = re.compile(
    r"\b(?:this|the) (?:paper|article|submission|manuscript|work) (?:has been|was|is) withdrawn\b"
    r"|^withdrawn\b\W*(?:by (?:the )?authors?\b.*)?$",
    re.IGNORECASE,
)


def entries_of(data: bytes) -> list[Paper | Skipped]:
    """The papers of an Atom feed. Raises XmlError."""
    return [_entry(entry) for entry in read_xml(data).iter(f"{_ATOM}entry")]


def _entry(entry: Element) -> Paper | Skipped:
    address = text_within(entry.find(f"{_ATOM}id"))
    found = _ID.search(address)
    title = _text(entry, f"{_ATOM}title")
    if "/api/errors" in address:
        return Skipped(file="arXiv", reason=f"arXiv says: {_text(entry, f'{_ATOM}summary')[:200]}")
    if found is None or not title:
        return Skipped(file=address or "arXiv", reason="the record has no arXiv id or no title")
    return paper_of(entry, found[1], title)


def paper_of(entry: Element, arxiv_id: str, title: str) -> Paper:
    """A paper without origin. The DOI of what it was published as is another version's, so it
    stands in `versions`; title and abstract come without arXiv's line breaks."""
    names = [split_name(text_within(a)) for a in entry.iterfind(f"{_ATOM}author/{_ATOM}name")]
    authors, groups = read_names(names)
    date = date_in(_text(entry, f"{_ATOM}published"))
    doi = bare_doi(_text(entry, f"{_ARXIV}doi"))
    comment = _text(entry, f"{_ARXIV}comment")
    categories = [c.get("term", "") for c in entry.iterfind(f"{_ATOM}category")]
    extra = {
        KIND: "misc",
        "journal_reference": _text(entry, f"{_ARXIV}journal_ref"),
        "comment": comment,
        **groups,
    }
    return Paper(
        parts=parts_of(title, _text(entry, f"{_ATOM}summary")),
        authors=authors,
        date=date,
        year=year_of(date),
        arxiv_id=arxiv_id,
        url=f"https://arxiv.org/abs/{arxiv_id}",
        keywords=tuple(sorted({c for c in categories if c})),
        extra={name: value for name, value in extra.items() if value},
        versions=(f"doi:{doi}",) if doi else (),
        retracted=bool(_WITHDRAWN.search(comment)),
    )


def _text(entry: Element, name: str) -> str:
    return text_within(entry.find(name))


def fetch(web: Web, values: Sequence[str]) -> list[Paper | Skipped]:
    """The papers of these ids, at most BATCH; a Skipped for each that arXiv has not."""
    found = _query(web, {"id_list": ",".join(values), "max_results": str(len(values))})
    papers = [entry for entry in found if isinstance(entry, Paper)]
    there = {bare_id(paper.arxiv_id) for paper in papers}
    said = next((f"; {e.reason}" for e in found if isinstance(e, Skipped)), "")
    missing = [
        Skipped(
            file=Identifier(kind="arxiv", value=value).shown,
            reason=f"arXiv knows nothing of that name{said}",
        )
        for value in values
        if bare_id(value) not in there
    ]
    return [*papers, *missing]


def search(web: Web, wanted: Wanted) -> Iterator[list[Paper | Skipped]]:
    """Pages of papers, the most relevant first."""
    words = " AND ".join(f"all:{word}" for word in re.findall(r"\w+", wanted.text))
    if wanted.year_from or wanted.year_to:
        first, last = wanted.year_from or 1991, wanted.year_to or 9999
        words += f" AND submittedDate:[{first}01010000 TO {last}12312359]"
    start = 0
    while start < wanted.limit:
        rows = min(_PAGE, wanted.limit - start)
        page = _query(
            web, {"search_query": words, "start": str(start), "max_results": str(rows),
                  "sortBy": "relevance", "sortOrder": "descending"},
        )  # fmt: skip
        if page:
            yield page
        if len(page) < rows:
            return
        start += rows


def with_title(web: Web, title: str) -> list[Paper | Skipped]:
    """Papers whose title has these words, a few."""
    words = " ".join(re.findall(r"\w+", title))
    return _query(web, {"search_query": f'ti:"{words}"', "start": "0", "max_results": "5"})


def _query(web: Web, parameters: dict[str, str]) -> list[Paper | Skipped]:
    try:
        found = entries_of(web.xml("arxiv", "/query", parameters))
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
    return re.sub(r"v\d+$", "", arxiv_id.lower())
