"""Answers as one HTML page that asks no network for anything."""

from __future__ import annotations

from reviewer.render.html.cited_papers import book_of, shown_claim, verdict_bars
from reviewer.render.html.page import render_page
from reviewer.render.provenance import answer_head, answer_title, facts_of, flow_of
from reviewer.text import clean
from reviewer.types import Answer


def answer_html(answer: Answer) -> str:
    """The page: verdict, claims, stances as bars, papers with their texts, what was looked at."""
    of_claims = [citation for claim in answer.claims for citation in claim.citations]
    of_stances = [stance.citation for stance in answer.stances if stance.citation is not None]
    book = book_of([*of_claims, *of_stances], [item.paper for item in answer.evidence])
    values = {
        "title": clean(answer_title(answer)),
        "head": clean(answer_head(answer)),
        "is_weak": answer.is_weak,
        "verdict": answer.verdict,
        "bars": verdict_bars(answer.stances, book),
        "read": len(answer.stances),
        "claims": [shown_claim(claim, book) for claim in answer.claims],
        "papers": book.papers,
        "near": () if answer.claims else answer.nearest,
        "flow": flow_of(answer.coverage),
        "facts": facts_of(answer.usage, answer.writer, answer.effort),
    }
    return render_page("answer", values, styles=("cited", "report"), scripts=("cited",))
