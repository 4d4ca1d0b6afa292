"""Drafted sections of related work as one HTML page that loads nothing from a network."""

from __future__ import annotations

from reviewer.render.answer_parts import sentences_line
from reviewer.render.claim_notes import (
    WEAK_DRAFT,
    draft_citations,
    draft_head,
    draft_title,
    nothing_drafted,
)
from reviewer.render.html.cited_papers import not_proven, page_citations, shown_sections
from reviewer.render.html.page import render_page
from reviewer.render.provenance import facts_of, flow_of, known_facts
from reviewer.text import clean
from reviewer.types import RelatedWork


def draft_html(work: RelatedWork) -> str:
    """The page: themes, their sentences with the quotes behind them, papers with their texts."""
    cited = page_citations(draft_citations(work), work.papers)
    claims = [claim for section in work.sections for claim in section.claims]
    sections = shown_sections(work.sections, work.papers, cited)
    sentences = [said for section in sections for said in section.sentences]
    values = {
        "work": work,
        "title": clean(draft_title(work)),
        "head": clean(draft_head(work)),
        "weak": WEAK_DRAFT if work.is_weak else "",
        "nothing": nothing_drafted(work),
        "sections": sections,
        "sentences": sentences,
        "failed": not_proven(sentences),
        "quotes": cited.quotes,
        "papers": cited.papers,
        "flow": flow_of(work.coverage),
        "facts": facts_of(work.usage, work.writer, work.effort)
        | known_facts({"Checks": [sentences_line(claims)]}),
    }
    return render_page("draft", values, styles=("cited", "report"), scripts=("cited",))
