"""Measures a model's suggestions on drawn records of labelled reviews: a trial of `suggest`.

Run: `python benchmarks/screening_model.py ../shared/eval/screening --model NAME`, for a model
behind an address with `--api-base URL`. Of each review in `screening_criteria.yaml` 60 records are
drawn by a seed, half of them included, and screened in a library of their own. It prints
sensitivity and specificity with bounds at 95 % confidence (Clopper and Pearson), by criterion how
many included records the model keeps and how its answers are spread, and what it said wrong.
`--swap` also asks 20 records of each in another order. Labels are final inclusions, after full
texts: a record that was excluded only then counts as a mistake of a model that lets it go on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from ruamel.yaml import YAML

from reviewer.cli.screen_models import share_text, worth_text
from reviewer.library import Library
from reviewer.settings import Settings, load_settings
from reviewer.tasks.screening.calibrate import calibrate, draw_sample, measure, share
from reviewer.tasks.screening.make import ScreenOptions, make_screening
from reviewer.tasks.screening.screening import Given, Screening
from reviewer.tasks.screening.suggest import suggest
from reviewer.types.screening import Criterion, ModelWorth
from reviewer.types.searches import Filters
from reviewer.writers import writer_of

CRITERIA = Path(__file__).with_name("screening_criteria.yaml")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--model", required=True)
    arguments.add_argument("--api-base", default="")
    arguments.add_argument("--timeout", type=float, default=None)
    arguments.add_argument("--context", type=int, default=None)
    arguments.add_argument("--jobs", type=int, default=1)
    arguments.add_argument("--records", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=28)
    arguments.add_argument("--reviews", default="", help="names with commas; all in the YAML else")
    arguments.add_argument("--swap", action="store_true")
    arguments.add_argument("--keep", type=Path, help="a folder for libraries, to go on later")
    given = arguments.parse_args()
    reviews = YAML(typ="safe").load(CRITERIA)
    named = [name for name in given.reviews.split(",") if name] or list(reviews)
    flags = {"model": given.model, "api_base": given.api_base or None, "embedding": "none"}
    flags |= {"timeout_s": given.timeout, "context_tokens": given.context, "jobs": given.jobs}
    settings = load_settings(flags)
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in named:
            place = (given.keep or Path(scratch)) / f"{name}-{given.records}-{given.seed}"
            found.append(measure_review(name, reviews[name], place, settings, given))
    print_sum(found)
    return 0


def drawn_rows(folder: Path, name: str, count: int, seed: int) -> list[dict[str, object]]:
    """So many records of the review, half of them included, in a random order."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    rows = [row for row in rows if row["title"] and row["abstract"]]
    draw = random.Random(f"{name} {seed}")
    half = count // 2
    included = draw.sample([row for row in rows if row["included"]], half)
    chosen = included + draw.sample([row for row in rows if not row["included"]], count - half)
    draw.shuffle(chosen)
    return chosen


def measure_review(
    name: str,
    review: dict[str, object],
    place: Path,
    settings: Settings,
    given: argparse.Namespace,
) -> ModelWorth:
    place.mkdir(parents=True, exist_ok=True)
    rows = drawn_rows(given.folder, name, given.records, given.seed)
    label_of = {str(row["title"]): bool(row["included"]) for row in rows}
    file = place / "records.jsonl"
    file.write_text(
        "".join(json.dumps({"title": r["title"], "abstract": r["abstract"]}) + "\n" for r in rows),
        encoding="utf-8",
    )
    with Library(place / "shelf", settings) as shelf:
        if not shelf.papers():
            shelf.add([str(file)])
            criteria = tuple(Criterion.model_validate(c) for c in review["criteria"])
            options = ScreenOptions(question=str(review["question"]), criteria=criteria)
            make_screening(shelf, "trial", Filters(), options)
        screening = Screening(shelf, "trial")
        model = settings.model
        with closing(writer_of(settings, shelf)) as writer:
            every = [shelf.paper(paper) for paper in screening.papers]
            lacking = [p for p in every if not screening.suggestions.of(p.id, "title", model)]
            done = suggest(screening, writer, model, lacking)
            # People's labels are fixed before; they are written down only now, since a model sees
            # none of them in any case.
            for paper in every:
                if screening.own(paper.id, "me", "title") is None:
                    verdict = "include" if label_of.get(paper.title) else "exclude"
                    screening.decide(paper, verdict, "me", Given())
            sample = draw_sample(screening)
            found = measure(screening, model, sample)
            if given.swap:
                found = calibrate(screening, writer, model)
            usage = writer.usage()
        print(f"\n## {name}: {len(every)} records, {usage.calls} calls\n")
        print(worth_text(found))
        print_answers(screening, model, sample.included, sample.excluded)
        for key, why in done.unread:
            print(f"no suggestion on {key}: {why}")
    return found


def print_answers(
    screening: Screening, model: str, included: tuple[str, ...], excluded: tuple[str, ...]
) -> None:
    """How the answers are spread, and each suggestion that the labels gainsay."""
    print("| criterion | of included: met / not met / unclear | of excluded | faults |")
    print("|---|---|---|---|")
    for n, criterion in enumerate(screening.criteria.criteria):
        cells = []
        faults = 0
        for papers in (included, excluded):
            own = [screening.suggestions.of(paper, "title", model) for paper in papers]
            verdicts = [one.verdicts[n] for one in own if one]
            counts = Counter(v.verdict for v in verdicts)
            faults += sum(bool(v.fault) for v in verdicts)
            cells.append(" / ".join(str(counts[k]) for k in ("met", "not met", "unclear")))
        print(f"| {criterion.key} | {cells[0]} | {cells[1]} | {faults} |")
    print()
    for papers, wrong in ((included, {"exclude"}), (excluded, {"include", "maybe"})):
        for paper in papers:
            said = screening.suggestions.said(paper, "title", model)
            if said and said.verdict in wrong:
                label = "included" if papers is included else "excluded"
                title = screening.library.paper(paper).title[:90]
                print(f"{label}, model {said.verdict} {', '.join(said.reasons)}: {title}")


def print_sum(found: list[ModelWorth]) -> None:
    kept, included = (sum(getattr(o.sensitivity, n) for o in found) for n in ("hits", "of"))
    dropped, excluded = (sum(getattr(o.specificity, n) for o in found) for n in ("hits", "of"))
    print(f"\nTogether: sensitivity {share_text(share(kept, included))}, specificity ", end="")
    print(share_text(share(dropped, excluded)))


if __name__ == "__main__":
    sys.exit(main())
