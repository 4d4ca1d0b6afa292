"""How a sentence of one's own work stands to a paper's sentence, where words and numbers say it.

Without a judge only denials, words at two ends of a scale and figures speak, and of sentences that
share too few words nothing is said. With one, its verdict comes first.
"""

from __future__ import annotations

import re

from reviewer.grounding.word_verdicts import is_contradiction, judge_by_words
from reviewer.text import clean
from reviewer.text.keywords import STOP_WORDS
from reviewer.text.numbers import figures_in
from reviewer.types.claims import Support
from reviewer.types.suggestions import Relation

_LEAST_SHARED = 0.8  # of the words of the own sentence, for a relation by words alone
_STEM_LETTERS = 6
_WHOLE = re.compile(
    r"\b(?:all|always|every|never|none|any|only|entirely|completely|consistently|in general"
    r"|universally|must|necessary)\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:may|might|could|can|some|sometimes|often|possibly|likely|partly|suggests?|in part"
    r"|in certain cases)\b",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"\b(?:in|on|for|among|across|under|with|during|at)\s+\S+|\b[A-Z][\w-]*[A-Z0-9][\w-]*\b"
)


def relate(own: str, theirs: str, support: Support = "unchecked", failing: str = "") -> Relation:
    """How the own sentence stands to the paper's: `same`, `weaker` or `stronger` than the paper's,
    `other setting`, `contradicts`, or empty where nothing can be said. `failing` are the words of
    the own sentence that a judge says the paper does not carry."""
    if support == "contradicted":
        return "contradicts"
    if support == "supported":
        return _degree(own, theirs) or "same"
    if support == "partial":
        return _of_failing(failing, own, theirs)
    if support == "unchecked":
        return _by_words(own, theirs)
    return ""


def _of_failing(failing: str, own: str, theirs: str) -> Relation:
    """By the words that the paper does not carry: a claim on all, or another figure, says more; a
    place or a name is another setting."""
    if _WHOLE.search(failing) or figures_in(clean(failing)):
        return "stronger"
    if _SETTING.search(failing):
        return "other setting"
    return _degree(own, theirs)


def _by_words(own: str, theirs: str) -> Relation:
    if is_contradiction(judge_by_words(own, [theirs])[0]):
        return "contradicts"
    said, known = _stems(own), _stems(theirs)
    if not said or len(said & known) / len(said) < _LEAST_SHARED:
        return ""
    return _degree(own, theirs)


def _degree(own: str, theirs: str) -> Relation:
    """Weaker or stronger by words that hold for all and words that hedge."""
    mine = bool(_WHOLE.search(own)) - bool(_HEDGED.search(own))
    paper = bool(_WHOLE.search(theirs)) - bool(_HEDGED.search(theirs))
    if mine == paper:
        return ""
    return "stronger" if mine > paper else "weaker"


def _stems(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]{3,}", clean(text).casefold())
    return {word[:_STEM_LETTERS] for word in words if word not in STOP_WORDS}
