"""Papers as BibTeX, for BibTeX and BibLaTeX alike, to be read back without loss."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from reviewer.render.describe import web_address
from reviewer.render.escape import escape_bibtex
from reviewer.render.in_text import citation_key
from reviewer.text import clean
from reviewer.text.entry_types import details_of, kind_of
from reviewer.text.identifiers import MONTHS
from reviewer.text.names import Name, authors_of
from reviewer.text.views import shorten
from reviewer.types import Paper

_ADDRESS = "%/:=&?~#+!$,;'@()*[]<>|^`\""  # a field that is an address is read as it stands
_LABEL_CHARS = 40


def bibtex(papers: Sequence[Paper]) -> str:
    """One entry a paper, named by its key. A note such as "10 authors" never stands as an author;
    an entry without authors is labelled by its title."""
    return "\n".join(_entry(paper) for paper in papers)


def bibtex_key(paper: Paper) -> str:
    """The paper's key as an entry may be called."""
    return citation_key(paper.key)


def _entry(paper: Paper) -> str:
    kind = kind_of(paper)
    authors = authors_of(paper)
    fields = {
        "author": " and ".join(map(_author, authors)),
        "key": "" if authors else escape_bibtex(_label(paper)),
        "title": escape_bibtex(paper.title, keeps_case=True),
        kind.venue: escape_bibtex(paper.venue),
        **_date(paper),
        **{name: escape_bibtex(value) for name, value in details_of(paper).items()},
        "doi": _address(paper.doi),
        "eprint": _address(paper.arxiv_id),
        "archiveprefix": "arXiv" if paper.arxiv_id else "",
        "pmid": escape_bibtex(paper.pmid),
        "url": _address(web_address(paper)),
        "note": "Retracted" if paper.retracted else "",
        "keywords": _keywords(paper),
        "affiliation": escape_bibtex(paper.organisation),
        "author_note": escape_bibtex(paper.author_note),
        "abstract": escape_bibtex(paper.abstract),
    }
    lines = [f"  {name} = {_enclosed(name, value)}," for name, value in fields.items() if value]
    return f"@{kind.bibtex}{{{bibtex_key(paper)},\n" + "\n".join(lines) + "\n}\n"


def _enclosed(name: str, value: str) -> str:
    return value if name == "month" else f"{{{value}}}"


def _author(name: Name) -> str:
    if name.group:
        return f"{{{escape_bibtex(name.group)}}}"
    parts = [escape_bibtex(part) for part in (name.family, name.suffix, name.given) if part]
    parts[0] = f"{{{parts[0]}}}" if _needs_braces(name.family) else parts[0]
    parts[-1] = f"{{{parts[-1]}}}" if re.search(r"(?i)\band\b", name.given) else parts[-1]
    particle = f"{escape_bibtex(name.particle)} " if name.particle else ""
    return particle + ", ".join(parts)


def _needs_braces(family: str) -> bool:
    """True for a family name that BibTeX would take for a particle, or for two names."""
    return family[:1].islower() or bool(re.search(r"(?i)\band\b", family))


def _label(paper: Paper) -> str:
    """What an author-year citation shows where no author is known. Without brackets: natbib takes
    what follows a round one for the year, and a square one for the label's end."""
    plain = " ".join(re.sub(r"[()\[\]]", " ", clean(paper.title).split(":")[0]).split())
    return shorten(plain, _LABEL_CHARS)


def _date(paper: Paper) -> dict[str, str]:
    """Year, month and day, as far as they are known."""
    pieces = paper.date.removeprefix("--").split("-") if paper.date else []
    if not paper.date.startswith("--"):
        pieces = pieces[1:]
    return {
        "year": str(paper.year) if paper.year is not None else "",
        "month": MONTHS[int(pieces[0]) - 1] if pieces else "",
        "day": pieces[1] if len(pieces) > 1 else "",
    }


def _address(text: str) -> str:
    return quote(clean(text), safe=_ADDRESS, errors="replace") if text else ""


def _keywords(paper: Paper) -> str:
    words = [escape_bibtex(word) for word in paper.keywords if clean(word)]
    if any("," in word for word in words):
        return "; ".join(words) + ";" * (len(words) == 1)
    return ", ".join(words)
