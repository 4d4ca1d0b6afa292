"""Finds the words of a paper that are nearly a quote, and says how the two differ. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewer.grounding.quotes import NEGATIONS, follows_negation, precedes_negation
from reviewer.text.views import clean_view
from reviewer.types.searches import Difference, DifferenceKind

LEAST_WORDS = 6  # a shorter quote with another word is another quote
_WORDS_A_SLIP = 10
_MOST_REGIONS = 4
# Each letter of a script without spaces is a word; a sign in front of a number counts, and so
# does its per cent.
_WORD = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff]"
    "|\\d+(?:[.,]\\d+)*|[^\\W\\d_]+(?:['’][^\\W\\d_]+)*|(?<!\\w)[-−–](?=[.\\d])|[%‰]|[²³¹]"
)


@dataclass(frozen=True)
class NearPlace:
    """The half-open range of characters where words are that are nearly a quote, and each slip."""

    start: int
    end: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class _Word:
    """A word as it is compared, as it is written, and its place in the text."""

    plain: str
    written: str
    start: int
    end: int


def allowed_slips(words: int) -> int:
    """How many words of a quote of this many may be changed, left out or added: one in ten, and one
    of six to nine."""
    return max(1, words // _WORDS_A_SLIP) if words >= LEAST_WORDS else 0


def count_words(text: str) -> int:
    """The words of a quote, as `locate_nearly` counts them."""
    return len(_words(text))


def locate_nearly(quote: str, text: str) -> NearPlace | None:
    """Where the words of the quote are, but for as many slips as `allowed_slips` says; None where
    nothing is so near. Case and punctuation make no slip; a "not" in front of the words does, for
    the quote leaves it out.

    The words of the text that are nearest to the quote are found by the edit distance of words
    (Sellers 1980: the distance to any stretch of a longer text).
    """
    wanted, known = _words(quote), _words(text)
    most = allowed_slips(len(wanted))
    best: tuple[int, int, int] | None = None
    for first, last in _regions(wanted, known, most):
        found = _nearest_stretch(wanted, known[first:last])
        if found[0] <= most and (best is None or found[0] < best[0]):
            best = found[0], first + found[1], first + found[2]
    if best is None or best[1] >= best[2]:
        return None
    start, end = known[best[1]].start, known[best[2] - 1].end
    differences = tuple(_differences(wanted, known[best[1] : best[2]]))
    if not differences and follows_negation(text, start):
        differences = (Difference(asked="", there=known[best[1] - 1].written, kind="negation"),)
    elif not differences and precedes_negation(text, end):
        differences = (Difference(asked="", there=known[best[2]].written, kind="negation"),)
    return NearPlace(start, end, differences)


def shared_words(quote: str, text: str) -> float:
    """The share of the quote's different words that the text has, 0 to 1."""
    wanted = {word.plain for word in _words(quote)}
    known = {word.plain for word in _words(text)}
    return len(wanted & known) / len(wanted) if wanted else 0.0


def _words(text: str) -> list[_Word]:
    view = clean_view(text)
    return [
        _Word(_plain(m[0]), m[0], *view.original_span(*m.span())) for m in _WORD.finditer(view.text)
    ]


def _plain(word: str) -> str:
    if word in "-−–":
        return "-"
    folded = unicodedata.normalize("NFKC", word) if word.isalpha() else word
    return folded.casefold().replace("’", "'")


def _regions(
    wanted: Sequence[_Word], known: Sequence[_Word], most: int
) -> Iterator[tuple[int, int]]:
    """Stretches of the text that hold most of the quote's words, the likeliest first."""
    words = {word.plain for word in wanted}
    length = len(wanted) + most
    before = [0]
    for word in known:
        before.append(before[-1] + (word.plain in words))
    ends = [(n, min(n + length, len(known))) for n in range(max(1, len(known) - length + 1))]
    shares = sorted(((before[b] - before[a], -a) for a, b in ends), reverse=True)
    given: list[int] = []
    for share, place in shares:
        if share < len(wanted) - most or len(given) == _MOST_REGIONS:
            return
        if all(abs(place + other) > length // 2 for other in map(int.__neg__, given)):
            given.append(-place)
            yield max(0, -place - most), min(len(known), -place + length + most)


def _nearest_stretch(wanted: Sequence[_Word], known: Sequence[_Word]) -> tuple[int, int, int]:
    """The slips, and the half-open stretch of `known` that is nearest to all of `wanted`."""
    row = [(0, n) for n in range(len(known) + 1)]  # slips, and where the stretch begins
    for done, word in enumerate(wanted, start=1):
        above, row = row, [(done, 0)]
        for n, other in enumerate(known, start=1):
            changed = above[n - 1][0] + (word.plain != other.plain), above[n - 1][1]
            left_out, added = above[n], row[n - 1]
            row.append(
                min(changed, (left_out[0] + 1, left_out[1]), (added[0] + 1, added[1]), key=_slips)
            )
    end = min(range(len(row)), key=lambda n: row[n][0])
    return row[end][0], row[end][1], end


def _slips(cell: tuple[int, int]) -> int:
    return cell[0]


def _differences(wanted: Sequence[_Word], known: Sequence[_Word]) -> Iterator[Difference]:
    from difflib import SequenceMatcher

    one, other = [w.plain for w in wanted], [w.plain for w in known]
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind != "equal":
            asked, there = (" ".join(w.written for w in s) for s in (wanted[a:b], known[c:d]))
            yield Difference(asked=asked, there=there, kind=_kind([*one[a:b], *other[c:d]]))


def _kind(words: Sequence[str]) -> DifferenceKind:
    if any(word in NEGATIONS or word.endswith("n't") for word in words):
        return "negation"
    return "figure" if any(c.isdigit() or c in "-%‰" for w in words for c in w) else "word"
