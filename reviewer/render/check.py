"""The check of a draft as Markdown: what fails first, then what stands, then the bibliography."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.render.check_words import check_head, check_line, verdict_words
from reviewer.render.describe import quoted_place
from reviewer.render.escape import escape
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Citation
from reviewer.types.checks import CheckedEntry, CheckedSentence, CheckReport, Problem

_SENTENCE_CHARS = 400
_QUOTE_CHARS = 300


def check_markdown(report: CheckReport) -> str:
    """Every sentence with a problem, then the others, then the entries with a remark."""
    failing = [s for s in report.sentences if s.problems]
    standing = [s for s in report.sentences if not s.problems]
    lines = [f"# Check of {escape(report.file)}", "", check_line(report), "", check_head(report)]
    lines += [f"\n> {escape(note)}" for note in report.notes]
    if failing:
        lines += ["", "## What does not hold", ""]
        lines += [line for s in failing for line in _sentence(s)]
    entries = [entry for entry in report.entries if entry.problems]
    if entries:
        lines += ["", "## Bibliography", "", *map(_entry, entries)]
    if standing:
        lines += ["", "## The other citing sentences", ""]
        lines += [line for s in standing for line in _sentence(s)]
    return "\n".join(lines) + "\n"


def _sentence(checked: CheckedSentence) -> Iterator[str]:
    said = checked.sentence
    keys = f" [{', '.join(map(escape, said.keys))}]" if said.keys else ""
    yield f"- Line {said.line}: {escape(shorten(clean(said.text), _SENTENCE_CHARS))}{keys}"
    yield from (f"  - {problem_line(problem)}" for problem in checked.problems)
    for quote in checked.quotes:
        for citation in quote.citations:
            yield f"  - quote found: {_quoted(citation)}"
    if said.keys and (checked.support != "unchecked" or not checked.problems):
        yield f"  - {verdict_words(checked)}"
    if not checked.quotes and checked.nearest:
        yield f"  - nearest: {_quoted(checked.nearest[0])}"


def _quoted(citation: Citation) -> str:
    words = escape(shorten(clean(citation.quote), _QUOTE_CHARS))
    return f'"{words}" ({quoted_place(citation)})'


def problem_line(problem: Problem) -> str:
    """`**unknown key**: why`, with the words that it is about where they are not in it already."""
    about = problem.about if problem.about not in problem.detail else ""
    shown = f' "{escape(shorten(clean(about), _QUOTE_CHARS))}"' if about else ""
    mark = "**" if problem.fails else "*"
    return f"{mark}{problem.kind}{mark}{shown}: {escape(problem.detail)}"


def _entry(entry: CheckedEntry) -> str:
    name = f"{escape(entry.key)} " if entry.key else ""
    title = f"({escape(shorten(clean(entry.title), 90))}) " if entry.title else ""
    return f"- {name}{title}" + "; ".join(map(problem_line, entry.problems))
