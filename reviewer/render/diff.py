"""What two kept runs have in common and what not, in lines to be read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reviewer.text import clean, counted
from reviewer.types.runs import Run

MOST_LINES = 40  # of sentences on each side


def differences(one: Run, other: Run) -> list[str]:
    """First what the runs were told, then sentences, values and papers that one of them alone has:
    `-` the first, `+` the second. Empty of lines with signs when both say the same."""
    lines = [f"- {_name(one)}", f"+ {_name(other)}", ""]
    lines += _changed("question", one.question, other.question)
    lines += _changed("writer", one.writer, other.writer)
    lines += _changed("library state", one.generation, other.generation)
    lines += _changed_fields("", one.settings, other.settings)
    lines += _changed_fields("prompt ", one.prompt_hashes, other.prompt_hashes)
    said = [list(dict.fromkeys(_sentences(run.result))) for run in (one, other)]
    cited = [dict.fromkeys(_papers(run.result)) for run in (one, other)]
    common = len(set(said[0]) & set(said[1]))
    both = len(cited[0].keys() & cited[1].keys())
    lines.append(f"{counted(common, 'sentence')} and {counted(both, 'cited paper')} in both runs.")
    lines += _alone("-", [text for text in said[0] if text not in said[1]])
    lines += _alone("+", [text for text in said[1] if text not in said[0]])
    lines += [f"- paper {i}" for i in cited[0] if i not in cited[1]]
    lines += [f"+ paper {i}" for i in cited[1] if i not in cited[0]]
    return lines


def _name(run: Run) -> str:
    return f"{run.id}  {run.command}  {clean(run.question)}  ({run.writer}, {run.started})"


def _changed(name: str, one: object, other: object) -> list[str]:
    return [f"{name}: {one} -> {other}"] if one != other else []


def _changed_fields(prefix: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return [
        line
        for name in dict.fromkeys([*one, *other])
        for line in _changed(prefix + name, one.get(name, "none"), other.get(name, "none"))
    ]


def _alone(sign: str, texts: list[str]) -> list[str]:
    more = len(texts) - MOST_LINES
    shown = [f"{sign} {clean(text)}" for text in texts[:MOST_LINES]]
    return [*shown, *([f"{sign} ... and {more} more"] if more > 0 else [])]


def _sentences(result: Any) -> Iterator[str]:  # noqa: ANN401  any piece of a kept result
    """The texts of all claims, and values with their column, wherever they stand."""
    for holder in _holders(result):
        if "text" in holder and ("citations" in holder or "citation" in holder):
            yield str(holder["text"])


def _papers(result: Any) -> Iterator[str]:  # noqa: ANN401
    for holder in _holders(result):
        if "paper_id" in holder and "quote" in holder:
            yield str(holder["paper_id"])


def _holders(node: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401
    """Every mapping in the result, outer ones first."""
    if isinstance(node, Mapping):
        yield node
        for value in node.values():
            yield from _holders(value)
    elif isinstance(node, list):
        for value in node:
            yield from _holders(value)
