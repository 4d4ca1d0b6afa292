"""How often the check of figures refuses a true sentence, and misses an altered figure.

Takes sentences of the listings and of SciFact, writes their figures in other forms (true), and
alters one of them (`tests/support/figure_pairs.py`). Nothing is random but the choice of sentences.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sets import parser, print_table

from reviewer.library import Library
from reviewer.text import clean, figures_without_proof, sentence_spans

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.support.figure_pairs import Pair, altered_pairs, true_pairs

LONGEST = 600  # characters of a sentence


def main() -> None:
    """Print the tables; with --show the pairs that went wrong."""
    made = parser(__doc__)
    made.add_argument("--pairs", type=int, default=300, help="of each kind and library")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--show", action="store_true", help="print the pairs that went wrong")
    options = made.parse_args()
    rows = []
    for name in ("listings", "scifact"):
        sentences = sentences_of(options.cache / name)
        chance = random.Random(options.seed)
        chance.shuffle(sentences)
        refused = judged(chosen(true_pairs(sentences), options.pairs), is_true=True)
        missed = judged(chosen(altered_pairs(sentences, chance), options.pairs), is_true=False)
        for kind, (wrong, count) in (("true, refused", refused), ("altered, missed", missed)):
            changes = Counter(pair.change for pair in wrong)
            rows.append(
                [
                    name,
                    kind,
                    str(len(wrong)),
                    str(count),
                    f"{len(wrong) / count:.1%}",
                    str(dict(changes)),
                ]
            )
            for pair in wrong if options.show else ():
                print(f"{kind} ({pair.change})\n  claim: {pair.claim}\n  quote: {pair.quote}")
                print("  says:", figures_without_proof(pair.claim, [pair.quote], (), 1))
    print_table("Figures by code", "library|pairs|wrong|of|share|by change".split("|"), rows)


def sentences_of(folder: Path) -> list[str]:
    with Library(folder) as shelf:
        texts = [paper.abstract or "" for paper in shelf.papers()]
    spans = ((text, span) for text in texts for span in sentence_spans(text))
    sentences = (clean(text[start:end]) for text, (start, end) in spans)
    return sorted({s for s in sentences if len(s) <= LONGEST})


def chosen(pairs: object, count: int) -> list[Pair]:
    """`count` pairs, of each change as many as of any other while there are some."""
    by_change: dict[str, list[Pair]] = {}
    for pair in pairs:  # type: ignore[attr-defined]
        by_change.setdefault(pair.change, []).append(pair)
    found: list[Pair] = []
    while len(found) < count and any(by_change.values()):
        found += [own.pop(0) for own in by_change.values() if own]
    return found[:count]


def judged(pairs: Sequence[Pair], *, is_true: bool) -> tuple[list[Pair], int]:
    """The pairs on which the check is wrong, and how many there are."""
    wrong = [
        pair
        for pair in pairs
        if bool(figures_without_proof(pair.claim, [pair.quote], (), 1)) == is_true
    ]
    return wrong, len(pairs)


if __name__ == "__main__":
    main()
