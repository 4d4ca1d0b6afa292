"""Answers as one HTML page that loads nothing from a network."""

from __future__ import annotations

from reviewer.render.html.cited_papers import page_citations, shown_claim, verdict_bars
from reviewer.render.html.page import render_page
from reviewer.render.provenance import (
    answer_citations,
    answer_head,
    answer_title,
    claims_by_side,
    facts_of,
    flow_of,
)
from reviewer.text import clean
from reviewer.types import Answer


def answer_html(answer: Answer) -> str:
    """The page: verdict, claims, stances as bars, papers with their texts, and how it was made."""
    cited = page_citations(answer_citations(answer), [item.paper for item in answer.evidence])
    values = {
        "answer": answer,
        "title": clean(answer_title(answer)),
        "head": clean(answer_head(answer)),
        "bars": verdict_bars(answer.stances, cited),
        "sides": [
            (clean(title), [shown_claim(claim, cited) for claim in claims])
            for title, claims in claims_by_side(answer)
        ],
        "papers": cited.papers,
        "flow": flow_of(answer.coverage),
        "facts": facts_of(answer.usage, answer.writer, answer.effort),
    }
    return render_page("answer", values, styles=("cited", "report"), scripts=("cited",))
