"""The only file that knows YAML: reads nodes with their lines, and a draft's editable plan."""

from __future__ import annotations

import difflib
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, TypeVar

from reviewer.errors import NotFoundError, UsageError
from reviewer.text import clean
from reviewer.text.invisible import without_nul
from reviewer.types import Paper
from reviewer.types.drafts import DraftPlan, LeftOutPaper, Order, Theme

T = TypeVar("T")
N = TypeVar("N", int, None)

ORDERS: tuple[Order, ...] = ("thematic", "chronological")
LEAST_WORDS, MOST_WORDS = 50, 20_000
MOST_CHARS = 1_000_000
_FIELDS = ("question", "order", "words", "themes", "left_out")
_THEME_FIELDS = ("name", "thesis", "axis", "papers", "link")
_PAPER_FIELDS, _LEFT_OUT_FIELDS = ("key", "part"), ("key", "why")
_HEAD = """\
# What the section will tell, paragraph by paragraph: its thesis, on what the papers are compared,
# the papers in order with the part each plays, and how the next one follows. Change anything; a
# paper is a key alone, or a key with its part, and may stand in two paragraphs. Then:
#   review draft --plan THIS_FILE
"""


class Node(Protocol):
    """A node of a YAML file. By its `id` its `value` is a text (scalar), nodes (sequence) or pairs
    of a key's node and a value's (mapping)."""

    id: str
    value: Any
    start_mark: Any


def plan_yaml(plan: DraftPlan, papers: Sequence[Paper]) -> str:
    """The plan as YAML; each paper is given by its key, with its title and year as a comment."""
    known = {paper.id: paper for paper in papers}
    lines = [
        _HEAD + f"question: {quoted(plan.question)}",
        f"order: {plan.order}",
        f"words: {plan.words}",
        "themes:",
    ]
    for theme in plan.themes:
        lines += _theme_lines(theme, known)
    left = [own for own in plan.left_out if own.paper_id in known]
    lines += ["left_out:"] if left else []
    for own in left:
        paper = known[own.paper_id]
        why = quoted(own.why or "no reason is given")
        lines.append(f"  - {{key: {quoted(paper.key)}, why: {why}}}  # {titled(paper)}")
    return "\n".join(lines) + "\n"


def _theme_lines(theme: Theme, known: Mapping[str, Paper]) -> list[str]:
    lines = [f"  - name: {quoted(theme.name)}"]
    lines += [f"    thesis: {quoted(theme.thesis)}"] if theme.thesis else []
    lines += [f"    axis: {quoted(theme.axis)}"] if theme.axis else []
    lines.append("    papers:" if theme.paper_ids else "    papers: []")
    parts = dict(zip(theme.paper_ids, theme.parts, strict=False))
    for paper in (known[i] for i in theme.paper_ids):
        part = parts.get(paper.id, "")
        said = f"{{key: {quoted(paper.key)}, part: {quoted(part)}}}" if part else ""
        lines.append(f"      - {said or quoted(paper.key)}  # {titled(paper)}")
    return [*lines, f"    link: {quoted(theme.link)}"] if theme.link else lines


def titled(paper: Paper) -> str:
    """The paper's title and year, for a comment."""
    return f"{clean(paper.title)} ({paper.year or 'year unknown'})"


def quoted(text: str) -> str:
    """A YAML scalar in double quotes, on one line."""
    return json.dumps(clean(text), ensure_ascii=False)


def read_plan(text: str, file: str, paper_named: Callable[[str], Paper]) -> DraftPlan:
    """The plan that a YAML file holds. `paper_named` gives the paper of a key or raises
    NotFoundError. Nothing in the file is run, and no object is made of it.

    Raises UsageError that names the line of what is wrong.
    """
    reader = _Reader(file, paper_named, "Compare it with: --plan-only")
    top = reader.top(text, _FIELDS)
    if "themes" not in top:
        reader.fault(1, "the themes are missing")
    if "question" not in top:
        reader.fault(1, "the question is missing")
    return DraftPlan(
        question=reader.text(top["question"], "question"),
        order=reader.one_of(top, "order", ORDERS, "thematic"),
        words=reader.number(top, "words", LEAST_WORDS, MOST_WORDS, 600),
        themes=reader.themes(top["themes"]),
        left_out=reader.left_out(top["left_out"]) if "left_out" in top else (),
    )


@dataclass(frozen=True)
class NodeReader:
    """Takes values from nodes, and names the line of a value that does not fit. `compare` is the
    hint where no better one is known."""

    file: str
    paper_named: Callable[[str], Paper]
    compare: str

    def top(self, text: str, known: Sequence[str]) -> dict[str, Node]:
        """The fields of a plan's text, each a tree of nodes that is not made into objects.

        Raises UsageError for a text that is too long, and names the line of what is not YAML.
        """
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError

        file, hint = self.file, self.compare
        if len(text) > MOST_CHARS:
            raise UsageError(f"{file} is too long for a plan", hint=hint)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ReusedAnchorWarning)
                root: Node | None = YAML(typ="safe", pure=True).compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            said = (error.problem or error.context or "unknown syntax").splitlines()[0]
            where = f", line {mark.line + 1}" if mark else ""
            raise UsageError(f"{file}{where}: this is not YAML: {said}", hint=hint) from error
        except (AssertionError, LookupError) as error:  # ruamel's, for a version after 1.2
            raise UsageError(
                f"{file} asks for a version of YAML that is not known",
                hint="Write %YAML 1.2 in its first line, or take that line out.",
            ) from error
        except (YAMLError, ValueError, OverflowError, RecursionError) as error:
            said = str(error).splitlines()[0]
            raise UsageError(f"{file} is not YAML: {said}", hint=hint) from error
        return self.fields(root, known, "a plan")

    def fault(self, line: int, said: str, hint: str = "") -> NoReturn:
        raise UsageError(f"{self.file}, line {line}: {said}", hint=hint or self.compare)

    def fields(self, node: Node | None, known: Sequence[str], what: str) -> dict[str, Node]:
        """The nodes of a mapping by name; `what` names the mapping in messages."""
        if node is None or node.id != "mapping":
            names = ", ".join(f"{name}:" for name in known)
            self.fault(line_of(node), f"{what} has the fields {names}")
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = str(key.value) if key.id == "scalar" else ""
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"Did you mean {near[0]}?" if near else f"Fields: {', '.join(known)}."
                self.fault(line_of(key), f"{what} has no field '{name}'", hint)
            if name in found:
                self.fault(line_of(key), f"{name} is given twice")
            found[name] = value
        return found

    def field(self, own: Mapping[str, Node], name: str, default: str = "") -> str:
        """The text of this field, or the default where the field is missing."""
        return self.text(own[name], name) if name in own else default

    def text(self, node: Node, name: str) -> str:
        if node.id != "scalar" or not str(node.value).strip():
            self.fault(line_of(node), f"{name} is not text")
        return " ".join(without_nul(str(node.value)).split())

    def number(
        self, own: Mapping[str, Node], name: str, least: int, most: int, default: N
    ) -> int | N:
        """The number of this field, or the default where the field is missing."""
        if name not in own:
            return default
        said = self.text(own[name], name)
        if not said.isdecimal() or not least <= int(said[:9]) <= most:
            line, hint = line_of(own[name]), f"Use {least} to {most}."
            self.fault(line, f"{name} '{said}' is not valid", hint)
        return int(said)

    def one_of(self, own: Mapping[str, Node], name: str, known: Sequence[T], default: T) -> T:
        """The one of the known values that this field has, or the default where it is missing."""
        if name not in own:
            return default
        said, names = self.text(own[name], name), [str(value) for value in known]
        if said not in names:
            near = difflib.get_close_matches(said, names, 1)
            hint = f"Did you mean {near[0]}? " if near else ""
            hint += f"Use {', '.join(names)}."
            self.fault(line_of(own[name]), f"unknown {name} '{said}'", hint)
        return known[names.index(said)]

    def items(self, node: Node, name: str) -> list[Node]:
        if node.id != "sequence" or not node.value:
            self.fault(line_of(node), f"{name} is not a list with an entry a line")
        return list(node.value)

    def paper(self, node: Node) -> Paper:
        try:
            return self.paper_named(self.text(node, "a paper's key"))
        except NotFoundError as error:
            self.fault(line_of(node), error.message, error.hint)


class _Reader(NodeReader):
    """Takes a draft's plan from nodes."""

    def themes(self, node: Node) -> tuple[Theme, ...]:
        themes = []
        for item in self.items(node, "themes"):
            own = self.fields(item, _THEME_FIELDS, "a theme")
            if "name" not in own or "papers" not in own:
                self.fault(line_of(item), "a theme has a name and papers")
            parts = self._parts(own["papers"])
            themes.append(
                Theme(
                    name=self.text(own["name"], "name"),
                    paper_ids=tuple(parts),
                    thesis=self.field(own, "thesis"),
                    axis=self.field(own, "axis"),
                    parts=tuple(parts.values()) if any(parts.values()) else (),
                    link=self.field(own, "link"),
                )
            )
        if not any(theme.paper_ids for theme in themes):
            self.fault(line_of(node), "no theme has a paper")
        return tuple(themes)

    def left_out(self, node: Node) -> tuple[LeftOutPaper, ...]:
        left = []
        for item in self._listed(node, "left_out"):
            own = self._keyed(item, _LEFT_OUT_FIELDS, "a paper that is left out")
            why = self.field(own, "why")
            left.append(LeftOutPaper(paper_id=self.paper(own["key"]).id, why=why))
        return tuple(left)

    def _parts(self, node: Node) -> dict[str, str]:
        """The part of each paper of a theme, by its id; empty where none is given."""
        parts: dict[str, str] = {}
        lines: dict[str, int] = {}
        for item in self._listed(node, "papers"):
            own = self._keyed(item, _PAPER_FIELDS, "a paper")
            paper = self.paper(own["key"])
            if paper.id in parts:
                said = f"{paper.key} is in line {lines[paper.id]} already"
                self.fault(line_of(item), said, "A paper stands once in a theme.")
            parts[paper.id] = self.field(own, "part")
            lines[paper.id] = line_of(item)
        return parts

    def _listed(self, node: Node, name: str) -> list[Node]:
        """The entries of a list, which may be empty."""
        return [] if node.id == "sequence" and not node.value else self.items(node, name)

    def _keyed(self, node: Node, known: Sequence[str], what: str) -> dict[str, Node]:
        """The fields of a paper, which may be its key alone."""
        if node.id != "mapping":
            return {"key": node}
        own = self.fields(node, known, what)
        if "key" not in own:
            self.fault(line_of(node), f"{what} has a key")
        return own


def line_of(node: Node | None) -> int:
    """The 1-based line of a node; 1 for an empty file, which has none."""
    return int(node.start_mark.line) + 1 if node is not None else 1
