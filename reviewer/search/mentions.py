"""Which papers of the library a paper's list of references names, and which name the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.text import normalise_title
from reviewer.types import Paper

if TYPE_CHECKING:
    from reviewer.library import Library

_LEAST_TITLE_CHARS = 20  # a shorter title may be words of a sentence
MOST_PAPERS = 20_000  # of a library whose titles are looked for: some seconds more beyond


def named_papers(library: Library, paper: Paper) -> list[Paper]:
    """The papers here whose title stands in the paper's list of references, in the order of the
    list; none in a library of more than MOST_PAPERS."""
    text = f" {normalise_title(paper.text_of('references'))} "
    if len(text) < _LEAST_TITLE_CHARS or library.catalogue.count() > MOST_PAPERS:
        return []
    places: dict[int, int] = {}
    for number, title in library.catalogue.titles():
        spelt = normalise_title(title)
        at = text.find(f" {spelt} ") if len(spelt) >= _LEAST_TITLE_CHARS else -1
        if at >= 0:
            places[number] = at
    found = library.catalogue.papers_numbered(places)
    ordered = sorted(found, key=lambda number: places[number])
    return [found[number] for number in ordered if found[number].id != paper.id]


def papers_naming(library: Library, paper: Paper) -> list[Paper]:
    """The papers here that name this one's DOI or arXiv number; its own versions are left out."""
    names = [name for name in (paper.doi, paper.arxiv_id) if name]
    numbers = {n for name in names for n in library.catalogue.numbers_with_text(name)}
    found = library.catalogue.papers_numbered(numbers)
    others = [other for _, other in sorted(found.items()) if other.id != paper.id]
    return [other for other in others if other.id not in paper.versions]
