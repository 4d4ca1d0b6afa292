"""How often `review suggest` finds the paper that a sentence cites, and a citation that is wrong.

    python benchmarks/suggesting.py LIBRARY [--shared FOLDER] [--seed 7]

LIBRARY is a copy of a library of DeepScholar's papers. Its judged sentences are of related-work
sections, without their marks, each with the sentence before it. "Found at k": one of the papers
that the sentence cites is among the first k. A false alarm is a sentence none of whose papers is
among the 20 nearest. For the swaps each sentence gets a paper of the library that it does not cite.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path
from statistics import mean

from sets import SHARED, deepscholar_names, print_table

from reviewer.library import Library
from reviewer.search import SearchOptions, find, find_for_sentence
from reviewer.search.for_sentence import NearPaper
from reviewer.settings import Settings
from reviewer.tasks.checks.suggest import LOOKED_AT, MOST_SUGGESTED, is_clear

DEPTHS = (1, 3, 5, 10, 20)
SWAPS = 10  # a sentence


def main() -> None:
    made = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    made.add_argument("library", type=Path)
    made.add_argument("--shared", type=Path, default=SHARED)
    made.add_argument("--seed", type=int, default=7)
    options = made.parse_args()
    place = options.shared / "eval" / "deepscholar" / "sentences.jsonl"
    rows = [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines()]
    with Library(options.library, Settings(offline=True)) as library:
        names = deepscholar_names(options.shared, library.papers())
        if not names:
            sys.exit(f"{options.library} holds no papers")
        plain = SearchOptions(LOOKED_AT, abstains=False, is_plain=True, sentences_of=frozenset())
        as_question, in_context, alone = [], [], []
        for row in rows:
            hits = find(row["sentence"], library, plain).hits
            as_question.append([NearPaper(hit.paper, hit.score.total) for hit in hits])
        started = time.monotonic()
        for row in rows:
            near = find_for_sentence(row["sentence"], row["before"], library, LOOKED_AT)
            in_context.append(near)
        seconds = (time.monotonic() - started) / len(rows)
        alone = [find_for_sentence(row["sentence"], "", library, LOOKED_AT) for row in rows]
    ways = {
        "search, the sentence as a question": as_question,
        "suggest, the sentence alone": alone,
        "suggest, with the sentence before": in_context,
    }
    found = []
    for way, nearest in ways.items():
        ranks = [_rank(row, near, names) for row, near in zip(rows, nearest, strict=True)]
        found.append([way, *(f"{mean(rank <= k for rank in ranks):.3f}" for k in DEPTHS)])
    print_table(
        f"The cited paper of {len(rows)} sentences, found at", ["way", *map(str, DEPTHS)], found
    )
    print_table(
        f"Wrong citations ({SWAPS} swaps a sentence)",
        ["way", "swaps found", "false alarms, a sentence", "a cited paper"],
        [[way, *_alarms(rows, near, names, options.seed)] for way, near in ways.items()],
    )
    print_shown(rows, in_context, names)
    print(f"\n{1000 * seconds:.0f} ms a sentence")


def print_shown(rows, in_context, names) -> None:  # noqa: ANN001  rows of JSON
    """What is shown, and what `--accept clear` takes."""
    shown = [[n for n in near[:MOST_SUGGESTED] if not n.is_weak] for near in in_context]
    clear = [(row, near[0]) for row, near in zip(rows, in_context, strict=True) if is_clear(near)]
    right = [bool(set(row["cites"]) & names[first.paper.id]) for row, first in clear]
    hits = [
        any(set(row["cites"]) & names[n.paper.id] for n in near)
        for row, near in zip(rows, shown, strict=True)
    ]
    print_table(
        "What is shown",
        ["sentences with a suggestion", "with a cited paper", "clear ones", "right of the clear"],
        [
            [
                f"{sum(map(bool, shown))} of {len(rows)}",
                f"{sum(hits)}",
                f"{len(clear)}",
                f"{sum(right)} ({mean(right):.3f})" if right else "none",
            ]
        ],
    )


def _rank(row, near, names) -> int:  # noqa: ANN001
    wanted = set(row["cites"])
    places = (n for n, own in enumerate(near, start=1) if wanted & names[own.paper.id])
    return next(places, sys.maxsize)


def _alarms(rows, nearest, names, seed: int) -> list[str]:  # noqa: ANN001
    draw = random.Random(seed)
    keys = sorted(key for own in names.values() for key in own)
    swapped, alarms, papers = [], [], []
    for row, near in zip(rows, nearest, strict=True):
        seen = {key for own in near for key in names[own.paper.id]}
        alarms.append(not seen & set(row["cites"]))
        papers += [key not in seen for key in row["cites"]]
        others = [key for key in keys if key not in row["cites"]]
        swapped += [draw.choice(others) not in seen for _ in range(SWAPS)]
    return [f"{mean(values):.3f}" for values in (swapped, alarms, papers)]


if __name__ == "__main__":
    main()
