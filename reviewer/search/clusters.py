"""Groups papers by likeness, and names each group by the terms that set it apart. No model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reviewer.library import Library
from reviewer.search.cluster_labels import name_themes, terms_of
from reviewer.types import Paper
from reviewer.types.drafts import MOST_THEMES, Theme

PAPERS_A_THEME = 4  # what one paragraph can compare
LEAST_PAPERS = 2


def group_papers(
    papers: Sequence[Paper], library: Library, most: int = MOST_THEMES
) -> tuple[Theme, ...]:
    """About one theme for PAPERS_A_THEME papers and `most` at most, each of LEAST_PAPERS or more if
    there are so many. Same papers, same themes: each paper is in one, in the order in which they
    came, and so are the themes by their first paper.

    Papers are alike by the mean of their stored chunk vectors, or by their words if one of them has
    no vector; they are joined by Ward's method (1963) over unit vectors.
    """
    if not papers:
        return ()
    by_id = {paper.id: paper for paper in papers}
    order = sorted(by_id)
    vectors = vectors_of([by_id[i] for i in order], library)
    wanted = max(1, min(most, round(len(order) / PAPERS_A_THEME)))
    groups = [[order[n] for n in group] for group in _joined(vectors, wanted)]
    place = {paper.id: number for number, paper in enumerate(papers)}
    groups = sorted((sorted(g, key=place.__getitem__) for g in groups), key=lambda g: place[g[0]])
    themes = [Theme(name="", paper_ids=tuple(group)) for group in groups]
    merged, _ = _without_small(themes, dict(zip(order, vectors, strict=True)))
    return name_themes(merged, papers, library)


def settle_themes(
    themes: Sequence[Theme], papers: Sequence[Paper], library: Library
) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
    """The themes so that each of these papers is in one, and each theme has LEAST_PAPERS or more:
    papers without a theme join the one most like them, small themes the theme most like them. Also
    what was changed, in words."""
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
        if paper_id not in placed and not any(paper_id in t.paper_ids for t in kept):
            n = _nearest(vectors[paper_id], kept, vectors)
            kept[n] = Theme(name=kept[n].name, paper_ids=(*kept[n].paper_ids, paper_id))
    return _without_small(kept, vectors)


def periods(papers: Sequence[Paper], library: Library) -> tuple[Theme, ...]:
    """The papers by year, those of unknown year last, in themes named by their years. Years with
    fewer than LEAST_PAPERS papers share a theme with their neighbours, years with many have several
    themes, named by their terms too."""
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
    """Oldest first; in a year those whose day is not known last, in the end those whose year is not
    known."""
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


def vectors_of(papers: Sequence[Paper], library: Library) -> Any:  # noqa: ANN401  an array
    """One unit vector a paper, row by row."""
    import numpy as np

    means = _stored_means(papers, library)
    return by_words(papers) if means is None else _unit(np.stack(means))


def _stored_means(papers: Sequence[Paper], library: Library) -> list[Any] | None:
    """The mean of each paper's stored vectors; None unless every paper has one."""
    means = []
    with library.alone:
        for paper in papers if library.has_vectors else ():
            own = library.chunks.of_paper(library.catalogue.number_of(paper.id) or 0)
            _, matrix = library.chunks.vectors_numbered([kept.number for kept in own])
            if not len(matrix):
                return None
            means.append(matrix.mean(axis=0))
    return means or None


def by_words(papers: Sequence[Paper]) -> Any:  # noqa: ANN401  an array
    """Term frequency, damped, times inverse document frequency among these papers."""
    import numpy as np

    counts = [Counter(terms_of(paper)) for paper in papers]
    holders = Counter(term for own in counts for term in own)
    column = {term: n for n, term in enumerate(sorted(holders))}
    matrix = np.zeros((len(papers), len(column) + 1), dtype=np.float32)
    matrix[:, -1] = 1e-3  # a paper without a word is like every other, a little
    for row, own in enumerate(counts):
        for term, count in own.items():
            rarity = math.log((1 + len(papers)) / (1 + holders[term])) + 1e-3
            matrix[row, column[term]] = (1 + math.log(count)) * rarity
    return _unit(matrix)


def _unit(matrix: Any) -> Any:  # noqa: ANN401  arrays
    import numpy as np

    return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)


def _joined(vectors: Any, wanted: int) -> list[list[int]]:  # noqa: ANN401  an array
    """Row numbers of `wanted` groups, by Ward's method: the two groups are joined that lie nearest,
    by the recurrence of Lance and Williams (1967). Of equals the first."""
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


def _nearest(vector: Any, themes: Sequence[Theme], vectors: Mapping[str, Any]) -> int:  # noqa: ANN401
    """The number of the theme whose papers are most like the vector, by mean cosine."""
    means = [
        sum(float(vector @ vectors[i]) for i in t.paper_ids) / len(t.paper_ids) for t in themes
    ]
    return means.index(max(means))


def _without_small(
    themes: Sequence[Theme], vectors: Mapping[str, Any]
) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
    kept, said = list(themes), []
    while len(kept) > 1 and min(len(theme.paper_ids) for theme in kept) < LEAST_PAPERS:
        small = min(kept, key=lambda theme: len(theme.paper_ids))
        place = kept.index(small)
        kept.remove(small)
        n = _nearest(sum(vectors[i] for i in small.paper_ids), kept, vectors)
        joined = kept[n]
        kept[n] = Theme(name=joined.name, paper_ids=(*joined.paper_ids, *small.paper_ids))
        if place <= n:  # it stands where the first of the two stood
            kept.insert(place, kept.pop(n))
        if small.name:
            said.append(f"the theme '{small.name}' had one paper and was joined to '{joined.name}'")
    return tuple(kept), tuple(said)
