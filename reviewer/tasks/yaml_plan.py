"""The only file that knows YAML: nodes read by line, and a draft's plan, written to be edited."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from reviewer.errors import NotFoundError, UsageError
from reviewer.text import clean
from reviewer.types import Paper
from reviewer.types.drafts import DraftPlan, Order, Theme

ORDERS: tuple[Order, ...] = ("thematic", "chronological")
LEAST_WORDS, MOST_WORDS = 50, 20_000
MOST_CHARS = 1_000_000
_FIELDS = ("question", "order", "words", "themes")
_THEME_FIELDS = ("name", "papers")
_COMPARE = "Compare it with: --plan-only"
_HEAD = """\
# What the section will tell, theme by theme. Rename themes, move or take out papers, change their
# order; a theme needs two papers, or it is joined to another. Then:
#   review draft --plan THIS_FILE
"""


def plan_yaml(plan: DraftPlan, papers: Sequence[Paper]) -> str:
    """The plan as YAML; each paper stands by its key, with its title and year as a comment."""
    known = {paper.id: paper for paper in papers}
    lines = [
        _HEAD + f"question: {quoted(plan.question)}",
        f"order: {plan.order}",
        f"words: {plan.words}",
        "themes:",
    ]
    for theme in plan.themes:
        lines += [f"  - name: {quoted(theme.name)}", "    papers:"]
        for paper in (known[i] for i in theme.paper_ids):
            said = f"{clean(paper.title)} ({paper.year or 'year unknown'})"
            lines.append(f"      - {quoted(paper.key)}  # {said}")
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A YAML scalar in double quotes, on one line."""
    import json

    return json.dumps(clean(text), ensure_ascii=False)


def read_plan(text: str, file: str, paper_named: Callable[[str], Paper]) -> DraftPlan:
    """The plan that a YAML file holds. `paper_named` gives the paper of a key or raises
    NotFoundError. Nothing in the file is run, and no object is made of it.

    Raises UsageError that names the line of what is wrong.
    """
    if len(text) > MOST_CHARS:
        raise UsageError(f"{file} is too long for a plan", hint="Make one with --plan-only.")
    reader = _Reader(file, paper_named)
    top = reader.fields(composed(text, file), _FIELDS, "a plan")
    if "themes" not in top:
        reader.fault(1, "there are no themes")
    if "question" not in top:
        reader.fault(1, "there is no question")
    question, order, words = (top.get(n) for n in ("question", "order", "words"))
    return DraftPlan(
        question=reader.text(question, "question"),
        order=reader.order(order) if order is not None else "thematic",
        words=reader.words(words) if words is not None else 600,
        themes=reader.themes(top["themes"]),
    )


def composed(text: str, file: str, hint: str = _COMPARE) -> Any:  # noqa: ANN401  a node of ruamel
    """The tree of the file's nodes, each with its line; nothing is made of them.

    Raises UsageError that names the line of what is no YAML.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = (error.problem or error.context or "it is no YAML").splitlines()[0]
        where = f", line {mark.line + 1}" if mark else ""
        raise UsageError(f"{file}{where}: this is no YAML: {said}", hint=hint) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{file} is no YAML: {str(error).splitlines()[0]}", hint=hint) from error


class NodeReader:
    """Takes values from nodes, and knows where it is when one does not fit."""

    def __init__(
        self, file: str, paper_named: Callable[[str], Paper], compare: str = _COMPARE
    ) -> None:
        """`compare` is the hint where no better one is known."""
        self._file = file
        self._paper_named = paper_named
        self._compare = compare

    def fault(self, line: int, said: str, hint: str = "") -> NoReturn:
        raise UsageError(f"{self._file}, line {line}: {said}", hint=hint or self._compare)

    def fields(self, node: Any, known: Sequence[str], what: str) -> dict[str, Any]:  # noqa: ANN401
        """The nodes of a mapping by name."""
        if node is None or node.id != "mapping":
            names = ", ".join(f"{name}:" for name in known)
            self.fault(line_of(node), f"{what} has the fields {names}")
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if key.id == "scalar" else ""
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"Did you mean {near[0]}?" if near else f"Fields: {', '.join(known)}."
                self.fault(line_of(key), f"{what} has no field '{name}'", hint)
            if name in found:
                self.fault(line_of(key), f"{name} is there twice")
            found[name] = value
        return found

    def text(self, node: Any, name: str) -> str:  # noqa: ANN401
        if node is None or node.id != "scalar" or not str(node.value).strip():
            self.fault(line_of(node), f"{name} is no text")
        return " ".join(str(node.value).split())

    def number(self, node: Any, name: str, least: int, most: int) -> int:  # noqa: ANN401
        said = self.text(node, name)
        if not said.isdecimal() or not least <= int(said[:9]) <= most:
            self.fault(
                line_of(node), f"{name} '{said}' is no fitting number", f"Use {least} to {most}."
            )
        return int(said)

    def one_of(self, node: Any, name: str, known: Sequence[str]) -> str:  # noqa: ANN401
        said = self.text(node, name)
        if said not in known:
            near = difflib.get_close_matches(said, known, 1)
            meant = f"Did you mean {near[0]}? " if near else ""
            self.fault(
                line_of(node), f"the {name} '{said}' is none", f"{meant}Use {', '.join(known)}."
            )
        return said

    def items(self, node: Any, name: str) -> list[Any]:  # noqa: ANN401
        if node.id != "sequence" or not node.value:
            self.fault(line_of(node), f"{name} is no list with an entry a line")
        return list(node.value)

    def paper(self, node: Any) -> Paper:  # noqa: ANN401
        key = self.text(node, "a paper's key")
        try:
            paper = self._paper_named(key)
        except NotFoundError as error:
            self.fault(line_of(node), error.message, error.hint)
        return paper


class _Reader(NodeReader):
    """Takes a draft's plan from nodes."""

    def order(self, node: Any) -> Order:  # noqa: ANN401
        said = self.text(node, "order")
        found = [order for order in ORDERS if order == said]
        if not found:
            self.fault(line_of(node), f"the order '{said}' is none", f"Use {' or '.join(ORDERS)}.")
        return found[0]

    def words(self, node: Any) -> int:  # noqa: ANN401
        said = self.text(node, "words")
        if not said.isdecimal() or not LEAST_WORDS <= int(said[:9]) <= MOST_WORDS:
            self.fault(
                line_of(node),
                f"words '{said}' is no number of words",
                f"Use {LEAST_WORDS} to {MOST_WORDS}.",
            )
        return int(said)

    def themes(self, node: Any) -> tuple[Theme, ...]:  # noqa: ANN401
        themes, seen = [], dict[str, int]()
        for item in self.items(node, "themes"):
            own = self.fields(item, _THEME_FIELDS, "a theme")
            if "name" not in own or "papers" not in own:
                self.fault(line_of(item), "a theme has a name and papers")
            ids = []
            for key in self.items(own["papers"], "papers"):
                paper = self.paper(key)
                if paper.id in seen:
                    said = f"{paper.key} stands in line {seen[paper.id]} already"
                    self.fault(line_of(key), said, "A paper belongs to one theme.")
                seen[paper.id] = line_of(key)
                ids.append(paper.id)
            themes.append(Theme(name=self.text(own["name"], "name"), paper_ids=tuple(ids)))
        return tuple(themes)


def line_of(node: Any) -> int:  # noqa: ANN401  a node, or None for an empty file
    return int(node.start_mark.line) + 1 if node is not None else 1
