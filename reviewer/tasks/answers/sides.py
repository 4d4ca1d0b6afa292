"""Answers a comparison side by side, where sentences are quoted and not rephrased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from reviewer.tasks.answers.gather import Gathered
from reviewer.types import Claim
from reviewer.types.claims import AnswerDraft, ClaimDraft
from reviewer.types.writer import OnClaim, Writer

CLAIMS_A_SIDE = 4


def sides_of(gathered: Gathered) -> dict[str, str]:
    """The name of each paper's side, by the paper's id; empty where nothing is compared. A paper on
    several sides is put where there are fewest."""
    sides, papers = gathered.found.understood.sides, Counter[str]()
    found: dict[str, str] = {}
    by_id = {item.paper.id: item.paper.key for item in gathered.evidence}
    on = {i: [side.name for side in sides if key in side.keys] for i, key in by_id.items()}
    for paper_id, names in sorted(on.items(), key=lambda pair: len(pair[1])):
        if names:
            found[paper_id] = min(names, key=lambda name: papers[name])
            papers[found[paper_id]] += 1
    return found


def draft_by_side(
    question: str,
    gathered: Gathered,
    writer: Writer,
    side_of: Mapping[str, str],
    on_claim: OnClaim | None = None,
) -> AnswerDraft:
    """The writer's draft; with sides, of each one the best CLAIMS_A_SIDE claims, side by side."""
    if not side_of:
        return writer.write_answer(question, gathered.readings, gathered.evidence, on_claim)
    claims: list[ClaimDraft] = []
    for side in gathered.found.understood.sides:
        evidence = [e for e in gathered.evidence if side_of.get(e.paper.id) == side.name]
        readings = [r for r in gathered.readings if side_of.get(r.paper_id) == side.name]
        if evidence:
            draft = writer.write_answer(question, readings, evidence)
            claims += draft.claims[:CLAIMS_A_SIDE]
    if on_claim is not None:
        for claim in claims:
            on_claim(claim)
    return AnswerDraft(claims=tuple(claims))


def with_sides(claims: Sequence[Claim], side_of: Mapping[str, str]) -> tuple[Claim, ...]:
    """Each claim with the side of the paper that it cites."""
    return tuple(
        claim.model_copy(update={"side": side_of.get(claim.citations[0].paper_id, "")})
        if side_of and claim.citations
        else claim
        for claim in claims
    )
