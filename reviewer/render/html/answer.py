"""Answers as one HTML page that loads nothing from a network, and as a part of a notebook."""

from __future__ import annotations

from typing import Any

from reviewer.render.answer_parts import checks_line, failed_claims, paragraphs_of, reads_as_list
from reviewer.render.html.cited_papers import (
    PageCitations,
    ShownClaim,
    page_citations,
    shown_claim,
    verdict_bars,
)
from reviewer.render.html.page import render_page, render_part
from reviewer.render.provenance import (
    answer_citations,
    answer_head,
    answer_title,
    claims_by_side,
    coverage_line,
    facts_of,
    flow_of,
    known_facts,
)
from reviewer.text import clean
from reviewer.types import Answer, Claim


def answer_html(answer: Answer, *, as_list: bool = False) -> str:
    """The page: the answer, the verdict with its papers, what is not proven, papers with their
    texts, the proof of each sentence, and how it was made. `as_list` gives each sentence a line of
    its own with its remark."""
    values = answer_values(answer, as_list=as_list)
    return render_page("answer", values, styles=("cited", "report"), scripts=("cited",))


def answer_values(answer: Answer, *, as_list: bool = False) -> dict[str, Any]:
    """What a page of an answer shows."""
    cited = _cited(answer)
    return {
        **_values(answer, cited),
        "cited": cited,
        "as_list": as_list or reads_as_list(answer),
        "bars": verdict_bars(answer.stances, cited),
        "flow": flow_of(answer.coverage),
        "facts": facts_of(answer.usage, answer.writer, answer.effort)
        | known_facts({"Checks": [checks_line(answer)]}),
    }


def answer_notebook(answer: Answer) -> str:
    """The answer as a part of a page, without styles and scripts of its own: a notebook shows it in
    its own letters and colours. Pointing at a mark shows its quotes; the proof unfolds."""
    cited = _cited(answer)
    values = {
        **_values(answer, cited),
        "as_list": reads_as_list(answer),
        "coverage": clean(coverage_line(answer.coverage)),
        "checks": checks_line(answer),
    }
    return render_part("notebook", values)


def _cited(answer: Answer) -> PageCitations:
    return page_citations(answer_citations(answer), [item.paper for item in answer.evidence])


def _values(answer: Answer, cited: PageCitations) -> dict[str, Any]:
    """What both forms show. `sides` are heads, each with its paragraphs; `quotes` by their ids."""
    places = {id(claim): n for n, claim in enumerate(answer.claims, start=1)}

    def shown(claim: Claim) -> ShownClaim:
        return shown_claim(claim, cited, places[id(claim)])

    return {
        "answer": answer,
        "title": clean(answer_title(answer)),
        "head": clean(answer_head(answer)),
        "sides": [
            (clean(title), [[shown(claim) for claim in own] for own in paragraphs_of(claims)])
            for title, claims in claims_by_side(answer)
        ],
        "sentences": [shown(claim) for claim in answer.claims],
        "failed": [shown(claim) for claim in failed_claims(answer)],
        "papers": cited.papers,
        "quotes": cited.quotes,
    }
