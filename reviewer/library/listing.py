"""Lists papers: selects among those that pass the filters, and sorts them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from reviewer.errors import UsageError
from reviewer.library.citekeys import family_of
from reviewer.text import clean, normalise_title
from reviewer.types import Paper

_DATE = re.compile(r"(?:\d{4}|-)-(\d\d)(?:-(\d\d))?.*")

HAS: dict[str, Callable[[Paper], bool]] = {
    "text": lambda p: bool(p.text_of("body").strip()),
    "abstract": lambda p: bool(p.abstract.strip()),
    "authors": lambda p: bool(p.authors),
    "year": lambda p: p.year is not None,
    "doi": lambda p: bool(p.doi),
    "arxiv": lambda p: bool(p.arxiv_id),
    "venue": lambda p: bool(p.venue),
    "tags": lambda p: bool(p.tags),
    "notes": lambda p: bool(p.notes),
    "versions": lambda p: bool(p.versions),
    "pdf": lambda p: any(origin.file.lower().endswith(".pdf") for origin in p.origins),
    "retraction": lambda p: p.retracted,
}
"""What `--has` and `--lacks` may name. `text` is more than an abstract; `pdf` is a PDF that was
read."""

SORTS: dict[str, Callable[[Paper], Any] | None] = {
    "added": None,
    "key": lambda p: p.key,
    "title": lambda p: normalise_title(p.title),
    "author": lambda p: (not p.authors, _family(p), _newest_first(p)),
    "year": lambda p: (p.year is None, _newest_first(p), normalise_title(p.title), p.key),
    "venue": lambda p: (not p.venue, p.venue.casefold(), _newest_first(p)),
}


@dataclass(frozen=True)
class ListOptions:
    """How to list papers, beside the filters that all commands know: words in an author's name or
    in a title, what papers must have or lack, and their order."""

    author: str = ""
    title: str = ""
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    sort: str = "added"
    is_reversed: bool = False


def list_papers(papers: Iterable[Paper], options: ListOptions) -> list[Paper]:
    """The papers that pass, in order: by year the newest first, also within a year, where a paper
    of unknown month comes after the others. Papers of unknown year come last, reversed or not.
    Raises UsageError for an unknown word."""
    for flag, names in (("--has", options.has), ("--lacks", options.lacks)):
        for name in names:
            if name not in HAS:
                raise UsageError(f"unknown {flag} '{name}'", hint=f"Use {', '.join(HAS)}.")
    if options.sort not in SORTS:
        raise UsageError(f"unknown --sort '{options.sort}'", hint=f"Use {', '.join(SORTS)}.")
    found = [paper for paper in papers if _passes(paper, options)]
    order = SORTS[options.sort]
    if order is not None:
        found.sort(key=order)
    if not options.is_reversed:
        return found
    at_end = [p for p in found if options.sort == "year" and p.year is None]
    return [*found[: len(found) - len(at_end)][::-1], *at_end]


def _passes(paper: Paper, options: ListOptions) -> bool:
    author, title = normalise_title(options.author), normalise_title(options.title)
    return (
        all(HAS[name](paper) for name in options.has)
        and not any(HAS[name](paper) for name in options.lacks)
        and (not author or any(author in normalise_title(name) for name in paper.authors))
        and (not title or title in normalise_title(paper.title))
    )


def _newest_first(paper: Paper) -> tuple[int, int, int]:
    """What papers are sorted by to have the newest first; unknown days and months come last."""
    known = _DATE.fullmatch(paper.date)
    month, day = (int(known[n] or 0) for n in (1, 2)) if known else (0, 0)
    return -(paper.year or 0), -month, -day


def _family(paper: Paper) -> str:
    return normalise_title(family_of(clean(paper.authors[0]))) if paper.authors else ""
