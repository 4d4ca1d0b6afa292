"""Measures how well search ranks, on judged sets: `python benchmarks/retrieval.py`.

Needs `pip install -e .[bench]`. nDCG@10 has linear gain, as in trec_eval; a paper is scored by its
best chunk, borderline papers are removed before the cut, and the relevance floor is off. With
`--folder` any collection in BEIR's form is measured: corpus.jsonl, queries.jsonl and qrels.tsv.
Intervals are of the paired bootstrap over the questions, 95 %.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import RR, R, nDCG
from sets import (
    Judged,
    beir_library,
    beir_names,
    beir_questions,
    listings_library,
    listings_questions,
    own_questions,
    parser,
    print_table,
    require_known,
    scifact_library,
    settings_of,
    title_names,
)

from reviewer.library import Library
from reviewer.library.index.scoring import Weights
from reviewer.search import SearchOptions, find
from reviewer.text import clean
from reviewer.text.keywords import query_terms
from reviewer.types.searches import Filters

MEASURES = (nDCG @ 10, R @ 20, R @ 100, RR @ 10)
RANKED, CANDIDATES = 100, 1000
RANK_CONSTANT = 60  # of reciprocal rank fusion (Cormack and others 2009)
ROUNDS = 2000
PARTS = tuple(f.name for f in fields(Weights) if not f.name.startswith("alone"))
ALONE = ("alone_coverage", "alone_feedback", "titles", "bursts")
Ranked = list[tuple[str, float]]
Rank = Callable[[str], Ranked]


@dataclass(frozen=True)
class Measured:
    """One way over one set: a row a question, a column a measure, and seconds a question."""

    way: str
    values: np.ndarray
    seconds: np.ndarray


class Ways:
    """The ways of ranking in one open library, each from a question to papers with scores."""

    def __init__(self, library: Library) -> None:
        self._library = library
        numbers = [row[0] for row in library.database.rows("SELECT number FROM chunks")]
        self._paper = {n: k.chunk.paper_id for n, k in library.chunks.numbered(numbers).items()}
        self._numbers, self._matrix = library.chunks.vectors_numbered(sorted(numbers))

    def bm25(self, question: str) -> Ranked:
        """SQLite's, over the question's words, title and text counted alike."""
        return self._best(self._words(question))

    def dense(self, question: str) -> Ranked:
        return self._best(self._nearest(question))

    def rank_fusion(self, question: str) -> Ranked:
        fused: dict[str, float] = {}
        for found in (self.bm25(question), self.dense(question)):
            for place, (paper, _) in enumerate(found):
                fused[paper] = fused.get(paper, 0.0) + 1 / (RANK_CONSTANT + place + 1)
        return _sorted(fused)

    def convex(self, question: str) -> Ranked:
        """Equal shares of the min-max scores of both lists."""
        fused: dict[int, float] = {}
        for scores in (self._words(question), self._nearest(question)):
            low, high = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
            for number, score in scores.items():
                part = (score - low) / (high - low) if high > low else 1.0
                fused[number] = fused.get(number, 0.0) + part
        return self._best(fused)

    def search(self, weights: Weights, question: str) -> Ranked:
        options = SearchOptions(papers=RANKED, abstains=False, weights=weights)
        hits = find(question, self._library, options).hits
        return [(hit.paper.id, -float(place)) for place, hit in enumerate(hits)]

    def _words(self, question: str) -> dict[int, float]:
        terms = query_terms(question)
        return dict(self._library.chunks.search_words(terms, CANDIDATES, Filters(), 1.0))

    def _nearest(self, question: str) -> dict[int, float]:
        cosines = self._matrix @ self._library.embedding().embed([clean(question)])[0]
        top = np.argsort(-cosines, kind="stable")[:CANDIDATES]
        return {self._numbers[i]: float(cosines[i]) for i in top}

    def _best(self, scores: Mapping[int, float]) -> Ranked:
        papers: dict[str, float] = {}
        for number, score in scores.items():
            paper = self._paper[number]
            papers[paper] = max(score, papers.get(paper, score))
        return _sorted(papers)


def _sorted(scores: Mapping[str, float]) -> Ranked:
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def measure(
    way: str, questions: Sequence[Judged], names: Mapping[str, frozenset[str]], rank: Rank
) -> Measured:
    """The measures of each question. The order given is kept: ties are broken by the way itself."""
    run, qrels, seconds = [], [], []
    for number, question in enumerate(questions):
        started = time.perf_counter()
        found = rank(question.text)
        seconds.append(time.perf_counter() - started)
        kept = [paper for paper, _ in found if not names[paper] & question.borderline][:RANKED]
        run += [
            ir_measures.ScoredDoc(str(number), p, float(-place)) for place, p in enumerate(kept)
        ]
        grades = {
            paper: max(question.grades[name] for name in own & question.grades.keys())
            for paper, own in names.items()
            if own & question.grades.keys()
        }
        qrels += [ir_measures.Qrel(str(number), paper, grade) for paper, grade in grades.items()]
    values = np.zeros((len(questions), len(MEASURES)))
    for found_value in ir_measures.iter_calc(list(MEASURES), qrels, run):
        column = MEASURES.index(found_value.measure)
        values[int(found_value.query_id), column] = found_value.value
    return Measured(way, values, np.array(seconds))


def interval(differences: np.ndarray) -> tuple[float, float]:
    """Of the mean difference: 2.5 and 97.5 % of bootstrap samples of the questions."""
    chance = np.random.default_rng(0)
    picks = chance.integers(0, len(differences), (ROUNDS, len(differences)))
    low, high = np.quantile(differences[picks].mean(axis=1), (0.025, 0.975))
    return float(low), float(high)


def ways_of(folder: Path, shared: Path, *, with_parts: bool) -> Iterator[tuple[str, bool]]:
    """Names of the ways, and whether each goes by words alone."""
    yield from (("BM25", True), ("shipped, by words", True))
    if with_parts:
        yield from ((f"by words, without {part}", True) for part in ALONE)
    with Library(folder, settings_of(shared)) as library:
        if not library.has_vectors:
            return
    yield from (("dense", False), ("rank fusion", False), ("convex", False), ("shipped", False))
    if with_parts:
        yield from ((f"without {part}", False) for part in PARTS)


def rank_of(way: str, ways: Ways) -> Rank:
    plain = {
        "BM25": ways.bm25,
        "dense": ways.dense,
        "rank fusion": ways.rank_fusion,
        "convex": ways.convex,
    }
    if way in plain:
        return plain[way]
    _, _, part = way.partition("without ")
    weights = replace(Weights(), **{part: 0.0}) if part else Weights()
    return partial(ways.search, weights)


def measure_set(
    questions: Sequence[Judged],
    folder: Path,
    names_of: Callable[..., dict[str, frozenset[str]]],
    options: argparse.Namespace,
) -> list[Measured]:
    measured = []
    for way, by_words in ways_of(folder, options.shared, with_parts=not options.without_parts):
        with Library(folder, settings_of(options.shared, by_words=by_words)) as library:
            names = names_of(library.papers())
            require_known(questions, names.values())
            rank = rank_of(way, Ways(library))
            rank(questions[0].text)  # opens what is opened once
            measured.append(measure(way, questions, names, rank))
            print(f"{way}: done", file=sys.stderr)
    return measured


def print_set(label: str, questions: Sequence[Judged], measured: Sequence[Measured]) -> None:
    """Means, and the difference in nDCG@10 to the way that each is to be held against."""
    by_way = {m.way: m for m in measured}
    rows = []
    for m in measured:
        against = "BM25" if "by words" in m.way else "convex"
        if "without" in m.way:
            against = "shipped, by words" if "by words" in m.way else "shipped"
        said = ["", ""]
        if against in by_way and m.way not in ("BM25", "convex"):
            differences = m.values[:, 0] - by_way[against].values[:, 0]
            low, high = interval(differences)
            changed = f"{(differences > 0).sum()} up, {(differences < 0).sum()} down"
            said = [f"{differences.mean():+.4f} [{low:+.4f}, {high:+.4f}] to {against}", changed]
        means = [f"{value:.4f}" for value in m.values.mean(axis=0)]
        rows.append([m.way, *means, *said, f"{1000 * m.seconds.max():.0f}"])
    head = ["way", *(str(measure) for measure in MEASURES), "nDCG@10", "questions", "slowest, ms"]
    print_table(f"{label}, {len(questions)} questions", head, rows)


def print_questions(
    label: str, questions: Sequence[Judged], measured: Sequence[Measured], most: int = 20
) -> None:
    """The questions whose nDCG@10 differs most between the shipped search and convex fusion."""
    by_way = {m.way: m.values[:, 0] for m in measured}
    if not {"shipped", "convex"} <= by_way.keys():
        return
    differences = by_way["shipped"] - by_way["convex"]
    order = np.argsort(-np.abs(differences), kind="stable")[:most]
    rows = [
        [f"{by_way['convex'][i]:.3f}", f"{by_way['shipped'][i]:.3f}", f"{differences[i]:+.3f}",
         questions[i].text[:90].replace("|", "/")]
        for i in order
    ]  # fmt: skip
    print_table(f"{label}: largest differences", ["convex", "shipped", "difference", "q"], rows)


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--scifact-library", type=Path, help="a library of SciFact that is embedded")
    made.add_argument("--without-scifact", action="store_true", help="the two small sets alone")
    made.add_argument("--without-parts", action="store_true", help="no part is switched off")
    made.add_argument("--per-question", action="store_true", help="the largest differences too")
    made.add_argument("--folder", type=Path, action="append", help="a collection in BEIR's form")
    options = made.parse_args()
    sets = []
    if options.folder:
        for folder in options.folder:
            library = beir_library(options, folder)
            sets.append((folder.name, beir_questions(folder), library, partial(beir_names, folder)))
    else:
        small, scifact = listings_library(options), options.shared / "eval" / "scifact"
        sets.append(("questions.json", listings_questions(options.shared), small, title_names))
        sets.append(("questions.jsonl", own_questions(), small, title_names))
        if not options.without_scifact:
            names_of = partial(beir_names, scifact)
            sets.append(("SciFact", beir_questions(scifact), scifact_library(options), names_of))
    for label, questions, folder, names_of in sets:
        answerable = [q for q in questions if q.kind == "answerable"]
        measured = measure_set(answerable, folder, names_of, options)
        print_set(label, answerable, measured)
        if options.per_question:
            print_questions(label, answerable, measured)


if __name__ == "__main__":
    main()
