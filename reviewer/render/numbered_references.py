"""The papers that an answer cites, numbered."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.types import Answer, Citation, Paper


@dataclass(frozen=True)
class Reference:
    """A cited paper with its number in this result, and every citation of it in order."""

    number: int
    paper: Paper
    citations: tuple[Citation, ...]


def references_of(answer: Answer) -> list[Reference]:
    """The cited papers, numbered in the order in which claims, then stances, first cite them."""
    papers = {item.paper.id: item.paper for item in answer.evidence}
    cited: dict[str, list[Citation]] = {}
    of_claims = [citation for claim in answer.claims for citation in claim.citations]
    of_stances = [stance.citation for stance in answer.stances if stance.citation is not None]
    for citation in [*of_claims, *of_stances]:
        if citation not in cited.setdefault(citation.paper_id, []):
            cited[citation.paper_id].append(citation)
    return [
        Reference(number, papers[paper_id], tuple(citations))
        for number, (paper_id, citations) in enumerate(cited.items(), start=1)
    ]
