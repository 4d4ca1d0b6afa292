"""Which figures a sentence states, and which of them its quotes do not. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORDS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
    "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70",
    "eighty": "80", "ninety": "90", "hundred": "100", "thousand": "1000", "million": "1000000",
    "billion": "1000000000", "dozen": "12", "half": "half", "twice": "twice", "double": "twice",
    "doubles": "twice", "doubled": "twice", "triple": "triple", "tripled": "triple",
}  # fmt: skip
# A number that is not the tail of a name: GPT-4, Qwen2.5, R1 and H100 are names.
_NUMBER = re.compile(
    r"(?<![\w.])(?<![A-Za-z][-‐‑])(?P<sign>(?<!\w)[-−+])?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<unit>\s?%|\s?(?:percent|per cent)\b|[A-Za-z×²³]*)"
)
_WORD = re.compile(r"[A-Za-z]+")


def figures_in(text: str) -> set[str]:
    """The numbers of a text, digits and words alike, in one spelling: `8.4%`, `7B`, `3`, `twice`.

    "One" is not counted: it is an article or a pronoun far more often than a number.
    """
    found = {_spelt(match) for match in _NUMBER.finditer(text)}
    return found | {_WORDS[w.lower()] for w in _WORD.findall(text) if w.lower() in _WORDS}


def figures_without_proof(claim: str, quotes: Iterable[str], years: Iterable[int]) -> list[str]:
    """Figures that the claim states and that stand in none of its quotes and are no year of a paper
    that it cites. `3%` in the claim needs `3%` in a quote; `3x` and `3` are the same."""
    known = {figure for quote in quotes for figure in figures_in(quote)} | {str(y) for y in years}
    return sorted(figures_in(claim) - known)


def _spelt(match: re.Match[str]) -> str:
    sign = "-" if match["sign"] in ("-", "−") else ""
    digits = match["digits"].replace(",", "")
    if "." in digits:
        digits = (digits if digits[0] != "." else "0" + digits).rstrip("0").rstrip(".")
    unit = match["unit"].strip()
    if unit in ("%", "percent", "per cent"):
        return f"{sign}{digits}%"
    return f"{sign}{digits}{'' if unit in ('x', '×') else unit}"
