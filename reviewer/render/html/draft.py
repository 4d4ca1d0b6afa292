"""Drafted sections of related work as one HTML page that loads nothing from a network."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.render.claim_notes import (
    WEAK_DRAFT,
    citations_of,
    draft_head,
    draft_title,
    nothing_drafted,
)
from reviewer.render.html.cited_papers import (
    PageCitations,
    QuotedPaper,
    ShownClaim,
    page_citations,
    quoted_papers,
    shown_claim,
)
from reviewer.render.html.page import render_page
from reviewer.render.provenance import facts_of, flow_of
from reviewer.text import clean
from reviewer.types import RelatedWork
from reviewer.types.drafts import Section


@dataclass(frozen=True)
class ShownSection:
    anchor: str
    title: str
    failed: str
    quoted: tuple[QuotedPaper, ...]
    claims: tuple[ShownClaim, ...]


def draft_html(work: RelatedWork) -> str:
    """The page: themes, their sentences with the quotes behind them, papers with their texts."""
    citations = (c for section in work.sections for c in citations_of(section.claims))
    cited = page_citations(citations, work.papers)
    values = {
        "title": clean(draft_title(work)),
        "head": clean(draft_head(work)),
        "weak": WEAK_DRAFT if work.is_weak else "",
        "nothing": nothing_drafted(work),
        "sections": [_shown(n, s, work, cited) for n, s in enumerate(work.sections, start=1)],
        "papers": cited.papers,
        "near": work.nearest,
        "flow": flow_of(work.coverage),
        "facts": facts_of(work.usage, work.writer, work.effort),
    }
    return render_page("draft", values, styles=("cited", "report"), scripts=("cited",))


def _shown(number: int, section: Section, work: RelatedWork, cited: PageCitations) -> ShownSection:
    others = (claim for claim in section.claims if claim.role != "quote")
    return ShownSection(
        f"s{number}",
        clean(section.title[:1].upper() + section.title[1:]),
        clean(section.failed),
        quoted_papers(section, work.papers, cited),
        tuple(shown_claim(claim, cited) for claim in others),
    )
