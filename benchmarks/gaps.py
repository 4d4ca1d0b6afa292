"""Do empty cells that later papers fill rank above those that none fills?

    python -m benchmarks.gaps --cache FOLDER --library deepscholar

Terms and scores come from the papers up to a year. A cell is filled when a paper of a later year
has both terms. Prints, for each year, the area under the ROC curve of the score, of popularity
alone and of nearness alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reviewer.library import Library
from reviewer.settings import load_settings
from reviewer.tasks.topics.gap_scores import (
    empty_cells,
    nearness,
    popularity,
    score_cells,
    shared_terms,
)
from reviewer.tasks.topics.gaps import choose_terms
from reviewer.tasks.topics.terms import find_topic_terms
from reviewer.types import Paper

YEARS = (2020, 2021, 2022, 2023)
LEAST_PAPERS = 3


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cache", required=True)
    options.add_argument("--library", default="deepscholar")
    options.add_argument("--size", type=int, default=40, help="methods, and problems")
    given = options.parse_args()
    with Library(Path(given.cache) / given.library, load_settings({}), make=False) as library:
        papers = [paper for paper in library.papers() if paper.year]
        print(
            "| up to | papers | later | empty | filled | score | without vectors | popularity "
            "| nearness | shared terms |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|")
        for year in YEARS:
            print(_row(year, papers, given.size, library))


def _row(year: int, papers: Sequence[Paper], size: int, library: Library) -> str:
    old = [paper for paper in papers if (paper.year or 0) <= year]
    later = [_text(paper) for paper in papers if (paper.year or 0) > year]
    terms = [t for t in find_topic_terms([*map(_text, old)]) if len(t.papers) >= LEAST_PAPERS]
    methods, problems = choose_terms(terms, "", size)
    holders = {
        t.name: {n for n, x in enumerate(later) if t.is_in(x)} for t in (*methods, *problems)
    }
    cells = empty_cells(methods, problems)
    filled = np.array([bool(holders[m.name] & holders[p.name]) for m, p in cells])
    vectors = np.array([_vector(paper, library) for paper in old], dtype=np.float32)
    scores = (
        score_cells(cells, terms, vectors),
        score_cells(cells, terms, None),
        popularity(cells),
        nearness(cells, vectors),
        shared_terms(cells, terms),
    )
    figures = " | ".join(f"{_auc(np.array(own), filled):.3f}" for own in scores)
    return f"| {year} | {len(old)} | {len(later)} | {len(cells)} | {filled.sum()} | {figures} |"


def _text(paper: Paper) -> str:
    return f"{paper.title}. {paper.abstract}"


def _vector(paper: Paper, library: Library) -> np.ndarray:
    number = library.catalogue.number_of(paper.id)
    assert number is not None
    own = [kept.number for kept in library.chunks.of_paper(number)]
    mean = library.chunks.vectors_numbered(own)[1].mean(axis=0)
    return mean / np.linalg.norm(mean)


def _auc(values: np.ndarray, is_true: np.ndarray) -> float:
    """The share of pairs of a filled and an unfilled cell in which the filled one scores higher;
    equal scores count half."""
    true, false = values[is_true][:, None], values[~is_true][None, :]
    return float(((true > false) + (true == false) / 2).mean())


if __name__ == "__main__":
    main()
