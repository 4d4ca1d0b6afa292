"""Which figures a sentence states, and which of them its quotes do not. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from reviewer.text.views import clean

_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9,
}  # fmt: skip
_TEENS = {
    "zero": 0, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {
    "dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9,
    "trillion": 10**12,
}  # fmt: skip
_SHARES = {
    "half": "half", "twice": "twice", "double": "twice", "doubles": "twice", "doubled": "twice",
    "triple": "triple", "triples": "triple", "tripled": "triple",
}  # fmt: skip
_VALUES = _ONES | _TEENS | _TENS | _SCALES
_NAMED_NUMBERS = re.compile(
    r"\b(?:[Zz]ero|[Oo]ne|[Ff]ew|[Mm]any)-?[Ss]hot\b"
    r"|\b[A-Z]\w*[ -]Zero\b(?! ?(?:%|[Pp]er ?cent))"  # Absolute Zero, R1-Zero
)

_LETTERS = "A-Za-zÀ-ɏͰ-ӿ_"  # Chinese, Japanese or Thai letters before a digit make no name
HYPHENS = "-‐‑"
_PERCENT = r"\s?(?:%|percent\b|per cent\b)"
_DIGITS = (
    r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?(?!\d)|(?<!\d,)\d+,\d{1,2}(?![\d,])|\d+(?:\.\d+)*|(?<!\.)\.\d+"
)
# GPT-4, Qwen2.5, R1 and H100 are names; a hyphen before a percentage makes none.
_NUMBER = re.compile(
    rf"(?:(?<![{_LETTERS}\d])|(?<=\d[xX×]))(?<!\d\.)"
    rf"(?:(?<![{_LETTERS}][{HYPHENS}])|(?=[\d.]+{_PERCENT}))"
    rf"(?P<sign>(?<!\w)[-−+])?(?P<digits>{_DIGITS})(?P<power>[eE][-−+]?\d+)?"
    rf"(?P<scale>[\s-](?:{'|'.join(_SCALES)})\b)?"
    rf"(?:(?P<percent>{_PERCENT})|(?P<shared>(?=\s?(?:[-‐‑–−]|to\s)\s?[\d.]+{_PERCENT}))"  # 5-10%
    r"|(?P<other>[A-Za-z×⁰¹²³⁴-⁻]*))",
    re.IGNORECASE,
)
_UNDER_100 = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_ONES)}))?|{'|'.join({**_TEENS, **_ONES})})"
)
_WORDS = re.compile(
    rf"\b(?:{_UNDER_100}(?:[\s-]hundred(?:\s(?:and\s)?{_UNDER_100})?)?"
    rf"(?:[\s-](?:{'|'.join(_SCALES)}))*|(?:{'|'.join(_SCALES)}))\b(?P<percent>{_PERCENT})?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+")


def figures_in(text: str) -> set[str]:
    """The numbers of a text, digits and words alike, in one spelling: `8.4%`, `7B`, `3`, `twice`.

    "One" alone is not counted: it is an article or a pronoun far more often than a number.
    """
    plain = _NAMED_NUMBERS.sub(" ", _with_ascii_digits(clean(text)))
    figures = {_spelt(match) for match in _NUMBER.finditer(plain)}
    rest = _NUMBER.sub(" , ", plain)
    words = (match for match in _WORDS.finditer(rest) if match.group(0).lower() != "one")
    shares = {_SHARES[w.lower()] for w in _WORD.findall(rest) if w.lower() in _SHARES}
    return figures | {_spelt_words(match) for match in words} | shares


def figure_spans(text: str) -> list[tuple[int, int]]:
    """Where the numbers written in digits stand, with their signs and units; names have none."""
    return [match.span() for match in _NUMBER.finditer(text)]


def figures_without_proof(claim: str, quotes: Iterable[str], years: Iterable[int]) -> list[str]:
    """Figures that the claim states and that stand in none of its quotes and are no year of a paper
    that it cites. `3%` in the claim needs `3%` in a quote; `3x` and `3` are the same."""
    known = {figure for quote in quotes for figure in figures_in(quote)} | {str(y) for y in years}
    return sorted(figures_in(claim) - known)


def _with_ascii_digits(text: str) -> str:
    """The text with the digits and percent signs of every script as ASCII has them; 5² stays."""
    if text.isascii():
        return text
    ascii_digits = (str(int(c)) if c.isdecimal() else c for c in text)
    return "".join(ascii_digits).replace("％", "%").replace("٪", "%")


def _spelt(match: re.Match[str]) -> str:
    sign = "-" if match["sign"] in ("-", "−") else ""
    digits = match["digits"].replace(" ", "")
    if re.fullmatch(r"\d+,\d{1,2}", digits):  # a decimal comma, as in 8,4
        digits = digits.replace(",", ".")
    digits = digits.replace(",", "")
    if digits.count(".") <= 1:
        scale = _SCALES[match["scale"][1:].lower()] if match["scale"] else 1
        digits = _plain(Decimal(digits) * scale)
    power = (match["power"] or "").lower().replace("−", "-").replace("+", "")
    if match["percent"] or match["shared"] is not None:
        return f"{sign}{digits}{power}%"
    return f"{sign}{digits}{power}{match['other'].strip('xX×')}"


def _spelt_words(match: re.Match[str]) -> str:
    worth = 0
    for word in _WORD.findall(match.group(0).lower()):
        if word in _SCALES:
            worth = max(worth, 1) * _SCALES[word]
        else:
            worth += _VALUES.get(word, 0)
    return f"{worth}{'%' if match['percent'] else ''}"


def _plain(number: Decimal) -> str:
    """`8.4` for 8.40, `1000` for 1E+3."""
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
