"""The check of a draft as one HTML page: its sentences on one side, the papers' words beside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.render.check_words import check_head, check_line, verdict_words
from reviewer.render.describe import around_quote, quoted_place
from reviewer.render.html.page import render_page
from reviewer.text import clean
from reviewer.types import Citation, Paper
from reviewer.types.checks import CheckedSentence, CheckReport

_SHOWN_AROUND = 220  # characters on each side of a quote
_STATES = {
    "supported": "good", "partial": "part", "contradicted": "bad", "unsupported": "bad",
}  # fmt: skip


@dataclass(frozen=True)
class Beside:
    """Words of a paper beside a sentence of the draft: before, marked, after."""

    paper: Paper | None
    key: str
    label: str
    place: str
    before: str
    marked: str
    after: str


@dataclass(frozen=True)
class ShownSentence:
    """A sentence of the draft: its pieces with how each is marked, and what stands beside it."""

    checked: CheckedSentence
    state: str
    verdict: str
    pieces: tuple[tuple[str, str], ...]
    beside: tuple[Beside, ...]


def check_html(report: CheckReport) -> str:
    """The page. It has no script: what is shown is chosen by its style alone."""
    shown = [_shown(checked, report) for checked in report.sentences]
    values = {
        "file": clean(report.file),
        "line": check_line(report),
        "head": check_head(report),
        "notes": [clean(note) for note in report.notes],
        "sentences": shown,
        "counts": {
            state: sum(s.state == state for s in shown) for state in ("bad", "open", "good", "part")
        },
        "entries": [entry for entry in report.entries if entry.problems],
    }
    return render_page("check", values, styles=("check",))


def _shown(checked: CheckedSentence, report: CheckReport) -> ShownSentence:
    state = (
        "bad" if any(p.fails for p in checked.problems) else _STATES.get(checked.support, "open")
    )
    if state == "open" and checked.quotes:
        state = "good"
    has_verdict = checked.sentence.keys and (checked.support != "unchecked" or not checked.problems)
    return ShownSentence(
        checked,
        state,
        verdict_words(checked) if has_verdict else "",
        tuple(_pieces(checked)),
        tuple(_beside(checked, report)),
    )


def _pieces(checked: CheckedSentence) -> Iterator[tuple[str, str]]:
    """The sentence cut where quotes that stand (good) and words that fail (bad) begin and end."""
    marks = {clean(quote.said): "good" for quote in checked.quotes}
    marks |= {clean(p.about): "bad" for p in checked.problems if _is_in_words(p.kind) and p.about}
    text = clean(checked.sentence.text)
    longest_first = sorted(filter(None, marks), key=len, reverse=True)
    if not longest_first:
        yield text, ""
        return
    at = 0
    for found in re.finditer("|".join(map(re.escape, longest_first)), text):
        yield text[at : found.start()], ""
        yield found[0], marks[found[0]]
        at = found.end()
    yield text[at:], ""


def _is_in_words(kind: str) -> bool:
    return kind in ("quote not found", "figure not found", "missing citation")


def _beside(checked: CheckedSentence, report: CheckReport) -> Iterator[Beside]:
    papers = {paper.id: (key, paper) for key, paper in report.papers.items()}
    found = [citation for quote in checked.quotes for citation in quote.citations]
    near = checked.nearest if not found else ()
    for label, citations in (("Quote found", found), ("Nearest words", near)):
        for citation in citations:
            key, paper = papers.get(citation.paper_id, ("", None))
            yield _words(label, key, paper, citation)


def _words(label: str, key: str, paper: Paper | None, citation: Citation) -> Beside:
    text = paper.text_of(citation.part) if paper else citation.quote
    before, marked, after = around_quote(text, citation) if paper else ("", clean(text), "")
    if label != "Quote found":
        before = after = ""
    if len(before) > _SHOWN_AROUND:
        before = "… " + before[-_SHOWN_AROUND:].partition(" ")[2]
    if len(after) > _SHOWN_AROUND:
        after = after[:_SHOWN_AROUND].rpartition(" ")[0] + " …"
    return Beside(paper, key, label, quoted_place(citation), before, marked, after)
