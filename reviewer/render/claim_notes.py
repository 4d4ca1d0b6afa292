"""What all forms say about a draft and about any claim: title, head, remarks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reviewer.text import counted
from reviewer.types import Citation, Claim, Paper, RelatedWork
from reviewer.types.drafts import OWN_ID, Section

_REMARKS = {
    "uncited": "uncited",
    "unsupported": "not supported by its quotes",
    "contradicted": "contradicted by its quotes",
    "partial": "partly supported",
    "unchecked": "not checked",
}
WEAK_DRAFT = "Nothing in this library is clearly on the question; these papers are the nearest."


def draft_title(work: RelatedWork) -> str:
    return f"Related work: {work.question}"


def draft_head(work: RelatedWork) -> str:
    """Who wrote the draft, from how many papers, and what it is not. A draft with quotes is an
    annotated bibliography: it has no sentence of a writer's own."""
    papers = counted(work.coverage.cited, "paper")
    head = f"Written by {work.writer} from {papers}; citations by code."
    if is_annotated(work):
        head = (
            f"A themed annotated bibliography of {papers}, not a written section: no model is set, "
            "so themes are named by their terms, and papers are quoted in their own sentences."
        )
    return " ".join([head, *(f"{note[:1].upper()}{note[1:]}." for note in work.notes)])


def is_annotated(work: RelatedWork) -> bool:
    """True for a draft that quotes papers, without a sentence of a writer's own."""
    return any(claim.kind == "quote" for section in work.sections for claim in section.claims)


def without_marks(work: RelatedWork) -> RelatedWork:
    """The draft as clean text shows it: no sentence has a remark. Its proof has them."""
    clear = {"support": "supported", "dropped": (), "unproven": ()}
    sections = tuple(
        section.model_copy(
            update={"claims": tuple(claim.model_copy(update=clear) for claim in section.claims)}
        )
        for section in work.sections
    )
    return work.model_copy(update={"sections": sections})


def failing_claims(work: RelatedWork) -> list[Claim]:
    """The sentences of a draft that have a remark."""
    return [claim for section in work.sections for claim in section.claims if remarks_on(claim)]


def cited_papers(work: RelatedWork) -> list[Paper]:
    """The cited papers, in the order in which sections first cite them."""
    known = {paper.id: paper for paper in work.papers}
    return [known[i] for i in dict.fromkeys(c.paper_id for c in draft_citations(work))]


def draft_citations(work: RelatedWork) -> list[Citation]:
    """The citations of papers in the draft, in order, each once."""
    cited = (c for section in work.sections for c in citations_of(section.claims))
    return list(dict.fromkeys(cited))


def citations_of(claims: Sequence[Claim]) -> list[Citation]:
    """Their citations of papers, without those of the work at hand."""
    return [c for claim in claims for c in claim.citations if c.paper_id != OWN_ID]


def remarks_on(claim: Claim) -> str:
    """What follows a sentence that is not proven, in words; empty for one that is."""
    remark = _REMARKS.get(claim.support, "")
    if claim.unproven:
        remark = f"figures not in its quotes: {', '.join(claim.unproven)}"
    dropped = f"{counted(len(claim.dropped), 'citation')} dropped" if claim.dropped else ""
    return "; ".join(filter(None, (remark, dropped)))


def quoted_papers(section: Section, papers: Iterable[Paper]) -> list[tuple[Paper, list[Claim]]]:
    """The papers that an annotated section quotes, each with its quotes, in order."""
    known = {paper.id: paper for paper in papers}
    quotes: dict[str, list[Claim]] = {}
    for claim in section.claims:
        if claim.kind == "quote" and claim.citations:
            quotes.setdefault(claim.citations[0].paper_id, []).append(claim)
    return [(known[paper_id], own) for paper_id, own in quotes.items() if paper_id in known]


def nothing_drafted(work: RelatedWork) -> str:
    """Why a draft has no section."""
    if work.coverage.matched and not work.nearest:
        return "No sentence that was written could be proven."
    reason = work.coverage.reason
    return f"Not enough evidence in this library to write a section. {reason}".rstrip()
