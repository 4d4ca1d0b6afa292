"""The claim gate: a draft passes here, and comes out as claims whose proof was checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from reviewer.citing import resolve
from reviewer.figures import figures_without_proof
from reviewer.records import AnswerDraft, Claim, Evidence, NeedsModel
from reviewer.writers import Writer

FAILING = ("uncited", "unsupported", "contradicted")
_ADDRESS = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,9}://|\bwww\.)\S+|\bjavascript:\S*", re.IGNORECASE)


def pass_gate(
    draft: AnswerDraft,
    evidence: Sequence[Evidence],
    writer: Writer,
    *,
    may_revise: bool = False,
    resolved: Callable[[Sequence[Claim]], None] | None = None,
) -> tuple[Claim, ...]:
    """Locate every quote, check every figure, and let the writer judge what code cannot.

    `resolved` is told of the claims whose citations stand before they are judged. With `may_revise`
    failing claims are written once more from their quotes, and stay marked if that fails too.
    """
    claims = _checked(draft, evidence)
    if resolved is not None:
        resolved([claim for claim in claims if claim.support not in FAILING])
    claims = _judged(claims, writer)
    return _revised(claims, evidence, writer) if may_revise else claims


def _checked(draft: AnswerDraft, evidence: Sequence[Evidence]) -> tuple[Claim, ...]:
    years = {item.paper.id: item.paper.year for item in evidence}
    return tuple(_with_figures(_without_links(c), years) for c in resolve(draft, evidence))


def _without_links(claim: Claim) -> Claim:
    """Addresses in a writer's words lead nowhere: only references carry links."""
    if claim.support == "supported":
        return claim
    return claim.model_copy(update={"text": _ADDRESS.sub("(link removed)", claim.text)})


def _with_figures(claim: Claim, years: dict[str, int | None]) -> Claim:
    if not claim.citations or claim.support == "supported":
        return claim
    cited = [y for c in claim.citations if (y := years.get(c.paper_id)) is not None]
    unproven = figures_without_proof(claim.text, [c.quote for c in claim.citations], cited)
    if not unproven:
        return claim
    return claim.model_copy(update={"unproven": tuple(unproven), "support": "unsupported"})


def _judged(claims: tuple[Claim, ...], writer: Writer) -> tuple[Claim, ...]:
    waiting = [claim for claim in claims if claim.support == "unchecked"]
    supports = writer.judge(waiting) if waiting else ()
    if isinstance(supports, NeedsModel):
        return claims
    said = iter(supports)
    return tuple(
        claim.model_copy(update={"support": next(said)}) if claim.support == "unchecked" else claim
        for claim in claims
    )


def _revised(
    claims: tuple[Claim, ...], evidence: Sequence[Evidence], writer: Writer
) -> tuple[Claim, ...]:
    failing = [c for c in claims if c.citations and c.support not in ("supported", "unchecked")]
    draft = writer.revise(failing, evidence) if failing else NeedsModel(step="")
    if isinstance(draft, NeedsModel) or len(draft.claims) != len(failing):
        return claims
    better = iter(_judged(_checked(draft, evidence), writer))
    return tuple(
        new if claim in failing and (new := next(better)).support == "supported" else claim
        for claim in claims
    )
