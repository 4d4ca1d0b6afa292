"""How long each part of a report is, so that the whole has about the words that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.types.surveys import SurveyPlan
from reviewer.types.writer import CARDS_A_CALL, PAPERS_A_CALL

# Shares of a report's words: introduction, closing section, abstract. A report of fewer words than
# SHORT has none of them: each would be a line.
_OPENING, _CLOSING, _ABSTRACT = 0.12, 0.14, 0.06
SHORT = 500
FINDING_WORDS = 20
_SECTION_WORDS, _PARAGRAPH_WORDS = 270, 130  # of a section and of a paragraph, about
_MOST_SECTIONS, _MOST_PARAGRAPHS = 12, 4
_PAPERS_A_SECTION = 3  # at least, on average
_LEAST_WORDS = 60  # of a section
# Of the mean length of a section: its least and its longest.
_SHORTEST, _LONGEST = 0.6, 1.6


@dataclass(frozen=True)
class Lengths:
    """The words of a report's parts, and about how many sections and paragraphs they make."""

    opening: int
    closing: int
    abstract: int
    body: int
    sections: int
    paragraphs: int


def lengths_of(words: int, papers: int, sections: int = 0) -> Lengths:
    """The lengths of the parts of a report of these words on these papers; `sections` are given
    where the plan names them."""
    is_short = words < SHORT
    opening, closing, abstract = (
        0 if is_short else round(words * share) for share in (_OPENING, _CLOSING, _ABSTRACT)
    )
    body = words - opening - closing - abstract
    most = max(1, min(_MOST_SECTIONS, papers // _PAPERS_A_SECTION))
    count = sections or max(1, min(most, round(body / _SECTION_WORDS)))
    if not is_short:
        body -= FINDING_WORDS * count
    paragraphs = max(1, min(_MOST_PARAGRAPHS, round(body / count / _PARAGRAPH_WORDS)))
    return Lengths(opening, closing, abstract, body, count, paragraphs)


def section_words(asked: Sequence[int | None], papers: Sequence[int], body: int) -> list[int]:
    """The words of each section: those that are `asked` for it, else its share of what is left of
    the body, by the number of its papers, between _SHORTEST and _LONGEST of the mean."""
    left = max(0, body - sum(words or 0 for words in asked))
    free = [n for n, words in enumerate(asked) if words is None]
    mean = left / max(1, len(free))
    total = sum(papers[n] for n in free) or 1
    shares = [min(_LONGEST * mean, max(_SHORTEST * mean, left * papers[n] / total)) for n in free]
    scale = left / sum(shares) if sum(shares) else 0.0
    by_place = {n: share * scale for n, share in zip(free, shares, strict=True)}
    return [
        words or max(_LEAST_WORDS, 10 * round(by_place[n] / 10)) for n, words in enumerate(asked)
    ]


def survey_calls(plan: SurveyPlan, model: str) -> str:
    """About how many calls a run with this model makes, in words."""
    if model in ("", "extractive"):
        return "No model is set: 0 calls."
    calls = 0
    for report in plan.reports:
        sections = lengths_of(report.words, report.papers, len(report.sections)).sections
        each = 1 if report.depth == "quick" else 3  # written; judged, edited
        calls += -(-report.papers // CARDS_A_CALL) + 1 + each * sections
        calls += 0 if report.words < SHORT else 2 if report.depth == "quick" else 4
        calls += 0 if report.sections or report.depth == "quick" else 1
        calls += -(-report.papers // PAPERS_A_CALL) if report.topic.endswith("?") else 0
    return (
        f"About {calls} calls to {model}, without the plan's own tables; fewer where fewer "
        "papers are found."
    )
