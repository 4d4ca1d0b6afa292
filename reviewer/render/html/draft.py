"""Drafted sections of related work as one HTML page that asks no network for anything."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.render.claim_notes import (
    citations_of,
    draft_head,
    draft_title,
    nothing_drafted,
    weak_line,
)
from reviewer.render.html.cited_papers import (
    Book,
    Entry,
    ShownClaim,
    book_of,
    entries_of,
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
    entries: tuple[Entry, ...]
    claims: tuple[ShownClaim, ...]


def draft_html(work: RelatedWork) -> str:
    """The page: themes, their sentences with the quotes behind them, papers with their texts."""
    cited = [c for section in work.sections for c in citations_of(section.claims)]
    book = book_of(cited, work.papers)
    values = {
        "title": clean(draft_title(work)),
        "head": clean(draft_head(work)),
        "weak": weak_line(work) if work.is_weak else "",
        "nothing": nothing_drafted(work),
        "sections": [_shown(n, s, work, book) for n, s in enumerate(work.sections, start=1)],
        "papers": book.papers,
        "near": work.nearest,
        "flow": flow_of(work.coverage),
        "facts": facts_of(work.usage, work.writer, work.effort),
    }
    return render_page("draft", values, styles=("cited", "report"), scripts=("cited",))


def _shown(number: int, section: Section, work: RelatedWork, book: Book) -> ShownSection:
    others = (claim for claim in section.claims if claim.role != "quote")
    return ShownSection(
        f"s{number}",
        clean(section.title[:1].upper() + section.title[1:]),
        clean(section.failed),
        entries_of(section, work.papers, book),
        tuple(shown_claim(claim, book) for claim in others),
    )
