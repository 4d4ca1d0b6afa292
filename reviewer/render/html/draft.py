"""Drafted sections of related work as one HTML page that loads nothing from a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reviewer.render.answer_parts import sentences_line
from reviewer.render.claim_notes import (
    WEAK_DRAFT,
    draft_citations,
    draft_head,
    draft_title,
    nothing_drafted,
)
from reviewer.render.html.cited_papers import (
    PageCitations,
    ShownMark,
    marks_of,
    not_proven,
    page_citations,
    shown_sections,
)
from reviewer.render.html.page import render_page
from reviewer.render.provenance import facts_of, flow_of, known_facts
from reviewer.text import clean
from reviewer.types import RelatedWork
from reviewer.types.drafts import OwnClaim


@dataclass(frozen=True)
class ShownOwnClaim:
    """A claim of the work at hand: its sentence, the title of the nearest paper with its number on
    the page (0 where the page does not cite it), the difference, and the marks of the sentences
    that contradict it."""

    text: str
    nearest: str
    number: int
    difference: str
    conflict: str
    against: tuple[ShownMark, ...]


def draft_html(work: RelatedWork) -> str:
    """The page. Of a written draft: the text, beside each paragraph the verdict and the quotes of
    its sentences, and above it where the work at hand stands; of an annotated one: the papers with
    their sentences. Then the papers with their texts, and how it was made."""
    values = draft_values(work)
    return render_page("draft", values, styles=("cited", "report"), scripts=("cited",))


def draft_values(work: RelatedWork) -> dict[str, Any]:
    """What a page of a draft shows."""
    against = [citation for own in work.own_claims for citation in own.contradicted_by]
    cited = page_citations([*draft_citations(work), *against], work.papers)
    claims = [claim for section in work.sections for claim in section.claims]
    sections = shown_sections(work.sections, work.papers, cited)
    sentences = [said for section in sections for said in section.sentences]
    return {
        "work": work,
        "title": clean(draft_title(work)),
        "head": clean(draft_head(work)),
        "weak": WEAK_DRAFT if work.is_weak else "",
        "nothing": nothing_drafted(work),
        "own": [_own_claim(own, work, cited) for own in work.own_claims],
        "sections": sections,
        "sentences": sentences,
        "failed": not_proven(sentences),
        "quotes": cited.quotes,
        "papers": cited.papers,
        "flow": flow_of(work.coverage),
        "facts": facts_of(work.usage, work.writer, work.effort)
        | known_facts({"Checks": [sentences_line(claims)]}),
    }


def _own_claim(own: OwnClaim, work: RelatedWork, cited: PageCitations) -> ShownOwnClaim:
    titles = {paper.id: clean(paper.title) for paper in work.papers}
    return ShownOwnClaim(
        text=clean(own.claim.quote),
        nearest=titles.get(own.nearest_id, ""),
        number=cited.numbers.get(own.nearest_id, 0),
        difference=clean(own.difference),
        conflict=clean(own.conflict),
        against=marks_of(own.contradicted_by, cited),
    )
