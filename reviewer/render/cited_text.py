"""Claims of an assistant as text with marks and a bibliography, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reviewer.render.bibtex import bibtex
from reviewer.render.cited_sentence import marked_sentence
from reviewer.render.citing import reference_line
from reviewer.render.escape import escape_latex, escape_pandoc, quoted_pandoc
from reviewer.render.in_text import LATEX_STYLES, STYLES, Marks
from reviewer.render.quote_places import difference_words, place_words
from reviewer.text import clean, counted
from reviewer.text.views import shorten
from reviewer.types import Paper
from reviewer.types.agents import CheckedClaim, CitedText, Objection

# Footnotes need a place for their text, which one paragraph has not.
CITE_STYLES = tuple(style for style in STYLES if style != "note")
_CLAIM_CHARS = 160
_QUOTE_CHARS = 300


def cited_text(result: CitedText) -> str:
    """What passed, as text to paste and its bibliography, then each failure with its reason and the
    nearest words, then each doubt. The first line says what it comes to."""
    parts = [verdict_line(result)]
    if passing := passing_text(result):
        parts += [f"TEXT\n{passing}", f"BIBLIOGRAPHY\n{bibliography(result)}"]
    failing = [(n, item) for n, item in enumerate(result.claims, start=1) if item.fails]
    if failing:
        said = "\n".join(line for n, item in failing for line in _failure(n, item))
        parts.append(f"FAILED, left out of the text\n{said}")
    doubtful = [(n, item) for n, item in enumerate(result.claims, start=1) if item.doubts]
    if doubtful:
        said = "\n".join(f"{n}. {'; '.join(item.doubts)}: {_said(item)}" for n, item in doubtful)
        parts.append(f"DOUBTS, read both again\n{said}")
    return "\n\n".join(parts) + "\n"


def verdict_line(result: CitedText) -> str:
    """The outcome, how many claims passed, and what the outcome means."""
    passed = len(result.passing)
    line = f"{result.outcome}: {passed} of {counted(len(result.claims), 'claim')} passed."
    if result.outcome == "FAILS":
        return f"{line} Mend those that failed and give all of them to cite again."
    if result.outcome == "PASSES UNJUDGED":
        return f"{line} The quoted words are there; nobody judged whether they carry the claims."
    return line


def passing_text(result: CitedText) -> str:
    """The claims that passed as one paragraph, each with its mark."""
    is_latex = result.style in LATEX_STYLES
    marks = Marks(result.style, result.papers, escape=str if is_latex else escape_pandoc)
    escape, quoted = (escape_latex, _quoted_latex) if is_latex else (escape_pandoc, quoted_pandoc)
    return " ".join(marked_sentence(claim, marks, escape, quoted) for claim in result.passing)


def _quoted_latex(text: str) -> str:
    return f"``{escape_latex(text)}''"


def bibliography(result: CitedText) -> str:
    """The cited papers as BibTeX, without their abstracts; as a list where the marks are numbers or
    names."""
    if result.style in ("pandoc", *LATEX_STYLES):
        return bibtex(list(map(_without_texts, result.papers)))
    marks = Marks(result.style, result.papers)
    return "\n".join(reference_line(paper, marks) for paper in result.papers)


def _without_texts(paper: Paper) -> Paper:
    title = tuple(part for part in paper.parts if part.name == "title")
    return paper.model_copy(update={"parts": title})


def _failure(number: int, item: CheckedClaim) -> list[str]:
    lines = [f"{number}. {_said(item)}"]
    return lines + [f"   - {line}" for o in item.objections for line in objection_lines(o)]


def _said(item: CheckedClaim) -> str:
    return f'"{shorten(clean(item.claim.text), _CLAIM_CHARS)}"'


def objection_lines(objection: Objection) -> list[str]:
    """The objection in words, with the nearest words of the paper and other papers that have the
    quote."""
    lines = [objection.reason]
    if near := objection.near:
        slips = "; ".join(map(difference_words, near.differences))
        words = shorten(clean(near.quote), _QUOTE_CHARS)
        why = f" ({slips})" if slips else ""
        lines.append(f'nearest in {near.key}, {place_words(near)}: "{words}"{why}')
    if objection.elsewhere:
        lines.append(f"these words are in {', '.join(objection.elsewhere)}")
    return lines


def cited_fields(result: CitedText) -> dict[str, Any]:
    """The same for programs."""
    return {
        "verdict": result.outcome,
        "run_id": result.run_id,
        "passed": len(result.passing),
        "failed": [
            {"claim": n, "reasons": [line for o in item.objections for line in objection_lines(o)]}
            for n, item in enumerate(result.claims, start=1)
            if item.fails
        ],
        "doubts": [
            {"claim": n, "doubts": list(item.doubts)}
            for n, item in enumerate(result.claims, start=1)
            if item.doubts
        ],
        "keys": _keys(result.papers),
    }


def _keys(papers: Sequence[Paper]) -> list[str]:
    return [paper.key for paper in papers]
