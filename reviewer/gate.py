"""The claim gate: a draft passes here, and comes out as claims whose proof was checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from reviewer.citing import resolve
from reviewer.figures import figures_without_proof
from reviewer.records import AnswerDraft, Claim, Evidence, NeedsModel
from reviewer.text import clean
from reviewer.writers import Writer

FAILING = ("uncited", "unsupported", "contradicted")
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,30}://|www\.)\S*|\b(?:javascript|mailto|xmpp):\S+", re.IGNORECASE
)
# What looks like a citation in a writer's own words: tags, keys, numbers ([0, 1] is an interval) or
# authors in brackets, LaTeX's cite; and authors with their year in the sentence itself.
_KEY = r"[a-z][\w-]*-(?:(?:19|20)\d\d|nd)(?:-\w+)*|[a-z]{2,}(?:19|20)\d\d[a-z]*|@[\w:.-]+"
_TAG = rf"[EC]\d+|{_KEY}"
_ONE = rf"(?:[1-9]\d{{0,2}}(?:\s?[-–]\s?\d{{1,3}})?|{_TAG})"
_BRACKETED = re.compile(
    rf"\s?(?:\[\^?{_ONE}(?:\s?[,;]\s?{_ONE})*\]|\((?:{_TAG})(?:\s?[,;]\s?(?:{_TAG}))*\)"
    r"|[(\[](?:[^()\[\]]{0,200}\bet al[^()\[\]]{0,20}|[A-Z][^()\[\]]{1,80},\s)(?:19|20)\d\d[a-z]?"
    r"[)\]]|\\[a-z]{0,9}cite[a-z]{0,9}\*?(?:\[[^\]]*\])*\{[^}]*\})"
)
_IN_WORDS = re.compile(
    r"(?<!\w)@[A-Za-z][\w:.-]{0,60}\d[\w:-]*"
    r"|[A-Z][\w'’-]{1,40}(?:\s(?:and|&)\s[A-Z][\w'’-]{1,40}|\set al\.?),?"
    r"\s\(?(?:19|20)\d\d[a-z]?\)?"
)


def pass_gate(
    draft: AnswerDraft,
    evidence: Sequence[Evidence],
    writer: Writer,
    *,
    may_judge: bool = True,
    may_revise: bool = False,
    resolved: Callable[[Sequence[Claim]], None] | None = None,
) -> tuple[Claim, ...]:
    """Locate every quote, check every figure, and let the writer judge what code cannot, if it
    `may_judge`.

    `resolved` is told of the claims whose citations stand before they are judged. With `may_revise`
    failing claims are written once more from their quotes, and stay marked if that fails too.
    """
    claims = _checked(draft, evidence)
    if resolved is not None:
        resolved([claim for claim in claims if claim.support not in FAILING])
    if not may_judge:
        return claims
    claims = _judged(claims, writer)
    return _revised(claims, evidence, writer) if may_revise else claims


def _checked(draft: AnswerDraft, evidence: Sequence[Evidence]) -> tuple[Claim, ...]:
    years = {item.paper.id: item.paper.year for item in evidence}
    plain = (_in_plain_words(claim, evidence) for claim in resolve(draft, evidence))
    return tuple(_with_figures(claim, years) for claim in plain if re.search(r"\w", claim.text))


def _in_plain_words(claim: Claim, evidence: Sequence[Evidence]) -> Claim:
    """The claim without what only code may add: links and citations in a writer's own words. Those
    that no citation of the claim stands for are named in `dropped`. A quoted sentence stays."""
    text, dropped = clean(claim.text), claim.dropped
    if claim.support != "supported":
        cited = {citation.paper_id for citation in claim.citations}
        own = {n for item in evidence if item.paper.id in cited for n in (item.tag, item.paper.key)}
        text, made = _without_citations(text)
        invented = [name for name in made if not set(re.findall(r"[\w-]+", name)) <= own]
        dropped += tuple(f"{name.strip()[:80]} is no citation" for name in dict.fromkeys(invented))
        text = _ADDRESS.sub("(link removed)", text).strip()
    dropped = tuple(_ADDRESS.sub("(link removed)", reason) for reason in dropped)
    return claim.model_copy(update={"text": text, "dropped": dropped})


def _without_citations(text: str) -> tuple[str, list[str]]:
    """The text, and what was taken out of it: again and again, for one may stand in another."""
    made: list[str] = []
    for pattern, instead in ((_BRACKETED, ""), (_IN_WORDS, "(citation removed)")):
        while found := [match.group() for match in pattern.finditer(text)]:
            made += found
            text = pattern.sub(instead, text)
    return text, made


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
