"""Short names of papers: what is before the colon of a title, or its first words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewer.text.views import clean

_LONGEST = 50  # characters of a short title
_FEWEST_WORDS = 3  # of one that is cut before a joining word
_NAME_WORDS = 2  # before a colon, as in "SKR: ..." and "Hypothesis Search: ..."
_FIRST_PART = re.compile(r"(.+?)([?!]?)(?::\s|\s(?:[–—]|--+)\s|(?<=[?!])\s|$)")
_ARTICLE = re.compile(r"^(?:an?|the)\s+(?=\w)", re.IGNORECASE)
_JOINING = frozenset(
    "a an and are as at but by can do does during for from how in into is of on or over than that "
    "the their through to towards under using via versus vs what when with within without".split()
)


@dataclass(frozen=True)
class ShortTitle:
    """`is_name`: it names a system or a data set, and stands in a text without quotation marks."""

    text: str
    is_name: bool = False


def short_title(title: str) -> ShortTitle:
    """What a citation calls a paper without authors: `SKR` of "SKR: Self-Knowledge Guided ...". A
    title without a colon gives its first words, without an article before them, cut before a
    joining word. Empty for an empty title."""
    whole = clean(title)
    found = _FIRST_PART.match(whole)
    first = _trimmed(found[1]) if found else whole
    if found and first and len(first) <= _LONGEST:
        is_name = found.end() < len(whole) and not found[2]
        return ShortTitle(first + found[2], is_name and len(first.split()) <= _NAME_WORDS)
    words = _ARTICLE.sub("", first).split()
    while len(words) > 1 and len(" ".join(words)) > _LONGEST:
        words.pop()
    if len(words) < len(_ARTICLE.sub("", first).split()):
        joining = [n for n, word in enumerate(words) if _joins(word) and n >= _FEWEST_WORDS]
        words = words[: joining[-1]] if joining else words
    while len(words) > 1 and _joins(words[-1]):
        words.pop()
    said = _trimmed(" ".join(words)) or whole
    return ShortTitle(said[:1].upper() + said[1:])


def _joins(word: str) -> bool:
    return word.casefold() in _JOINING or not re.search(r"\w", word)


def _trimmed(text: str) -> str:
    return text.strip().rstrip(",;:-–—").strip()
