"""Papers as RIS, as EndNote, Zotero and Mendeley read it."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.render.describe import date_parts, web_address
from reviewer.text import clean, split_name
from reviewer.text.entry_types import details_of, kind_of
from reviewer.text.names import Name, authors_of, inverted
from reviewer.types import Paper

_DETAIL_TAGS = {
    "volume": "VL", "number": "IS", "publisher": "PB", "series": "T3", "edition": "ET",
    "isbn": "SN", "issn": "SN", "language": "LA",
}  # fmt: skip


def ris(papers: Sequence[Paper]) -> str:
    """One entry for each paper. A group's name has no comma, a person's has one. A note such as
    "10 authors" is a note."""
    return "\n".join(_entry(paper) for paper in papers)


def _entry(paper: Paper) -> str:
    kind = kind_of(paper)
    year, month, day = date_parts(paper)
    pairs = [
        ("TY", kind.ris),
        ("ID", paper.key),
        *(("AU", _author(name)) for name in authors_of(paper)),
        ("TI", paper.title),
        ("JO" if kind.ris == "JOUR" else "T2", paper.venue),
        ("PY", str(paper.year) if paper.year is not None else ""),
        ("DA", f"{year}/{month}/{day}/" if month else ""),  # `2025/09//`, `/09/29/`
        *_details(paper),
        ("DO", paper.doi),
        ("AN", f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else ""),
        ("N1", f"PMID: {paper.pmid}" if paper.pmid else ""),
        ("N1", "Retracted" if paper.retracted else ""),
        ("UR", web_address(paper).replace(";", "%3B")),  # readers cut a line of addresses at these
        *(("KW", word) for word in paper.keywords),
        ("AD", paper.organisation),
        ("N1", paper.author_note),
        ("AB", paper.abstract),
    ]
    lines = [f"{tag}  - {value}" for tag, text in pairs if (value := clean(text))]
    return "\n".join([*lines, "ER  - ", ""])


def _author(name: Name) -> str:
    """A group that could be taken for a person has a comma at its end, as EndNote asks for."""
    is_clear = not name.group or ("," not in name.group and split_name(name.group) == name)
    return inverted(name) if is_clear else f"{name.group},"


def _details(paper: Paper) -> list[tuple[str, str]]:
    details = details_of(paper)
    pages = details.pop("pages", "").replace("--", "-").replace("–", "-")
    first, _, last = (page.strip() for page in pages.partition("-"))
    return [("SP", first), ("EP", last), *((_DETAIL_TAGS[n], text) for n, text in details.items())]
