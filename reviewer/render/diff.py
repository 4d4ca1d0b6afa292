"""Compares two kept runs, in lines for a reader. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reviewer.text import clean, counted
from reviewer.types.runs import Run

MOST_LINES = 40  # of sentences on each side


def differences(one: Run, other: Run) -> list[str]:
    """First the inputs that differ, then sentences, values and papers that only one run has: `-`
    the first, `+` the second. Runs that say the same have no line with a sign below their names."""
    lines = [
        f"{sign} {run.id}  {run.command}  {clean(run.question)}  ({run.writer}, {run.started})"
        for sign, run in (("-", one), ("+", other))
    ]
    lines.append("")
    for was, now in zip(_inputs(one), _inputs(other), strict=True):
        both = ((name, was.get(name, "none"), now.get(name, "none")) for name in was | now)
        lines += [f"{name}: {first} -> {last}" for name, first, last in both if first != last]
    texts = [dict.fromkeys(_sentences(run.result)) for run in (one, other)]
    cited = [dict.fromkeys(_papers(run.result)) for run in (one, other)]
    sentences = counted(len(texts[0].keys() & texts[1].keys()), "sentence")
    papers = counted(len(cited[0].keys() & cited[1].keys()), "cited paper")
    lines.append(f"{sentences} and {papers} in both runs.")
    lines += _alone("-", [text for text in texts[0] if text not in texts[1]])
    lines += _alone("+", [text for text in texts[1] if text not in texts[0]])
    lines += [f"- paper {i}" for i in cited[0] if i not in cited[1]]
    lines += [f"+ paper {i}" for i in cited[1] if i not in cited[0]]
    return lines


def _inputs(run: Run) -> list[dict[str, Any]]:
    prompts = {f"prompt {name}": digest for name, digest in run.prompt_hashes.items()}
    asked = {"question": run.question, "writer": run.writer, "library state": run.generation}
    return [asked, run.settings, prompts]


def _alone(sign: str, texts: list[str]) -> list[str]:
    more = len(texts) - MOST_LINES
    shown = [f"{sign} {clean(text)}" for text in texts[:MOST_LINES]]
    return [*shown, *([f"{sign} ... and {more} more"] if more > 0 else [])]


def _sentences(result: object) -> Iterator[str]:
    """The texts of all claims and of all values of a table, wherever they are in a kept result."""
    for holder in _holders(result):
        if "text" in holder and ("citations" in holder or "citation" in holder):
            yield str(holder["text"])


def _papers(result: object) -> Iterator[str]:
    for holder in _holders(result):
        if "paper_id" in holder and "quote" in holder:
            yield str(holder["paper_id"])


def _holders(node: object) -> Iterator[Mapping[str, Any]]:
    """Every mapping in the result, outer ones first."""
    if isinstance(node, Mapping):
        yield node
    inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for value in inner:
        yield from _holders(value)
