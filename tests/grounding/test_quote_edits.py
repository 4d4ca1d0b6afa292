"""One wrong character in a quote: it is not a quote any more, unless it says the same words."""

from __future__ import annotations

import json
import random
import re
import unicodedata

import pytest

from reviewer.grounding import cite, locate
from reviewer.sources import ReadOptions, find_files, read_file
from reviewer.text import sentence_spans
from reviewer.types import Citation, Evidence, Paper
from reviewer.types.claims import Quote
from tests.conftest import SAMPLES
from tests.support.promises import promise
from tests.support.scripted import evidence

PUT_IN = [*"0123456789abcnotNT .,-–−%$±^'’\"()/\\~\n", "\u200b", "\u00ad", "²", "é", "а"]
SWAPPED = {"fi": "ﬁ", "-": "‐"}
HOSTILE_SENTENCES = (
    "It does not gain -0.5 points, but 1,234.5 (±2.1%) on 3 tasks.",
    "No model, without RL, can't reach p < 0.05 at 10⁻³ or 5² steps.",
    "Self-play isn't needed: 3.5x–4.0x faster, 80\\% of the time, for $5 at 7B.",
    "Neither GPT-4 nor Qwen2.5-7B fails in 12/40 cases; it never did before 2024-05-01.",
)


def some_quotes(count, seed, folder=SAMPLES):
    """Evidence of the folder's papers and a sentence or a part of one that is quoted from it."""
    chosen = random.Random(seed)
    found = [evidence("E1", f"{s} {s.replace('not ', '')}") for s in HOSTILE_SENTENCES]
    for paper in papers_in(folder):
        if paper.abstract:
            found.append(evidence("E1", paper.abstract, paper.title))
    for _ in range(count):
        item = chosen.choice(found)
        text = item.chunk.text
        start, end = chosen.choice(sentence_spans(text))
        words = [m.span() for m in re.finditer(r"\S+", text[start:end])]
        if chosen.random() < 0.5 and len(words) > 8:
            first = chosen.randrange(len(words) - 6)
            last = chosen.randrange(first + 5, len(words))
            start, end = start + words[first][0], start + words[last][1]
        yield item, text[start:end]


def papers_in(folder) -> list[Paper]:
    files = [file for file in find_files([str(folder)]) if isinstance(file, str)]
    return [paper for file in files for paper in read_file(file, ReadOptions()).papers]


def edited(quote, chosen):
    """The quote with one character changed, left out, doubled or put in."""
    place = chosen.randrange(len(quote))
    digits = [m.start() for m in re.finditer(r"\d", quote)]
    nots = [m.start() for m in re.finditer(r"(?i)\b(?:not?|never|without|cannot|n't)\b", quote)]
    for likely in (digits, nots):  # half of the edits are where they would do most harm
        if likely and chosen.random() < 0.35:
            place = chosen.choice(likely)
    other = chosen.choice(PUT_IN)
    return chosen.choice(
        (
            quote[:place] + other + quote[place + 1 :],
            quote[:place] + quote[place + 1 :],
            quote[:place] + quote[place] + quote[place:],
            quote[:place] + other + quote[place:],
        )
    )


def said(text):
    """What a text says: its words and numbers in order, with their signs. Written apart from the
    code under test: by what a reader would call the same words."""
    text = re.sub(r"(?<=\w)[-‐‑\u00ad][ \t]*\r?\n[ \t]*(?=\w)", "-", text)
    text = "".join(c for c in text if unicodedata.category(c) != "Cf" and c not in "\ufe0f")
    text = re.sub(r"\\(?=[%&_#$])", "", text).replace("‐", "-").replace("‑", "-")
    tokens = re.findall(
        r"[^\W\d_]+(?:['’\-][^\W\d_]+)*|[-−–+±<>≤≥≈~$€^]*\d[\d.,]*\d|[-−–+±<>≤≥≈~$€^]*\d|[%⁻⁺°×²³⁴⁵]+",
        text,
    )
    return [token.strip(".,") for token in tokens]


@promise(
    "A quote with an altered digit, negation or word is never accepted",
    "one-character edits of quotes from real abstracts, a third of them at a digit or a negation",
    full=2000,
    few=300,
)
def test_an_edit_that_says_something_else_is_no_quote(rounds):
    check_edits(some_quotes(rounds, seed=rounds))


@promise(
    "Every accepted quote stands at its offsets, character by character",
    "quotes from real abstracts, whole sentences and parts, as they are and in quotation marks",
    full=2000,
    few=300,
)
def test_an_accepted_quote_re_slices(rounds):
    check_quotes(some_quotes(rounds, seed=7))


def test_quotes_of_the_real_listings_are_held_the_same(seeds):
    check_edits(some_quotes(300, seed=300, folder=seeds))
    check_quotes(some_quotes(300, seed=7, folder=seeds))


def check_edits(quotes):
    chosen = random.Random(12)
    wrong, accepted = [], 0
    for item, quote in quotes:
        changed = edited(quote, chosen)
        found = cite(Quote(tag="E1", quote=changed), {"E1": item})
        if isinstance(found, Citation):
            accepted += 1
            check_slice(found, item)
            if said(found.quote) != said(changed):
                wrong.append((quote, changed, found.quote))
    assert not wrong, wrong[:5]
    assert accepted  # edits of a stop or a quotation mark leave the words


def check_quotes(quotes):
    for item, quote in quotes:
        for written in (quote, f"“{quote}”", re.sub(r"\s+", "\n ", quote)):
            found = cite(Quote(tag="E1", quote=written), {"E1": item}, may_be_short=True)
            if isinstance(found, Citation):
                check_slice(found, item)
                assert said(found.quote) == said(quote)
            else:
                assert is_beside_not(item.chunk.text, quote) or cuts(item.chunk.text, quote)


def check_slice(found: Citation, item: Evidence):
    text = item.paper.text_of(found.part)
    assert text[found.start : found.end] == found.quote
    again = Citation.model_validate(json.loads(found.model_dump_json()))
    assert text[again.start : again.end] == again.quote


def is_beside_not(text, quote):
    before = text[: text.index(quote)].split()[-1:]
    if re.match(r"\s*(?:not|never|hardly|rarely)\b", text[text.index(quote) + len(quote) :]):
        return True
    return bool(before) and bool(
        re.search(
            r"(?i)\b(?:not?|never|without|cannot|n[eo]\w+|\w+n['’]t|hardly|rarely|barely|seldom)$",
            before[0].rstrip(","),
        )
    )


def cuts(text, quote):
    """True when the quote begins or ends within a number with spaces, such as `± 2` or `5 %`."""
    start = text.index(quote)
    around = text[max(0, start - 2) : start] + text[start + len(quote) : start + len(quote) + 3]
    return bool(re.search(r"[\d%±×]", around + quote[:1] + quote[-1:]))


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("teach new skills", "RL does not teach new skills"),
        ("gains 5 points", "it gains 5.5 points"),
        ("gains 5", "it gains 5%"),
        ("0.5 points", "lowers it by -0.5 points"),
        ("on 1 task", "on 11 task"),
        ("52 steps", "5² steps"),
        ("5 steps", "10⁻⁵ steps"),
        ("it can reach", "it can't reach"),
        ("is possible", "isn't possible"),
        ("able to", "unable to"),
        ("supervised learning", "self-supervised learning"),
        ("RL helps", "RL-free helps"),
    ],
)
def test_known_traps_are_no_quotes(quote, text):
    assert locate(quote, text) is None
