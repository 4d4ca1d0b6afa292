"""Where the sentences of a text begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

RULES = 2  # counts the ways in which texts were split: stored sentences are split again after it

_ABBREVIATION = re.compile(
    r"\b(?:[Aa]pprox|resp|vs|cf|al|Eqs?|Figs?|Secs?|Sect|Tabs?|Refs?|Thm|Lem|Prop|Alg|Dr|Prof"
    r"|i\.e|e\.g)\.$"
)
_MARK = r"\(?(?:\d{1,2}|[ivx]{1,4}|[a-z])\)"  # "2)", "(2)", "(ii)"
_ITEM = re.compile(rf"{_MARK}\s+")
_ITEM_ALONE = re.compile(rf"(?:^|[:;,]\s*|\band\s+){_MARK}\.?$|(?:^|[:;]\s*)\d{{1,2}}\.$")
_BEFORE_ITEM = (".", "!", "?", ":", ";")
_LOOKED_BACK = 40  # characters: an abbreviation or an item's number is shorter
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
# What the splitter of sentencex passes over: a stop inside brackets, and one after an abbreviation
# or a single letter ("given k. We ...") where the next word is one that begins sentences.
_PASSED_OVER = re.compile(
    r"[.!?][\"'”’]*\)\s+(?=[A-Z])"
    r"|(?:(?<=\s)[a-z]|\bal|\betc|\bp\.p)\.\s+(?=(?:We|Our|The|Th(?:is|ese|ose|en|ey|ere|us)|Its?"
    r"|In|When|While|If|To|For|However|Here|As|With|By|On|From|Moreover|Furthermore|Additionally"
    r"|Finally|Although|Since|Therefore|Such|Both|Each|First|Second|Next|Experiments|Results|Using"
    r"|Unlike|Yet|But)\b)"
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Half-open ranges of the sentences in `text`, in order, without white space around them.

    No sentence ends after an abbreviation ("approx. 10x") or an item's number ("1."). An item of an
    enumeration begins one after a stop, a colon or a semicolon ("We ask: (1) Does it ...").
    """
    starts = [n for n in _starts(text) if n > 0]
    spans = []
    for start, end in pairwise([0, *starts, len(text)]):
        if inner := text[start:end].strip():
            left = end - len(text[start:end].lstrip())
            spans.append((left, left + len(inner)))
    return spans


def _starts(text: str) -> list[int]:
    """Where sentences begin, ascending."""
    found = _library_starts(text)
    starts = set[int]()
    for start, end in pairwise([0, *found, len(text)]):
        if start and _begins_sentence(text, start):
            starts.add(start)
        item = _ITEM.match(text, start, end)
        if item:  # sentencex takes all that follows the number for one sentence
            inner = _library_starts(text[item.end() : end])
            starts |= {s for n in inner if _begins_sentence(text, s := item.end() + n)}
    starts |= set(_passed_over(text))
    return sorted(starts)


def _library_starts(text: str) -> list[int]:
    import sentencex

    boundaries = sentencex.get_sentence_boundaries("en", text) if text.strip() else []
    return [b["start_index"] for b in boundaries if b["start_index"] > 0]


def _begins_sentence(text: str, start: int) -> bool:
    """False in the middle of a sentence: after an abbreviation or an item's number, at an item that
    follows a comma or a word, and after a name such as "Yahoo!"."""
    before = text[max(0, start - _LOOKED_BACK) : start]
    ended = before.rstrip()
    if _PARAGRAPH.search(before, len(ended)):
        return True
    if _ABBREVIATION.search(ended) or _ITEM_ALONE.search(ended):
        return False
    if _ITEM.match(text, start):
        return ended.endswith(_BEFORE_ITEM)
    return not (ended.endswith("!") and text[start : start + 1].islower())


def _passed_over(text: str) -> Iterator[int]:
    for match in _PASSED_OVER.finditer(text):
        inner = match[0].rstrip().rstrip("\"'”’)")
        is_bracketed = match[0].rstrip().endswith(")")
        before = text[max(0, match.start() - _LOOKED_BACK) : match.start()] + inner
        if not (is_bracketed and _ABBREVIATION.search(before)):
            yield match.end()
