"""Drafted sections of related work as one HTML page that loads nothing from a network."""

from __future__ import annotations

from reviewer.render.claim_notes import (
    WEAK_DRAFT,
    draft_citations,
    draft_head,
    draft_title,
    nothing_drafted,
)
from reviewer.render.html.cited_papers import page_citations, shown_section
from reviewer.render.html.page import render_page
from reviewer.render.provenance import facts_of, flow_of
from reviewer.text import clean
from reviewer.types import RelatedWork


def draft_html(work: RelatedWork) -> str:
    """The page: themes, their sentences with the quotes behind them, papers with their texts."""
    cited = page_citations(draft_citations(work), work.papers)
    numbered = enumerate(work.sections, start=1)
    values = {
        "work": work,
        "title": clean(draft_title(work)),
        "head": clean(draft_head(work)),
        "weak": WEAK_DRAFT if work.is_weak else "",
        "nothing": nothing_drafted(work),
        "sections": [shown_section(n, section, work.papers, cited) for n, section in numbered],
        "papers": cited.papers,
        "flow": flow_of(work.coverage),
        "facts": facts_of(work.usage, work.writer, work.effort),
    }
    return render_page("draft", values, styles=("cited", "report"), scripts=("cited",))
