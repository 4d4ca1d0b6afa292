"""Puts the papers of a search into the order that a question asks for: by concepts, by date."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reviewer.library import Library
from reviewer.library.index.scoring import idf
from reviewer.search.question import vectors_of
from reviewer.text.keywords import query_terms
from reviewer.types import Paper

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Chosen on concepts.json, themes of a survey and screened reviews (docs/quality.md): a paper loses
# EXCLUDED_WEIGHT times what its relevance to an excluded concept is above EXCLUDED_FROM.
EXCLUDED_FROM, EXCLUDED_WEIGHT = 0.2, 3.0
REQUIRED_WEIGHT = 1.0
WORDS_SHARE = 0.3  # less than in the relevance of a question: a mention is not a subject
# From this relevance on a paper is on the concept: the relevance floor, and by words alone most of
# the concept's words.
ABOUT, ABOUT_BY_WORDS = 0.43, 0.6
# Only papers that are nearly as relevant as the best one change places by their dates: a share of
# its score, and how many.
NEAR_BEST, MOST_BY_DATE = 0.6, 50
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?.*")


@dataclass(frozen=True)
class Ranked:
    """A paper that a search found, by its number: its score, whether it is above the relevance
    floor, and the numbers of its chunks."""

    number: int
    score: float
    is_relevant: bool
    chunks: tuple[int, ...]


@dataclass(frozen=True)
class Arranged:
    """Papers by number, in their new order. `set_aside` are found but not evidence. `added` is what
    was added to a paper's score, less than 0 where something was taken off."""

    order: tuple[int, ...]
    set_aside: frozenset[int] = frozenset()
    added: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Dated:
    """Papers by number; the first `sorted_ones` are by date, and the last `undated` of these have
    no year."""

    order: list[int]
    sorted_ones: int
    undated: int


def by_concepts(
    papers: Sequence[Ranked], excluded: Sequence[str], required: Sequence[str], library: Library
) -> Arranged:
    """Papers on an excluded concept come later and are set aside; those on all required concepts
    come first."""
    import numpy as np

    if not (papers and (excluded or required)):
        return Arranged(tuple(paper.number for paper in papers))
    added = np.zeros(len(papers))
    set_aside = frozenset[int]()
    if excluded:
        relevance, has_vectors = concept_relevance(papers, excluded, library)
        against = relevance.max(axis=1)
        added -= EXCLUDED_WEIGHT * np.maximum(0, against - EXCLUDED_FROM)
        is_about = against >= (ABOUT if has_vectors else ABOUT_BY_WORDS)
        set_aside = frozenset(p.number for p, it in zip(papers, is_about, strict=True) if it)
    if required:
        relevance, _ = concept_relevance(papers, required, library)
        added += REQUIRED_WEIGHT * relevance.min(axis=1)
    scores = np.array([paper.score for paper in papers]) + added
    order = np.argsort(-scores.round(6), kind="stable").tolist()
    given = {p.number: round(float(a), 6) for p, a in zip(papers, added, strict=True)}
    return Arranged(tuple(papers[row].number for row in order), set_aside, given)


def concept_relevance(
    papers: Sequence[Ranked], concepts: Sequence[str], library: Library
) -> tuple[NDArray[np.float64], bool]:
    """How near each paper is to each concept, (papers, concepts), and whether vectors say so: its
    best chunk's cosine + WORDS_SHARE of the share of the concept's word weight that the chunk has;
    without vectors that share alone."""
    import numpy as np

    chunks = sorted({number for paper in papers for number in paper.chunks})
    row_of = {number: row for row, number in enumerate(chunks)}
    by_words = np.stack([_coverage(concept, chunks, library) for concept in concepts], axis=1)
    cosines = _cosines(concepts, chunks, library)
    of_chunks = by_words if cosines is None else cosines + WORDS_SHARE * by_words
    rows = [[row_of[number] for number in paper.chunks] for paper in papers]
    return np.stack([of_chunks[own].max(axis=0) for own in rows]), cosines is not None


def _coverage(concept: str, chunks: Sequence[int], library: Library) -> NDArray[np.float64]:
    """The share of the concept's word weight that each chunk has."""
    import numpy as np

    words = library.words
    stems = list(dict.fromkeys(s for own in words.texts(query_terms(concept)) for s in own))
    if not stems:
        return np.zeros(len(chunks))
    total, counts = words.chunks(), words.counts(stems)
    weights = np.array([idf(counts[stem].chunks, total) for stem in stems])
    held = words.of_chunks(chunks).counts(words.numbers(stems)) > 0
    share: NDArray[np.float64] = held @ weights / (weights.sum() or 1.0)
    return share


def _cosines(
    concepts: Sequence[str], chunks: Sequence[int], library: Library
) -> NDArray[np.float64] | None:
    """Each chunk's cosine to each concept, 0 where it has no vector; None without an embedding."""
    import numpy as np

    wanted = vectors_of(concepts, library)
    if wanted is None:
        return None
    known, vectors = library.chunks.vectors_numbered(chunks)
    cosines = np.zeros((len(chunks), len(concepts)))
    if known:
        cosines[np.searchsorted(chunks, known)] = vectors @ wanted.T
    return cosines


def near_best(papers: Sequence[Ranked], without: Collection[int]) -> list[int]:
    """The relevant papers whose score is near the best one's, at most MOST_BY_DATE."""
    relevant = [p for p in papers if p.is_relevant and p.number not in without]
    top = max((paper.score for paper in relevant), default=0.0)
    return [p.number for p in relevant if p.score >= NEAR_BEST * top][:MOST_BY_DATE]


def by_date(order: Sequence[int], near: Sequence[int], papers: Mapping[int, Paper]) -> Dated:
    """Those of the papers `near` the best one with the newest first, then the others as they
    were."""
    dates = {number: date_of(papers[number]) for number in near if number in papers}
    dated = sorted((n for n in near if dates.get(n)), key=lambda n: dates[n] or (), reverse=True)
    undated = [number for number in near if not dates.get(number)]
    first = [*dated, *undated]
    return Dated([*first, *(n for n in order if n not in set(first))], len(near), len(undated))


def date_of(paper: Paper) -> tuple[int, int, int] | None:
    """Year, month and day, 0 where one is unknown; None without a year."""
    if found := _DATE.fullmatch(paper.date):
        return int(found[1]), int(found[2] or 0), int(found[3] or 0)
    return (paper.year, 0, 0) if paper.year is not None else None
