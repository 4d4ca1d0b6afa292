"""The check of a draft as Markdown, and what all its forms say: counts, head, verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

from reviewer.render.describe import quoted_place
from reviewer.render.escape import escape
from reviewer.text import clean, counted
from reviewer.text.views import shorten
from reviewer.types import Citation
from reviewer.types.checks import (
    CheckedEntry,
    CheckedSentence,
    CheckReport,
    EntryVerdict,
    Fix,
    Problem,
)

_SENTENCE_CHARS = 400
_QUOTE_CHARS = 300


def check_markdown(report: CheckReport) -> str:
    """Every sentence with a problem, then the entries with a problem, then the other sentences."""
    lines = [f"# Check of {escape(report.file)}", "", check_line(report), "", check_head(report)]
    lines += [f"\n> {escape(note)}" for note in report.notes]
    shown = []
    for place, checked in enumerate(report.sentences):
        fixes = [fix for fix in report.fixes if fix.sentence == place]
        shown += [*_lines(checked), *map(_fix_line, fixes)] if checked.problems else []
    lines += _part("Problems", shown)
    shown = []
    for place, entry in enumerate(report.entries):
        fixes = [fix for fix in report.fixes if fix.entry == place]
        shown += [*_entry(entry), *map(_fix_line, fixes)] if entry.problems else []
    lines += _part("Bibliography", shown)
    others = [line for s in report.sentences if not s.problems for line in _lines(s)]
    return "\n".join([*lines, *_part("The other citing sentences", others), ""])


def _part(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"## {title}", "", *lines] if lines else []


def _lines(checked: CheckedSentence) -> Iterator[str]:
    sentence = checked.sentence
    keys = f" [{', '.join(map(escape, sentence.keys))}]" if sentence.keys else ""
    yield f"- Line {sentence.line}: {escape(shorten(clean(sentence.text), _SENTENCE_CHARS))}{keys}"
    yield from (f"  - {problem_line(problem)}" for problem in checked.problems)
    found = (citation for quote in checked.quotes for citation in quote.citations)
    yield from (f"  - quote found: {_quoted(citation)}" for citation in found)
    if verdict := verdict_words(checked):
        yield f"  - {verdict}"
    for citation in checked.named:
        label = "against it" if checked.support == "contradicted" else "carries it"
        yield f"  - {label}: {_quoted(citation)}"
    if not (checked.quotes or checked.named) and (beside := beside_of(checked)):
        yield f"  - nearest: {_quoted(beside[0])}"


def _fix_line(fix: Fix) -> str:
    return f"  - fix {fix.number}{'' if fix.is_sure else ' (likely)'}: {escape(fix.said)}"


def beside_of(checked: CheckedSentence) -> list[Citation]:
    """The papers' sentences to read beside the draft's: those that a judge names, the one that
    seems to contradict or support it, the nearest."""
    compared = checked.compared
    decided = [compared.citation] if compared and compared.verdict != "not enough" else []
    return list(dict.fromkeys([*checked.named, *decided, *checked.nearest]))


def _quoted(citation: Citation) -> str:
    words = escape(shorten(clean(citation.quote), _QUOTE_CHARS))
    return f'"{words}" ({quoted_place(citation)})'


def problem_line(problem: Problem) -> str:
    """`**unknown key**: why`, with the words that it is about unless `why` names them already."""
    about = problem.about if problem.about not in problem.detail else ""
    shown = f' "{escape(shorten(clean(about), _QUOTE_CHARS))}"' if about else ""
    mark = "**" if problem.fails else "*"
    return f"{mark}{problem.kind}{mark}{shown}: {escape(problem.detail)}"


def _entry(entry: CheckedEntry) -> Iterator[str]:
    name = f"{escape(entry.key)} " if entry.key else ""
    title = f"({escape(shorten(clean(entry.title), 90))})" if entry.title else ""
    lines = [problem_line(problem) for problem in entry.problems]
    if not (name or title):
        yield from (f"- {line}" for line in lines)
        return
    yield f"- {name}{title}".rstrip()
    yield from (f"  - {line}" for line in lines)


def check_line(report: CheckReport) -> str:
    """How many sentences were looked at, and how many of them fail; then the entries."""
    if not report.sentences_read and report.entries:
        return _entries_line(report.entries)
    verdict = f"{report.outcome}. " if report.every_sentence else ""
    others = [s for s in report.sentences if not any(p.fails for p in s.problems)]
    failing = len(report.sentences) - len(others)
    found = sum(bool(s.quotes) for s in others)
    unchecked = sum(
        s.support == "unchecked" and bool(s.sentence.keys) and not s.quotes for s in others
    )
    line = (
        f"{verdict}{counted(report.sentences_read, 'sentence')}, {report.citing} of them cite: "
        f"{failing} {'fails' if failing == 1 else 'fail'}, {found} with quotes found, "
        f"{unchecked} not checked."
    )
    if report.entries:
        line += f" {_entries_line(report.entries)}"
    return line


def _entries_line(entries: Sequence[CheckedEntry]) -> str:
    faults = sum(any(p.fails for p in entry.problems) for entry in entries)
    line = f"{counted(len(entries), 'entry', 'entries')} in the bibliography: {faults} with a fault"
    verdicts = Counter(entry.verdict for entry in entries)
    said = [f"{verdicts[v]} {v}" for v in get_args(EntryVerdict) if verdicts[v] and v != "ok"]
    return line + (f" ({', '.join(said)})" if said else "") + "."


def check_head(report: CheckReport) -> str:
    """Who judged, and what was not judged."""
    if not report.sentences_read and report.entries:
        return "Entries are compared with the papers that they mean, field by field, by code."
    if not report.judge:
        return (
            "No model is set: what a sentence says in its own words is not checked, "
            "only its keys, quotes and figures. What seems so is a comparison of words, right in "
            "about 7 of 10."
        )
    return f"Judged by {report.judge}; keys, quotes and figures were checked by code."


def verdict_words(checked: CheckedSentence) -> str:
    """How well its papers support a citing sentence, in words. Empty where there is nothing to say
    beside its problems."""
    if not checked.sentence.keys or (checked.support == "unchecked" and checked.problems):
        return ""
    if checked.support == "supported" and checked.quotes:
        return "the papers' words"
    done = {
        "supported": "support it",
        "contradicted": "contradict it",
        "unsupported": "do not support it",
    }
    if checked.support == "partial":
        return ""  # a problem says it, with the words that fail
    if checked.support not in done:
        return "not checked: what it says in its own words" + _seeming(checked)
    return f"the papers {done[checked.support]}, by the model's word"


def signal_lines(report: CheckReport) -> Iterator[str]:
    """What search and words say of each cited paper, a line each, for `--verbose`."""
    denied = {"draft": "a denial in the draft alone", "paper": "a denial in the paper alone"}
    for checked in report.sentences:
        for signal in checked.signals:
            said = []
            if signal.is_near is not None:
                said.append(f"{'among' if signal.is_near else 'not among'} the 20 nearest papers")
            if signal.cosine is not None:
                said.append(f"cosine {signal.cosine:.2f}")
            said += [denied[signal.denied_in]] if signal.denied_in else []
            if said:
                yield f"line {checked.sentence.line}, {signal.key}: {', '.join(said)}"


def _seeming(checked: CheckedSentence) -> str:
    """What the words alone say in favour of the sentence; what they say against it is a problem."""
    if checked.compared is None or checked.compared.verdict != "supported":
        return ""
    return "; by words alone, the papers seem to support it"
