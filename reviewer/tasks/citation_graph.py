"""Who cites whom among papers of the library, and what many of them cite that it lacks."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import dataclass, field

from reviewer.errors import NotFoundError
from reviewer.library import Library
from reviewer.library.citations import Found
from reviewer.search import SearchOptions, find
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Paper
from reviewer.types.citations import CitationGraph, CitationLink, LackingWork, NumberedWork
from reviewer.types.papers import Reference
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters

_MOST_WORDS_CHARS = 200  # of a title that is searched for online


@dataclass(frozen=True)
class GraphOptions:
    """Of which papers: the `most` that fit the `topic`, if one is given, and pass the filters.
    `lacking` is how many works to name that the library lacks."""

    topic: str = ""
    most: int = 50
    filters: Filters = field(default_factory=Filters)
    lacking: int = 20


def graph_citations(
    library: Library, options: GraphOptions | None = None, progress: Progress = silent
) -> CitationGraph:
    """The graph of these papers. A work that the library lacks is named where two of them cite it,
    or where one paper alone has a list. Raises NotFoundError where no paper fits the topic."""
    options = options or GraphOptions()
    found = library.citations.found(progress)
    with library.alone:
        numbers = chosen_numbers(library, options)
        papers = library.catalogue.papers_numbered(numbers)
    keys = {number: paper.key for number, paper in papers.items()}
    links = [
        CitationLink(
            citing=keys[number],
            cited=keys[other],
            sign=link.sign,
            reference=link.reference,
        )
        for number in papers
        for other, link in sorted(found.cites.get(number, {}).items())
        if other in keys
    ]
    with_list = [number for number in papers if number in found.all.entries]
    lacking = _lacking(found, keys, least=2 if len(with_list) > 1 else 1)
    return CitationGraph(
        question=options.topic,
        papers=tuple(map(without_texts, papers.values())),
        links=tuple(links),
        lacking=tuple(lacking[: options.lacking]),
        lacking_in_all=len(lacking),
        references=sum(found.all.entries[number] for number in with_list),
        found=sum(found.all.named[number] for number in with_list),
        without_list=tuple(keys[number] for number in papers if number not in found.all.entries),
    )


def cited_numbers(library: Library, filters: Filters) -> set[int]:
    """The numbers of the papers that cite `filters.cites` and are cited by `filters.cited_by`, as
    far as they are given. Raises NotFoundError for a key that no paper has, and where no paper is
    found to be linked so."""
    found = library.citations.found()
    groups: list[set[int]] = []
    if filters.cites:
        groups.append(found.cited_by.get(_number(library, filters.cites), set()))
    if filters.cited_by:
        groups.append(set(found.cites.get(_number(library, filters.cited_by), {})))
    numbers = set.intersection(*groups)
    if not numbers:
        raise NotFoundError(_nothing(filters, groups), hint=_why_nothing(library, filters, found))
    return numbers


def linked_papers(library: Library, paper: Paper) -> tuple[list[Paper], list[Paper]]:
    """The papers of the library that this one cites, in the order of its references, and those that
    cite it; its own versions are left out."""
    found = library.citations.found()
    with library.alone:
        number = _number(library, paper.id)
        cites = list(found.cites.get(number, {}))
        cited_by = sorted(found.cited_by.get(number, set()))
        papers = library.catalogue.papers_numbered({*cites, *cited_by})
    own = {paper.id, *paper.versions}
    groups = [[papers[n] for n in numbers if n in papers] for numbers in (cites, cited_by)]
    kept = [[other for other in group if other.id not in own] for group in groups]
    return kept[0], kept[1]


def _number(library: Library, name: str) -> int:
    number = library.catalogue.number_of(library.paper(name).id)
    assert number is not None
    return number


def _nothing(filters: Filters, groups: Collection[set[int]]) -> str:
    if len(groups) > 1:
        return f"no paper here cites {filters.cites} and is cited by {filters.cited_by}"
    if filters.cites:
        return f"no paper here is found to cite {filters.cites}"
    return f"{filters.cited_by} is not found to cite a paper here"


def _why_nothing(library: Library, filters: Filters, found: Found) -> str:
    """How many lists of references were looked at, or that the one paper has none."""
    key = filters.cited_by
    if key and _number(library, key) not in found.all.entries:
        return f"No list of references of {key} is kept; look one up with: review enrich {key}"
    return (
        f"Lists of references are kept of {len(found.all.entries)} of {library.catalogue.count()} "
        "papers; PDFs have them, and records that review enrich looks up."
    )


def chosen_numbers(library: Library, options: GraphOptions) -> list[int]:
    """The numbers of the papers that the options name, ascending. Raises NotFoundError where none
    fits the topic."""
    numbers = library.catalogue.numbers_passing(options.filters)
    if not options.topic:
        return sorted(numbers)
    limits = SearchOptions(papers=options.most, filters=options.filters)
    hits = find(options.topic, library, limits).wanted
    if not hits or hits[0].is_weak:
        raise NotFoundError(
            f"no paper is found on '{shorten(options.topic, 80)}'",
            hint="Use other words, or leave out --topic for all papers.",
        )
    own = [library.catalogue.number_of(hit.paper.id) for hit in hits if not hit.is_weak]
    return sorted({number for number in own if number is not None} & numbers)


def _lacking(found: Found, keys: dict[int, str], least: int) -> list[LackingWork]:
    works = [
        LackingWork(
            reference=work.reference, cited_by=tuple(own), add=command_to_add(work.reference)
        )
        for work in found.all.lacking
        if len(own := _cited_by(work, keys)) >= least
    ]
    return sorted(works, key=lambda work: -len(work.cited_by))


def _cited_by(work: NumberedWork, keys: dict[int, str]) -> list[str]:
    return [keys[number] for number in work.cited_by if number in keys]


def command_to_add(reference: Reference) -> str:
    """The command that adds the work: by an identifier, else by a search for its title, of which
    the first result is taken."""
    names = {
        "doi": reference.doi,
        "arxiv": reference.arxiv_id,
        "pmid": reference.pmid,
        "openalex": reference.openalex,
        "s2": reference.s2,
    }
    for kind, value in names.items():
        if value:
            return f"review add {shlex.quote(f'{kind}:{value}')}"
    words = shorten(clean(reference.title or reference.text), _MOST_WORDS_CHARS).rstrip("…")
    return f"review add --search {shlex.quote(words)} --limit 1"


def without_texts(paper: Paper) -> Paper:
    """The paper with its title alone, as a graph shows it."""
    parts = tuple(part for part in paper.parts if part.name == "title")
    return paper.model_copy(update={"parts": parts, "references": ()})
