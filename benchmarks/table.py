"""Measures what a table costs beside its least: `python benchmarks/table.py`.

The model is a loopback server that speaks OpenAI's protocol through the real litellm and answers
from the prompt itself; no real model is asked. Beside it, in the same round and in turns, a bare
pool of threads makes the same calls with litellm alone. Compared is the time from the first to the
last request that the server saw.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from sets import HERE, listings_library, parser, print_table, settings_of

sys.path.insert(0, str(HERE.parent))

from reviewer.cli.model import writer_of
from reviewer.grounding import read_column
from reviewer.library import Library
from reviewer.llm.client import load_litellm
from reviewer.settings import Settings
from reviewer.tasks import compare_papers
from reviewer.tasks.tables.table import TableOptions
from reviewer.text import normalise_title
from reviewer.types import Table
from reviewer.types.searches import Filters
from reviewer.writers import Extractive
from tests.support.fake_provider import FakeProvider, Seen

MODEL = "openai/fake"
PAPERS, JOBS, LATENCY_S = 40, 8, 0.5
MOST_CALLS, MOST_SHARE = 40, 1.1
COLUMNS = tuple(
    read_column(written)
    for written in (
        "task", "method", "data", "main result: what is the main finding?", "gain (number)",
        "trained (yes/no)",
    )
)  # fmt: skip
_DATA = re.compile(r'<data tag="(\w+)" marker="(\w+)">\n(.*?)\n</data marker="\2">', re.DOTALL)


def reply(seen: Seen) -> str:
    """Every cell of the texts in the prompt, resting on the text's first sentence; or a verdict on
    every value."""
    texts = {tag: body for tag, _, body in _DATA.findall(seen.prompt)}
    if is_judging(seen):
        return json.dumps({"verdicts": [{"tag": t, "support": "supported"} for t in texts]})
    cells = []
    for tag, text in texts.items():
        first = text.split("\n")[1].split(" ", 1)[1]
        value = " ".join(first.split()[:6])
        cells += [
            {
                "tag": tag,
                "column": n,
                "value": "yes" if n == 6 else value,
                "sentences": [f"{tag}.1"],
            }
            for n in range(1, len(COLUMNS) + 1)
        ]
    return json.dumps({"cells": cells})


def is_judging(seen: Seen) -> bool:
    return "COLUMNS:\n" not in seen.prompt


def span_s(requests: Sequence[Seen]) -> float:
    """From the first to the last request that the server saw."""
    times = [seen.at for seen in requests]
    return max(times) - min(times)


def asked(provider: FakeProvider) -> list[Seen]:
    """The requests for a reply, without those that ask what the server has."""
    return [seen for seen in provider.requests if seen.body]


def made_table(folder: Path, settings: Settings, keys: Sequence[str], url: str) -> Table:
    asked = settings.model_copy(update={"model": MODEL, "api_base": url, "jobs": JOBS})
    options = TableOptions(COLUMNS, filters=Filters(keys=tuple(keys)))
    with Library(folder, asked) as library:
        writer = writer_of(asked, library, use_cache=False)
        return compare_papers("", library, writer, options)


def bare_calls(requests: Sequence[Seen], url: str) -> None:
    """The same requests, from a pool of threads and litellm alone: each batch is judged after it is
    filled."""
    litellm = load_litellm()

    def call(seen: Seen) -> None:
        body = {k: v for k, v in seen.body.items() if k not in ("model", "messages", "stream")}
        litellm.completion(
            MODEL, seen.body["messages"], api_base=url, api_key="sk-none", num_retries=0,
            max_retries=0, **body,
        )  # fmt: skip

    def both(pair: tuple[Seen, Seen]) -> None:
        for seen in pair:
            call(seen)

    fills, judges = ([r for r in requests if is_judging(r) is kind] for kind in (False, True))
    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(both, zip(fills, judges, strict=True)))


def measure_gold(folder: Path, settings: Settings, shared: Path) -> None:
    """What is filled without a model, beside the two gold tables of `eval/questions.json`: a hit is
    a cell whose quote holds the gold support, or is held by it."""
    gold = json.loads((shared / "eval" / "questions.json").read_text(encoding="utf-8"))["tables"]
    counts: Counter[str] = Counter()
    with Library(folder, settings) as library:
        keys = {normalise_title(paper.title): paper.key for paper in library.papers()}
        for table in gold:
            filters = Filters(keys=tuple(keys[normalise_title(title)] for title in table["ids"]))
            columns = tuple(read_column(name) for name in table["columns"])
            options = TableOptions(columns, filters=filters)
            made = compare_papers("", library, Extractive(), options)
            for row, title in zip(made.rows, table["ids"], strict=True):
                for cell in row.cells:
                    support = table["gold"][title][cell.column]["support"]
                    said = " ".join(value.quote for value in cell.values)
                    kind = "stated" if support else "not stated"
                    is_hit = bool(support and said and (support in said or said in support))
                    counts[kind] += 1
                    counts[f"{kind}, filled"] += bool(said)
                    counts[f"{kind}, hit"] += is_hit
    print_table(
        "Without a model, two gold tables",
        ["cells", "of them", "filled", "with the gold support in the quote"],
        [
            [kind, str(counts[kind]), str(counts[f"{kind}, filled"]), str(counts[f"{kind}, hit"])]
            for kind in ("stated", "not stated")
        ],
    )


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--rounds", type=int, default=7)
    options = made.parse_args()
    os.environ["OPENAI_API_KEY"] = "sk-none"
    folder, settings = listings_library(options), settings_of(options.shared)
    measure_gold(folder, settings, options.shared)
    with Library(folder, settings) as library:
        keys = [paper.key for paper in library.papers() if paper.abstract][:PAPERS]
    ours, bare, shares = [], [], []
    for number in range(options.rounds + 1):  # the first one warms up
        with FakeProvider(answers=reply, latency_s=LATENCY_S) as provider:
            table = made_table(folder, settings, keys, provider.url)
            requests = asked(provider)
            own = span_s(requests)
        with FakeProvider(answers=reply, latency_s=LATENCY_S) as provider:
            bare_calls(requests, provider.url)
            alone = span_s(asked(provider))
        if number:
            ours.append(own)
            bare.append(alone)
            shares.append(own / alone)
    cells = sum(cell.state == "filled" for row in table.rows for cell in row.cells)
    calls, share = len(requests), median(shares)
    print_table(
        f"{len(table.rows)} papers x {len(table.columns)} columns, {cells} cells filled, "
        f"{LATENCY_S} s a call, {JOBS} jobs, {options.rounds} rounds",
        ["figure", "value", "bar"],
        [
            ["calls", str(calls), f"{MOST_CALLS}, {_met(calls <= MOST_CALLS)}"],
            ["first to last request, s", f"{median(ours):.3f}", ""],
            ["the same calls by bare litellm, s", f"{median(bare):.3f}", ""],
            [
                "share (its rounds)",
                f"{share:.3f} ({min(shares):.3f} to {max(shares):.3f})",
                f"{MOST_SHARE}, {_met(share <= MOST_SHARE)}",
            ],
        ],
    )


def _met(is_met: bool) -> str:
    return "met" if is_met else "NOT met"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        main()
