"""Whether the figures of a claim stand in its quotes, and where else they stand. Pure.

A figure counts as the same in every form that people write: 7B and 7 billion, 50% and half, twice
and two-fold, three and 3, 6.7 percentage points and 6.7 percent in absolute value. Another number,
another unit or another sign is another figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reviewer.text.numbers import (
    ABOUT,
    HYPHENS,
    MAJORITY,
    ORDINAL,
    PERCENT,
    PERCENT_POINTS,
    POINTS,
    SHARE,
    TIMES,
    Figure,
    read_figures,
)
from reviewer.text.views import clean

_NEAR_BEFORE, _NEAR_AFTER = 60, 40  # characters in which a word belongs to a figure
_MOST_COUNTED = 12
_MOST_IN_A_SUMMARY = 10  # "the two strands", "all three"
_NOT_MEASURES = ("", POINTS, PERCENT, PERCENT_POINTS, TIMES, SHARE, ORDINAL, ABOUT, MAJORITY)
_TOLERANCE = Decimal("0.005")  # of a share in words: "half" is 50.4% too
_ROUNDED_PLACES = 4  # of a share: 10.57%
_MOST_ROUNDED = Decimal("0.1")  # that "about" may differ
_MOST_BEYOND = Decimal("1.25")  # "over 500" may be 625 at most
_VAGUE_SIZES = 100  # "hundreds" are from 100 to less than 100 times 100

_FALLS = re.compile(
    r"\b(?:fall|fell|drop|declin|decreas|reduc|lower|loss|lose|lost|less|fewer|down|cut|shrink|"
    r"shrank|minus|wors|degrad|deteriorat|negativ|inverse|halv|smaller|cheaper|save|saving)\w*",
    re.IGNORECASE,
)
_SPEEDS = re.compile(r"\b(?:fast|speed|quick|cheap|efficien|fewer|less|reduc|smaller)\w*", re.I)
_RELATIVE = re.compile(r"\brelative(?:ly)?\b", re.IGNORECASE)
_ABSOLUTE = re.compile(r"\babsolute(?:ly)?\b", re.IGNORECASE)
_MORE_BEFORE = re.compile(
    r"(?:\b(?:more than|greater than|higher than|over|at least|above|exceed(?:s|ed|ing)?|beyond"
    r"|upwards of|no fewer than|no less than)|[>≥])\s*$",
    re.IGNORECASE,
)
_MORE_AFTER = re.compile(r"\s?\+|\sor more\b", re.IGNORECASE)
_LESS_BEFORE = re.compile(
    r"(?:\b(?:less than|fewer than|lower than|under|below|at most|up to|no more than)|[<≤])\s*$",
    re.IGNORECASE,
)
_ABOUT_BEFORE = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|some|circa|nearly|almost|close to|estimated)"
    r"|\bapprox\.|\bc\.|[~≈∼])\s*$",
    re.IGNORECASE,
)
_MOST = re.compile(r"\bmost\b(?!\s\w+ly\b)|\bmajority\b", re.IGNORECASE)
_BOTH = re.compile(r"\bboth\s(?!\S+\sand\b)([a-z]+s)\b", re.IGNORECASE)
_PAIRS = re.compile(r"\b(?:pair|couple|dual|twin)\b", re.IGNORECASE)
_SINGLE = re.compile(r"(?<!-)\b(?:one|single)\b(?!-)", re.IGNORECASE)
_PROBABILITY = re.compile(r"\bp(?:[\s-]values?)?(?:\sof)?\s?[<=>≤]?\s?$", re.IGNORECASE)
_SIZE_IN_NAME = re.compile(r"(?<=[\w.][-_])(\d+(?:\.\d+)?)[bB](?![\w])")  # Llama-2-7B
_IN_D = re.compile(r"(?<![\w.-])(\d)-?D\b")
_CARDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ORDINAL_WORDS = re.compile(rf"\b(?:{'|'.join(_CARDINALS)})\b", re.IGNORECASE)
_OUT_OF = re.compile(r"\s(?:out\s)?of\s(?:the\s|all\s|its\s|these\s)?|\sin\s(?:every\s)?|\s?/\s?")

_PAPER = r"(?:papers?|studies|study|works?|reports?|articles?|abstracts?|publications?|surveys?)\b"
_OF_PAPERS = (
    rf"(?:{_PAPER}|(?:reviews?|teams?|groups?|strands?|camps?|lines? of (?:work|research))\b)"
)
_COUNTS_PAPERS = re.compile(
    rf"\s(?:(?:more|other|further|recent|such|cited|of the|\w+al)\s)?{_OF_PAPERS}"
)
_OF_THEM = re.compile(r"\sof (?:them|these|those|the (?:papers|studies|works|reports))\b", re.I)
_BACK_BEFORE = re.compile(r"\b(?:the\s)?(?:latter|former|other|first|last|remaining)\s$", re.I)
_ALL_BEFORE = re.compile(r"\ball\s$", re.IGNORECASE)
_THE_BEFORE = re.compile(r"\b(?:the|these|those|between)\s$", re.IGNORECASE)
_NO_NOUN_AFTER = re.compile(
    r"\s*(?:$|[.,;:)\]]|\s(?:most|least|more|less|are|were|is|have|had|do|did|can|may|might|must"
    r"|should|could|will|would|in|on|to|at|as|by|for|from|with|and|or|but|than|that|which|when"
    r"|together|apart|differ|disagree|agree|diverge|conflict|find|found|report|show|use|both)\b)"
)
_BOTH_PAPERS = re.compile(rf"\bboth\s(?:(?:of\s)?(?:the|these|those)\s)?{_PAPER}", re.IGNORECASE)
_LISTED_AFTER = re.compile(r"(?P<named>(?:\s[\w'’-]+){1,5})\s?[:,(—–-]\s?(?P<list>[^.:;()]+)")
_LIST_PARTS = re.compile(r",\s(?:and|or)\s|,\s|\s(?:and|or)\s")
_TOKEN = re.compile(r"[^\s,;()\[\]]+")
_NOUN = re.compile(r"\s(\w+)")
_NAME_WORD = re.compile(r"([A-Z][\w.]*)\s$")


@dataclass(frozen=True)
class FigureCheck:
    """`missing`: the figures of a claim, as it writes them, that stand nowhere. `elsewhere`: the
    places, in the sentences that were offered, of those that state a figure that no quote does."""

    missing: tuple[str, ...] = ()
    elsewhere: tuple[int, ...] = ()


def figures_without_proof(
    claim: str, quotes: Iterable[str], years: Iterable[int], papers: int | None = None
) -> list[str]:
    """The figures of the claim, as it writes them, that no quote states and that are not among
    `years`, those of the papers that it cites.

    `papers` is how many papers the claim cites: it proves "both papers", "two of them" and "all
    three", which no quote can. Without it each quote counts as one of another paper.
    """
    return list(check_figures(claim, list(quotes), years, papers=papers).missing)


def check_figures(
    claim: str,
    quotes: Sequence[str],
    years: Iterable[int] = (),
    *,
    sentences: Sequence[str] = (),
    papers: int | None = None,
    sums_up: bool = False,
) -> FigureCheck:
    """As `figures_without_proof`; what no quote states is then looked for in `sentences`, the
    other ones of the cited texts. Sentences that are `elsewhere` are citations that the claim
    lacks: the first one that states a figure, for each figure.

    A claim that `sums_up` others may count them: its number words up to ten, and its counts of
    papers in words, need no proof. Digits, shares and measures do."""
    said = _Claim(clean(claim))
    known = [_Source(clean(quote)) for quote in quotes]
    own_years = {Decimal(year) for year in years}
    count = len({source.text for source in known}) if papers is None else papers
    figures = [f for f in said.figures if not (sums_up and said.is_count_in_words(f))]
    missing = [f for f in figures if not said.is_proven(f, known, own_years, count)]
    missing = [f for f in missing if not said.is_proven_share(f, known)]
    lost, elsewhere = list[str](), list[int]()
    more = [_Source(clean(sentence)) for sentence in sentences] if missing else []
    for figure in missing:
        at = (n for n, s in enumerate(more) if said.is_proven(figure, [s], set(), 0))
        place = next(at, None)
        if place is not None:
            elsewhere.append(place)
        else:
            lost.append(figure.text.strip())
    both = None if sums_up else _BOTH_PAPERS.search(said.text)
    if both and count < 2 and not any(both[0].lower() in s.text.lower() for s in known):
        lost.append(both[0])
    return FigureCheck(tuple(dict.fromkeys(lost)), tuple(sorted(set(elsewhere))))


class _Text:
    """A text with its figures."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.all = read_figures(text)

    def around(self, figure: Figure) -> str:
        start = max(0, figure.start - _NEAR_BEFORE)
        return self.text[start : figure.end + _NEAR_AFTER]

    def before(self, figure: Figure) -> str:
        return self.text[max(0, figure.start - _NEAR_BEFORE) : figure.start]

    def noun_after(self, figure: Figure) -> str:
        """The word after the figure, in lower case; empty at the text's end."""
        match = _NOUN.match(self.text, figure.end)
        return match[1].lower() if match else ""

    def has_near(self, pattern: re.Pattern[str], figure: Figure) -> bool:
        return pattern.search(self.around(figure)) is not None

    def shares(self) -> list[tuple[Figure, Figure, Decimal]]:
        """Pairs such as "3 of 4" with the share that they are."""
        found = []
        for part, whole in zip(self.all, self.all[1:], strict=False):
            between = self.text[part.end : whole.start]
            if _OUT_OF.fullmatch(between) and 0 < part.number <= whole.number:
                found.append((part, whole, part.number / whole.number))
        return found


class _Source(_Text):
    """A quote. It is read generously: every reading of its figures counts."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        words = {word.lower() for word in _ORDINAL_WORDS.findall(text)}
        self.ordinals = {Decimal(_CARDINALS.index(word) + 1) for word in words}
        self.counts = {Decimal(digit) for digit in _IN_D.findall(text)}
        self.counts |= {Decimal(size) * 10**9 for size in _SIZE_IN_NAME.findall(text)}
        self.counts |= {Decimal(2)} if _PAIRS.search(text) else set()
        self.counts |= {Decimal(1)} if _SINGLE.search(text) else set()
        self.parts = [share for _, _, share in self.shares()]
        self.doubles = {noun.lower() for noun in _BOTH.findall(text)}

        self.figures = [f for f in self.all if not _PROBABILITY.search(self.before(f))]
        self.probabilities = [f for f in self.all if f not in self.figures]

    def states(self, figure: Figure, said: _Claim) -> bool:
        if figure.unit == MAJORITY:
            return _MOST.search(self.text) is not None or any(
                Decimal("0.5") < share <= 1 for share in self._shares_of_all()
            )
        if figure.unit == ORDINAL and figure.number in self.ordinals:
            return True
        if not figure.unit and figure.number in self.counts:
            return True
        if not figure.unit and figure.number == 2 and said.noun_after(figure) in self.doubles:
            return True
        share = _share_of(figure)
        if share is not None and any(_is_near(share, part) for part in self.parts):
            return True
        # "p < 0.01" is 0.01 and not 1%.
        own = [*self.figures, *(f for f in self.probabilities if f.unit == figure.unit)]
        return any(said.is_same(figure, each, self) for f in own for each in (f, *f.may_be))

    def _shares_of_all(self) -> list[Decimal]:
        return [*self.parts, *(s for f in self.all if (s := _share_of(f)) is not None)]


class _Claim(_Text):
    """A claim. It is read strictly: only what is surely a figure needs proof."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.figures = [f for f in self.all if not self._is_pronoun(f)]

    def _is_pronoun(self, figure: Figure) -> bool:
        """True for "one", and for "the two" that have been named before."""
        if figure.unit or not figure.is_word:
            return False
        if figure.number == 1:
            return True
        after = self.text[figure.end : figure.end + _NEAR_AFTER]
        is_definite = _THE_BEFORE.search(self.before(figure)) is not None
        return figure.number == 2 and is_definite and _NO_NOUN_AFTER.match(after) is not None

    def is_count_in_words(self, figure: Figure) -> bool:
        """True for a number word up to ten without a unit, and for "eleven papers"."""
        is_plain = figure.is_word and not figure.unit and figure.scale == 1
        counts_papers = self._counts(figure) in ("papers", "papers only")
        return is_plain and (figure.number <= _MOST_IN_A_SUMMARY or counts_papers)

    def is_proven(
        self, figure: Figure, known: Sequence[_Source], years: set[Decimal], papers: int
    ) -> bool:
        if not figure.unit and figure.number in years:
            return True
        counted = self._counts(figure)
        if counted == "papers only":
            phrase = self._phrase(figure)
            return 2 <= figure.number <= papers or any(phrase in s.text.lower() for s in known)
        if counted == "papers" and figure.number <= papers:
            return True
        if counted and figure.number == papers:
            return True
        readings = (figure, *figure.may_be)
        if any(source.states(f, self) for source in known for f in readings):
            return True
        if any(self._has_token(figure, source.text) for source in known):
            return True
        return counted == "things" and self._is_listed(figure, known)

    def is_proven_share(self, figure: Figure, known: Sequence[_Source]) -> bool:
        """True for a part of "3 in 4" whose share is in a quote, as 75% or as three quarters. Of
        "48 of 87" both numbers are needed: 55% is 48 of 88 too."""
        for part, whole, share in self.shares():
            if figure in (part, whole) and (whole.number <= _MOST_COUNTED or whole.number == 100):
                wanted = Figure(0, 0, "", share, SHARE, share)
                if any(source.states(wanted, self) for source in known):
                    return True
        return False

    def _counts(self, figure: Figure) -> str:
        """What a small number counts: "papers" that are cited, "papers only" where no quote could
        say so ("two of them", "the latter two"), or other "things". Empty for other figures."""
        is_small = figure.number == int(figure.number) and 1 <= figure.number <= _MOST_COUNTED
        if figure.unit or not is_small or figure.scale > 1:
            return ""
        after = self.text[figure.end : figure.end + _NEAR_AFTER]
        before = self.before(figure)
        if _COUNTS_PAPERS.match(after):
            return "papers"
        is_bare = _NO_NOUN_AFTER.match(after) is not None
        if _OF_THEM.match(after) or (_BACK_BEFORE.search(before) and is_bare):
            return "papers only"
        if figure.is_word and is_bare and _ALL_BEFORE.search(before):
            return "papers only"
        return "things" if figure.is_word else ""

    def _phrase(self, figure: Figure) -> str:
        """The figure with the word before and the two after it, in lower case."""
        before = self.before(figure).split()[-1:]
        after = self.text[figure.end :].split()[:2]
        return " ".join([*before, figure.text, *after]).lower().rstrip(".,;:")

    def _has_token(self, figure: Figure, source: str) -> bool:
        """True when the word that holds the figure (12-week, Llama 3) is in the source."""
        around = (m for m in _TOKEN.finditer(self.text) if m.start() <= figure.start < m.end())
        token = next(around, None)
        if token is None or token.end() < figure.end:
            return False
        named = _NAME_WORD.search(self.before(figure))
        if named and token.start() == figure.start:
            digits = re.escape(figure.text.strip())
            name = rf"(?<!\w){re.escape(named[1])}[\s{re.escape(HYPHENS)}]?{digits}(?![\w.]*\d)"
            if re.search(name, source, re.IGNORECASE):
                return True
        word = token[0].strip(".,;:!?\"'“”")
        if not re.search(r"[A-Za-z]", word) or figure.is_word:
            return False
        return re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", source) is not None

    def _is_listed(self, figure: Figure, known: Sequence[_Source]) -> bool:
        """True for the count of a list that the claim itself gives: "three things: a, b and c"."""
        match = _LISTED_AFTER.match(self.text, figure.end)
        if match is None:
            return False
        items = [part for part in _LIST_PARTS.split(match["list"]) if part.strip()]
        noun = match["named"].split()[0].lower()
        others = [f for s in known for f in s.all if not f.unit and f.number != figure.number
                  and s.text[f.end :].lower().lstrip().startswith(noun)]  # fmt: skip
        return len(items) == figure.number and not others

    def is_same(self, figure: Figure, other: Figure, source: _Source) -> bool:
        """True when the claim's figure says what the source's `other` figure says."""
        if figure.unit == ABOUT:
            if other.unit == ABOUT:
                return figure.number == other.number
            is_count = other.unit in ("", *_measures((other,)))
            return is_count and figure.number <= other.number < figure.number * _VAGUE_SIZES
        pair = self._comparable(figure, other, source)
        if pair is None:
            return False
        own, its = pair
        if own < 0 <= its and source.has_near(_FALLS, other):
            its = -its
        elif its < 0 <= own and self.has_near(_FALLS, figure):
            own = -own
        if figure.unit == SHARE and (_is_near(own, its) or abs(own - its) <= _TOLERANCE):
            return True
        is_rounder = figure.unit == SHARE or _significant(figure.number) < _significant(
            other.number
        )
        return own == its or (is_rounder and self._is_rounded(figure, own, its))

    def _comparable(
        self, figure: Figure, other: Figure, source: _Source
    ) -> tuple[Decimal, Decimal] | None:
        """Both figures as numbers of one unit; None where their units differ."""
        own, its = figure.unit, other.unit
        if own in _measures((figure,)):
            if its == own:
                return figure.amount, other.amount
            is_bare = its == "" and not other.is_word and not _measures(source.all)
            return (figure.number, other.number) if is_bare else None
        if (own, its) in _SAME_UNITS or (own == "" and its in _measures((other,))):
            return figure.number, other.number
        if {own, its} == {PERCENT, PERCENT_POINTS}:
            text, relative = (self, figure) if own == PERCENT else (source, other)
            is_relative = text.has_near(_RELATIVE, relative)
            is_same = not is_relative or text.has_near(_ABSOLUTE, relative)
            return (figure.number, other.number) if is_same else None
        if TIMES in (own, its):
            return self._as_multiples(figure, other, source)
        shares = _share_of(figure), _share_of(other)
        if SHARE in (own, its) or {own, its} == {"", PERCENT}:
            return (shares[0], shares[1]) if shares[0] and shares[1] else None
        return None

    def _as_multiples(
        self, figure: Figure, other: Figure, source: _Source
    ) -> tuple[Decimal, Decimal] | None:
        """Twice is 100% more and 200% of it; half is twice as little, or twice as fast."""
        times, rest = (figure, other) if figure.unit == TIMES else (other, figure)
        text = self if rest is figure else source
        speeds = self.has_near(_SPEEDS, figure) or source.has_near(_SPEEDS, other)
        if rest.unit == SHARE and speeds and times.number:
            return (1 / times.number, rest.amount)
        if rest.unit == PERCENT:
            grows = rest.number + 100 == times.number * 100
            same = rest.number == times.number * 100
            is_cut = speeds and times.number and _is_near(1 / times.number, _share_of(rest))
            return (Decimal(1), Decimal(1)) if grows or same or is_cut else None
        is_digit = not rest.is_word and rest.unit == "" and rest.may_be == ()
        if is_digit and _TIMES_NEAR.search(text.text):
            return (figure.number, other.number)
        return None

    def _is_rounded(self, figure: Figure, own: Decimal, its: Decimal) -> bool:
        """True for "about 87%" of 86.6%, and for "over 500" of 550."""
        if own <= 0 or its <= 0:
            return False
        before = self.before(figure)
        after = self.text[figure.end : figure.end + _NEAR_AFTER]
        if _MORE_BEFORE.search(before) or _MORE_AFTER.match(after):
            return own <= its <= own * _MOST_BEYOND
        if _LESS_BEFORE.search(before):
            return its <= own <= its * _MOST_BEYOND
        if not _ABOUT_BEFORE.search(before):
            return False
        unit = Decimal(1).scaleb(_least_place(own)) if figure.unit != SHARE else own
        return abs(own - its) <= min(unit / 2, own * _MOST_ROUNDED)


_TIMES_NEAR = re.compile(r"\b(?:times|factor|fold|ratio|odds|relative risk|[OHR]R)\b", re.I)
_SAME_UNITS = {
    ("", ""), ("", POINTS), ("", PERCENT_POINTS), ("", TIMES),
    (POINTS, ""), (POINTS, POINTS), (POINTS, PERCENT_POINTS),
    (PERCENT, PERCENT), (PERCENT_POINTS, PERCENT_POINTS), (PERCENT_POINTS, POINTS),
    (TIMES, TIMES), (ORDINAL, ORDINAL),
}  # fmt: skip
"""The unit of a claim's figure, and one that a quote may have for it."""


def _measures(figures: Iterable[Figure]) -> set[str]:
    return {f.unit for f in figures if f.unit not in _NOT_MEASURES}


def _share_of(figure: Figure) -> Decimal | None:
    """The figure as a part of one: 50%, 0.5 and half are one share."""
    if figure.unit == SHARE:
        return figure.amount
    if figure.unit == PERCENT:
        return figure.number / 100
    return figure.number if figure.unit == "" and 0 < figure.number < 1 else None


def _is_near(one: Decimal, other: Decimal | None) -> bool:
    """Equal, or one is the other rounded: a third is 33% and 33.3%, 13 of 123 are 10.6%."""
    if other is None:
        return False
    return any(
        this == round(that, max(2, min(-_least_place(this), _ROUNDED_PLACES)))
        for this, that in ((one, other), (other, one))
    )


def _significant(number: Decimal) -> int:
    return len(number.normalize().as_tuple().digits)


def _least_place(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
