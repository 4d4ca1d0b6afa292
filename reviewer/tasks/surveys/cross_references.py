"""Puts a report's sections together: what is said twice goes, and sections point to each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reviewer.tasks.drafts.compose import overlap
from reviewer.text import counted
from reviewer.text.keywords import word_overlap
from reviewer.types import Claim
from reviewer.types.surveys import SeeAlso, SurveySection

SAME_WORDS = 0.8  # share of words in common (Jaccard) from which two sentences say the same


def cross_reference(sections: Sequence[SurveySection]) -> tuple[SurveySection, ...]:
    """The sections without sentences that an earlier section has: those that rest on nothing but
    words which it quotes, or say the same in the same words. Both sections then point to each
    other, as do all that cite a common paper. A section that has nothing left points to where its
    sentences are.
    """
    said: list[tuple[int, Claim]] = []
    kept: list[SurveySection] = []
    links: dict[int, set[int]] = {n: set() for n in range(len(sections))}
    for n, section in enumerate(sections):
        claims, where = [], set[int]()
        for claim in section.claims:
            known = next((m for m, other in said if m != n and _repeats(claim, other)), None)
            if known is None:
                claims.append(claim)
                said.append((n, claim))
            else:
                where.add(known)
        left_out = section.left_out
        if gone := len(section.claims) - len(claims):
            left_out += (f"{counted(gone, 'sentence')} that another section has",)
        kept.append(section.model_copy(update={"claims": tuple(claims), "left_out": left_out}))
        for m in where:
            links[n].add(m)
            links[m].add(n)
    return tuple(_linked(n, kept, links[n]) for n in range(len(kept)))


def _repeats(claim: Claim, other: Claim) -> bool:
    if not claim.citations or not other.citations:
        return False
    if all(any(overlap(c, known) for known in other.citations) for c in claim.citations):
        return True
    return word_overlap(_words(claim.text), _words(other.text)) >= SAME_WORDS


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def _linked(n: int, sections: Sequence[SurveySection], linked: set[int]) -> SurveySection:
    own = _cited(sections[n])
    found = []
    for m, other in enumerate(sections):
        common = [i for i in own if i in _cited(other)]
        if m != n and (common or m in linked):
            found.append(SeeAlso(number=m + 1, paper_ids=tuple(common)))
    return sections[n].model_copy(update={"see_also": tuple(found)})


def _cited(section: SurveySection) -> dict[str, None]:
    return dict.fromkeys(c.paper_id for claim in section.claims for c in claim.citations)
