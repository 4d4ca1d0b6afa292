"""Reads forms: a protocol's columns or a tool for the risk of bias, in YAML, or one by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from reviewer.errors import UsageError
from reviewer.grounding import read_column
from reviewer.sources import read_text_file
from reviewer.tasks.yaml_plan import Node, NodeReader, line_of
from reviewer.types import Paper
from reviewer.types.forms import ANSWERS, BiasRule, Domain, Form, FormField
from reviewer.types.tables import ColumnKind

_HINT = "Give YAML with name and columns, or with name, levels and domains; or rob2, robins-i."
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,59}")
_KINDS: tuple[ColumnKind, ...] = ("text", "number", "yes/no", "one of")
OVERALL = "overall"


def known_forms() -> list[str]:
    """The names of the forms that come with the program."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def _folder() -> Path:
    return Path(__file__).with_name("forms")


def read_form(name: str) -> Form:
    """The form in this file, or the one of this name that comes with the program. Raises UsageError
    that names the line of what is wrong."""
    own = _folder() / f"{name}.yaml"
    file = own if name in known_forms() else Path(name)
    text = read_text_file(str(file), _HINT, UsageError).text
    reader = NodeReader(name, _no_paper, _HINT)
    top = reader.top(text, ("name", "title", "columns", "levels", "domains"))
    title = reader.field(top, "title")
    called = reader.field(top, "name") or Path(name).stem
    if not _NAME.fullmatch(called):
        reader.fault(1, f"'{called[:60]}' cannot name a form", "Use letters, digits, - and _.")
    if ("columns" in top) == ("domains" in top):
        reader.fault(1, "a form has either columns or domains")
    if "columns" in top:
        nodes = reader.items(top["columns"], "columns")
        fields = tuple(_column(reader, node) for node in nodes)
        _require_once(reader, [own.key for own in fields])
        return Form(name=called, title=title, fields=fields)
    return _bias_form(reader, top, called, title)


def _no_paper(name: str) -> Paper:
    raise NotImplementedError(name)


def _column(reader: NodeReader, node: Node) -> FormField:
    """A column: as `review table --column` takes it, or with name, question, kind and choices."""
    if node.id == "scalar":
        try:
            read = read_column(reader.text(node, "a column"))
        except UsageError as error:
            reader.fault(line_of(node), error.message, error.hint)
        if read.formula:
            reader.fault(line_of(node), "a form has no computed columns")
        return FormField(
            key=read.name, question=read.question, kind=read.kind, choices=read.choices
        )
    own = reader.fields(node, ("name", "question", "kind", "choices"), "a column")
    if "name" not in own:
        reader.fault(line_of(node), "a column has a name")
    usual: ColumnKind = "one of" if "choices" in own else "text"
    kind = reader.one_of(own, "kind", _KINDS, usual)
    nodes = reader.items(own["choices"], "choices") if "choices" in own else ()
    choices = tuple(reader.text(item, "a choice") for item in nodes)
    if (kind == "one of") != bool(choices):
        reader.fault(line_of(node), "choices belong to the kind 'one of', which has some")
    return FormField(
        key=reader.text(own["name"], "name"), question=reader.field(own, "question"), kind=kind,
        choices=choices,
    )  # fmt: skip


def _bias_form(reader: NodeReader, top: dict[str, Node], name: str, title: str) -> Form:
    if "levels" not in top:
        reader.fault(1, "a form with domains has levels, the best first")
    levels = tuple(reader.text(n, "a level") for n in reader.items(top["levels"], "levels"))
    fields, domains = list[FormField](), list[Domain]()
    for node in reader.items(top["domains"], "domains"):
        known = ("key", "title", "questions", "rules", "and_rules")
        own = reader.fields(node, known, "a domain")
        if missing := [one for one in known[:3] if one not in own]:
            reader.fault(line_of(node), f"a domain has a {missing[0].removesuffix('s')}")
        key = reader.text(own["key"], "key")
        questions = [_question(reader, n, key) for n in reader.items(own["questions"], "questions")]
        keys = [question.key for question in questions]
        domains.append(
            Domain(
                key=key,
                title=reader.text(own["title"], "title"),
                rules=_rules(reader, own, "rules", keys, levels),
                and_rules=_rules(reader, own, "and_rules", keys, levels),
            )
        )
        fields += questions
    _require_once(reader, [*(f.key for f in fields), *(d.key for d in domains), OVERALL])
    return Form(name=name, title=title, fields=tuple(fields), levels=levels, domains=tuple(domains))


def _question(reader: NodeReader, node: Node, domain: str) -> FormField:
    own = reader.fields(node, ("key", "text"), "a question")
    if "key" not in own or "text" not in own:
        reader.fault(line_of(node), "a question has a key and a text")
    return FormField(
        key=reader.text(own["key"], "key"), question=reader.text(own["text"], "text"),
        kind="one of", choices=ANSWERS, domain=domain,
    )  # fmt: skip


def _rules(
    reader: NodeReader,
    domain: dict[str, Node],
    name: str,
    keys: Sequence[str],
    levels: Sequence[str],
) -> tuple[BiasRule, ...]:
    found = []
    for node in reader.items(domain[name], name) if name in domain else ():
        own = reader.fields(node, ("when", "then"), "a rule")
        if "when" not in own or "then" not in own:
            reader.fault(line_of(node), "a rule says when, and then what")
        when = []
        for key, value in reader.fields(own["when"], keys, "the condition of a rule").items():
            answers = tuple(reader.text(value, key).split())
            if wrong := [word for word in answers if word not in ("Y", "N", "NI")]:
                reader.fault(line_of(value), f"'{wrong[0]}' is no answer", "Use Y, N and NI.")
            when.append((key, answers))
        then = reader.one_of(own, "then", levels, levels[0])
        found.append(BiasRule(when=tuple(when), then=then))
    return tuple(found)


def _require_once(reader: NodeReader, keys: Sequence[str]) -> None:
    folded = [key.casefold() for key in keys]
    if twice := next((key for key in keys if folded.count(key.casefold()) > 1), ""):
        reader.fault(
            1, f"'{twice}' is given twice", "Each column, question and domain needs a name."
        )
