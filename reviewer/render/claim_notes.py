"""What every form says alike of a draft and of any claim: title, head, labels, remarks."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.render.in_text import Marks
from reviewer.text import clean, counted
from reviewer.types import Citation, Claim, Paper, RelatedWork
from reviewer.types.drafts import OWN_ID, Section, Statement

_REMARKS = {
    "uncited": "uncited",
    "unsupported": "not supported by its quotes",
    "contradicted": "contradicted by its quotes",
    "partial": "partly supported",
    "unchecked": "not checked",
}


def draft_title(work: RelatedWork) -> str:
    return f"Related work: {work.question}"


def is_annotated(work: RelatedWork) -> bool:
    """True for an annotated bibliography: it holds quotes, and no sentence of a writer's own."""
    return any(claim.role == "quote" for section in work.sections for claim in section.claims)


def draft_head(work: RelatedWork) -> str:
    """Who wrote the draft, from how much, and what it is not."""
    papers = counted(work.coverage.cited, "paper")
    said = f"Written by {work.writer} from {papers}; citations by code."
    if is_annotated(work):
        said = (
            f"A themed annotated bibliography of {papers}, not a written section: no model is set, "
            "so themes are named by their terms, and papers are told in sentences of their own."
        )
    return " ".join([said, *(f"{note[:1].upper()}{note[1:]}." for note in work.notes)])


def weak_line(work: RelatedWork) -> str:
    return "Nothing in this library is clearly on the question; these papers are the nearest."


def cited_papers(work: RelatedWork) -> list[Paper]:
    """The papers that are cited, in the order in which sections first cite them."""
    known = {paper.id: paper for paper in work.papers}
    cited = (c.paper_id for section in work.sections for c in citations_of(section.claims))
    return [known[i] for i in dict.fromkeys(cited)]


def citations_of(claims: Sequence[Claim]) -> list[Citation]:
    """Their citations of papers, without those of the work at hand."""
    return [c for claim in claims for c in claim.citations if c.paper_id != OWN_ID]


def remarks_on(claim: Claim) -> str:
    """What stands behind a sentence that is not proven, in words; empty for one that is. A question
    to the author is called that."""
    if isinstance(claim, Statement) and claim.role == "question":
        return "question to the author"
    remarks = [_REMARKS[claim.support]] if claim.support in _REMARKS else []
    if claim.unproven:
        remarks = [f"figures not in its quotes: {', '.join(claim.unproven)}"]
    if claim.dropped:
        remarks.append(f"{counted(len(claim.dropped), 'citation')} dropped")
    return "; ".join(remarks)


def mark_of(claim: Claim, marks: Marks) -> str:
    cited = citations_of([claim])
    return marks.mark([citation.paper_id for citation in cited], pages_of(cited))


def pages_of(citations: Sequence[Citation]) -> dict[str, list[int]]:
    """The pages that are cited of each paper, as far as they are known."""
    pages: dict[str, list[int]] = {}
    for citation in citations:
        if citation.page:
            pages.setdefault(citation.paper_id, []).append(citation.page)
    return pages


def is_quote(claim: Claim) -> bool:
    """True for a sentence that is one whole quote of a paper."""
    return len(claim.citations) == 1 and clean(claim.citations[0].quote) == clean(claim.text)


def with_mark(text: str, mark: str) -> str:
    """The escaped text with its mark before the point that ends it."""
    if not mark:
        return text
    if text.endswith((".", "!", "?")) and not text.endswith("..."):
        return f"{text[:-1]} {mark}{text[-1]}"
    return f"{text} {mark}"


def quotes_by_paper(section: Section) -> dict[str, list[Statement]]:
    """The quotes of an annotated section by paper, in order."""
    quotes: dict[str, list[Statement]] = {}
    for claim in section.claims:
        if claim.role == "quote" and claim.citations:
            quotes.setdefault(claim.citations[0].paper_id, []).append(claim)
    return quotes


def coverage_line(work: RelatedWork) -> str:
    coverage = work.coverage
    said = (
        f"{counted(coverage.papers, 'paper')} in the library, {coverage.matched} matched, "
        f"{coverage.read} read, {coverage.cited} cited."
    )
    left_out = f" Left out: {'; '.join(coverage.left_out)}." if coverage.left_out else ""
    return said + left_out


def nothing_drafted(work: RelatedWork) -> str:
    if work.coverage.matched and not work.nearest:
        return "Nothing that was written stands."
    said = "Not enough evidence in this library to write a section."
    return f"{said} {work.coverage.reason}".rstrip()
