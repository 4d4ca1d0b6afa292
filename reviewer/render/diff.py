"""Compares two kept runs, in lines for a reader. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reviewer.text import clean, counted
from reviewer.types.runs import Run

MOST_LINES = 40  # of sentences on each side


@dataclass(frozen=True)
class Parted:
    """Texts or ids that two runs have: those of the first alone, of the second alone, of both."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    both: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """How two runs differ. `inputs` are the name and the two values of each input that is not the
    same; `sentences` are claims and values of tables, `papers` the ids of what they cite."""

    inputs: tuple[tuple[str, str, str], ...]
    sentences: Parted
    papers: Parted


def compare_runs(one: Run, other: Run) -> Compared:
    """What was asked, said and cited in one run and not in the other."""
    inputs = [
        (name, str(was.get(name, "none")), str(now.get(name, "none")))
        for was, now in zip(_inputs(one), _inputs(other), strict=True)
        for name in was | now
        if was.get(name, "none") != now.get(name, "none")
    ]
    return Compared(
        tuple(inputs),
        _parted(_sentences(one.result), _sentences(other.result)),
        _parted(_papers(one.result), _papers(other.result)),
    )


def differences(one: Run, other: Run) -> list[str]:
    """First the inputs that differ, then sentences, values and papers that only one run has: `-`
    the first, `+` the second. Runs that say the same have no line with a sign below their names."""
    lines = [
        f"{sign} {run.id}  {run.command}  {clean(run.question)}  ({run.writer}, {run.started})"
        for sign, run in (("-", one), ("+", other))
    ]
    found = compare_runs(one, other)
    lines.append("")
    lines += [f"{name}: {first} -> {last}" for name, first, last in found.inputs]
    sentences = counted(len(found.sentences.both), "sentence")
    papers = counted(len(found.papers.both), "cited paper")
    lines.append(f"{sentences} and {papers} in both runs.")
    lines += _alone("-", found.sentences.first)
    lines += _alone("+", found.sentences.second)
    lines += [f"- paper {i}" for i in found.papers.first]
    lines += [f"+ paper {i}" for i in found.papers.second]
    return lines


def _parted(first: Iterable[str], second: Iterable[str]) -> Parted:
    one, other = dict.fromkeys(first), dict.fromkeys(second)
    return Parted(
        tuple(text for text in one if text not in other),
        tuple(text for text in other if text not in one),
        tuple(text for text in one if text in other),
    )


def _inputs(run: Run) -> list[dict[str, Any]]:
    prompts = {f"prompt {name}": digest for name, digest in run.prompt_hashes.items()}
    asked = {"question": run.question, "writer": run.writer, "library state": run.generation}
    return [asked, run.settings, prompts]


def _alone(sign: str, texts: Sequence[str]) -> list[str]:
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
