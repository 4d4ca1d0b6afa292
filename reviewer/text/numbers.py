"""The figures (numbers) that a sentence states, and those that its quotes do not. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from reviewer.text.views import clean

_ONES = "one two three four five six seven eight nine".split()
_TEENS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen zero".split()
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = dict(zip([*_ONES, *_TEENS], [*range(1, 20), 0], strict=True)) | {
    word: 10 * tens for tens, word in enumerate(_TENS, start=2)
}
_SCALES = {"dozen": 12, "hundred": 100} | {
    word: 1000**n for n, word in enumerate("thousand million billion trillion".split(), start=1)
}
_SHARES = dict(
    pair.split("=")
    for pair in "half=half twice=twice double=twice doubles=twice doubled=twice "
    "triple=triple triples=triple tripled=triple".split()
)
_NAMED_NUMBERS = re.compile(
    r"\b(?:[Zz]ero|[Oo]ne|[Ff]ew|[Mm]any)-?[Ss]hot\b"
    r"|\b[A-Z]\w*[ -]Zero\b(?! ?(?:%|[Pp]er ?cent))"  # Absolute Zero, R1-Zero
)

_LETTERS = "A-Za-zÀ-ɏͰ-ӿ_"  # a digit after Chinese, Japanese or Thai letters is not a name
HYPHENS = "-‐‑"
_PERCENT = r"\s?(?:%|percent\b|per cent\b)"
_DIGITS = (
    r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?(?!\d)|(?<!\d,)\d+,\d{1,2}(?![\d,])|\d+(?:\.\d+)*|(?<!\.)\.\d+"
)
# GPT-4, Qwen2.5, R1 and H100 are names; a percentage after a hyphen is not.
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
    rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_ONES)}))?|{'|'.join([*_TEENS, *_ONES])})"
)
_WORDS = re.compile(
    rf"\b(?:{_UNDER_100}(?:[\s-]hundred(?:\s(?:and\s)?{_UNDER_100})?)?"
    rf"(?:[\s-](?:{'|'.join(_SCALES)}))*|(?:{'|'.join(_SCALES)}))\b(?P<percent>{_PERCENT})?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+")


def figures_in(text: str) -> set[str]:
    """The numbers of a text, in digits and in words, in one spelling: `8.4%`, `7B`, `3`, `twice`.

    The single word "one" does not count: it is a pronoun far more often than a number.
    """
    plain = _NAMED_NUMBERS.sub(" ", _with_ascii_digits(clean(text)))
    figures = {_figure(match) for match in _NUMBER.finditer(plain)}
    rest = _NUMBER.sub(" , ", plain)
    words = (match for match in _WORDS.finditer(rest) if match.group(0).lower() != "one")
    shares = {_SHARES[w.lower()] for w in _WORD.findall(rest) if w.lower() in _SHARES}
    return figures | {_figure_of_words(match) for match in words} | shares


def figure_spans(text: str) -> list[tuple[int, int]]:
    """Half-open ranges of the numbers in digits, with signs and units; digits of names do not
    count."""
    return [match.span() for match in _NUMBER.finditer(text)]


def figures_without_proof(claim: str, quotes: Iterable[str], years: Iterable[int]) -> list[str]:
    """Figures of the claim that are in none of its quotes and are not among `years`, those of the
    papers that it cites. `3%` in the claim needs `3%` in a quote; `3x` and `3` are the same."""
    known = {figure for quote in quotes for figure in figures_in(quote)} | {str(y) for y in years}
    return sorted(figures_in(claim) - known)


def _with_ascii_digits(text: str) -> str:
    """The text with ASCII digits and percent signs for those of other scripts; 5² stays."""
    if text.isascii():
        return text
    ascii_digits = (str(int(c)) if c.isdecimal() else c for c in text)
    return "".join(ascii_digits).replace("％", "%").replace("٪", "%")


def _figure(match: re.Match[str]) -> str:
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


def _figure_of_words(match: re.Match[str]) -> str:
    number = 0
    for word in _WORD.findall(match.group(0).lower()):
        if word in _SCALES:
            number = max(number, 1) * _SCALES[word]
        else:
            number += _VALUES.get(word, 0)
    return f"{number}{'%' if match['percent'] else ''}"


def _plain(number: Decimal) -> str:
    """`8.4` for 8.40, `1000` for 1E+3."""
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
