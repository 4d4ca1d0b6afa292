"""Measures how well search ranks, on three judged sets: `python benchmarks/retrieval.py`.

nDCG@10 has linear gain, as in trec_eval; recall@20 is over papers of grade 1 and more. A paper is
scored by its best chunk, borderline papers are removed before the cut, and the relevance floor is
off. Plain BM25 is SQLite's over the question's words, title and text counted alike.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

from sets import (
    Judged,
    listings_library,
    listings_questions,
    own_questions,
    parser,
    print_table,
    require_known,
    scifact_library,
    scifact_names,
    scifact_questions,
    settings_of,
    title_names,
)

from reviewer.library import Library
from reviewer.records import Filters
from reviewer.search import SearchOptions, find
from reviewer.terms import query_terms

RANKED = 100
NDCG_AT, RECALL_AT = 10, 20
Names = dict[str, frozenset[str]]
Rank = Callable[[str, Library], list[str]]


def by_search(question: str, library: Library) -> list[str]:
    """Ids of the papers that search gives, best first."""
    found = find(question, library, SearchOptions(papers=RANKED, has_floor=False))
    return [hit.paper.id for hit in found.hits]


def by_bm25(question: str, library: Library) -> list[str]:
    """The same by BM25 alone, with title and text counted alike."""
    found = library.chunks.search_words(query_terms(question), 1000, Filters(), title_weight=1.0)
    kept = library.chunks.numbered([number for number, _ in found])
    return list(dict.fromkeys(kept[number].chunk.paper_id for number, _ in found))[:RANKED]


def gains(question: Judged, ranked: Sequence[str], names: Names) -> list[int]:
    """The grade of each ranked paper, without the borderline ones."""
    return [
        max(question.grades.get(name, 0) for name in names[paper])
        for paper in ranked
        if not names[paper] & question.borderline
    ]


def ideal(question: Judged, names: Names) -> list[int]:
    """Grades of the judged papers, best first; two ids of one paper count once."""
    papers = {own for own in names.values() if own & question.grades.keys()}
    return sorted((max(question.grades.get(n, 0) for n in own) for own in papers), reverse=True)


def ndcg(found: Sequence[int], best: Sequence[int]) -> float:
    return _discounted(found) / _discounted(best)


def _discounted(grades: Sequence[int]) -> float:
    return sum(g / math.log2(place + 2) for place, g in enumerate(grades[:NDCG_AT]))


def recall(found: Sequence[int], best: Sequence[int]) -> float:
    return sum(g > 0 for g in found[:RECALL_AT]) / sum(g > 0 for g in best)


def measure(
    questions: Sequence[Judged], library: Library, names: Names, rank: Rank
) -> tuple[float, float]:
    """Mean nDCG and recall over the questions."""
    scores = []
    for question in questions:
        found = gains(question, rank(question.text, library), names)
        best = ideal(question, names)
        scores.append((ndcg(found, best), recall(found, best)))
    return mean(n for n, _ in scores), mean(r for _, r in scores)


def rows_of(
    label: str, questions: Sequence[Judged], folder: Path, options: argparse.Namespace
) -> list[list[str]]:
    """One row a way of ranking."""
    rows = []
    for way, rank, by_words in (
        ("plain BM25", by_bm25, True),
        ("lexical only (--embedding none)", by_search, True),
        ("shipped, with MiniLM", by_search, False),
    ):
        with Library(folder, settings_of(options.shared, by_words=by_words)) as library:
            papers = library.papers()
            is_scifact = label == "SciFact"
            names = scifact_names(options.shared, papers) if is_scifact else title_names(papers)
            require_known(questions, names.values())
            figures = measure(questions, library, names, rank)
        asked = f"{len(questions)} over {len(papers):,} papers"
        rows.append([label, asked, way, *(f"{figure:.4f}" for figure in figures)])
    return rows


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--scifact-library", type=Path, help="a library of SciFact that is embedded")
    made.add_argument("--without-scifact", action="store_true", help="the two small sets alone")
    options = made.parse_args()
    listings = listings_library(options)
    sets = [
        ("questions.json", listings_questions(options.shared), listings),
        ("questions.jsonl", own_questions(), listings),
    ]
    if not options.without_scifact:
        sets.append(("SciFact", scifact_questions(options.shared), scifact_library(options)))
    rows = []
    for label, questions, folder in sets:
        answerable = [q for q in questions if q.kind == "answerable"]
        rows += rows_of(label, answerable, folder, options)
    print_table(
        "Ranking", ["set", "questions", "way", f"nDCG@{NDCG_AT}", f"recall@{RECALL_AT}"], rows
    )


if __name__ == "__main__":
    main()
