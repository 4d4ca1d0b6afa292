"""Checks what a text says that nobody reports: code looks for its words in what was cited. Pure.

No model can prove a gap. One stands as what was looked at ("none of these 14 abstracts reports
..."), unless a cited text has its words: then its author is asked to look there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.text import clean, sentence_spans
from reviewer.text.keywords import STOP_WORDS
from reviewer.text.views import shorten
from reviewer.types import Claim, Evidence
from reviewer.types.drafts import OWN_ID

SHARE_OF_TERMS = 0.8  # of a gap's words that one sentence has, from which it may report it
LEAST_TERMS = 2
_QUOTED_CHARS = 160
_STEM_CHARS = 5  # "calibrated" and "calibration" begin alike
# Words in which a gap is said; they name nothing to look for.
_OF_GAPS = frozenset(
    "none papers paper works work studies study abstracts abstract texts text reports report "
    "reported examine examines examined tests test tested measure measures measured address "
    "addresses addressed compare compares whether question questions remains remain open unclear "
    "unknown yet does these those them others above cited states state says however still".split()
)
_NONE_OF = re.compile(
    r"\b(?P<none>[Nn]one of (?:the|these|those) )(?:(?:cited|above|other) )?"
    r"(?:papers|works|studies|abstracts|texts|methods|approaches|systems)\b|\b(?P<them>[Nn]one of "
    r"them)\b"
)


@dataclass(frozen=True)
class SettledGaps:
    """The sentences that stay, and questions to the author about gaps that may be none."""

    claims: tuple[Claim, ...]
    questions: tuple[str, ...] = ()


def settle_gaps(claims: Sequence[Claim], evidence: Sequence[Evidence]) -> SettledGaps:
    """The sentences, each gap that cites nothing written as what was looked at; one that a cited
    text or a judge speaks against becomes a question."""
    kept: list[Claim] = []
    questions: list[str] = []
    for claim in claims:
        if claim.kind != "gap" or claim.citations:
            kept.append(claim)
            continue
        beside = [c for c in claims if c.paragraph == claim.paragraph]
        cited = {c.paper_id for other in beside for c in other.citations} - {OWN_ID}
        if not cited:
            cited = {c.paper_id for other in claims for c in other.citations} - {OWN_ID}
        looked_at = [item for item in evidence if item.paper.id in cited]
        if found := _reported(claim.text, looked_at):
            questions.append(f"'{shorten(claim.text, _QUOTED_CHARS)}' may not hold: {found}")
        elif claim.support == "contradicted":
            why = claim.reason or "a cited text says otherwise"
            questions.append(f"'{shorten(claim.text, _QUOTED_CHARS)}' may not hold: {why}")
        else:
            kept.append(_as_looked_at(claim, looked_at, len(cited)))
    return SettledGaps(tuple(kept), tuple(questions))


def _reported(gap: str, looked_at: Sequence[Evidence]) -> str:
    """Which text has a sentence with the gap's words, and the sentence; empty if none has."""
    terms = _terms(gap)
    if len(terms) < LEAST_TERMS:
        return ""
    for item in looked_at:
        for start, end in sentence_spans(item.chunk.text):
            said = item.chunk.text[start:end]
            if len(terms & _terms(said)) >= SHARE_OF_TERMS * len(terms):
                return f'{item.paper.key} says: "{shorten(clean(said), _QUOTED_CHARS)}"'
    return ""


def _terms(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return {
        word[:_STEM_CHARS]
        for word in words
        if len(word) > 3 and word not in STOP_WORDS and word not in _OF_GAPS
    }


def _as_looked_at(claim: Claim, looked_at: Sequence[Evidence], papers: int) -> Claim:
    """The gap with the number of texts that were looked at, and supported by that."""
    parts = {item.chunk.part for item in looked_at}
    what = "abstracts" if parts == {"abstract"} else "texts"
    text = claim.text
    if papers > 1:
        text = _NONE_OF.sub(
            lambda match: f"{match[0][0]}one of these {papers} {what}", text, count=1
        )
    reason = f"none of the {papers} cited {what} has its words"
    return claim.model_copy(update={"text": text, "support": "supported", "reason": reason})
