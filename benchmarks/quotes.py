"""How surely `review where` finds quotes: 1,000 drawn ones as they are, with one slip, with another
digit, and with a "not" taken out or put in.

    python benchmarks/quotes.py LIBRARY [--quotes 1000] [--seed 7]

LIBRARY is a copy of a library's folder. A quote is 6 to 30 words of a title, an abstract or a
body, inside one sentence. A paper counts as right if it has the quote as it was drawn.
"""

from __future__ import annotations

import argparse
import random
import re
import time

from reviewer import Library
from reviewer.grounding import locate
from reviewer.search import find_words
from reviewer.text import sentence_spans

OTHERS = "yellow purple sideways kettle umbrella marmalade violin".split()


def drawn(library: Library, count: int, draw: random.Random) -> list[tuple[str, str]]:
    """The quotes, each with its paper's key."""
    texts = [(paper.key, part.text) for paper in library.papers() for part in paper.own_parts]
    found = []
    while len(found) < count:
        key, text = draw.choice(texts)
        spans = sentence_spans(text)
        if not spans:
            continue
        start, end = draw.choice(spans)
        words = [m.span() for m in re.finditer(r"\S+", text[start:end])]
        size = draw.randint(6, 30)
        if len(words) < 6:
            continue
        first = draw.randrange(max(1, len(words) - size + 1))
        own = words[first : first + size]
        quote = text[start + own[0][0] : start + own[-1][1]]
        if locate(quote, text):  # a stretch that begins after a "not" is no quote
            found.append((key, quote))
    return found


def slipped(quote: str, draw: random.Random) -> str:
    """The quote with one word, in letters, changed, left out, doubled or misspelt."""
    words = quote.split()
    places = [n for n, word in enumerate(words) if word.isalpha() and word.lower() != "not"]
    n = draw.choice(places or [0])
    way = draw.choice(("changed", "left out", "added", "misspelt"))
    word = words[n]
    words[n : n + 1] = {
        "changed": [draw.choice(OTHERS)],
        "left out": [],
        "added": [word, draw.choice(OTHERS)],
        "misspelt": [word[:1] + word[2:] if len(word) > 3 else word + "x"],
    }[way]
    return " ".join(words)


def with_other_digit(quote: str, draw: random.Random) -> str:
    places = [m.start() for m in re.finditer(r"\d", quote)]
    if not places:
        return ""
    n = draw.choice(places)
    return quote[:n] + str((int(quote[n]) + draw.randint(1, 9)) % 10) + quote[n + 1 :]


def negated(quote: str, draw: random.Random) -> str:
    if re.search(r"\bnot\b", quote):
        return " ".join(re.sub(r"\bnot\b", "", quote, count=1).split())
    words = quote.split()
    words.insert(draw.randrange(1, len(words)), "not")
    return " ".join(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--quotes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    draw = random.Random(given.seed)
    with Library(given.library) as library:
        quotes = drawn(library, given.quotes, draw)
        texts = {p.key: [part.text for part in p.own_parts] for p in library.papers()}
        find_words("a warm start", library)
        ways = {
            "as it is": lambda quote: quote,
            "one slip": lambda quote: slipped(quote, draw),
            "other digit": lambda quote: with_other_digit(quote, draw),
            "not": lambda quote: negated(quote, draw),
        }
        for name, way in ways.items():
            asked = right = exact = wrong = 0
            took = []
            for key, quote in quotes:
                said = way(quote)
                if not said:
                    continue
                asked += 1
                began = time.perf_counter()
                found = find_words(said, library, 50)
                took.append(time.perf_counter() - began)
                keys = [place.key for place in found.found]
                right += key in keys
                exact += any(place.is_exact for place in found.found)
                # Another paper may have the very same words, or be one that is as near.
                others = [
                    place.key
                    for place in found.found
                    if not any(
                        locate(quote if name != "as it is" else said, t) for t in texts[place.key]
                    )
                ]
                wrong += bool(others)
                is_taken = name not in ("as it is", "one slip") and found.found
                if is_taken and found.found[0].is_exact:
                    print("  ! called exact:", repr(said), "drawn as", repr(quote))
                if (key not in keys and name in ("as it is", "one slip")) or others:
                    print("  ?", name, repr(said), "of", key, "found", keys)
            took.sort()
            print(
                f"{name}: {asked} asked, found {right / asked:.1%}, called exact {exact}, "
                f"with a wrong paper {wrong}, median {took[len(took) // 2] * 1000:.1f} ms, "
                f"95 % {took[int(len(took) * 0.95)] * 1000:.1f} ms"
            )


if __name__ == "__main__":
    main()
