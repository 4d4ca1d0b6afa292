"""Signs by words alone that two findings contradict each other. Pure.

A sign is a remark for a reader, never a proof: words at two ends of a scale, a denial in one of
them, one finding that reads as a success and one as a failure, or a sentence that says itself that
it goes against a view.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from reviewer.grounding.word_verdicts import oppose
from reviewer.text import clean

_FAILURES = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|lack\w*|fail\w*|unable|rarely|hardly|barely"
    r"|seldom|little|limit\w*|struggl\w*|harm\w*|degrad\w*|hinder\w*|worse\w*|mislead\w*|hurt\w*"
    r"|poor\w*|underperform\w*|insufficient\w*|unsuccessful\w*|unnecessar\w*|incorrect\w*"
    r"|redundan\w*|irrelevant|noisy|negative\w*|inadequate\w*|ineffective\w*|detriment\w*"
    r"|diminish\w*|impair\w*|difficult\w*|challeng\w*|overconfiden\w*|bias\w*|merely|ignor\w*"
    r"|unreliabl\w*|conflict\w*|costly|decay\w*|obsolete|hallucinat\w*|collaps\w*|suffer\w*"
    r"|imped\w*|unsafe|adverse\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
_SUCCESSES = re.compile(
    r"\b(?:improv\w*|enhanc\w*|outperform\w*|better|success\w*|benefi\w*|effective\w*|gain\w*"
    r"|achiev\w*|superior|consistently|robust\w*|strong\w*|significant\w*|can|enabl\w*|genuine\w*"
    r"|boost\w*|advanc\w*|surpass\w*|state-of-the-art|best|help\w*|generali[sz]\w*|possible|well"
    r"|good|alleviat\w*|facilitat\w*|protect\w*|safe)\b",
    re.IGNORECASE,
)
_FAILURE_WEIGHT, _SOFTNESS = 1.5, 1.5
_APART = 0.6  # of the tones of two findings, -1 to 1 each

_VIEW = (
    r"(?:views?|wisdom|beliefs?|assumptions?|narratives?|intuitions?|notions?|claims?|consensus"
    r"|hypothes[ie]s|expectations?|myths?|dogma|perception|premise|paradigms?|stor(?:y|ies)"
    r"|misconceptions?|opinions?|thinking|robustness|validity)"
)
_OPPOSE = (
    r"(?:challeng|question|refut|contradict|debunk|disput|overturn|reject|rebut|dispel|revisit"
    r"|re-?examin|undermin|counter|contest)\w*"
)
_CONTESTS = re.compile(
    rf"\b{_OPPOSE} (?:the|this|that|these|an?|our|conventional|common|prevailing|popular|prior)\b"
    rf"(?:\s\S+){{0,4}}?\s{_VIEW}\b"
    rf"|\b{_OPPOSE} (?:conventional|common|commonly held|prevailing|popular|this|these)"
    rf"(?: \w+)? {_VIEW}\b"
    r"|\bcast\w* doubts?\b|\bcall\w* into question\b"
    r"|\b(?:contrary|counter|in contrast|as opposed|opposite) to (?:\S+ ){0,3}?(?:wisdom|beliefs?"
    r"|expectations?|assumptions?|intuitions?|claims?|findings|previous (?:work|claims|findings"
    r"|stud|belie)\w*|prior (?:work|claims|findings|stud|belie)\w*|earlier (?:work|claims|findings"
    r"|stud)\w*|all previous work|existing (?:work|belief|claim)\w*|popular)\b"
    r"|\bcounter-?intuitive\w*|\bconventional wisdom\b|\b(?:prevailing|commonly held|widely held"
    r"|long-?standing|dominant) (?:\w+ )?(?:views?|beliefs?|assumptions?|wisdom|notions?)\b"
    r"|\b(?:widely|commonly|often|generally|long|usually) (?:been )?(?:believed|assumed|held"
    r"|thought)\b|\b(?:is|are) believed to\b|\b(?:different|opposite) conclusions?\b"
    r"|\bin contrast, (?:we|our)\b|\b(?:in fact|actually) not (?:required|needed|necessary)\b",
    re.IGNORECASE,
)
_UNEXPECTED = re.compile(r"\b(?:surprising(?:ly)?|unexpected(?:ly)?)\b", re.IGNORECASE)
_OWN = re.compile(r"\b(?:we|our|this|these)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Opposition:
    """How much speaks for a contradiction, 0 to about 1, and the signs in words. It is clear where
    more than a difference of degree speaks for it."""

    weight: float
    signs: tuple[str, ...]
    is_clear: bool


def tone_of(sentence: str) -> float:
    """Whether a sentence reads as a success (1) or as a failure (-1), by words that say so."""
    text = clean(sentence)
    failures, successes = len(_FAILURES.findall(text)), len(_SUCCESSES.findall(text))
    return math.tanh((successes - _FAILURE_WEIGHT * failures) / _SOFTNESS)


def contested_by(sentence: str) -> str:
    """The words by which a sentence says that it goes against a view or an expectation; empty if it
    has none."""
    text = clean(sentence)
    found = _CONTESTS.search(text)
    if found is None and _OWN.search(text):
        found = _UNEXPECTED.search(text)
    return found[0] if found else ""


def compare_findings(one: str, other: str) -> Opposition:
    """What speaks for a contradiction between two findings, in either order the same."""
    opposed = oppose(one, other)
    (low, lower), (high, higher) = sorted((tone_of(text), text) for text in (one, other))
    apart = high - low
    weight = apart / 4 + opposed.strength / 8
    signs = [opposed.words] if opposed.words else []
    signs += [f"“{opposed.denial}” in one alone"] if opposed.denial else []
    is_clear = bool(signs) or (apart >= _APART and low < 0 < high)
    signs += [_tones_apart(lower, higher)] if apart >= _APART else []
    return Opposition(weight, tuple(signs), is_clear)


def _tones_apart(lower: str, higher: str) -> str:
    """The words that make one finding sound more like a success than the other."""
    failure, success = _FAILURES.search(clean(lower)), _SUCCESSES.search(clean(higher))
    if failure and success:
        return f"“{success[0]}” in one, “{failure[0]}” in the other"
    if success:
        return f"more words of success, such as “{success[0]}”, in one"
    return f"more words of failure, such as “{failure[0] if failure else ''}”, in one"
