"""The check of a draft as one HTML page: its sentences, and beside them the papers' words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.render.check import beside_of, check_head, check_line, verdict_words
from reviewer.render.describe import quoted_place
from reviewer.render.html.around import words_around
from reviewer.render.html.page import render_page
from reviewer.text import clean
from reviewer.text.option_notes import without_options
from reviewer.types import Paper
from reviewer.types.checks import CheckedSentence, CheckReport

_STATES = {"supported": "good", "partial": "part", "contradicted": "bad", "unsupported": "bad"}
# Problems with words of the sentence.
_IN_WORDS = ("quote not found", "figure not found", "missing citation")


@dataclass(frozen=True)
class PaperWords:
    """Words of a paper beside a sentence of the draft: the marked ones, and the text before and
    after them."""

    paper: Paper | None
    key: str
    label: str
    place: str
    before: str
    marked: str
    after: str


@dataclass(frozen=True)
class ShownSentence:
    """A sentence of the draft: its pieces, each with its mark, and what is beside it."""

    checked: CheckedSentence
    state: str
    verdict: str
    pieces: tuple[tuple[str, str], ...]
    beside: tuple[PaperWords, ...]


def check_html(report: CheckReport) -> str:
    """The page. It has no script: its style alone chooses what is shown."""
    shown = [shown_sentence(checked, report) for checked in report.sentences]
    values = {
        "file": clean(report.file),
        "line": check_line(report),
        "head": check_head(report),
        "notes": [clean(without_options(note)) for note in report.notes],
        "sentences": shown,
        "counts": Counter(sentence.state for sentence in shown),
        "has_draft": bool(report.sentences_read or not report.entries),
        "entries": [entry for entry in report.entries if entry.problems],
    }
    return render_page("check", values, styles=("check",))


def shown_sentence(checked: CheckedSentence, report: CheckReport) -> ShownSentence:
    state = _STATES.get(checked.support, "good" if checked.quotes else "open")
    if any(problem.fails for problem in checked.problems):
        state = "bad"
    beside = tuple(_beside(checked, report))
    return ShownSentence(checked, state, verdict_words(checked), tuple(_pieces(checked)), beside)


def _pieces(checked: CheckedSentence) -> Iterator[tuple[str, str]]:
    """The sentence cut where located quotes (good) and words that fail (bad) begin and end."""
    marks = {clean(quote.said): "good" for quote in checked.quotes}
    marks |= {clean(p.about): "bad" for p in checked.problems if p.kind in _IN_WORDS and p.about}
    marks |= {clean(checked.failing): "bad"}
    text = clean(checked.sentence.text)
    at = 0
    if longest_first := sorted(filter(None, marks), key=len, reverse=True):
        for found in re.finditer("|".join(map(re.escape, longest_first)), text):
            yield text[at : found.start()], ""
            yield found[0], marks[found[0]]
            at = found.end()
    yield text[at:], ""


def _beside(checked: CheckedSentence, report: CheckReport) -> Iterator[PaperWords]:
    """The quotes that were found, with the text around them, else the nearest words."""
    papers = {paper.id: (key, paper) for key, paper in report.papers.items()}
    found = [citation for quote in checked.quotes for citation in quote.citations]
    label = "Quote found" if found else "Nearest words"
    for citation in found or beside_of(checked):
        key, paper = papers.get(citation.paper_id, ("", None))
        before, marked, after = words_around(citation, paper)
        if not found:
            before = after = ""
        yield PaperWords(paper, key, label, quoted_place(citation), before, marked, after)
