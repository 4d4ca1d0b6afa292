"""Measures how well search ranks, on judged sets: `python benchmarks/retrieval.py`.

Needs `pip install -e .[bench]`. nDCG@10 has linear gain, as in trec_eval; a paper is scored by its
best chunk, and borderline papers are removed before the cut. The ways called "printed" are what
`review search -k N --json` prints (N is 40 for the listings, else 100), nothing where it abstains;
the others never abstain and give 100 papers. With `--folder` any collection in BEIR's form is
measured: corpus.jsonl, queries.jsonl and qrels.tsv.
Intervals are of the paired bootstrap over the questions, 95 %.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
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
    concept_questions,
    deepscholar_library,
    deepscholar_names,
    deepscholar_questions,
    listings_library,
    listings_questions,
    model_folder,
    own_questions,
    parser,
    print_table,
    require_known,
    scifact_library,
    settings_of,
    title_names,
)

from reviewer.cli import run
from reviewer.library import Library
from reviewer.library.index.scoring import Weights
from reviewer.library.library import NO_EMBEDDING
from reviewer.search import SearchOptions, find
from reviewer.text import clean
from reviewer.text.keywords import query_terms
from reviewer.types import Paper
from reviewer.types.searches import Filters

MEASURES = (nDCG @ 10, R @ 20, R @ 100, RR @ 10)
RANKED, CANDIDATES = 100, 1000
SHOWN = 40  # papers of the listings that are printed
RANK_CONSTANT = 60  # of reciprocal rank fusion (Cormack and others 2009)
ROUNDS = 2000
PARTS = tuple(f.name for f in fields(Weights))
ALONE = ("feedback", "bursts")  # the parts that a search by words alone has
Ranked = list[tuple[str, float]]
Rank = Callable[[str], Ranked]


@dataclass(frozen=True)
class JudgedSet:
    """Questions, the library that they are asked of, the names by which grades know its papers, and
    how many papers are printed."""

    label: str
    questions: Sequence[Judged]
    folder: Path
    names_of: Callable[[Iterable[Paper]], dict[str, frozenset[str]]]
    shown: int = RANKED


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


def printed(folder: Path, shown: int, question: str, *, by_words: bool) -> Ranked:
    """The papers that the command line prints for the question; none where it abstains."""
    embedding = ["--embedding", NO_EMBEDDING] if by_words else []
    place = ["-k", str(shown), "--json", "--library", str(folder), *embedding]
    with redirect_stdout(io.StringIO()) as out:
        code = run(["search", *place, "--quiet", "--", question])
    if code:
        sys.exit(f"the search for '{question[:60]}' ended with {code}")
    found = json.loads(out.getvalue())
    papers = found["papers"] if found["matched"] else []
    return [(paper["id"], -float(rank)) for rank, paper in enumerate(papers)]


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
    yield from (("BM25", True), ("shipped, by words", True), ("printed, by words", True))
    if with_parts:
        yield from ((f"by words, without {part}", True) for part in ALONE)
    with Library(folder, settings_of(shared)) as library:
        if not library.has_vectors:
            return
    yield from ((way, False) for way in ("dense", "rank fusion", "convex", "shipped", "printed"))
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
    questions: Sequence[Judged], judged: JudgedSet, options: argparse.Namespace
) -> list[Measured]:
    measured = []
    for way, by_words in ways_of(
        judged.folder, options.shared, with_parts=not options.without_parts
    ):
        with Library(judged.folder, settings_of(options.shared, by_words=by_words)) as library:
            names = judged.names_of(library.papers())
            require_known(questions, names.values())
            if not way.startswith("printed"):
                rank = rank_of(way, Ways(library))
                rank(questions[0].text)  # opens what is opened once
                measured.append(measure(way, questions, names, rank))
        if way.startswith("printed"):
            rank = partial(printed, judged.folder, judged.shown, by_words=by_words)
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


def sets_of(options: argparse.Namespace) -> Iterator[JudgedSet]:
    """The sets to measure, one after another: a library is built when it is needed."""
    if options.folder:
        for folder in options.folder:
            library, names = beir_library(options, folder), partial(beir_names, folder)
            yield JudgedSet(folder.name, beir_questions(folder), library, names)
        return
    shared, small = options.shared, listings_library(options)
    for label, questions in (
        ("questions.json", listings_questions(shared)),
        ("questions.jsonl", own_questions()),
        ("concepts.json", concept_questions(shared)),
    ):
        yield JudgedSet(label, questions, small, title_names, SHOWN)
    names = partial(deepscholar_names, shared)
    yield JudgedSet(
        "DeepScholar", deepscholar_questions(shared), deepscholar_library(options), names
    )
    if not options.without_scifact:
        scifact = shared / "eval" / "scifact"
        library, names = scifact_library(options), partial(beir_names, scifact)
        yield JudgedSet("SciFact", beir_questions(scifact)[:: options.every], library, names)


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--scifact-library", type=Path, help="a library of SciFact that is embedded")
    made.add_argument("--without-scifact", action="store_true", help="the smaller sets alone")
    made.add_argument("--every", type=int, default=1, help="of SciFact each so-many-th question")
    made.add_argument("--without-parts", action="store_true", help="no part is switched off")
    made.add_argument("--per-question", action="store_true", help="the largest differences too")
    made.add_argument("--folder", type=Path, action="append", help="a collection in BEIR's form")
    options = made.parse_args()
    os.environ["REVIEW_EMBEDDING_DIR"] = str(model_folder(options.shared))
    for judged in sets_of(options):
        answerable = [q for q in judged.questions if q.kind == "answerable"]
        measured = measure_set(answerable, judged, options)
        print_set(judged.label, answerable, measured)
        if options.per_question:
            print_questions(judged.label, answerable, measured)


if __name__ == "__main__":
    main()
