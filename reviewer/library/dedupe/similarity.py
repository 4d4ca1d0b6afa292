"""How two titles, or two lists of authors, match. Pure; knows rapidfuzz."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SIMILAR = 85.0  # of 100: less similar titles are of two papers
_APART = re.compile(
    r"\b(?:part|volume|vol|chapter|appendix|supplement\w*|erratum|corrigendum|correction|retract\w*"
    r"|reply|comment\w*|response|rejoinder|addendum|exercises|solutions|tutorial|poster|demo|ii"
    r"|iii|iv|i|revisited|extended)\b"
)
_NEGATED = ("a", "an", "un", "in", "im", "ir", "non", "anti", "de", "dis", "re", "pre", "post",
            "sub", "super", "semi", "multi", "bi", "tri", "hyper", "hypo", "inter", "intra", "self",
            "co")  # fmt: skip
_ENDINGS = re.compile(r"(?:s|es|ies|y|d|ed|ing|er|ers|al|ic|ive|ly)$")

TitleMatch = Literal["equal", "typo", "subtitle", "similar", "none"]
Agreement = Literal["same", "some", "unknown", "none"]


@dataclass(frozen=True, slots=True)
class Title:
    """A normalised title, whole and without its subtitle."""

    whole: str
    main: str


def match_titles(one: Title, other: Title) -> TitleMatch:
    """The strongest way in which two titles match."""
    if not one.whole or not other.whole:
        return "none"
    if one.whole.replace(" ", "") == other.whole.replace(" ", ""):
        return "equal"
    if one.whole == other.main or other.whole == one.main:
        return "subtitle"
    if ratio(one.whole, other.whole) < SIMILAR or _numbers(one.whole) != _numbers(other.whole):
        return "none"
    return "typo" if _is_slip(one.whole.split(), other.whole.split()) else "similar"


def may_match(titles: Sequence[Title], others: Sequence[Title]) -> set[tuple[int, int]]:
    """A superset of the indices of `titles` and `others` that match, found many times faster than
    by comparing each pair."""
    from rapidfuzz import fuzz, process

    sharing: dict[str, list[int]] = defaultdict(list)
    for index, title in enumerate(others):
        for name in _whole_names(title):
            sharing[name].append(index)
    wholes = [[title.whole for title in own] for own in (titles, others)]
    alike = process.cdist(*wholes, scorer=fuzz.ratio, score_cutoff=SIMILAR).nonzero()
    found = set(zip(*(rows.tolist() for rows in alike), strict=True))
    for index, title in enumerate(titles):
        found.update((index, other) for name in _whole_names(title) for other in sharing[name])
    return found


def _whole_names(title: Title) -> set[str]:
    """Names of which two titles share one when they are equal, or equal without a subtitle."""
    return {title.whole.replace(" ", ""), title.main.replace(" ", "")} - {""}


def _numbers(title: str) -> list[str]:
    return re.findall(r"\d+|\b(?:ii|iii|iv|vi|vii)\b", title)


def ratio(one: str, other: str) -> float:
    from rapidfuzz import fuzz

    return float(fuzz.ratio(one, other, score_cutoff=SIMILAR))


def _is_slip(one: Sequence[str], other: Sequence[str]) -> bool:
    """True when one or two words differ by a slip of one letter, and not by a prefix, an ending or
    a number, which make another word."""
    if len(one) != len(other):
        return False
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if len(differing) > (1 if len(one) < 6 else 2):
        return False
    return all(_is_misspelt(*sorted(pair, key=len)) for pair in differing)


def _is_misspelt(shorter: str, longer: str) -> bool:
    from rapidfuzz.distance import OSA

    if len(shorter) < 5 or OSA.distance(shorter, longer, score_cutoff=1) > 1:
        return False
    if longer.endswith(shorter) and longer[: -len(shorter)] in _NEGATED:
        return False
    stems = {_ENDINGS.sub("", word) for word in (shorter, longer)}
    is_inflected = shorter[:-2] == longer[: len(shorter) - 2] and len(stems) == 1
    return not (is_inflected or longer == shorter + longer[-1:])


def can_be_cut(one: str, other: str) -> bool:
    """True when the longer title's rest reads as a subtitle, not as another part of a series."""
    shorter, longer = sorted((one, other), key=len)
    rest = longer.removeprefix(shorter)
    return len(shorter) >= 5 and not _APART.search(rest) and not re.search(r"\d", rest)


def agreement_of(one: Sequence[str], other: Sequence[str]) -> Agreement:
    """How far two lists of authors name the same people; a letter may differ, a list be cut."""
    if not one or not other:
        return "unknown"
    fewer, more = sorted((one, other), key=len)
    left = list(more)
    for name in fewer:
        near = (n for n in left if is_near_name(n, name))
        found = name if name in left else next(near, None)
        if found is not None:
            left.remove(found)
    shared = len(more) - len(left)
    if shared == len(fewer) and (shared > 1 or len(more) == 1 or one[0] == other[0]):
        return "same"
    if shared >= 2 and 2 * shared >= len(more):
        return "same"
    return "some" if shared else "none"


def is_near_name(one: str, other: str) -> bool:
    """True when two folded family names of five letters or more differ in one letter at most, or in
    the order of two."""
    from rapidfuzz.distance import OSA

    return min(len(one), len(other)) > 4 and OSA.distance(one, other, score_cutoff=1) <= 1
