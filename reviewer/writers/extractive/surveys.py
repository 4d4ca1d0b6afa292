"""Sums a survey up without a model: sentences that stand for sections, or say what is open."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reviewer.text import clean
from reviewer.types import Evidence
from reviewer.types.claims import ClaimDraft, Quote
from reviewer.types.surveys import MOST_ABSTRACT, MOST_OPEN, SummaryDraft, SurveySection

_LEAST_WORDS, _MOST_WORDS = 8, 60
_OPEN = re.compile(
    r"\b(?:remains? (?:an? |\w+ ){0,3}?(?:open|unclear|unexplored|underexplored|unknown|unsolved"
    r"|elusive|poorly understood)|(?:is|are) (?:still |largely |yet )?(?:unclear|unknown"
    r"|not (?:well |fully |yet )+understood|poorly understood|underexplored)|little is known"
    r"|open (?:questions?|problems?|challenges?)|future (?:work|research|studies)"
    r"|(?:raises?|leaves?) (?:\w+ ){0,2}?questions?|lack of (?:understanding|consensus))\b",
    re.IGNORECASE,
)
_OWN_ANSWER = re.compile(r"\b(?:we|our|this (?:paper|work))\b", re.IGNORECASE)


def summary_of(sections: Sequence[SurveySection], evidence: Sequence[Evidence]) -> SummaryDraft:
    """Abstract: the first quote of each of the largest sections, in their order. Open questions:
    sentences of the papers that call something open, at most one a paper, in the sections' order,
    those first that do not go on to answer it."""
    by_chunk = {item.chunk.id: item for item in evidence}
    largest = sorted(range(len(sections)), key=lambda n: (-len(sections[n].claims), n))
    first = []
    for n in sorted(largest[:MOST_ABSTRACT]):
        cited = [c for claim in sections[n].claims for c in claim.citations]
        found = next((c for c in cited if c.chunk_id in by_chunk), None)
        if found is not None:
            first.append(_claim(by_chunk[found.chunk_id].tag, found.quote))
    said = [found for section in sections for found in _open_in(section, evidence)]
    plain = sorted(said, key=lambda claim: bool(_OWN_ANSWER.search(claim.text)))
    return SummaryDraft(abstract=tuple(first), open_questions=tuple(plain[:MOST_OPEN]))


def _open_in(section: SurveySection, evidence: Sequence[Evidence]) -> list[ClaimDraft]:
    found: dict[str, ClaimDraft] = {}
    for item in evidence:
        for sentence in item.sentences if item.paper.id in section.paper_ids else ():
            words = len(sentence.text.split())
            is_whole = _LEAST_WORDS <= words <= _MOST_WORDS and "://" not in sentence.text
            if is_whole and _OPEN.search(sentence.text):
                found.setdefault(item.paper.id, _claim(item.tag, sentence.text))
    return list(found.values())


def _claim(tag: str, quote: str) -> ClaimDraft:
    return ClaimDraft(text=clean(quote), quotes=(Quote(tag=tag, quote=quote),))
