"""A grade as Markdown and as JSON."""

from __future__ import annotations

from collections import Counter

from reviewer.render.escape import escape
from reviewer.render.json import dump
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types.grades import Grade, GradedCriterion

_SENTENCE_CHARS = 160
_HEADS = {"missing": "Missing", "partly": "Partly met", "met": "Met"}


def grade_line(grade: Grade) -> str:
    """`score 0.72: 9 met, 3 partly, 2 missing of 14 criteria`"""
    counts = Counter(item.met for item in grade.criteria)
    said = ", ".join(f"{counts[state]} {state}" for state in ("met", "partly", "missing"))
    return f"score {grade.score:g}: {said} of {len(grade.criteria)} criteria"


def grade_markdown(grade: Grade) -> str:
    """What is missing first: each criterion with its place in the text and what it stands on."""
    lines = [f"# {escape(grade.file)}: {escape(clean(grade.topic))}", "", grade_line(grade), ""]
    for state, head in _HEADS.items():
        own = [item for item in grade.criteria if item.met == state]
        if own:
            lines += [f"## {head}", "", *(line for item in own for line in _lines(item)), ""]
    lines += [f"Note: {note}." for note in grade.notes]
    return "\n".join(lines).rstrip() + "\n"


def _lines(item: GradedCriterion) -> list[str]:
    lines = [f"- **{escape(clean(item.criterion.name))}**"]
    for sentence in (*item.citing, *item.near):
        lines.append(f"  - line {sentence.line}: {escape(_short(sentence.text))}")
    for citation in item.criterion.sentences:
        mark = "cited" if citation.key in item.cited else "not cited"
        lines.append(f'  - > "{escape(_short(citation.quote))}" ({escape(citation.key)}, {mark})')
    return lines


def _short(text: str) -> str:
    return shorten(clean(text), _SENTENCE_CHARS)


def grade_json(grade: Grade) -> str:
    """As docs/output.md describes it."""
    return dump("grade", grade.model_dump(mode="json"))
