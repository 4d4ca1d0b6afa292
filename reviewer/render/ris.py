"""Papers as RIS, as EndNote, Zotero and Mendeley read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewer.render.describe import date_parts, ocr_words, web_address
from reviewer.text import clean
from reviewer.text.entry_types import (
    HOUSES,
    NOCASE,
    RIS_LABELS,
    RIS_TAGS,
    details_of,
    genre_of,
    kind_of,
    protected_words,
)
from reviewer.text.mathematics import text_of_math
from reviewer.text.names import (
    EDITORS,
    TRANSLATORS,
    are_more,
    authors_of,
    people_of,
    ris_name,
)
from reviewer.types import Paper


def ris(papers: Sequence[Paper]) -> str:
    """One entry for each paper. A group's name has no comma, a person's has one. A note such as
    "10 authors" is a note."""
    return "\n".join(_entry(paper) for paper in papers)


def _entry(paper: Paper) -> str:
    kind = kind_of(paper)
    year, month, day = date_parts(paper)
    details = details_of(paper)
    is_house = kind.venue in HOUSES and "publisher" not in details
    venue_tag = "PB" if is_house else "JO" if kind.ris == "JOUR" else "T2"
    pairs = [
        ("TY", kind.ris),
        ("ID", paper.key),
        *(("AU", ris_name(name)) for name in authors_of(paper)),
        ("AU", "et al.," if are_more(paper) else ""),
        *(("ED", ris_name(name)) for name in people_of(paper, EDITORS)),
        *(("A4", ris_name(name)) for name in people_of(paper, TRANSLATORS)),
        ("TI", text_of_math(paper.title)),
        (venue_tag, text_of_math(paper.venue)),
        ("PY", str(paper.year) if paper.year is not None else ""),
        ("DA", f"{year}/{month}/{day}/" if month else ""),  # `2025/09//`, `/09/29/`
        ("M3", genre_of(paper)),
        *_details(details),
        ("DO", paper.doi),
        ("AN", f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else ""),
        ("N1", f"PMID: {paper.pmid}" if paper.pmid else ""),
        ("N1", "Retracted" if paper.retracted else ""),
        ("N1", f"Read by a machine: {ocr}" if (ocr := ocr_words(paper)) else ""),
        *(("N1", f"{RIS_LABELS[name]}: {text}") for name, text in _labelled(paper, details)),
        ("UR", web_address(paper).replace(";", "%3B")),  # readers cut a line of addresses at these
        *(("KW", word) for word in paper.keywords),
        ("AD", paper.organisation),
        ("N1", paper.author_note),
        ("AB", text_of_math(paper.abstract)),
    ]
    lines = [f"{tag}  - {value}" for tag, text in pairs if (value := clean(text))]
    return "\n".join([*lines, "ER  - ", ""])


def _details(details: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields that RIS has tags for. The date of a visit is written as other dates are."""
    first, _, last = details.get("pages", "").replace("–", "-").partition("-")
    held = {name: text for name, text in details.items() if name in RIS_TAGS}
    held = {name: text for name, text in held.items() if name not in ("pages", "genre")}
    if "isbn" in held:
        held.pop("issn", None)
    held["urldate"] = held.get("urldate", "").replace("-", "/")
    pages = [("SP", first.strip()), ("EP", last.strip(" -"))]
    return [*pages, *((RIS_TAGS[name], text) for name, text in held.items())]


def _labelled(paper: Paper, details: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields that RIS has no tags for."""
    held = [(name, text) for name, text in details.items() if name not in RIS_TAGS]
    if "isbn" in details and "issn" in details:
        held.append(("issn", details["issn"]))
    return [*held, (NOCASE, ", ".join(words))] if (words := protected_words(paper)) else held
