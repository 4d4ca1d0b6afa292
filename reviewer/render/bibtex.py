"""Papers as BibTeX, for BibTeX and BibLaTeX, so that they can be read back without loss."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from reviewer.render.describe import date_parts, joined_keywords, ocr_words, web_address
from reviewer.render.escape import escape_bibtex
from reviewer.render.in_text import bibtex_key
from reviewer.text import clean
from reviewer.text.entry_types import (
    BIBTEX_NAMES,
    details_of,
    is_page_range,
    kind_of,
    protected_words,
)
from reviewer.text.identifiers import MONTHS
from reviewer.text.names import EDITORS, TRANSLATORS, Name, are_more, authors_of, people_of
from reviewer.text.retractions import joined_note
from reviewer.text.views import shorten
from reviewer.types import Paper

_ADDRESS = "%/:=&?~#+!$,;'@()*[]<>|^`\""  # a field that is an address is read as it is
_LABEL_CHARS = 40
_AND = re.compile(r"\band\b", re.IGNORECASE)


def bibtex(papers: Sequence[Paper]) -> str:
    """One entry for each paper, named by its key. A note such as "10 authors" is never an author.
    An entry without authors is labelled by its title."""
    return "\n".join(_entry(paper) for paper in papers)


def _entry(paper: Paper) -> str:
    kind = kind_of(paper)
    authors = authors_of(paper)
    _, month, day = date_parts(paper)
    details = details_of(paper)
    note, pages = details.pop("note", ""), details.get("pages", "")
    if paper.venue:
        details.pop(kind.venue, None)
    fields = {
        "author": _people(authors, has_more=are_more(paper)),
        "editor": _people(people_of(paper, EDITORS)),
        "translator": _people(people_of(paper, TRANSLATORS)),
        "key": "" if authors else escape_bibtex(_label(paper)),
        "title": escape_bibtex(paper.title, keeps_case=True, protected=protected_words(paper)),
        kind.venue: escape_bibtex(paper.venue),
        "year": str(paper.year or ""),
        "month": MONTHS[int(month) - 1] if month else "",
        "day": day,
        **{_name_of(name, value): escape_bibtex(value) for name, value in details.items()},
        **({"pages": pages} if is_page_range(pages) else {}),  # its dashes as they are
        "doi": _address(paper.doi),
        "eprint": _address(paper.arxiv_id),
        "archiveprefix": "arXiv" if paper.arxiv_id else "",
        "pmid": escape_bibtex(paper.pmid),
        "url": _address(web_address(paper)),
        "note": escape_bibtex(joined_note(note, is_retracted=paper.retracted)),
        "keywords": joined_keywords(escape_bibtex(w) for w in paper.keywords if clean(w)),
        "affiliation": escape_bibtex(paper.organisation),
        "author_note": escape_bibtex(paper.author_note),
        "ocr": escape_bibtex(ocr_words(paper)),  # a field that no style prints
        "abstract": escape_bibtex(paper.abstract),
    }
    lines = [
        f"  {name} = {value if name == 'month' else f'{{{value}}}'},"
        for name, value in fields.items()
        if value
    ]
    return f"@{kind.bibtex}{{{bibtex_key(paper.key)},\n" + "\n".join(lines) + "\n}\n"


def _name_of(detail: str, value: str) -> str:
    """The field of a detail. A language that Babel knows is `langid` to BibLaTeX."""
    is_of_babel = detail == "language" and re.fullmatch(r"[a-z]{4,}", value)
    return "langid" if is_of_babel else BIBTEX_NAMES[detail]


def _people(names: Sequence[Name], *, has_more: bool = False) -> str:
    return " and ".join([*map(_author, names), *(["others"] if has_more else [])])


def _author(name: Name) -> str:
    if name.group:
        return f"{{{escape_bibtex(name.group)}}}"
    parts = [escape_bibtex(part) for part in (name.family, name.suffix, name.given) if part]
    # BibTeX takes a small first letter for a particle, and "and" for the end of a name.
    if name.family[:1].islower() or _AND.search(name.family):
        parts[0] = f"{{{parts[0]}}}"
    if _AND.search(name.given):
        parts[-1] = f"{{{parts[-1]}}}"
    particle = f"{escape_bibtex(name.particle)} " if name.particle else ""
    return particle + ", ".join(parts)


def _label(paper: Paper) -> str:
    """What an author-year citation shows where no author is known. It has no brackets: natbib takes
    a round one for the start of the year, and a square one for the end of the label."""
    plain = " ".join(re.sub(r"[()\[\]]", " ", clean(paper.title).split(":")[0]).split())
    return shorten(plain, _LABEL_CHARS)


def _address(text: str) -> str:
    return quote(clean(text), safe=_ADDRESS, errors="replace")
