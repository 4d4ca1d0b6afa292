"""Citation keys, made of a paper's author, year and title. Pure."""

from __future__ import annotations

import re
import unicodedata

from reviewer.text import clean
from reviewer.types import Paper

_SMALL_WORDS = frozenset(
    "a an and are as at be by can do does for how in into is it its of on or that the their to "
    "towards toward using via vs what when where which who why with without".split()
)
_WORDS_IN_KEY = 3
_MOST_AUTHOR_CHARS = 100  # of a group's name, or of one that is a sentence by mistake


def key_base(paper: Paper) -> str:
    """`guo-2025-deepseek` where an author is known, else `from-fx-gx-2025`; `nd` for no year."""
    words = [w for w in _plain_words(paper.title) if w not in _SMALL_WORDS] or ["paper"]
    year = "nd" if paper.year is None else str(paper.year)
    author = "".join(_plain_words(family_of(paper.authors[0]))) if paper.authors else ""
    author = author[:_MOST_AUTHOR_CHARS]
    if author:
        return f"{author}-{year}-{words[0]}"
    return "-".join([*words[:_WORDS_IN_KEY], year])


def is_key_of(key: str, base: str) -> bool:
    """True for the base itself and for the base with a number that distinguishes it."""
    return key == base or (key.startswith(f"{base}-") and key[len(base) + 1 :].isdecimal())


def family_of(author: str) -> str:
    """What is before the comma in an author's name, else the last word."""
    return author.split(",")[0] if "," in author else (author.split() or [""])[-1]


def _plain_words(text: str) -> list[str]:
    """ASCII words in small letters, of at most 24 letters; brackets and apostrophes inside a word
    are removed: f(x) is fx."""
    plain = unicodedata.normalize("NFKD", clean(text)).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"\\[a-z]+|(?<=\w)[()'’]+(?=\w|\W|$)", "", plain)
    return [word[:24] for word in re.findall(r"[a-z0-9]+", plain)]
