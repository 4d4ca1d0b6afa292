"""Which claims of kept runs still stand: they passed the gate, and all that they cite is there."""

from __future__ import annotations

from reviewer.grounding import locate
from reviewer.grounding.claims import FAILING
from reviewer.library import Library
from reviewer.types import Citation, Claim, Paper


class Standing:
    """Looks at claims again; each paper is read once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._papers: dict[str, Paper | None] = {}

    def paper(self, paper_id: str) -> Paper | None:
        """The paper that has this id or had it, if the library still has it."""
        if paper_id not in self._papers:
            self._papers[paper_id] = self._library.catalogue.paper_named(paper_id)
        return self._papers[paper_id]

    def claim(self, claim: Claim) -> Claim | None:
        """The claim with its citations as the papers are now; None where one of its sentences is
        gone or changed, or its paper is retracted."""
        found = [self._citation(citation) for citation in claim.citations]
        citations = [citation for citation in found if citation is not None]
        if len(citations) < len(found):
            return None
        return claim.model_copy(update={"citations": tuple(citations)})

    def _citation(self, citation: Citation) -> Citation | None:
        paper = self.paper(citation.paper_id)
        if paper is None or paper.retracted:
            return None
        text = paper.text_of(citation.part)
        now = {"paper_id": paper.id, "key": paper.key}
        if text[citation.start : citation.end] == citation.quote:
            return citation.model_copy(update=now)
        span = locate(citation.quote, text)
        if span is None:
            return None
        start, end = span
        moved = {"start": start, "end": end, "quote": text[start:end], "page": None}
        return citation.model_copy(update=now | moved)


def passed_gate(claim: Claim) -> bool:
    """True for a claim with located citations that no check speaks against."""
    is_sound = not (claim.dropped or claim.unproven)
    return bool(claim.citations) and is_sound and claim.support not in FAILING
