"""Claims with their figures in another form, and with one figure altered, made of real sentences.

The forms are found by patterns of this file alone, not by the program's own reading of figures.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_NUMBER = r"(?<![\w.,/^$({\[+−-])(?<!\d[ -])(?<!hundred )(?<!Tables )(?<!type )(?<!p\. )(?<!‐)"
_END = r"(?![\w/^×]|[.,:]\d|-[A-Z\d]|\s?[x×±+]\s?\d|[\])]|\)|\s\d{3}\b)"
Rewrite = Callable[[re.Match[str]], str]


@dataclass(frozen=True)
class Pair:
    """A claim, the sentence that it cites, and what was done to it."""

    claim: str
    quote: str
    change: str


def _as_word(match: re.Match[str]) -> str:
    return WORDS[int(match[1])]


def _as_digit(match: re.Match[str]) -> str:
    return str(WORDS.index(match[1].lower()))


_SMALL = rf"(?<!ty[ -])(?<!hundred )(?:{'|'.join(WORDS[2:])})"
FORMS: dict[str, tuple[str, str | Rewrite]] = {
    "size spelt": (rf"{_NUMBER}(\d+(?:\.\d+)?)B\b(?=[ ,.]|-param)", r"\1 billion"),
    "size short": (rf"{_NUMBER}(\d+(?:\.\d+)?) billion\b", r"\1B"),
    "millions short": (rf"{_NUMBER}(\d+(?:\.\d+)?) million\b", r"\1M"),
    "percent spelt": (rf"{_NUMBER}(\d+(?:\.\d+)?)\\?%(?![\w)-])", r"\1 percent"),
    "percent sign": (rf"{_NUMBER}(\d+(?:\.\d+)?) percent(?!age)\b", r"\1%"),
    "half": (rf"{_NUMBER}50\\?%(?= of)", "half"),
    "points of percent": (rf"{_NUMBER}(\d+(?:\.\d+)?) percentage points", r"\1 p.p."),
    "points": (rf"{_NUMBER}(\d+(?:\.\d+)?) percentage points", r"\1 points"),
    "word": (rf"{_NUMBER}([2-9]|1[0-2])(?= [a-z]{{4,}}){_END}", _as_word),
    "digit": (rf"\b({_SMALL})(?= [a-z]{{4,}})(?! thirds| quarters| fifths)", _as_digit),
    "fold": (rf"{_NUMBER}(\d+(?:\.\d+)?)(?:x|×| ?times)(?= [a-z])", r"\1-fold"),
    "twice": (rf"{_NUMBER}2(?:x|×| times|-fold)(?= [a-z])", "twice"),
    "doubled": (r"\b(?:two-?fold|doubled)\b", "twice"),
    "one decimal more": (rf"{_NUMBER}(\d+\.\d)(?=%| )(?! ?[a-z]?[×x])", r"\g<1>0"),
    "without comma": (rf"{_NUMBER}(\d{{1,3}}),(\d{{3}}){_END}", r"\1\2"),
    "thousands short": (rf"{_NUMBER}(\d{{1,3}}),000{_END}(?! ?[%-])", r"\1k"),
    "hyphen": (rf"{_NUMBER}(\d+)-(?=week|month|year|day|hour)", r"\1 "),
    "fraction": (r"\bone[- ]third\b", "a third"),
    "over": (r"\b(?:more than|over) (?=\d)", "at least "),
    "as it is": (rf"{_NUMBER}(\d+(?:\.\d+)?)(?=[ %])", r"\1"),
}  # fmt: skip
ADDED = (
    "it halves the cost", "accuracy doubles", "by a third", "error falls tenfold",
    "a majority of runs improve", "by an order of magnitude", "by a quarter", "twice as often",
)  # fmt: skip
_ALTERED = re.compile(rf"{_NUMBER}(\d+(?:[.,]\d+)*)(?=[ %]|\\%|B |B-|-(?:week|month|year))(?!% CI)")
_ALTERED_WORD = re.compile(rf"\b({_SMALL})(?= [a-z]{{4,}})")
_UNITS = {
    "billion": "million", "million": "billion", "hours": "days", "days": "weeks",
    "weeks": "months", "months": "years", "years": "months", "minutes": "hours",
    "percent": "points", "mg": "g", "kg": "g",
}  # fmt: skip
_UNIT = re.compile(rf"{_NUMBER}(\d+(?:\.\d+)?) ({'|'.join(_UNITS)})\b")

_ANY_SHARE = re.compile(
    r"half|halv|most|major|doubl|twice|two|third|three|quarter|four|ten|magnitude|fold|times|both"
    r"|[%\d]",
    re.IGNORECASE,
)


def true_pairs(sentences: Iterable[str]) -> Iterator[Pair]:
    """Each sentence with each form that it can be written in."""
    for sentence in sentences:
        for change, (pattern, new) in FORMS.items():
            claim = re.sub(pattern, new, sentence)
            if re.search(pattern, sentence) and (claim != sentence or change == "as it is"):
                yield Pair(claim, sentence, change)


def altered_pairs(sentences: Iterable[str], chance: random.Random) -> Iterator[Pair]:
    """Each sentence with one figure changed, each kind of change that it allows."""
    for sentence in sentences:
        found = [m for m in _ALTERED.finditer(sentence) if m[1] not in ("0", "1")]
        if found:
            match = chance.choice(found)
            if (new := _another(match[1], sentence, chance)) is not None:
                yield _changed(sentence, match, new, "digits")
        if words := list(_ALTERED_WORD.finditer(sentence)):
            match = chance.choice(words)
            others = [w for w in WORDS[2:] if w not in sentence.lower()
                      and not (w == "two" and "twice" in sentence)
                      and not re.search(rf"(?<!\d){WORDS.index(w)}(?!\d)", sentence)]  # fmt: skip
            yield _changed(sentence, match, chance.choice(others), "word")
        if units := list(_UNIT.finditer(sentence)):
            match = chance.choice(units)
            changed = f"{match[1]} {_UNITS[match[2]]}"
            if len(re.findall(rf"\b{re.escape(match[1])}\b", sentence)) == 1:
                yield _changed(sentence, match, changed, "unit")
        if not _ANY_SHARE.search(sentence):
            added = chance.choice(ADDED)
            yield Pair(f"{sentence.rstrip('. ')}: {added}.", sentence, "added")


def _another(number: str, sentence: str, chance: random.Random) -> str | None:
    """The number with one digit changed, so that the sentence does not have it in any form."""
    for _ in range(20):
        place = chance.choice([i for i, c in enumerate(number) if c.isdigit()])
        digit = chance.choice("123456789")
        new = number[:place] + digit + number[place + 1 :]
        plain = new.replace(",", "")
        word = WORDS[int(plain)] if plain.isdigit() and int(plain) < len(WORDS) else "\0"
        known = sentence.replace(",", "").lower()
        is_known = word in known or re.search(rf"(?<!\d){re.escape(plain)}(?!\d)", known)
        if new != number and not is_known:
            return new
    return None


def _changed(sentence: str, match: re.Match[str], new: str, change: str) -> Pair:
    return Pair(sentence[: match.start()] + new + sentence[match.end() :], sentence, change)
