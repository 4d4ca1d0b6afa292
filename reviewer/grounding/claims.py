"""The claim gate: turns drafts into claims whose proof was checked, and readings into stances."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from reviewer.grounding.quotes import resolve
from reviewer.text import clean, figures_without_proof
from reviewer.text.sanitize import without_addresses, without_citations
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.answers import StanceTaken
from reviewer.types.claims import AnswerDraft, NeedsModel, Reading
from reviewer.types.writer import Writer

C = TypeVar("C", bound=Claim)
FAILING = ("uncited", "unsupported", "contradicted")


def pass_gate(
    draft: AnswerDraft,
    evidence: Sequence[Evidence],
    writer: Writer,
    *,
    may_judge: bool = True,
    resolved: Callable[[Sequence[Claim]], None] | None = None,
) -> tuple[Claim, ...]:
    """Locates every quote, checks every figure, and lets the writer judge what code cannot, if it
    `may_judge`.

    `resolved` is given the claims whose citations were found, before they are judged.
    """
    claims = checked_claims(draft, evidence)
    if resolved is not None:
        resolved([claim for claim in claims if claim.support not in FAILING])
    return judge_claims(claims, writer) if may_judge else claims


def checked_claims(draft: AnswerDraft, evidence: Sequence[Evidence]) -> tuple[Claim, ...]:
    """The draft's claims with what code can say of them: located citations, words without links and
    invented citations, figures that a claim's own quotes do not state."""
    years = {item.paper.id: item.paper.year for item in evidence}
    plain = (_in_plain_words(claim, evidence) for claim in resolve(draft, evidence))
    return tuple(_with_figures(claim, years) for claim in plain if re.search(r"\w", claim.text))


def _in_plain_words(claim: Claim, evidence: Sequence[Evidence]) -> Claim:
    """The claim without the links and citations that a writer put into its words. Those that are
    not among the claim's citations are named in `dropped`. A quoted sentence stays whole."""
    text, dropped, own = clean(claim.text), claim.dropped, set[str]()
    if claim.support != "supported":
        cited = {citation.paper_id for citation in claim.citations}
        own = {n for item in evidence if item.paper.id in cited for n in (item.tag, item.paper.key)}
        text, invented = without_citations(text, own)
        dropped += tuple(f"{name[:80]} is not a citation" for name in invented)
        text = without_addresses(text)
    dropped = tuple(without_addresses(reason) for reason in dropped)
    if dropped and not claim.citations:
        claim = claim.model_copy(update={"support": "uncited"})
    if text == claim.text:
        return claim.model_copy(update={"dropped": dropped})
    anchors = tuple(
        anchor.model_copy(update={"at": _place_in(text, claim.text[: anchor.at], own)})
        for anchor in claim.anchors
    )
    return claim.model_copy(update={"text": text, "dropped": dropped, "anchors": anchors})


def _place_in(text: str, before: str, own: set[str]) -> int:
    """Where in the changed text an anchor stands that had `before` on its left."""
    left = without_addresses(without_citations(clean(before), own)[0])
    return len(left) if text.startswith(left) else len(text)


def _with_figures(claim: Claim, years: dict[str, int | None]) -> Claim:
    if not claim.citations or claim.support == "supported":
        return claim
    cited = [y for c in claim.citations if (y := years.get(c.paper_id)) is not None]
    quotes, papers = [c.quote for c in claim.citations], {c.paper_id for c in claim.citations}
    unproven = figures_without_proof(claim.text, quotes, cited, len(papers))
    changed = {"unproven": tuple(unproven), "support": "unsupported"} if unproven else {}
    return claim.model_copy(update=changed)


def judge_claims(claims: tuple[C, ...], writer: Writer) -> tuple[C, ...]:
    """The claims with the writer's verdict on those that code could not decide."""
    waiting = [claim for claim in claims if claim.support == "unchecked"]
    supports = writer.judge(waiting) if waiting else ()
    if isinstance(supports, NeedsModel):
        return claims
    given = iter(supports)
    return tuple(
        claim.model_copy(update={"support": next(given)}) if claim.support == "unchecked" else claim
        for claim in claims
    )


def take_stances(
    readings: Sequence[Reading], evidence: Sequence[Evidence]
) -> tuple[StanceTaken, ...]:
    """One stance on a yes/no question for each reading, in order. It is `none` without a sentence
    of the paper itself that shows it."""
    stances = []
    for reading in readings:
        shows = reading.shows if reading.shows and is_of(reading, reading.shows, evidence) else None
        stance = reading.stance if shows else "none"
        taken = StanceTaken(paper_id=reading.paper_id, stance=stance, basis=reading.basis)
        shown = shows if stance != "none" else None
        stances.append(taken.model_copy(update={"citation": shown}))
    return tuple(stances)


def is_of(reading: Reading, citation: Citation, evidence: Sequence[Evidence]) -> bool:
    """True for a citation of the reading's own paper whose words stand where it says."""
    if citation.paper_id != reading.paper_id:
        return False
    paper = next((item.paper for item in evidence if item.paper.id == reading.paper_id), None)
    said = paper.text_of(citation.part) if paper else ""
    return bool(citation.quote) and said[citation.start : citation.end] == citation.quote


def verdict_of(stances: Sequence[StanceTaken]) -> str:
    """`3 yes, 1 no, 2 mixed of 9 read; 2 more merely use it`: counted are papers whose own findings
    test what was asked. Empty when none of them takes a stance."""
    tested = [stance for stance in stances if stance.basis == "tests"]
    counts = Counter(stance.stance for stance in tested)
    taken = [f"{counts[kind]} {kind}" for kind in ("yes", "no", "mixed") if counts[kind]]
    using = sum(stance.stance != "none" for stance in stances if stance.basis == "uses")
    more = f"; {using} more merely use{'s' if using == 1 else ''} it" if using else ""
    return f"{', '.join(taken)} of {len(stances)} read{more}" if taken else ""
