"""Measures the ranker and the stopping rules of `review screen` on labelled reviews.

Run: `python benchmarks/screening.py ../shared/eval/screening`. The folder holds `reviews.jsonl`
(name, title, criteria) and for each review `NAME.jsonl.gz` (title, abstract, included). Each is
started from its question and criteria, and from one known record of each kind; ELAS u4 runs beside.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from reviewer.library.embeddings.embedding import DEFAULT, open_embedding
from reviewer.settings import load_settings
from reviewer.tasks.screening.calibrate import ENOUGH_INCLUDED, ORDERS_FROM
from reviewer.tasks.screening.labelled import LabelledRecord
from reviewer.tasks.screening.ranker import Start, order_by_search
from reviewer.tasks.screening.simulate import (
    SimulationOptions,
    features_of_records,
    screen_all,
    simulate,
    simulated_verdicts,
    worth_of,
)
from reviewer.text.views import one_line
from reviewer.types.screening import RankingWorth, Simulation


def records_of(path: Path) -> list[LabelledRecord]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return [
        LabelledRecord(r["title"] or "", r["abstract"] or "", bool(r["included"])) for r in rows
    ]


def one_of_each(records: list[LabelledRecord]) -> tuple[int, int]:
    """One included and one excluded record, drawn with a fixed seed."""
    labels = np.array([record.is_included for record in records])
    draw = np.random.default_rng(0)
    return int(draw.choice(np.flatnonzero(labels))), int(draw.choice(np.flatnonzero(~labels)))


def print_rules(found: list[Simulation]) -> None:
    print("\n| rule | reached 95 % | worst recall | saved |\n|---|---|---|---|")
    for name in found[0].rules:
        rules = [one.rules[name] for one in found]
        reached, saved = mean(r.reached for r in rules), mean(r.saved for r in rules)
        print(
            f"| {name} | {reached:.2f} | {min(r.worst_recall for r in rules):.3f} | {saved:.2f} |"
        )


MODELS = {
    "96.7 / 97.9": (0.967, 0.979),
    "90 / 90": (0.9, 0.9),
    "coin": (0.5, 0.5),
    "inverted 20 / 20": (0.2, 0.2),
    "excludes all": (0.0, 1.0),
}


def measure_models(folder: Path, reviews: list[str], seeds: int, *, is_forced: bool) -> int:
    """The ranker beside simulated models, from the question. As the program uses them: from the
    step on at which the model is good enough on what is decided; `is_forced`: from the first record
    on, good or not."""
    embedding = open_embedding(DEFAULT, load_settings({}))
    found: dict[str, list[RankingWorth]] = {name: [] for name in ("none", *MODELS)}
    opened: dict[str, int] = dict.fromkeys(MODELS, 0)
    for line in filter(str.strip, reviews):
        review = json.loads(line)
        records = records_of(folder / f"{review['name']}.jsonl.gz")
        question = one_line(f"{review['title']}. {review['criteria'] or ''}")
        features = features_of_records(records, embedding, question)
        labels = np.array([record.is_included for record in records])
        pool = len(labels)
        start = Start(order_by_search(features, pool, pool), pool)
        plain = [screen_all(features, start, labels, (), seed) for seed in range(seeds)]
        orders = {"none": plain} | {name: [] for name in MODELS}
        for name, errors in MODELS.items():
            for seed, order in enumerate(plain):
                said = simulated_verdicts(labels, len(features), errors, seed)
                step = 0 if is_forced else good_from(order, labels, said)
                opened[name] += step is not None
                beside = replace(features, verdicts=said)
                orders[name].append(
                    order if step is None else screen_all(beside, start, labels, order[:step], seed)
                )
        for name, own in orders.items():
            worth = worth_of([[bool(labels[n]) for n in order] for order in own])
            found[name].append(worth)
            print(review["name"], name, worth.wss_95, worth.rules["normal"], file=sys.stderr)
    print("| model | orders in | WSS@95 | r@10 % | read for all | normal reached | worst | saved |")
    print("|---|---|---|---|---|---|---|---|")
    for name, worths in found.items():
        print_model(f"{name} | {opened.get(name, 0)} of {len(reviews) * seeds}", worths)
    return 0


def good_from(order: list[int], labels: np.ndarray, said: np.ndarray) -> int | None:
    """After how many decisions the model is first good enough to order records; None if never."""
    counts = {True: [0, 0], False: [0, 0]}  # right, all
    for step, record in enumerate(order, 1):
        own = counts[bool(labels[record])]
        own[0] += bool(said[record] > 0) == bool(labels[record])
        own[1] += 1
        (hits, included), (dropped, excluded) = counts[True], counts[False]
        is_enough = included >= ENOUGH_INCLUDED and excluded > 0
        if is_enough and (hits / included + dropped / excluded) / 2 >= ORDERS_FROM:
            return step
    return None


def print_model(name: str, found: Sequence[RankingWorth]) -> None:
    rules = [one.rules["normal"] for one in found]
    print(
        f"| {name} | {mean(o.wss_95 for o in found):.3f} | {mean(o.recall_10 for o in found):.3f} "
        f"| {mean(o.read_for_all for o in found):.3f} | {mean(r.reached for r in rules):.3f} "
        f"| {min(r.worst_recall for r in rules):.3f} | {mean(r.saved for r in rules):.2f} |",
        flush=True,
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--seeds", type=int, default=4)
    arguments.add_argument("--models", action="store_true", help="simulated models alone")
    arguments.add_argument("--forced", action="store_true", help="the same, whatever their worth")
    given = arguments.parse_args()
    embedding = open_embedding(DEFAULT, load_settings({}))
    reviews = (given.folder / "reviews.jsonl").read_text(encoding="utf-8").splitlines()
    if given.models or given.forced:
        return measure_models(given.folder, reviews, given.seeds, is_forced=given.forced)
    for way in ("from the question", "one known record of each kind"):
        print(f"\n## {way}, {given.seeds} seeds: WSS@95 / recall at 10 %\n")
        print("| review | records | included | ours | ELAS u4 | CPU s |\n|---|---|---|---|---|---|")
        found = []
        for line in filter(str.strip, reviews):
            review = json.loads(line)
            records = records_of(given.folder / f"{review['name']}.jsonl.gz")
            question = f"{review['title']}. {review['criteria'] or ''}"
            known = one_of_each(records) if way.startswith("one") else ()
            begun = process_time()
            options = SimulationOptions(question, known, given.seeds)
            one = simulate(records, embedding, options)
            found.append(one)
            u4 = one.u4
            print(
                f"| {review['name']} | {one.records} | {one.included} "
                f"| {one.wss_95:.3f} / {one.recall_10:.2f} | {u4.wss_95:.3f} / {u4.recall_10:.2f} "
                f"| {process_time() - begun:.0f} |",
                flush=True,
            )
        ours = f"{mean(o.wss_95 for o in found):.3f} / {mean(o.recall_10 for o in found):.3f}"
        u4s = f"{mean(o.u4.wss_95 for o in found):.3f} / {mean(o.u4.recall_10 for o in found):.3f}"
        print(f"| mean | | | {ours} | {u4s} | |")
        print_rules(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
