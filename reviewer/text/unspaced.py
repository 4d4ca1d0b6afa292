"""Cuts runs of Chinese, Japanese and Korean letters into pairs, so that the words inside are found.

They are written without spaces between all words. Pairs that overlap find Chinese words about as
well as a dictionary does, and need none (Nie, Gao, Zhang, Zhou: On the use of words and n-grams for
Chinese information retrieval, 2000).
"""

from __future__ import annotations

import re

# Han with its extensions and the iteration mark, kana, Hangul syllables
LETTERS = "\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_RUN = re.compile(f"[{LETTERS}\U00020000-\U0003ffff]+")
# Letters of form words: a pair that has one says how a question is put, not what it is about.
_FORM = re.compile(
    "[\u3040-\u309f]{2}|[吗呢吧嗎的了吧么麼]|[是在和与與能会會否可有对對]{2}|什么|怎么|如何|是否|哪些|为何|能否"
)


def has_unspaced(text: str) -> bool:
    """True if any letter of the text is Chinese, Japanese or Korean."""
    return not text.isascii() and _RUN.search(text) is not None


def in_pairs(text: str) -> str:
    """The text with each run of such letters as its overlapping pairs, between spaces; a single
    letter stays. Other text is unchanged."""
    if text.isascii():
        return text
    return _RUN.sub(lambda run: f" {' '.join(pairs_of(run[0]))} ", text)


def pairs_of(run: str) -> list[str]:
    """The overlapping pairs of a run of letters; the run itself if it is one letter."""
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]


def count_words(text: str) -> int:
    """How many words a text has: those between spaces, and one for every two letters of a run."""
    runs = [run[0] for run in _RUN.finditer(text)] if not text.isascii() else []
    return len(_RUN.sub(" ", text).split() if runs else text.split()) + sum(
        (len(run) + 1) // 2 for run in runs
    )


def telling_pairs(word: str) -> list[str]:
    """What a word of a question is searched by: the word, or the pairs of its runs that are not
    mere form; all of them if they all are."""
    if not has_unspaced(word):
        return [word]
    pairs = in_pairs(word).split()
    return [pair for pair in pairs if not _FORM.search(pair)] or pairs
