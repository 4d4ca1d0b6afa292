"""Whether a paper's sentences seem to support or to contradict a claim, by words alone. Pure.

A logistic model over a few counts: words that both have, denials, direction words (increases
against reduces), figures, and whether a sentence states a finding. It reads no meaning, so a
verdict is a remark for a reader, never a proof.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reviewer.text import clean
from reviewer.text.keywords import STOP_WORDS
from reviewer.text.numbers import figures_in
from reviewer.types.checks import Seeming, WordVerdict

# Of all sentences of a paper the likeliest to decide is taken, so that "neither" must be small: the
# value with the best macro-F1 of whole abstracts (docs/quality.md).
MOST_NEITHER = 0.16
# A contradiction is named from this probability on, of a sentence that has about as many of the
# claim's words as any other: enough of them for two words that oppose, more for a mere denial.
CONTRADICTED_FROM = 0.5
_LEAST_COVERAGE, _LEAST_COVERAGE_OF_DENIAL, _MOST_BEHIND = 0.4, 0.6, 0.1

_WORD = re.compile(r"[a-z]+(?:['’]t\b)?")
_LEAST_LETTERS = 3
_STEM_LETTERS = 6  # words with these first letters in common count as one (McNamee, Mayfield 2004)
_DENIED_WORDS = 4  # so far a denial reaches forwards
_NEAR_WORDS = 6  # to each side of a direction word: what it is about
_LONG_WORDS, _MOST_WORDS = 50, 200  # later words of a text are not counted
_ROUNDING = 0.1  # "about 22%" is 23%
_YEAR = re.compile(r"(?:19|20)\d\d")

_DENIALS = frozenset(
    "no not never none neither nor without cannot lack lacks lacked lacking absence absent fail "
    "fails failed failing failure unable rarely hardly seldom little".split()
)
_ABSOLUTES = frozenset("only all never every always none nobody everyone completely solely".split())
_HEDGES = frozenset(
    "may might could can possibly potentially perhaps suggest suggests likely appear appears "
    "probably seem seems some".split()
)
# Words of the two ends of a scale, by their beginnings from five letters on.
_SCALES = {
    "amount": (
        "increas higher more greater rise rises rising rose grow grew elevat longer larger faster "
        "exceed gain gains raise enhanc improv amplif expand accelerat speed double doubl twice "
        "strengthen heighten boost promot facilitat exacerbat",
        "decreas reduc lower less fewer declin smaller shorter slower drop drops fell fall falls "
        "shrink diminish mitigat prevent protect suppress lessen limit slow slows halv weaken "
        "attenuat alleviat inhibit block curb minimi eliminat imped hinder hamper worsen degrad "
        "deterior",
    ),
    "worth": (
        "effective effectiv benefi success help helps protect safe reliab efficac robust improv "
        "better useful able suitab accura valid well advantag best superior outperform helpful "
        "beat beats exceed surpass",
        "ineffect harm harms harmful useless unsafe unreliab poor poorly worse inferior unsuccess "
        "insuffic inadequa inaccura invalid detriment worst damag impair underperform limited "
        "worsen degrad deterior",
    ),
    "share": (
        "all most majority every always common commonly widespread many frequent frequently "
        "substantial predomin large mostly nearly mainly high necessaril",
        "few minority rare rarely some small minor seldom uncommon infrequent low fraction only",
    ),
    "link": (
        "associat linked link correlat relat cause caused causes depend likely contribut explain "
        "predict susceptib permissive due",
        "unlikely unrelat independ uncorrelat unassoc irrelevan coinciden unaffect resistan",
    ),
    "likeness": (
        "same similar equal equally identical comparab consisten alike unchang stable constant",
        "differ unlike distinct opposite dissimilar inconsisten unequal change changes changed "
        "alter alters altered varies unstable",
    ),
    "time": (
        "before early earlier earliest prior first initial",
        "after late later last",
    ),
    "truth": (
        "confirm support show shown proven demonstrat establish reveal suggest indicat",
        "refute disprov contradict debunk unproven unknown unclear uncertain",
    ),
}
_FINDINGS = re.compile(
    r"\b(?:conclusions?|results?|findings?|interpretation)\b\s*(?:and relevance)?\s*:"
    r"|\b(?:we (?:find|found|show|demonstrate|observe|conclude|identif|report)\w*|(?:results?|"
    r"findings?|data|study|analys[ie]s) (?:\w+ )?(?:show|suggest|indicate|reveal|demonstrate|"
    r"confirm|support|highlight)\w*|(?:was|were|is|are) associated|significant(?:ly)?)\b",
    re.IGNORECASE,
)
# The weight of each feature for support, for contradiction and for neither, as
# benchmarks/train_verdicts.py prints them.
WEIGHTS = {
    "bias": (-0.30, -0.37, 0.67),
    "coverage": (0.75, 0.54, -1.29),
    "behind": (-1.24, -1.77, 3.02),
    "place": (0.21, 0.12, -0.33),
    "length": (0.27, 0.42, -0.69),
    "is finding": (0.26, 0.28, -0.54),
    "agrees": (1.16, -0.24, -0.92),
    "opposes": (-1.26, 1.40, -0.14),
    "claim denies": (-0.68, 0.69, -0.01),
    "sentence denies": (-0.01, 0.22, -0.21),
    "same figure": (0.41, -0.26, -0.15),
    "figure missing": (-0.31, -0.12, 0.43),
    "absolute": (-0.18, 0.20, -0.02),
    "claim hedges": (0.23, -0.25, 0.02),
    "sentence hedges": (0.16, 0.00, -0.16),
}


@dataclass(frozen=True)
class _Mark:
    """A direction word: its scale, its end (1 or -1) and the stems around it."""

    words: str
    scale: str
    end: int
    near: frozenset[str]


@dataclass(frozen=True)
class _Stated:
    """What is counted of a text."""

    words: tuple[str, ...]
    stems: frozenset[str]
    marks: tuple[_Mark, ...]
    figures: frozenset[str]
    denial: str
    is_finding: bool

    def has(self, words: frozenset[str]) -> bool:
        return not words.isdisjoint(self.words)


def judge_by_words(claim: str, sentences: Sequence[str]) -> tuple[WordVerdict, ...]:
    """For each sentence of a text, in its order, what it seems to say of the claim."""
    return tuple(_verdict(*compared) for compared in _compared(claim, sentences))


def decide(verdicts: Sequence[WordVerdict]) -> tuple[int, Seeming]:
    """Of the verdicts on a paper's sentences, at least one: the place of the one that decides, and
    what the paper seems to say. A contradiction that can be named decides, else the sentence that
    is the least likely to be neither."""
    named = [n for n, verdict in enumerate(verdicts) if is_contradiction(verdict)]
    if named:
        return max(named, key=lambda n: verdicts[n].contradicts), "contradicted"
    neither = [1 - verdict.supports - verdict.contradicts for verdict in verdicts]
    best = min(range(len(neither)), key=neither.__getitem__)
    if neither[best] > MOST_NEITHER:
        return best, "not enough"
    chosen = verdicts[best]
    return best, "contradicted" if chosen.contradicts > chosen.supports else "supported"


def is_contradiction(verdict: WordVerdict) -> bool:
    """Whether a contradiction is likely enough to be named, and can be named."""
    return verdict.contradicts >= CONTRADICTED_FROM and bool(verdict.against)


@dataclass(frozen=True)
class Opposed:
    """Direction words of two texts that oppose (`words`, how much in `strength`, 0 to 1), and the
    denial that one of them has alone. Empty where there is none."""

    words: str
    strength: float
    denial: str


def oppose(one: str, other: str) -> Opposed:
    """What in the words of two texts opposes, in either order the same."""
    said, own = _stated(one), _stated(other)
    _, strength, pair = _directions(said, own)
    alone = bool(said.denial) != bool(own.denial)
    denial = (said.denial or own.denial) if alone else ""
    return Opposed(pair, strength if pair else 0.0, denial)


def features_of(claim: str, sentences: Sequence[str]) -> list[dict[str, float]]:
    """For each sentence of a text, in its order, the features that WEIGHTS weighs, 0 to 1."""
    return [features for features, _ in _compared(claim, sentences)]


def _compared(claim: str, sentences: Sequence[str]) -> Iterator[tuple[dict[str, float], str]]:
    """The features of each sentence, and what in it goes against the claim."""
    said = _stated(claim)
    read = [_stated(sentence) for sentence in sentences]
    covers = [len(said.stems & own.stems) / max(1, len(said.stems)) for own in read]
    for n, own in enumerate(read):
        agrees, opposes, pair = _directions(said, own)
        features = {
            "bias": 1.0,
            "coverage": covers[n],
            "behind": max(covers) - covers[n],
            "place": n / max(1, len(read) - 1),
            "length": min(1.0, len(own.words) / _LONG_WORDS),
            "is finding": float(own.is_finding),
            "agrees": agrees,
            "opposes": opposes,
            **_denials(said, own),
            **_figures(said, own),
            "absolute": float(said.has(_ABSOLUTES) and not own.has(_ABSOLUTES)),
            "claim hedges": float(said.has(_HEDGES)),
            "sentence hedges": float(own.has(_HEDGES)),
        }
        yield features, _against(features, pair, _denied(said, own))


def _against(features: dict[str, float], pair: str, denial: str) -> str:
    """What goes against the claim, in words, if the sentence is about the same."""
    if features["behind"] > _MOST_BEHIND:
        return ""
    if pair and features["coverage"] >= _LEAST_COVERAGE:
        return pair
    return denial if features["coverage"] >= _LEAST_COVERAGE_OF_DENIAL else ""


def _verdict(features: dict[str, float], against: str) -> WordVerdict:
    sums = [sum(WEIGHTS[name][k] * value for name, value in features.items()) for k in range(3)]
    shares = [math.exp(value - max(sums)) for value in sums]
    supports, contradicts, _ = (share / sum(shares) for share in shares)
    return WordVerdict(
        supports=round(supports, 3), contradicts=round(contradicts, 3), against=against
    )


@lru_cache(maxsize=2048)
def _stated(text: str) -> _Stated:
    plain = clean(text)
    words = tuple(_WORD.findall(plain.casefold())[:_MOST_WORDS])
    denials = [n for n, word in enumerate(words) if _is_denial(word) and not _adds(words, n)]
    marks = (mark for n, word in enumerate(words) for mark in _marks(n, word, words, denials))
    return _Stated(
        words=words,
        stems=frozenset(_stems(words)),
        marks=tuple(marks),
        figures=frozenset(f for f in figures_in(plain) if not _YEAR.fullmatch(f)),
        denial=words[denials[0]] if denials else "",
        is_finding=bool(_FINDINGS.search(plain)),
    )


def _is_denial(word: str) -> bool:
    return word in _DENIALS or word.endswith(("n't", "n’t"))


def _adds(words: Sequence[str], n: int) -> bool:
    """Whether the n-th word denies nothing, as in `not only`."""
    return words[n] == "not" and words[n + 1 : n + 2] in (("only",), ("just",), ("merely",))


def _stems(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if len(word) >= _LEAST_LETTERS and word not in STOP_WORDS and not _is_denial(word):
            yield word[:_STEM_LETTERS]


def _marks(n: int, word: str, words: Sequence[str], denials: Sequence[int]) -> Iterator[_Mark]:
    """The marks of the n-th word; after a denial it stands at the other end of its scale."""
    denied = next((words[d] for d in denials if n - _DENIED_WORDS <= d < n), "")
    around = (*words[max(0, n - _NEAR_WORDS) : n], *words[n + 1 : n + _NEAR_WORDS + 1])
    for scale, end in _ends(word):
        shown = f"{denied} {word}" if denied else word
        yield _Mark(shown, scale, -end if denied else end, frozenset(_stems(around)))


@lru_cache(maxsize=4096)
def _ends(word: str) -> tuple[tuple[str, int], ...]:
    """The scales that a word is on, and at which end."""
    ends = _known_words()
    beginnings = (word[:size] for size in range(len(word) - 1, 4, -1))
    return next((ends[known] for known in (word, *beginnings) if known in ends), ())


@lru_cache(maxsize=1)
def _known_words() -> dict[str, tuple[tuple[str, int], ...]]:
    known: dict[str, tuple[tuple[str, int], ...]] = {}
    for scale, (upper, lower) in _SCALES.items():
        for end, words in ((1, upper), (-1, lower)):
            for word in words.split():
                known[word] = (*known.get(word, ()), (scale, end))
    return known


def _directions(said: _Stated, own: _Stated) -> tuple[float, float, str]:
    """How much direction words of both agree and how much they oppose, by the words around them
    (0 to 1), and the two that oppose most, if they outweigh those that agree."""
    best = {1: 0.0, -1: 0.0}
    pair = ""
    for one in said.marks:
        for other in own.marks:
            if one.scale != other.scale:
                continue
            fewer = max(1, min(len(one.near), len(other.near)))
            weight = 0.05 + 0.95 * len(one.near & other.near) / fewer
            sign = one.end * other.end
            if weight > best[sign]:
                best[sign] = weight
                pair = f"{one.words} against {other.words}" if sign < 0 else pair
    return best[1], best[-1], pair if best[-1] > best[1] else ""


def _denials(said: _Stated, own: _Stated) -> dict[str, float]:
    claim, sentence = bool(said.denial), bool(own.denial)
    return {
        "claim denies": float(claim and not sentence),
        "sentence denies": float(sentence and not claim),
    }


def _denied(said: _Stated, own: _Stated) -> str:
    """The denial that one of the two has alone, in words."""
    if said.denial and not own.denial:
        return f"“{said.denial}” stands in the draft's sentence alone"
    if own.denial and not said.denial:
        return f"“{own.denial}” stands in the paper's sentence alone"
    return ""


def _figures(said: _Stated, own: _Stated) -> dict[str, float]:
    same = any(_is_about(one, other) for one in said.figures for other in own.figures)
    return {
        "same figure": float(same),
        "figure missing": float(bool(said.figures) and not same and not own.figures),
    }


def _is_about(one: str, other: str) -> bool:
    """True for figures with one unit that rounding may part."""
    if one.endswith("%") != other.endswith("%"):
        return False
    try:
        left, right = float(one.rstrip("%")), float(other.rstrip("%"))
    except ValueError:
        return one == other
    return abs(left - right) <= _ROUNDING * max(abs(left), abs(right))
