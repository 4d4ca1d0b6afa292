"""Summarises a survey without a model: sentences of its sections, and sentences on what is open."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reviewer.text import clean
from reviewer.types import Evidence
from reviewer.types.claims import ClaimDraft, Quote
from reviewer.types.surveys import (
    MOST_ABSTRACT,
    MOST_OPEN,
    FindingDraft,
    SummaryDraft,
    SurveySection,
)

_LEAST_WORDS, _MOST_WORDS = 8, 60
OPEN = re.compile(
    r"\b(?:remains? (?:an? |\w+ ){0,3}?(?:open|unclear|unexplored|underexplored|unknown|unsolved"
    r"|elusive|poorly understood)|(?:is|are) (?:still |largely |yet )?(?:unclear|unknown"
    r"|not (?:well |fully |yet )+understood|poorly understood|underexplored)|little is known"
    r"|open (?:questions?|problems?|challenges?)|future (?:work|research|studies)"
    r"|(?:raises?|leaves?) (?:\w+ ){0,2}?questions?|lack of (?:understanding|consensus))\b",
    re.IGNORECASE,
)
_OWN_ANSWER = re.compile(r"\b(?:we|our|this (?:paper|work))\b", re.IGNORECASE)


def summary_of(sections: Sequence[SurveySection], evidence: Sequence[Evidence]) -> SummaryDraft:
    """Abstract: the first quote of each of the largest sections, in their order. A finding a
    section: its first quote that the abstract does not have. Open questions:
    sentences of the papers that say that something is open, at most one a paper, in the sections'
    order, but last those that seem to answer it themselves."""
    by_chunk = {item.chunk.id: item for item in evidence}
    largest = sorted(range(len(sections)), key=lambda n: (-len(sections[n].claims), n))
    first = []
    for n in sorted(largest[:MOST_ABSTRACT]):
        cited = [c for claim in sections[n].claims for c in claim.citations]
        found = next((c for c in cited if c.chunk_id in by_chunk), None)
        if found is not None:
            quote = Quote(tag=by_chunk[found.chunk_id].tag, quote=found.quote)
            first.append(quoted_claim(quote))
    findings = []
    for n, section in enumerate(sections, start=1):
        cited = [c for claim in section.claims for c in claim.citations if c.chunk_id in by_chunk]
        quotes = [Quote(tag=by_chunk[c.chunk_id].tag, quote=c.quote) for c in cited]
        fresh = [quote for quote in quotes if quoted_claim(quote) not in first]
        for quote in (fresh or quotes)[:1]:
            findings.append(FindingDraft(**quoted_claim(quote).model_dump(), section=n))
    said = [found for section in sections for found in _open_in(section, evidence)]
    plain = sorted(said, key=lambda claim: bool(_OWN_ANSWER.search(claim.text)))
    return SummaryDraft(
        abstract=tuple(first),
        findings=tuple(findings),
        open_questions=tuple(plain[:MOST_OPEN]),
    )


def _open_in(section: SurveySection, evidence: Sequence[Evidence]) -> list[ClaimDraft]:
    found: dict[str, ClaimDraft] = {}
    for item in evidence:
        for sentence in item.sentences if item.paper.id in section.paper_ids else ():
            words = len(sentence.text.split())
            is_whole = _LEAST_WORDS <= words <= _MOST_WORDS and "://" not in sentence.text
            if is_whole and OPEN.search(sentence.text):
                quote = Quote(tag=item.tag, quote=sentence.text)
                found.setdefault(item.paper.id, quoted_claim(quote))
    return list(found.values())


def quoted_claim(quote: Quote) -> ClaimDraft:
    """The quote as a sentence of a draft."""
    return ClaimDraft(text=clean(quote.quote), quotes=(quote,), kind="quote")
