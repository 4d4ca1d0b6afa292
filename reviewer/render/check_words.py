"""What every format of a check says: counts, head, verdicts."""

from __future__ import annotations

from reviewer.text import counted
from reviewer.types.checks import CheckedSentence, CheckReport


def check_line(report: CheckReport) -> str:
    """How many sentences were looked at, and how many of them fail."""
    of_sentences = [s for s in report.sentences if any(p.fails for p in s.problems)]
    of_entries = [e for e in report.entries if any(p.fails for p in e.problems)]
    found = sum(bool(s.quotes) and s not in of_sentences for s in report.sentences)
    unchecked = sum(
        s.support == "unchecked"
        and s not in of_sentences
        and bool(s.sentence.keys)
        and not s.quotes
        for s in report.sentences
    )
    entries = counted(len(report.entries), "entry", "entries")
    line = (
        f"{counted(report.sentences_read, 'sentence')}, {report.citing} of them cite: "
        f"{len(of_sentences)} {'fails' if len(of_sentences) == 1 else 'fail'}, {found} with quotes "
        f"that stand, {unchecked} not checked."
    )
    if not report.entries:
        return line
    return f"{line} {entries} in the bibliography: {len(of_entries)} with a fault."


def check_head(report: CheckReport) -> str:
    """Who judged, and what was not judged."""
    if report.writer == "extractive":
        return (
            "No model is set: what a sentence says in its own words is not checked, "
            "only its keys, quotes and figures."
        )
    return f"Judged by {report.writer}; keys, quotes and figures were checked by code."


def verdict_words(checked: CheckedSentence) -> str:
    """How a citing sentence stands to its papers, in words."""
    if checked.support == "supported" and checked.quotes:
        return "the papers' words"
    said = {
        "supported": "the papers support it, by the model's word",
        "partial": "the papers support a part of it, by the model's word",
        "contradicted": "the papers contradict it, by the model's word",
        "unsupported": "the papers do not support it, by the model's word",
    }
    return said.get(checked.support, "not checked: what it says in its own words")
