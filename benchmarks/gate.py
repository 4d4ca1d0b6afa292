"""The gate for assistants on drawn drafts: 60 good ones must not fail, 60 bad ones must not pass.

    python benchmarks/gate.py LIBRARY [--each 10] [--seed 3]

LIBRARY is a copy of a library's folder. Each draft is a sentence or two made of a drawn sentence of
a paper, given to `check --every-sentence` as a text and to `cite` as a claim with its quote.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from reviewer import Library
from reviewer.sources.text_file import TextFile
from reviewer.tasks import check_draft, cite_claims
from reviewer.tasks.checks.check import CheckOptions
from reviewer.text import clean, sentence_spans
from reviewer.types.agents import GivenClaim, GivenQuote
from reviewer.writers import Extractive


@dataclass(frozen=True)
class Drawn:
    """A sentence of a paper, and the key of another paper."""

    key: str
    other: str
    said: str


@dataclass(frozen=True)
class Sample:
    """One draft as a text, and as a claim with its quote."""

    text: str
    claim: str
    key: str
    quote: str


def _sample(claim: str, key: str, quote: str) -> Sample:
    mark = f" [@{key}]" if key else ""
    text = f'{claim.rstrip(".")}: "{quote}"{mark}.' if quote else f"{claim.rstrip('.')}{mark}."
    return Sample(text, claim, key, quote)


def _quoted(one: Drawn) -> Sample:
    return _sample("They put it in these words", one.key, one.said.rstrip("."))


def _beginning(one: Drawn) -> Sample:
    words = one.said.rstrip(".").split()
    return _sample("In part they write", one.key, " ".join(words[: max(6, len(words) // 2)]))


def _as_own(one: Drawn) -> Sample:
    said = one.said.rstrip(".")
    return Sample(f"{said} [@{one.key}].", one.said, one.key, said)


def _other_digit(one: Drawn) -> Sample:
    changed = re.sub(r"\d", lambda m: str((int(m[0]) + 3) % 10), one.said.rstrip("."), count=1)
    if changed == one.said.rstrip("."):
        changed = f"{changed} in 83% of cases"
    return _sample("They put it in these words", one.key, changed)


def _negated(one: Drawn) -> Sample:
    words = one.said.rstrip(".").split()
    words.insert(len(words) // 2, "not")
    return _sample("They put it in these words", one.key, " ".join(words))


def _other_paper(one: Drawn) -> Sample:
    return _sample("They put it in these words", one.other, one.said.rstrip("."))


def _unknown_key(one: Drawn) -> Sample:
    return _sample("They put it in these words", "smith-2031-nowhere", one.said.rstrip("."))


def _uncited(one: Drawn) -> Sample:
    return Sample(one.said, one.said, "", "")


def _figure(one: Drawn) -> Sample:
    return Sample(
        f"The method gains 83.7 percent over all baselines [@{one.key}].",
        "The method gains 83.7 percent over all baselines.",
        one.key,
        one.said.rstrip("."),
    )


GOOD: tuple[Callable[[Drawn], Sample], ...] = (_quoted, _beginning, _as_own)
BAD: tuple[Callable[[Drawn], Sample], ...] = (
    _other_digit, _negated, _other_paper, _unknown_key, _uncited, _figure,
)  # fmt: skip


def draw_sentence(library: Library, draw: random.Random) -> Drawn:
    """A sentence of an abstract with 8 to 40 words and no quotation marks."""
    papers = library.papers()
    while True:
        paper, other = draw.sample(papers, 2)
        spans = sentence_spans(paper.abstract)
        if not spans:
            continue
        said = clean(paper.abstract[slice(*draw.choice(spans))])
        plain = not re.search(r"[\"“”\[\]{}$\\@*_<>`^~|#]|https?:", said)
        if plain and 8 <= len(said.split()) <= 40 and said.endswith(".") and said[0].isupper():
            return Drawn(paper.key, other.key, said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--seed", type=int, default=3)
    given = parser.parse_args()
    draw = random.Random(given.seed)
    with Library(given.library) as library:
        for name, ways, each in (("good", GOOD, given.each * 2), ("bad", BAD, given.each)):
            for way in ways:
                counts: dict[str, Counter[str]] = {"check": Counter(), "cite": Counter()}
                for _ in range(each):
                    sample = way(draw_sentence(library, draw))
                    opened = TextFile("draft.md", sample.text)
                    options = CheckOptions(every_sentence=True)
                    report = check_draft(opened, library, Extractive(), options=options)
                    quotes = (GivenQuote(key=sample.key, quote=sample.quote),)
                    claim = GivenClaim(text=sample.claim, quotes=quotes if sample.key else ())
                    cited = cite_claims([claim], library, Extractive())
                    for what, outcome in (("check", report.outcome), ("cite", cited.outcome)):
                        counts[what][outcome] += 1
                        if outcome == ("FAILS" if name == "good" else "PASSES"):
                            print(f"  ? {what} {outcome}: {sample.text}")
                said = "; ".join(f"{what} {dict(c)}" for what, c in counts.items())
                print(f"{name} {way.__name__.strip('_')}: {said}")
        claims = []
        for _ in range(100):
            one = draw_sentence(library, draw)
            quotes = (GivenQuote(key=one.key, quote=one.said),)
            claims.append(GivenClaim(text="They say what they found.", quotes=quotes))
        cite_claims(claims[:1], library, Extractive())
        began = time.perf_counter()
        cite_claims(claims, library, Extractive())
        print(f"100 claims: {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
