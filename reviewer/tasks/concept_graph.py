"""Which methods, data sets and tasks link the papers of a library, and which go together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from reviewer.library import Library
from reviewer.tasks.citation_graph import GraphOptions, chosen_numbers, without_texts
from reviewer.text.terms import term_key
from reviewer.types.concepts import Concept, ConceptGraph, ConceptLink, NumberedConcept
from reviewer.types.progress import Progress, silent

_LEAST_PAPERS = 2
MOST_LINKED = 400  # concepts that are looked at for links, the most telling first
MOST_LINKS = 1000


def graph_concepts(
    library: Library, options: GraphOptions | None = None, progress: Progress = silent
) -> ConceptGraph:
    """The concepts that at least two of these papers name. Those that are telling come first: of
    many of these papers and of few others. Raises NotFoundError where no paper fits the topic."""
    options = options or GraphOptions()
    found = library.concepts.found(progress)
    with library.alone:
        numbers = chosen_numbers(library, options)
        papers = library.catalogue.papers_numbered(numbers)
        cards = library.concepts.cards()
        total = library.catalogue.count()
    shared = [
        (concept, own)
        for concept in found.concepts
        if len(own := [n for n in concept.papers if n in papers]) >= _LEAST_PAPERS
    ]
    shared.sort(key=lambda pair: -_worth(pair[0], len(pair[1]), total))
    return ConceptGraph(
        question=options.topic,
        papers=tuple(map(without_texts, papers.values())),
        concepts=tuple(
            Concept(
                name=concept.name,
                kind=concept.kind,
                aliases=concept.aliases,
                papers=tuple(papers[n].key for n in own),
                in_all=len(concept.papers),
                on_cards=concept.on_cards,
            )
            for concept, own in shared
        ),
        links=_links(shared, len(papers)),
        in_all=len(found.concepts),
        cards=sum(n in papers for n in cards),
    )


def _worth(concept: NumberedConcept, own: int, total: int) -> float:
    """How many of these papers name it (`own`), times its inverse document frequency."""
    return own * math.log(1 + total / len(concept.papers))


def _links(
    shared: Sequence[tuple[NumberedConcept, list[int]]], papers: int
) -> tuple[ConceptLink, ...]:
    """The pairs of concepts that go together more often than by chance, the strongest first. A
    concept and a longer form of its name are no pair."""
    by_paper: dict[int, list[int]] = {}
    for at, (_, own) in enumerate(shared[:MOST_LINKED]):
        for number in own:
            by_paper.setdefault(number, []).append(at)
    together = Counter(pair for own in by_paper.values() for pair in combinations(own, 2))
    links = [
        ConceptLink(
            one=shared[one][0].name,
            other=shared[other][0].name,
            papers=count,
            strength=round(_strength(count, len(shared[one][1]), len(shared[other][1]), papers), 3),
        )
        for (one, other), count in together.items()
        if count >= _LEAST_PAPERS and not _are_forms(shared[one][0], shared[other][0])
    ]
    links = [link for link in links if link.strength > 0]
    links.sort(key=lambda link: (-link.strength * link.papers, link.one, link.other))
    return tuple(links[:MOST_LINKS])


def _strength(together: int, one: int, other: int, papers: int) -> float:
    """Normalised pointwise mutual information (Bouma 2009) over papers; 1 where all have both."""
    if together == papers:
        return 1.0
    share = together / papers
    return math.log(share * papers * papers / (one * other)) / -math.log(share)


def _are_forms(one: NumberedConcept, other: NumberedConcept) -> bool:
    names = [
        [set(term_key(name).split()) for name in (concept.name, *concept.aliases)]
        for concept in (one, other)
    ]
    return any(own <= more or more <= own for own in names[0] for more in names[1])
