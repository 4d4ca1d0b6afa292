"""Checks an answer's sentences by kind, and lets the writer repair single ones.

A fact stands by what it cites, a synthesis by the facts around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reviewer.grounding.claims import FAILING, checked_claims
from reviewer.grounding.sentence_numbers import Numbers
from reviewer.text.figures import check_figures
from reviewer.text.sanitize import without_addresses
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import Anchor, AnswerDraft, ClaimDraft, Fault, NeedsModel, Verdict
from reviewer.types.writer import Writer

TO_REPAIR = (*FAILING, "partial")
# A sentence that begins so, or has this in it, leans on the one before it.
_REFERS = re.compile(
    r"^(?:this|that|these|those|it|its|they|their|such|both|neither|here|also|moreover|however"
    r"|furthermore|in contrast|by contrast|conversely|instead|similarly|likewise|consequently|thus"
    r"|so)\b|\b(?:the (?:former|latter|same|others?|first|second)|another|a (?:second|third"
    r"|fourth))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Checks:
    """What is done beside code's own checks. `may_judge`: the writer judges; `may_repair`: it
    writes failing sentences again; `judges_again`: repaired sentences are judged too; `is_strict`:
    what still fails is left out, and what referred to it is mended; `beside`: sentences that a
    judge is shown beside those that are cited, instead of whole texts."""

    may_judge: bool = True
    may_repair: bool = False
    judges_again: bool = False
    is_strict: bool = False
    beside: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class CheckedAnswer:
    """The sentences that stay, and how many were left out for want of proof."""

    claims: tuple[Claim, ...]
    left_out: int = 0


def check_answer(
    draft: AnswerDraft,
    evidence: Sequence[Evidence],
    writer: Writer,
    checks: Checks,
    question: str,
) -> CheckedAnswer:
    """The sentences of a draft that answers the question, with their citations and verdicts.

    A fact stands by the sentences that it cites, a synthesis by facts that stand, a gap is never an
    unsupported claim. Figures are checked by code. A step of the writer's that fails in form leaves
    sentences as they are.
    """
    claims = checked_sentences(draft, evidence)
    if checks.may_judge:
        claims = judge_sentences(claims, evidence, writer, checks, question)
    if checks.may_repair:
        claims = _repaired(claims, evidence, writer, checks, question)
    claims = _with_facts(claims)
    if not checks.is_strict:
        return CheckedAnswer(claims)
    kept = tuple(claim for claim in claims if claim.support not in FAILING)
    if not any(claim.citations for claim in kept):
        kept = ()  # a thesis without a fact
    mended = _mended(claims, kept, evidence, writer) if checks.may_repair else kept
    return CheckedAnswer(mended, len(claims) - len(kept))


def checked_sentences(draft: AnswerDraft, evidence: Sequence[Evidence]) -> tuple[Claim, ...]:
    """The sentences with what code alone can say: citations, figures, whether they rest on any
    fact."""
    claims = checked_claims(draft, evidence)
    numbers = Numbers(evidence)
    cited = [c.quote for claim in claims for c in claim.citations]
    papers = {c.paper_id for claim in claims for c in claim.citations}
    years = _years_of(papers, evidence)

    def one(claim: Claim) -> Claim:
        if claim.citations:
            return _with_figures_elsewhere(claim, evidence, numbers) if claim.unproven else claim
        if claim.support != "unchecked":
            return claim
        if not cited:
            return claim.model_copy(update={"support": "uncited"})
        found = check_figures(claim.text, cited, years, papers=len(papers), sums_up=True)
        if not found.missing:
            return claim
        return claim.model_copy(update={"unproven": found.missing, "support": "unsupported"})

    return tuple(one(claim) for claim in claims)


def _with_figures_elsewhere(claim: Claim, evidence: Sequence[Evidence], numbers: Numbers) -> Claim:
    """The claim with anchors for figures that stand in other sentences of the texts that it cites.
    It is unchanged if one figure stands in none of them."""
    cited = {citation.chunk_id for citation in claim.citations}
    tags = {item.tag for item in evidence if item.chunk.id in cited}
    others = [c for n in numbers.all() if n.split(".")[0] in tags and (c := numbers.cite(n))]
    papers = {citation.paper_id for citation in claim.citations}
    found = check_figures(
        claim.text,
        [citation.quote for citation in claim.citations],
        _years_of(papers, evidence),
        sentences=[citation.quote for citation in others],
        papers=len(papers),
    )
    if found.missing:
        return claim
    more = [others[n] for n in found.elsewhere]
    added = with_citations(claim, more, _place_of(claim, claim.unproven[0]))
    return added.model_copy(update={"unproven": (), "support": "unchecked"})


def _years_of(paper_ids: Collection[str], evidence: Sequence[Evidence]) -> set[int]:
    """The years of these papers, as far as they are known."""
    papers = (item.paper for item in evidence if item.paper.id in paper_ids)
    return {paper.year for paper in papers if paper.year is not None}


def _place_of(claim: Claim, words: str) -> int:
    """Where in the claim's text the words end; its end if they are not there."""
    start = claim.text.casefold().find(words.casefold()) if words else -1
    return start + len(words) if start >= 0 else len(claim.text)


def with_citations(
    claim: Claim, more: Iterable[Citation], place: int, *, replaces: bool = False
) -> Claim:
    """The claim with these citations at the first anchor behind `place`, else the last; it
    `replaces` there what is cited of the same papers."""
    new = tuple(dict.fromkeys(more))
    anchors = list(claim.anchors) or [Anchor(at=len(claim.text), citations=())]
    n = next((n for n, anchor in enumerate(anchors) if anchor.at >= place), len(anchors) - 1)
    own = [claim.citations[i] for i in anchors[n].citations]
    papers = {citation.paper_id for citation in new}
    kept = [c for c in own if not (replaces and c.paper_id in papers)]
    groups = [[claim.citations[i] for i in anchor.citations] for anchor in anchors]
    groups[n] = list(dict.fromkeys([*kept, *new]))
    loose = [] if claim.anchors else [c for c in claim.citations if not replaces]
    citations = tuple(dict.fromkeys([*loose, *(c for group in groups for c in group)]))
    placed = tuple(
        Anchor(at=anchor.at, citations=tuple(citations.index(c) for c in group))
        for anchor, group in zip(anchors, groups, strict=True)
        if group
    )
    return claim.model_copy(update={"citations": citations, "anchors": placed})


def judge_sentences(
    claims: tuple[Claim, ...],
    evidence: Sequence[Evidence],
    writer: Writer,
    checks: Checks,
    question: str,
) -> tuple[Claim, ...]:
    """The claims with the writer's verdicts on those that are unchecked."""
    if not any(claim.support == "unchecked" for claim in claims):
        return claims
    verdicts = writer.examine(claims, evidence, question=question, beside=checks.beside)
    if isinstance(verdicts, NeedsModel):
        return claims
    numbers = Numbers(evidence)
    return tuple(
        with_verdict(claim, verdict, numbers) if claim.support == "unchecked" else claim
        for claim, verdict in zip(claims, verdicts, strict=True)
    )


def with_verdict(claim: Claim, verdict: Verdict, numbers: Numbers) -> Claim:
    """The claim with what a judge says of it. Sentences that the judge names become anchors: they
    carry the claim in place of those that it cites, or contradict it."""
    named = [c for n in verdict.numbers if (c := numbers.cite(n)) is not None]
    support = verdict.support
    if claim.kind == "gap":  # whether anybody looked in vain is not for a judge to prove
        support = (
            support
            if support == "supported" or (support == "contradicted" and named)
            else ("unchecked")
        )
    failing = verdict.failing if verdict.failing.casefold() in claim.text.casefold() else ""
    changed = claim
    if named and support in ("supported", "partial", "contradicted") and claim.citations:
        is_instead = support == "supported" and not failing
        place = _place_of(claim, failing)
        changed = with_citations(claim, named, place, replaces=is_instead)
    said = {"support": support, "reason": without_addresses(verdict.reason)}
    return changed.model_copy(update=said | {"failing": "" if support == "supported" else failing})


def _with_facts(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """The claims; no synthesis stands if none of the answer's facts does."""
    facts = [claim for claim in claims if claim.citations]
    if any(claim.support not in FAILING for claim in facts):
        return claims
    return tuple(
        claim.model_copy(update={"support": "unsupported"})
        if claim.kind == "synthesis" and not claim.citations and claim.support != "uncited"
        else claim
        for claim in claims
    )


def _repaired(
    claims: tuple[Claim, ...],
    evidence: Sequence[Evidence],
    writer: Writer,
    checks: Checks,
    question: str,
) -> tuple[Claim, ...]:
    """The claims, each failing one replaced by the writer's second version where its anchors and
    figures stand; where it is judged again, also by the verdict."""
    faults = [
        Fault(place=n, failing=claim.failing, reason=_reason(claim))
        for n, claim in enumerate(claims)
        if claim.support in TO_REPAIR
    ]
    new = _rewritten(claims, faults, evidence, writer, checks)
    if not new:
        return claims
    changed = tuple(new.get(n, claim) for n, claim in enumerate(claims))
    if not checks.judges_again:
        return changed
    # A fact stands by what it cites; a synthesis needs the rest of the answer beside it.
    needs_all = any(not claim.citations for claim in new.values())
    judged = judge_sentences(changed, evidence, writer, checks, question if needs_all else "")
    return tuple(
        old if n in new and now.support in FAILING else now
        for n, (old, now) in enumerate(zip(claims, judged, strict=True))
    )


def _reason(claim: Claim) -> str:
    """Why a claim fails, for the writer."""
    if claim.unproven:
        return f"the figure {', '.join(claim.unproven)} is in none of the sentences that it cites"
    if claim.support == "uncited":
        return "it cites no sentence of the texts"
    said = {"contradicted": "the texts say otherwise", "partial": "part of it is not in the texts"}
    return claim.reason or said.get(claim.support, "the sentences that it cites do not carry it")


def _rewritten(
    claims: Sequence[Claim],
    faults: Sequence[Fault],
    evidence: Sequence[Evidence],
    writer: Writer,
    checks: Checks,
) -> dict[int, Claim]:
    """Accepted second versions by the places of the claims: with every number known, every figure
    proven, and a citation where the first version had one."""
    if not faults:
        return {}
    drafts = writer.repair(claims, faults, evidence, beside=checks.beside)
    if isinstance(drafts, NeedsModel):
        return {}
    accepted = {}
    for fault, draft in zip(faults, drafts, strict=True):
        old = claims[fault.place]
        if draft is None:
            continue
        beside = [claim for n, claim in enumerate(claims) if n != fault.place]
        new = _checked_beside(draft, beside, evidence)
        if new is not None and _is_better(new, old):
            changed = {"paragraph": old.paragraph, "is_repaired": True}
            accepted[fault.place] = new.model_copy(update=changed)
    return accepted


def check_beside(
    draft: AnswerDraft, beside: Sequence[Claim], evidence: Sequence[Evidence]
) -> tuple[Claim, ...]:
    """The sentences of a draft with what code alone can say; one without a citation rests on the
    claims beside it."""
    made = ((one, _checked_beside(one, beside, evidence)) for one in draft.claims)
    return tuple(
        claim or Claim(text=one.text, kind=one.kind, support="uncited") for one, claim in made
    )


def reason_of(claim: Claim) -> str:
    """Why a claim fails, in words; empty for one that stands."""
    if claim.dropped:
        return f"a citation was not found: {claim.dropped[0]}"
    return _reason(claim) if claim.support in TO_REPAIR else ""


def _is_better(new: Claim, old: Claim) -> bool:
    """True for a second version that says something else, or the same with another proof, and that
    code finds no fault in."""
    if new.dropped or new.support in FAILING or (old.kind == "fact" and not new.citations):
        return False
    return new.text != old.text or not set(new.citations) <= set(old.citations)


def _checked_beside(
    draft: ClaimDraft, beside: Sequence[Claim], evidence: Sequence[Evidence]
) -> Claim | None:
    """One sentence checked by code, with the citations of the claims beside it as facts that it may
    rest on; None if it has no words."""
    made = checked_claims(AnswerDraft(claims=(draft,)), evidence)
    if not made:
        return None
    (claim,) = made
    if claim.unproven and claim.citations:
        return _with_figures_elsewhere(claim, evidence, Numbers(evidence))
    if not claim.citations and claim.support == "unchecked":
        others = [c for other in beside for c in other.citations]
        papers = {citation.paper_id for citation in others}
        found = check_figures(
            claim.text,
            [citation.quote for citation in others],
            _years_of(papers, evidence),
            papers=len(papers),
            sums_up=True,
        )
        if not others or found.missing:
            return None
    return claim


def _mended(
    claims: Sequence[Claim], kept: tuple[Claim, ...], evidence: Sequence[Evidence], writer: Writer
) -> tuple[Claim, ...]:
    """What is kept, with each sentence written again that follows one that went and refers to
    it; it must cite what it cited. Where it cannot be mended it stays as it is."""
    faults = []
    for before, claim in pairwise(claims):
        is_next = claim.paragraph == before.paragraph and before not in kept and claim in kept
        if is_next and _REFERS.search(claim.text):
            reason = "the sentence before it was left out; it must be understood without that one"
            faults.append(Fault(place=kept.index(claim), reason=reason))
    new = _rewritten(kept, faults, evidence, writer, Checks())
    same = {n: claim for n, claim in new.items() if set(claim.citations) == set(kept[n].citations)}
    return tuple(same.get(n, claim) for n, claim in enumerate(kept))


def resolving(
    evidence: Sequence[Evidence], resolved: Callable[[Sequence[Claim]], None] | None
) -> Callable[[ClaimDraft], None]:
    """What hands on a sentence that is being written, if code finds no fault in it."""

    def hand_on(draft: ClaimDraft) -> None:
        claims = checked_claims(AnswerDraft(claims=(draft,)), evidence)
        standing = [c for c in claims if c.support not in FAILING and not c.dropped]
        if resolved is not None and standing:
            resolved(standing)

    return hand_on
