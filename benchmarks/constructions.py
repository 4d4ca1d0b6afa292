"""Measures `X but not Y`, and that ordinary questions keep their words: `python
benchmarks/constructions.py`.

A pair is a paper on X that is not on Y and one that is on both; it is right where the first stands
above the second in what `find` gives for `X but not Y`. The pairs come from `eval/concepts.json`,
from the themes of the survey in `eval/questions.json` (the topic, but not one of its themes) and
from the labels of `eval/screening` (a review's title, but not a word of some included titles: an
included paper with the word in its title against one without it in title and abstract).
The library of the screened records is built once, into `--cache`, which takes minutes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from sets import (
    build_library,
    listings_library,
    listings_questions,
    own_questions,
    parser,
    print_table,
    settings_of,
)

from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.search.query import read_query
from reviewer.text import normalise_title
from reviewer.text.keywords import COMMON_WORDS, STOP_WORDS

PLAIN = frozenset(
    """study studies trial trials effect effects review randomized controlled research analysis
    systematic using among versus after patients clinical treatment comparison""".split()
)
WORDS_A_REVIEW = 5
MOST_SHARE = 0.35  # of a review's included papers that may have the word
LEAST_KEPT = 3
DEEP = 1000
COMPARED = 40  # papers, as `-k 40`
# Words of a judged question, and a comparison that the same papers answer; else it is one itself.
COMPARISONS = (
    ("Storing facts", ""),
    ("since mid", ""),
    ("Knowledge graph or", "knowledge graphs versus plain passages for grounding answers"),
    ("Knowledge graph or", "difference between knowledge graphs and passages in grounding answers"),
    ("induction heads", "in-context learning: induction heads versus gradient descent"),
    ("Storing facts", "parametric memory vs external memory for facts"),
    ("always improve", "retrieval augmentation versus closed-book answers"),
    ("majority voting", "majority voting versus verifiers for test-time compute"),
    ("does RL teach", "supervised fine-tuning versus reinforcement learning for new skills"),
)
WAYS = {  # what is asked, and whether it is searched as it stands
    "the topic alone": ("{0.topic}", True),
    "but not, as plain words": ("{0.topic} but not {0.without}", True),
    "but not": ("{0.topic} but not {0.without}", False),
    "--not": ('{0.topic} -"{0.without}"', False),
}


@dataclass(frozen=True)
class Excluding:
    """Papers by normalised title: on `topic` and not on `without`, and on both."""

    topic: str
    without: str
    kept: frozenset[str]
    excluded: frozenset[str]


def concept_pairs(shared: Path) -> list[Excluding]:
    found = json.loads((shared / "eval" / "concepts.json").read_text(encoding="utf-8"))
    return [
        Excluding(e["topic"], e["without"], _titles(e["kept"]), _titles(e["excluded"]))
        for e in found["but_not"]
    ]


def theme_pairs(shared: Path) -> list[Excluding]:
    """A survey's topic without one of its themes: the papers of the other themes are kept."""
    found = json.loads((shared / "eval" / "questions.json").read_text(encoding="utf-8"))
    made = []
    for survey in found["surveys"]:
        every = _titles(title for theme in survey["subthemes"] for title in theme["ids"])
        for theme in survey["subthemes"]:
            own = _titles(theme["ids"])
            made.append(Excluding(survey["topic"], theme["name"], every - own, own))
    return made


def screened_pairs(shared: Path) -> Iterator[Excluding]:
    """A review's topic without each of the words that are most common in included titles."""
    for review in _json_lines((shared / "eval" / "screening" / "reviews.jsonl").read_text("utf-8")):
        records = [r for r in screened(shared, review["name"]) if r["included"]]
        topic = re.split(r"[:.]", review["title"])[0]
        beginnings = {word[:5] for word in re.findall(r"[a-z]+", topic.lower())}
        counts = Counter(w for r in records for w in set(_words(r["title"])))
        usable = [
            word
            for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
            if 2 <= count <= MOST_SHARE * len(records)
            and word not in STOP_WORDS | COMMON_WORDS | PLAIN
            and word[:5] not in beginnings
        ]
        pairs = (_without_word(topic, word, records) for word in usable)
        yield from [pair for pair in pairs if len(pair.kept) >= LEAST_KEPT][:WORDS_A_REVIEW]


def _without_word(topic: str, word: str, records: Sequence[dict[str, Any]]) -> Excluding:
    excluded = (r["title"] for r in records if word in _words(r["title"]))
    kept = (r["title"] for r in records if word[:5] not in f"{r['title']} {r['abstract']}".lower())
    return Excluding(topic, word, _titles(kept), _titles(excluded))


def screened(shared: Path, name: str) -> list[dict[str, Any]]:
    """A review's records with title and abstract."""
    with gzip.open(shared / "eval" / "screening" / f"{name}.jsonl.gz", "rt", "utf-8") as file:
        return [r for r in _json_lines(file.read()) if r["title"] and r["abstract"]]


def screening_library(options: argparse.Namespace) -> Path:
    """The folder of a library of all screened records, built when it is not there."""
    listing = options.cache / "screening.jsonl"
    if not listing.is_file():
        listing.parent.mkdir(parents=True, exist_ok=True)
        names = sorted(p.name for p in (options.shared / "eval" / "screening").glob("*.gz"))
        records = (r for n in names for r in screened(options.shared, n.removesuffix(".jsonl.gz")))
        lines = [json.dumps({"title": r["title"], "abstract": r["abstract"]}) for r in records]
        listing.write_text("\n".join(lines) + "\n", encoding="utf-8")
    folder: Path = options.cache / "screening"
    build_library(folder, [str(listing)], options.shared)
    return folder


def _titles(titles: Iterable[str]) -> frozenset[str]:
    return frozenset(map(normalise_title, titles))


def _words(title: str) -> list[str]:
    return re.findall(r"[a-z]{5,}", title.lower())


def _json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def share_right(pair: Excluding, question: str, library: Library, *, is_plain: bool) -> float:
    """The share of pairs in which the kept paper stands above the excluded one. Papers that are
    not found stand below all others, and none of them above another."""
    hits = find(question, library, SearchOptions(DEEP, abstains=False, is_plain=is_plain)).hits
    places = {normalise_title(hit.paper.title): place for place, hit in enumerate(hits)}
    return mean(
        places.get(kept, DEEP) < places.get(excluded, DEEP)
        for kept in pair.kept
        for excluded in pair.excluded
    )


def measure(label: str, pairs: Sequence[Excluding], folder: Path, shared: Path) -> list[list[str]]:
    rows = []
    for by_words in (False, True):
        with Library(folder, settings_of(shared, by_words=by_words)) as library:
            shares = [
                mean(share_right(p, asked.format(p), library, is_plain=is_plain) for p in pairs)
                for asked, is_plain in WAYS.values()
            ]
        name = f"{label}{', by words' if by_words else ''}"
        rows.append([name, str(len(pairs)), *(f"{share:.3f}" for share in shares)])
    return rows


def comparisons(listings: Path, shared: Path) -> list[list[str]]:
    """Of each comparison nDCG@10 and recall@20 as it stands and with its sides, and the papers that
    each side has."""
    judged = listings_questions(shared)
    rows = []
    with Library(listings, settings_of(shared)) as library:
        for words, question in COMPARISONS:
            of = next(q for q in judged if words in q.text)
            row = [(question or of.text)[:70]]
            for is_plain in (True, False):
                options = SearchOptions(COMPARED, is_plain=is_plain)
                found = find(question or of.text, library, options)
                titles = [normalise_title(hit.paper.title) for hit in found.hits]
                grades = [of.grades.get(t, 0) for t in titles if t not in of.borderline]
                held = sum(grade > 0 for grade in grades[:20]) / len(of.grades)
                best = _gain(sorted(of.grades.values(), reverse=True))
                row += [f"{_gain(grades) / best:.3f}", f"{held:.3f}"]
            sides = found.understood.sides
            rows.append([*row, ", ".join(str(len(side.keys)) for side in sides)])
    return rows


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(place + 2) for place, grade in enumerate(grades[:10]))


def ordinary(shared: Path) -> list[str]:
    """Questions, claims, titles and abstracts that nobody wrote with constructions in mind."""
    evaluated = shared / "eval"

    def lines(name: str) -> list[dict[str, Any]]:
        return _json_lines((evaluated / name).read_text(encoding="utf-8"))

    deep = json.loads((evaluated / "deepscholar" / "queries.json").read_text(encoding="utf-8"))
    return [
        *(q.text for q in (*listings_questions(shared), *own_questions())),
        *(q["text"] for q in lines("scifact/queries.jsonl")),
        *(p["claim"] for p in lines("checkcovid/pairs.jsonl")),
        *(q[part] for q in deep for part in ("title", "abstract")),
        *(p["title"] for p in lines("deepscholar/library.jsonl")),
        *(s["sentence"] for s in lines("deepscholar/sentences.jsonl")),
    ]


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--without-screening", action="store_true", help="no library is built")
    options = made.parse_args()
    listings, shared = listings_library(options), options.shared
    rows = measure("concepts.json", concept_pairs(shared), listings, shared)
    rows += measure("themes", theme_pairs(shared), listings, shared)
    if not options.without_screening:
        pairs = list(screened_pairs(shared))
        rows += measure("screening", pairs, screening_library(options), shared)
    head = ["pairs", "X but not Y", *WAYS]
    print_table("Kept papers above excluded ones", head, rows)
    head = ["comparison", "nDCG@10, as it stands", "R@20", "nDCG@10", "R@20", "on each side"]
    print_table("Comparisons, and a question with a year", head, comparisons(listings, shared))
    texts = ordinary(shared)
    read = [query for query in map(read_query, texts) if not query.is_plain]
    print(f"\nOf {len(texts)} ordinary texts {len(read)} are read as having a construction:\n")
    for query in read:
        print(f"- {query.question}")


if __name__ == "__main__":
    main()
