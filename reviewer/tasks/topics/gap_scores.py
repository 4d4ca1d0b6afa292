"""Orders empty cells of methods by problems by how likely a paper is to fill them. Pure.

The score is the mean of two places among the cells: that of how many papers have either term, and
that of how near the papers of the method are to those of the problem (the cosine of the means of
their vectors). `benchmarks/gaps.py` measures it on papers of later years; docs/quality.md has the
figures, and what else was tried.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reviewer.tasks.topics.terms import Term

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Cell = tuple[Term, Term]


def empty_cells(methods: Sequence[Term], problems: Sequence[Term]) -> list[Cell]:
    """The pairs that no paper has, without those that share a word: "graph learning" for "graph
    matching" says little."""
    return [
        (method, problem)
        for method in methods
        for problem in problems
        if not method.papers & problem.papers
        and not set(method.name.split()) & set(problem.name.split())
    ]


def score_cells(
    cells: Sequence[Cell], terms: Sequence[Term], vectors: NDArray[np.float32] | None
) -> list[float]:
    """A score from 0 to 1 for each cell. `vectors` has a row of length 1 for each paper; without
    them, nearness is how many other terms stand with both (Adamic and Adar 2003, "Friends and
    neighbors on the Web": a rare shared term counts more)."""
    near = shared_terms(cells, terms) if vectors is None else nearness(cells, vectors)
    return [
        (one + other) / 2
        for one, other in zip(_places(popularity(cells)), _places(near), strict=True)
    ]


def popularity(cells: Sequence[Cell]) -> list[float]:
    """The logarithm of the product of how many papers have either term."""
    return [math.log(len(method.papers) * len(problem.papers)) for method, problem in cells]


def nearness(cells: Sequence[Cell], vectors: NDArray[np.float32]) -> list[float]:
    """The cosine of the mean vectors of the papers on both sides."""
    import numpy as np

    means: dict[str, NDArray[np.float32]] = {}
    for term in {term.name: term for cell in cells for term in cell}.values():
        mean = vectors[sorted(term.papers)].mean(axis=0)
        means[term.name] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return [float(means[method.name] @ means[problem.name]) for method, problem in cells]


def shared_terms(cells: Sequence[Cell], terms: Sequence[Term]) -> list[float]:
    """For each cell the sum over the terms that stand with both its terms in some paper, each worth
    1 / log(2 + the number of terms that it stands with)."""
    beside: dict[str, set[str]] = {
        one.name: {t.name for t in terms if t.name != one.name and t.papers & one.papers}
        for one in terms
    }
    return [
        sum(1 / math.log(2 + len(beside[n])) for n in beside[method.name] & beside[problem.name])
        for method, problem in cells
    ]


def _places(values: Sequence[float]) -> list[float]:
    """The place of each value among all, 0 for the least and 1 for the greatest; equal values share
    their mean place."""
    order = sorted(range(len(values)), key=lambda n: values[n])
    places = [0.0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for n in order[at:end]:
            places[n] = (at + end - 1) / 2 / max(1, len(order) - 1)
        at = end
    return places
