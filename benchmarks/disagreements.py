"""How many known disagreements are among the first 100 candidates of `review disagreements`.

    python benchmarks/disagreements.py --cache FOLDER

The five yes/no questions on the listings have a stance a paper, with the sentence that shows it.
Every pair of a paper that says yes and one that says no is a disagreement. Two measures. Of the
stance sentences of a question alone, how many such pairs are among its first 100: this measures the
signs. And of the whole library, asked for the question: this measures search too. "By chance" is
what an order at random finds.
"""

from __future__ import annotations

import json
import time
from itertools import combinations

from sets import listings_library, parser, print_table, settings_of

from reviewer.grounding.oppositions import compare_findings
from reviewer.library import Library
from reviewer.tasks import find_disagreements
from reviewer.tasks.disagreements.findings import matrix_of
from reviewer.tasks.disagreements.pairs import MOST_PAIRS, OF_OPPOSITION, DisagreementOptions
from reviewer.text import normalise_title
from reviewer.writers import Extractive

SIDES = {"yes", "no"}


def main() -> None:
    options = parser(__doc__).parse_args()
    place = options.shared / "eval" / "questions.json"
    asked = json.loads(place.read_text(encoding="utf-8"))["questions"]
    rows, sums = [], [0.0] * 4
    with Library(listings_library(options), settings_of(options.shared)) as library:
        for question in asked:
            stances = question.get("stances")
            if not stances:
                continue
            known = [s for s in stances.values() if s.get("sentence")]
            wanted, found, chance = of_sentences(question["question"], known, library)
            of_library = in_library(question["question"], stances, library)
            for n, value in enumerate((wanted, found, chance, of_library)):
                sums[n] += value
            rows.append([question["id"], *map(str, (wanted, found, round(chance, 1), of_library))])
        started = time.monotonic()
        made = find_disagreements(library, Extractive())
        seconds = time.monotonic() - started
    whole, *others = sums
    rows.append(["all", str(int(whole)), *(f"{n / whole:.3f}" for n in others)])
    head = ["question", "yes x no", "of the sentences", "by chance", "of the library"]
    print_table(f"Known disagreements among the first {MOST_PAIRS}", head, rows)
    contested = {
        one.citation.quote for p in made.pairs for one in (p.first, p.second) if one.contests
    }
    print(
        f"\nThe whole library: {made.findings_read} findings of {made.papers_read} papers, "
        f"{len(made.pairs)} pairs, {len(contested)} sentences that contest a view; "
        f"{seconds:.1f} s"
    )


def of_sentences(question, known, library) -> tuple[int, int, float]:  # noqa: ANN001  rows of JSON
    """How many pairs disagree, how many of them are found, and how many by chance."""
    texts = [stance["sentence"] for stance in known]
    matrix = matrix_of([question, *texts], library)
    near = matrix[1:] @ matrix[0]
    scored = []
    for i, j in combinations(range(len(known)), 2):
        weight = compare_findings(texts[i], texts[j]).weight
        is_known = {known[i]["stance"], known[j]["stance"]} == SIDES
        scored.append(((near[i] + near[j]) / 2 + OF_OPPOSITION * weight, is_known))
    scored.sort(key=lambda pair: -pair[0])
    wanted = sum(is_known for _, is_known in scored)
    found = sum(is_known for _, is_known in scored[:MOST_PAIRS])
    return wanted, found, wanted * min(1.0, MOST_PAIRS / len(scored))


def in_library(question, stances, library) -> int:  # noqa: ANN001
    """How many pairs of papers that disagree are found for the question."""
    of_title = {normalise_title(title): own["stance"] for title, own in stances.items()}
    made = find_disagreements(library, Extractive(), DisagreementOptions(topic=question))
    pairs = {frozenset((p.first.title, p.second.title)) for p in made.pairs}
    sides = [{of_title.get(normalise_title(title)) for title in pair} for pair in pairs]
    return sum(own == SIDES for own in sides)


if __name__ == "__main__":
    main()
