"""The words of a question that say what it is about. Pure."""

from __future__ import annotations

import re
from collections import Counter

from reviewer.text.unspaced import telling_pairs
from reviewer.text.views import clean

# Words that give the form of a question, not its subject.
STOP_WORDS = frozenset(
    """a an the and or but if then than so as of at be by for from in into is it its on onto out
    over to up with without within about between through during before after above below again
    further once here there when where why how what which who whom whose this that these those are
    was were been being am do does did doing done has have had having can could may might must
    shall should will would itself they them their theirs he she his her him we us our ours you
    your yours i me my mine not no nor only own same too very just also any all each few more most
    other some such both either neither get gets got use used using make makes made way ways thing
    things anything something really actually always ever come comes came many much""".split()
)

# Words that all abstracts use; they do not distinguish papers.
COMMON_WORDS = frozenset(
    """paper papers work study propose proposes proposed present presents introduce introduces novel
    new approach approaches method methods result results show shows shown demonstrate demonstrates
    experiment experiments extensive existing based performance improve improves improved improving
    improvement improvements significant significantly achieve achieves while across however
    including via which through towards toward enable enables enabling first second two three one
    different various well often code available training trained train model models task tasks
    challenge challenges ability abilities effective effectively better large high higher low lower
    several address leading key without even like given findings find state-of-the-art framework
    further best good great many recent recently despite thus hence still among along within
    outperform outperforms remain remains provide provides provided single standard simple
    demonstrating showing leverage leverages leveraging especially particularly additionally
    furthermore moreover importantly finally language llm llms one ones
    old""".split()
)


def query_terms(question: str) -> list[str]:
    """The question's words without stop words, each once; all its words if only stop words. Of
    Chinese, Japanese and Korean, pairs of letters."""
    return list(query_counts(question))


def query_counts(question: str) -> dict[str, int]:
    """How often each of the question's terms is in it, in their order (see `query_terms`)."""
    found = re.findall(r"\w+", clean(question).casefold())
    words = Counter(term for word in found for term in telling_pairs(word))
    return {word: times for word, times in words.items() if word not in STOP_WORDS} or dict(words)


def word_overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard index of two sets of words, 0 to 1; 0 for two empty sets."""
    return len(one & other) / len(one | other) if one or other else 0.0


def singular(word: str) -> str:
    """An English word in small letters as its singular, by its ending; one of up to four letters as
    it is."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
