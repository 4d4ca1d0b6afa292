"""The figures of a text: numbers in digits and in words, with units, signs and scales. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from reviewer.text.views import clean

PERCENT, POINTS, PERCENT_POINTS = "%", "points", "pp"
TIMES, SHARE, ORDINAL, ABOUT, MAJORITY = "×", "share", "ordinal", "about", "majority"
"""Units of figures that are no measures. A share is a part of one; ABOUT is "hundreds of"."""

HYPHENS = "-‐‑"
_HYPHEN = r"\-‐‑"  # the same within a class of characters
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
_LETTERS_OF_SCALES = {"k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9, "b": 10**9, "T": 10**12} | {
    "bn": 10**9,
    "mn": 10**6,
}
_PARTS = "half third quarter fifth sixth seventh eighth ninth tenth".split()
_PART_VALUES = (
    {"quarter": 4}
    | {p: n for n, p in enumerate(_PARTS, start=2) if p != "quarter"}
    | {p: n for n, p in enumerate("fifth sixth seventh eighth ninth tenth".split(), start=5)}
)
_MULTIPLES = {"twice": 2, "thrice": 3, "doubl": 2, "tripl": 3, "quadrupl": 4, "quintupl": 5}

# Unit -> the measure that it belongs to, and how many of the measure's base units it has. A month
# has no fixed number of days: months and years are a measure of their own.
_MEASURES: dict[str, str] = {}
_BASES: dict[str, Decimal] = {}
for _name, _units in {
    "seconds": "ms=0.001 millisecond=0.001 milliseconds=0.001 s=1 sec=1 secs=1 second=1 seconds=1 "
    "min=60 mins=60 minute=60 minutes=60 h=3600 hr=3600 hrs=3600 hour=3600 hours=3600 "
    "day=86400 days=86400 week=604800 weeks=604800 wk=604800 wks=604800",
    "months": "month=1 months=1 year=12 years=12 yr=12 yrs=12",
    "metres": "nm=1e-9 μm=1e-6 µm=1e-6 um=1e-6 mm=0.001 cm=0.01 m=1 km=1000",
    "grams": "ng=1e-9 μg=1e-6 µg=1e-6 mcg=1e-6 mg=0.001 g=1 kg=1000",
    "litres": "μl=1e-6 µl=1e-6 ml=0.001 mL=0.001 dl=0.1 dL=0.1 l=1 L=1",
    "bytes": "KB=1e3 MB=1e6 GB=1e9 TB=1e12 PB=1e15",
    "hertz": "Hz=1 kHz=1e3 MHz=1e6 GHz=1e9",
    "watts": "mW=0.001 W=1 kW=1e3 MW=1e6",
}.items():
    for _pair in _units.split():
        _unit, _, _base = _pair.partition("=")
        _MEASURES[_unit], _BASES[_unit] = _name, Decimal(_base)

_LETTER = "A-Za-zÀ-ÖØ-öø-ɏͰ-ӿ_"  # a digit after Chinese, Japanese or Thai letters is not a name
_DIGITS = (
    r"\d{1,3}(?:[, \u2009\u202f]\d{3})+(?:\.\d+)?(?!\d)|(?<!\d,)\d+,\d{1,2}(?![\d,])"
    r"|\d+(?:\.\d+)*|(?<!\.)\.\d+"
)
_POWER = (
    r"(?P<e>[eE][-−+]?\d+)|(?P<raised>\^\{?[-−+]?\d+\}?)|(?P<small>⁻?[⁰¹²³⁴-⁹]+)"
    r"|(?P<tens>\s?(?:[xX×]|\$?\\(?:times|cdot)\$?)\s?10(?:\^\{?[-−]?\d+\}?|⁻?[⁰¹²³⁴-⁹]+))"
)
_SIGNED_DIGITS = re.compile(
    rf"(?P<sign>(?<![\w{_HYPHEN}])[-−](?=[\d.]))?(?P<digits>{_DIGITS})(?:{_POWER})?"
)
_UNDER_100 = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_ONES)}))?|{'|'.join([*_TEENS, *_ONES])})"
)
_SCALE_WORDS = "|".join(_SCALES)
_WORDS = re.compile(
    rf"\b(?:{_UNDER_100}(?:[\s-]hundred(?:\s(?:and\s)?{_UNDER_100})?)?"
    rf"(?:[\s-](?:{_SCALE_WORDS}))*|(?P<half>half\sa(?:\s|-))?(?:{_SCALE_WORDS}))"
    rf"(?P<and_half>(?:\s|-)and(?:\s|-)a(?:\s|-)half)?(?=\b|fold)",
    re.IGNORECASE,
)
_NAMED_NUMBERS = re.compile(
    r"\b(?:[Zz]ero|[Oo]ne|[Ff]ew|[Mm]any)-?[Ss]hot\b|\b(?:near|non|sub)-?zero\b"
    r"|\b[Oo]ne-(?:hot|sided|step|off|to-(?:one|many))\b|\b[Zz]ero-(?!\s)[a-z]+"
    r"|\b[A-Z]\w*[ -]Zero\b(?! ?(?:%|[Pp]er ?cent))"  # Absolute Zero, R1-Zero
)
# What follows the digits: one of these at most.
_SCALE_AFTER = re.compile(
    rf"\+?[\s-]?(?P<word>(?i:{_SCALE_WORDS}))\b|(?P<letter>bn|mn|[kKMBbT])(?![A-Za-z]|-?[A-Z]{{2}})"
    r"|\s(?P<far>[KMBT])(?=[\s-](?:param|token))",
)
_PERCENT_AFTER = re.compile(
    r"(?P<pp>\s?\(?-?(?:percentage|percent|%)[ -]points?\b|\s?p\.\s?p\.|\s?pps?\b)"
    r"|(?P<percent>\s?\$?\\?%|[\s-]?per\s?cent\b)|(?P<points>[\s-](?:points?|pts?)\b)",
    re.IGNORECASE,
)
_TIMES_AFTER = re.compile(
    r"[\s-]?(?:fold\b|times\b)|\s?(?:×|\$?\\times\$?)(?!\s?\d)|\s?[xX](?![\w])", re.IGNORECASE
)
_ORDINAL_AFTER = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_UNIT_AFTER = re.compile(rf"[\s-]?({'|'.join(sorted(_MEASURES, key=len, reverse=True))})(?![\w])")
_DECADE = re.compile(r"(?:1[5-9]|20)\d0s")
_MAGNITUDE_AFTER = re.compile(r"[\s-]orders?[\s-]of[\s-]magnitude\b", re.IGNORECASE)
_PART_AFTER = re.compile(
    rf"[\s-]({'|'.join(_PARTS[1:])})s?\b(?!\s\d)(?!\s(?:line|group|study|paper|work)s?\b)",
    re.IGNORECASE,
)
_FACTOR_BEFORE = re.compile(r"\bfactors?\sof\s(?:about\s|roughly\s|over\s)?$", re.IGNORECASE)

# Digits that are no figure: places in a paper, marks, parts of names.
_POINTER_BEFORE = re.compile(
    r"(?:\b(?:[Tt]ables?|[Ff]igures?|[Ss]ections?|[Cc]hapters?|[Aa]ppendi(?:x|ces)|[Ee]quations?"
    r"|[Tt]heorems?|[Ll]emmas?|[Aa]lgorithms?|[Ff]ootnotes?|[Pp]ages?|Refs?\.?)"
    r"|\b(?:[Tt]ab|[Ff]igs?|[Ss]ecs?|[Ee]qs?|[Aa]lg|[Nn]o)\.|(?<![\w.])pp?\.|§)\s?\(?$"
)
_NAME_BEFORE = re.compile(rf"[{_LETTER}][\w.^{{}}$'’+{_HYPHEN}]*[\w^{{$}}{_HYPHEN}+]$|[{_LETTER}]$")
_LETTERS_AFTER = re.compile(rf"[{_LETTER}]+|[{_HYPHEN}](?=[A-Z]+(?![a-z]))[A-Z]+|['′’](?=[-A-Z])")
_COUNTED_BEFORE = re.compile(r"\b(?:[Tt]op|[Rr]ank|by|[Uu]nder|[Oo]ver)[-‐‑]$")
_LIST_MARK = re.compile(r"(?<![\w)])\((?P<n>[1-9])\)(?=\s)|(?<![\w.(])(?P<m>[1-9])\)(?=\s)")

_RANGE = re.compile(r"\s?(?:[-‐‑–−~/]|to|through|versus|vs\.?)\s?[+]?|\sto\s[+]?", re.IGNORECASE)
_AND = re.compile(r",?\s(?:and|or|vs\.?|versus)\s|,\s", re.IGNORECASE)

_PART_WORDS = re.compile(
    r"(?P<half>\bhal(?:f|ves|ved|ving)\b|\bhalve\b)"
    r"|\b(?:a|one)[\s-](?P<part>third|quarter|fifth|sixth|seventh|eighth|ninth|tenth)\b"
    r"(?=[\s,]+(?:of|fewer|less|more|lower|higher|smaller|larger|as|the)\b|[.,;:)]|$)"
    r"|\b(?P<by>by|nearly|almost|about|roughly|over|than|only)\sa\s"
    r"(?P<bare>third|quarter|fifth|tenth)\b",
    re.IGNORECASE,
)
_NO_HALF = re.compile(
    r"\b(?:first|second|other|latter|lower|upper|top|bottom|remaining|last)[\s-]$", re.IGNORECASE
)
_MULTIPLE_WORDS = re.compile(
    r"\b(?:(?P<word>twice|thrice)|(?P<verb>doubl|tripl|quadrupl|quintupl)(?:e[ds]|ing)\b(?!-)"
    r"|(?P<base>doubl|tripl|quadrupl|quintupl)e(?=\s(?:the|that|those|its|their|this|in)\b)"
    r"|(?P<order>an?\sorders?[\s-]of[\s-]magnitude))\b",
    re.IGNORECASE,
)
_VERB_AFTER = re.compile(r"\s(?:the|that|its?|them|their|in|from|to|when|over)\b")
_ABOUT_WORDS = re.compile(r"\b(dozen|hundred|thousand|million|billion|trillion)s\b", re.IGNORECASE)
_MAJORITY_WORD = re.compile(r"\b(?:an?|the)\s(?:\w+\s)?majority\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_MIDDLE_DOT = re.compile(r"(?<=\d)·(?=\d)")  # a decimal point, as in 1·7
_LARGEST_POWER = 400
_SHORT_FROM, _SHORT_DIGITS = 10**6, 4
_SHORT = {"T": 10**12, "B": 10**9, "M": 10**6}


@dataclass(frozen=True)
class Figure:
    """A figure at the half-open range `start:end` of its text.

    `number` is the number as it is written, with its scale: 7 billion is 7,000,000,000. `unit` is
    empty, one of the units above, or a measure such as "seconds"; `amount` is the number in that
    measure's base unit (2 hours are 7,200), of a share a part of one. `written_unit` is the unit of
    a measure as written. `may_be` has what a list could mean: in "2, 3 or 4%" 2 may be 2%.
    """

    start: int
    end: int
    text: str
    number: Decimal
    unit: str = ""
    amount: Decimal = Decimal(0)
    written_unit: str = ""
    scale: int = 1
    is_word: bool = False
    may_be: tuple[Figure, ...] = ()

    @property
    def spelling(self) -> str:
        """The figure in one spelling: `8.4%`, `7B`, `3`, `2×`, `3 hours`."""
        if self.unit in (MAJORITY, ABOUT):
            return self.text.lower()
        digits = spell_number(self.number)
        if self.unit == SHARE:
            return spell_number(round(self.amount, 4))
        if self.unit in (PERCENT, TIMES):
            return digits + self.unit
        if self.unit == PERCENT_POINTS:
            return f"{digits} percentage points"
        if self.unit == ORDINAL:
            return f"{digits}th"
        return f"{digits} {self.written_unit}".rstrip()


def spell_number(number: Decimal) -> str:
    """`8.4` for 8.40, `1000` for 1E+3, `7B` for 7,000,000,000."""
    for letter, size in _SHORT.items():
        if abs(number) >= size and abs(number) < 1000 * size:
            short = number / size
            if len(short.normalize().as_tuple().digits) <= _SHORT_DIGITS:
                return _plain(short) + letter
    return _plain(number)


def figures_in(text: str) -> set[str]:
    """The figures of a text in one spelling: `8.4%`, `7B`, `3`, `2×`, `0.5` for "half".

    The single word "one" does not count: it is a pronoun far more often than a number.
    """
    found = read_figures(clean(text))
    return {f.spelling for f in found if not (f.is_word and f.number == 1 and not f.unit)}


def figure_spans(text: str) -> list[tuple[int, int]]:
    """Half-open ranges of the numbers in digits, with signs and units; digits of names, of places
    ("Table 7") and of list marks do not count."""
    return [(f.start, f.end) for f in read_figures(text) if not f.is_word]


def read_figures(text: str) -> tuple[Figure, ...]:
    """The figures of a cleaned text in their order. Digits in names are no figures."""
    plain = _with_ascii_digits(text)
    digits = list(_in_digits(plain))
    taken = _blank(plain, digits)
    for match in _NAMED_NUMBERS.finditer(taken):
        taken = _blanked(taken, match.start(), match.end())
    words: list[Figure] = []
    for read in (_multiples, _in_words, _parts, _vague):
        words += (found := list(read(taken)))
        taken = _blank(taken, found)
    return tuple(_with_shared_units(plain, sorted([*digits, *words], key=lambda f: f.start)))


def measure_of(unit: str) -> str | None:
    """The measure that a written unit belongs to: "seconds" for `hours`; None for other units."""
    return _MEASURES.get(unit)


def base_of(unit: str) -> Decimal:
    """How many of its measure's base units a written unit has: 3,600 for `hours`."""
    return _BASES[unit]


def _in_digits(text: str) -> Iterator[Figure]:
    marks = _list_marks(text)
    end = 0
    for match in _SIGNED_DIGITS.finditer(text):
        start = match.start()
        if start < end or match.start("digits") in marks:
            continue
        number = _number(match)
        if number is None:  # a version such as 1.2.3
            continue
        figure = _with_unit(text, match.start(), match.end(), number, is_word=False)
        if _is_name(text, match, figure):
            continue
        end = figure.end
        yield figure


def _number(match: re.Match[str]) -> Decimal | None:
    digits = match["digits"]
    if re.fullmatch(r"\d+,\d{1,2}", digits):  # a decimal comma, as in 8,4
        digits = digits.replace(",", ".")
    digits = re.sub(r"[,\s]", "", digits)
    if digits.count(".") > 1:
        return None
    number = Decimal(digits)
    if power := match["e"]:
        number = _raised(number, Decimal(10), power[1:])
    elif power := match["raised"] or match["small"]:
        is_power = number == 10 or match["raised"] or "." not in digits
        number = _power(number, power) if is_power else number
    elif power := match["tens"]:
        number = _raised(number, Decimal(10), power[power.rindex("10") + 2 :])
    return -number if match["sign"] else number


def _exponent(written: str) -> int:
    plain = written.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--"))
    exponent = int(re.sub(r"[^\d-]", "", plain))
    return max(-_LARGEST_POWER, min(_LARGEST_POWER, exponent))


def _raised(number: Decimal, base: Decimal, written: str) -> Decimal:
    return number * base ** _exponent(written)


def _power(number: Decimal, written: str) -> Decimal:
    exponent = _exponent(written)
    return number if not number and exponent < 1 else number**exponent


def _with_unit(text: str, start: int, end: int, number: Decimal, *, is_word: bool) -> Figure:
    """The figure with the scale and the unit that follow the number."""
    scale = 1
    if match := _SCALE_AFTER.match(text, end):
        found = match["letter"] or match["far"]
        scale = _SCALES[match["word"].lower()] if match["word"] else _LETTERS_OF_SCALES[found]
        end = match.end()
    figure = Figure(start, end, text[start:end], number * scale, scale=scale, is_word=is_word)
    for read in (_percentage, _multiple, _ordinal, _part, _measure):
        if (whole := read(text, figure)) is not None:
            return replace(whole, text=text[start : whole.end])
    return figure


def _percentage(text: str, figure: Figure) -> Figure | None:
    match = _PERCENT_AFTER.match(text, figure.end)
    if match is None:
        return None
    if match["points"]:  # which are no part of the figure: they could be of any scale
        return replace(figure, unit=POINTS)
    return replace(figure, end=match.end(), unit=PERCENT_POINTS if match["pp"] else PERCENT)


def _multiple(text: str, figure: Figure) -> Figure | None:
    if match := _MAGNITUDE_AFTER.match(text, figure.end):
        orders = min(abs(figure.number), Decimal(_LARGEST_POWER))
        return replace(figure, end=match.end(), number=Decimal(10) ** orders, unit=TIMES)
    if match := _TIMES_AFTER.match(text, figure.end):
        return replace(figure, end=match.end(), unit=TIMES)
    is_factor = _FACTOR_BEFORE.search(text[max(0, figure.start - 24) : figure.start])
    return replace(figure, unit=TIMES) if is_factor else None


def _ordinal(text: str, figure: Figure) -> Figure | None:
    match = None if figure.is_word else _ORDINAL_AFTER.match(text, figure.end)
    return replace(figure, end=match.end(), unit=ORDINAL) if match else None


def _part(text: str, figure: Figure) -> Figure | None:
    match = _PART_AFTER.match(text, figure.end) if figure.is_word else None
    if match is None:
        return None
    share = figure.number / _PART_VALUES[match[1].lower()]
    return replace(figure, end=match.end(), unit=SHARE, amount=share)


def _measure(text: str, figure: Figure) -> Figure | None:
    match = _UNIT_AFTER.match(text, figure.end)
    if match is None or _DECADE.fullmatch(text, figure.start, match.end()):
        return None
    amount = figure.number * _BASES[match[1]]
    measure = _MEASURES[match[1]]
    return replace(figure, end=match.end(), unit=measure, amount=amount, written_unit=match[1])


def _is_name(text: str, match: re.Match[str], figure: Figure) -> bool:
    """True for digits inside a name (GPT-4, Llama-2-7B, Med-R^3, 5-HT, 3v3) and for a place in the
    paper."""
    start = match.start("digits")
    before = text[max(0, start - 40) : start]
    if _POINTER_BEFORE.search(before):
        return True
    if _NAME_BEFORE.search(before):
        is_product = re.search(r"\d[xX×]$", before)  # 3x5
        is_percent = figure.unit in (PERCENT, PERCENT_POINTS) and before[-1] in HYPHENS
        if not (is_product or is_percent or _COUNTED_BEFORE.search(before)):
            return True
    if figure.end > match.end():
        return False
    after = _LETTERS_AFTER.match(text, match.end())
    if after is None:
        return False
    following = after[0]
    if re.match(r"[xX×]\d", text[after.start() : after.start() + 2]):
        return False
    is_word = following.islower() and not text[after.end() : after.end() + 1].isdigit()
    return not is_word


def _list_marks(text: str) -> set[int]:
    """Places of the digits of a list in a sentence: `(1) this and (2) that`."""
    found = {int(m["n"] or m["m"]): m.start("n" if m["n"] else "m") for m in
             _LIST_MARK.finditer(text)}  # fmt: skip
    return set(found.values()) if {1, 2} <= found.keys() else set()


def _in_words(text: str) -> Iterator[Figure]:
    for match in _WORDS.finditer(text):
        number, named = Decimal(0), match[0].lower()
        words = [w for w in _WORD.findall(named) if w not in ("a", "and", "half")]
        for word in words:
            if word in _SCALES:
                number = max(number, Decimal(1)) * _SCALES[word]
            else:
                number += _VALUES.get(word, 0)
        if match["half"]:
            number /= 2
        if match["and_half"]:
            number += Decimal("0.5")
        yield _with_unit(text, match.start(), match.end(), number, is_word=True)


def _multiples(text: str) -> Iterator[Figure]:
    for match in _MULTIPLE_WORDS.finditer(text):
        if match[0].lower() == "triples" and not _VERB_AFTER.match(text, match.end()):
            continue  # triples of a knowledge graph
        stem = (match["word"] or match["verb"] or match["base"] or "").lower()
        number = Decimal(_MULTIPLES.get(stem, 10))
        yield _word(match, number, TIMES, number)


def _parts(text: str) -> Iterator[Figure]:
    for match in _PART_WORDS.finditer(text):
        start = match.start()
        if match["half"]:
            is_no_share = _NO_HALF.search(text[max(0, start - 12) : start])
            if is_no_share or re.match(r"-?lives?|-?life", text[match.end() :]):
                continue
            yield _word(match, Decimal("0.5"), SHARE, Decimal("0.5"))
            continue
        share = Decimal(1) / _PART_VALUES[(match["part"] or match["bare"]).lower()]
        found = _word(match, share, SHARE, share)
        if match["by"]:  # not a part of the figure
            start = match.end("by") + 1
            found = replace(found, start=start, text=text[start : match.end()])
        yield found


def _vague(text: str) -> Iterator[Figure]:
    for match in _ABOUT_WORDS.finditer(text):
        size = Decimal(_SCALES[match[1].lower()])
        yield _word(match, size, ABOUT, size)
    for match in _MAJORITY_WORD.finditer(text):
        yield _word(match, Decimal("0.5"), MAJORITY, Decimal("0.5"))


def _word(match: re.Match[str], number: Decimal, unit: str, amount: Decimal) -> Figure:
    return Figure(match.start(), match.end(), match[0], number, unit, amount, is_word=True)


def _with_shared_units(text: str, figures: list[Figure]) -> list[Figure]:
    """The figures, with the unit of the next one where a range or a list gives it once: in "5 to
    10%" 5 is 5%, in "2, 3 and 4%" 2 may be 2%."""
    shared = list(figures)
    for place in range(len(figures) - 2, -1, -1):
        this, following = shared[place], shared[place + 1]
        between = text[this.end : following.start]
        if this.unit or this.scale > 1 or (not following.unit and following.scale == 1):
            continue
        if following.unit in (ORDINAL, ABOUT, MAJORITY, SHARE, TIMES) and following.is_word:
            continue
        is_range = _RANGE.fullmatch(between) is not None
        if not is_range and not _AND.fullmatch(between):
            continue
        factor = following.amount / following.number if following.number else Decimal(1)
        number = this.number * following.scale
        meant = replace(
            this,
            number=number,
            unit=following.unit,
            amount=number * factor if following.written_unit else number,
            written_unit=following.written_unit,
            scale=following.scale,
        )
        shared[place] = (
            replace(meant, may_be=(this,)) if is_range else replace(this, may_be=(meant,))
        )
    return shared


def _with_ascii_digits(text: str) -> str:
    """The text, as long as it was, with ASCII digits and percent signs for those of other scripts;
    5² stays."""
    if text.isascii():
        return text
    ascii_digits = (str(int(c)) if c.isdecimal() else c for c in text)
    plain = "".join(ascii_digits).replace("％", "%").replace("٪", "%")
    return _MIDDLE_DOT.sub(".", plain)


def _blank(text: str, figures: list[Figure]) -> str:
    for figure in figures:
        text = _blanked(text, figure.start, figure.end)
    return text


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + "\x00" * (end - start) + text[end:]


def _plain(number: Decimal) -> str:
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
