"""Groups similar papers, and names each group by the terms that distinguish it. No model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reviewer.library import Library
from reviewer.search.cluster_labels import name_themes, terms_of
from reviewer.types import Paper
from reviewer.types.drafts import MOST_THEMES, Theme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PAPERS_A_THEME = 4  # what one paragraph can compare
LEAST_PAPERS = 2


def group_papers(
    papers: Sequence[Paper], library: Library, most: int = MOST_THEMES
) -> tuple[Theme, ...]:
    """About one theme for PAPERS_A_THEME papers and `most` at most, each of LEAST_PAPERS or more if
    possible. The same papers always give the same themes. Each paper is in one theme; papers keep
    their order, and themes the order of their first papers.

    Papers are compared by the mean of their stored chunk vectors, or by their words if one of them
    has no vector, and clustered by Ward's method (1963) over unit vectors.
    """
    if not papers:
        return ()
    by_id = {paper.id: paper for paper in papers}
    order = sorted(by_id)
    vectors = vectors_of([by_id[i] for i in order], library)
    wanted = max(1, min(most, round(len(order) / PAPERS_A_THEME)))
    place = {paper.id: number for number, paper in enumerate(papers)}
    groups = sorted(sorted(place[order[n]] for n in group) for group in _joined(vectors, wanted))
    themes = [Theme(name="", paper_ids=tuple(papers[n].id for n in group)) for group in groups]
    merged, _ = _without_small(themes, dict(zip(order, vectors, strict=True)))
    return name_themes(merged, papers, library)


def settle_themes(
    themes: Sequence[Theme], papers: Sequence[Paper], library: Library
) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
    """The themes, changed so that each of these papers is in one and each theme has LEAST_PAPERS or
    more: papers without a theme and small themes join the most similar theme. Also says in words
    which themes were joined."""
    known = {paper.id: paper for paper in papers}
    if not known:
        return (), ()
    vectors = dict(zip(known, vectors_of(list(known.values()), library), strict=True))
    kept, placed = [], set[str]()
    for theme in themes:
        own = tuple(i for i in dict.fromkeys(theme.paper_ids) if i in known and i not in placed)
        placed |= set(own)
        if own:
            kept.append(Theme(name=theme.name, paper_ids=own))
    kept = kept or [Theme(name="", paper_ids=tuple(known))]
    for paper_id in known:
        if not any(paper_id in theme.paper_ids for theme in kept):
            n = _nearest(vectors[paper_id], kept, vectors)
            kept[n] = Theme(name=kept[n].name, paper_ids=(*kept[n].paper_ids, paper_id))
    return _without_small(kept, vectors)


def periods(papers: Sequence[Paper], library: Library) -> tuple[Theme, ...]:
    """The papers by year, those of unknown year last, in themes named by their years. Years with
    fewer than LEAST_PAPERS papers share a theme with the next years; years with many papers have
    several themes, named by their terms too."""
    spans: list[list[Paper]] = []
    for paper in in_time_order(papers):
        if not spans or (len(spans[-1]) >= LEAST_PAPERS and spans[-1][-1].year != paper.year):
            spans.append([])
        spans[-1].append(paper)
    if len(spans) > 1 and len(spans[-1]) < LEAST_PAPERS:
        last = spans.pop()
        spans[-1] += last
    themes: list[Theme] = []
    for span in spans:
        name = _years(span)
        if len(span) < 2 * PAPERS_A_THEME:
            themes.append(Theme(name=name, paper_ids=tuple(paper.id for paper in span)))
            continue
        parts = group_papers(span, library)
        themes += [Theme(name=f"{name}: {t.name}", paper_ids=t.paper_ids) for t in parts]
    return tuple(themes)


def in_time_order(papers: Sequence[Paper]) -> list[Paper]:
    """The papers, oldest first: those with only a year last in their year, those of unknown year
    last of all."""
    return sorted(
        papers, key=lambda p: (p.year is None, p.year or 0, p.date in ("", str(p.year)), p.date)
    )


def _years(papers: Sequence[Paper]) -> str:
    known = [paper.year for paper in papers if paper.year is not None]
    if not known:
        return "year unknown"
    first, last = min(known), max(known)
    span = str(first) if first == last else f"{first} to {last}"
    return span if len(known) == len(papers) else f"{span} and year unknown"


def vectors_of(papers: Sequence[Paper], library: Library) -> NDArray[np.float32]:
    """Unit vectors, (papers, dimensions): the mean of each paper's stored vectors; `by_words`
    unless every paper has a stored vector."""
    import numpy as np

    means = []
    with library.alone:
        for paper in papers if library.has_vectors else ():
            own = library.chunks.of_paper(library.catalogue.number_of(paper.id) or 0)
            _, matrix = library.chunks.vectors_numbered([kept.number for kept in own])
            if not len(matrix):
                return by_words(papers)
            means.append(matrix.mean(axis=0))
    return _unit(np.stack(means)) if means else by_words(papers)


def by_words(papers: Sequence[Paper]) -> NDArray[np.float32]:
    """Unit vectors, (papers, terms + 1): 1 + log of the term's frequency, times its inverse
    document frequency among these papers."""
    import numpy as np

    counts = [Counter(terms_of(paper)) for paper in papers]
    holders = Counter(term for own in counts for term in own)
    column = {term: n for n, term in enumerate(sorted(holders))}
    matrix = np.zeros((len(papers), len(column) + 1), dtype=np.float32)
    matrix[:, -1] = 1e-3  # a paper without words is a little similar to every other paper
    for row, own in enumerate(counts):
        for term, count in own.items():
            rarity = math.log((1 + len(papers)) / (1 + holders[term])) + 1e-3
            matrix[row, column[term]] = (1 + math.log(count)) * rarity
    return _unit(matrix)


def _unit(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    lengths = np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    unit: NDArray[np.float32] = matrix / lengths
    return unit


def _joined(vectors: NDArray[np.float32], wanted: int) -> list[list[int]]:
    """Row numbers of `wanted` groups, by Ward's method: the two nearest groups are joined again and
    again, by the recurrence of Lance and Williams (1967). Of equals the first."""
    import numpy as np

    groups: list[list[int]] = [[n] for n in range(len(vectors))]
    far = np.maximum(2 - 2 * (vectors @ vectors.T).astype(np.float64), 0.0).round(9)
    np.fill_diagonal(far, np.inf)
    while len(groups) > wanted:
        one, other = sorted(divmod(int(far.argmin()), len(groups)))
        sizes = np.array([len(group) for group in groups], dtype=np.float64)
        a, b = sizes[one], sizes[other]
        row = ((a + sizes) * far[one] + (b + sizes) * far[other] - sizes * far[one, other]) / (
            a + b + sizes
        )
        far[one], far[:, one] = row, row
        far[one, one] = np.inf
        far = np.delete(np.delete(far, other, axis=0), other, axis=1)
        groups[one] += groups.pop(other)
    return groups


def _nearest(
    vector: NDArray[np.float32],
    themes: Sequence[Theme],
    vectors: Mapping[str, NDArray[np.float32]],
) -> int:
    """The index of the theme whose papers are most similar to the vector, by mean cosine."""
    means = [
        sum(float(vector @ vectors[i]) for i in t.paper_ids) / len(t.paper_ids) for t in themes
    ]
    return means.index(max(means))


def _without_small(
    themes: Sequence[Theme], vectors: Mapping[str, NDArray[np.float32]]
) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
    """The themes, those of fewer than LEAST_PAPERS papers joined to the most similar theme, and
    what was joined, in words."""
    kept, said = list(themes), []
    while len(kept) > 1 and min(len(theme.paper_ids) for theme in kept) < LEAST_PAPERS:
        small = min(kept, key=lambda theme: len(theme.paper_ids))
        place = kept.index(small)
        kept.remove(small)
        n = _nearest(vectors[small.paper_ids[0]], kept, vectors)
        joined = kept[n]
        kept[n] = Theme(name=joined.name, paper_ids=(*joined.paper_ids, *small.paper_ids))
        if place <= n:  # it takes the place of the first of the two
            kept.insert(place, kept.pop(n))
        if small.name:
            said.append(f"the theme '{small.name}' had one paper and was joined to '{joined.name}'")
    return tuple(kept), tuple(said)
