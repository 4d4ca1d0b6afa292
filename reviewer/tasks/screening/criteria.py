"""Reads the criteria of a review: YAML with keys, or a plain file with a criterion a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from reviewer.errors import UsageError
from reviewer.sources import read_text_file
from reviewer.tasks.yaml_plan import NodeReader, line_of
from reviewer.types import Paper
from reviewer.types.screening import Criterion

_KINDS = ("include", "exclude")
_FIELDS, _OWN = ("question", "criteria", *_KINDS), ("key", "kind", "text")
_HINT = (
    "Give YAML with lists include: and exclude:, or criteria: [{key, kind, text}], or a text file "
    "with a line such as 'exclude: design: Case reports' for each."
)
_KINDED = re.compile(r"(?i)\s*[-*]?\s*(include|exclude)d?\s*:\s*(.+)$")
_KEYED = re.compile(r"\s*[-*]?\s*([A-Za-z][\w-]{0,29})\s*:\s+(.+)$")
_YAML = re.compile(r"(?m)^(criteria|include|exclude)\s*:\s*(\[|$)")
_MOST_KEY_CHARS = 30


def read_criteria(file: Path) -> tuple[str, tuple[Criterion, ...]]:
    """The question (empty where the file has none) and the criteria of a file. In YAML they stand
    in a list `criteria`, or in lists `include` and `exclude`.

    A plain line may begin with `include:` or `exclude:`, and then with a key and a colon; without
    a key the first words make one. Raises UsageError that names the line of what is wrong.
    """
    text = read_text_file(str(file), _HINT, UsageError).text
    return _parsed(text, str(file), is_yaml=file.suffix.lower() in (".yaml", ".yml"))


def parse_criteria(text: str) -> tuple[str, tuple[Criterion, ...]]:
    """As `read_criteria`, of a text; it is YAML where a line begins with `criteria:`,
    `include:` or `exclude:` and nothing else stands there."""
    return _parsed(text, "the text", is_yaml=bool(_YAML.search(text)))


def _parsed(text: str, name: str, *, is_yaml: bool) -> tuple[str, tuple[Criterion, ...]]:
    question, found = _from_yaml(text, name) if is_yaml else ("", _from_lines(text))
    if not found:
        raise UsageError(f"{name} has no criterion", hint=_HINT)
    keys = [criterion.key for criterion in found]
    if twice := next((key for key in keys if keys.count(key) > 1), ""):
        raise UsageError(f"{name}: the key '{twice}' is given twice", hint="Each needs its own.")
    return question, tuple(found)


def _from_yaml(text: str, file: str) -> tuple[str, list[Criterion]]:
    reader = NodeReader(file, _no_paper, _HINT)
    top = reader.top(text, _FIELDS)
    found: list[Criterion] = []
    for part in ("criteria", *_KINDS):
        of_part = "exclude" if part == "exclude" else "include"
        for node in reader.items(top[part], part) if part in top else ():
            if node.id == "scalar":
                found += _from_lines(reader.text(node, "a criterion"), found, of_part)
                continue
            own = reader.fields(node, (*_OWN, *_KINDS), "a criterion")
            if named := own.keys() & set(_KINDS):  # - exclude: Case reports
                kind = named.pop()
                found += _from_lines(reader.text(own[kind], kind), found, kind)
                continue
            if "text" not in own:
                reader.fault(line_of(node), "a criterion has a text")
            said = reader.text(own["text"], "text")
            key = reader.field(own, "key") or _key_of(said, found)
            kind = reader.one_of(own, "kind", _KINDS, of_part)
            found.append(_criterion(key, kind, said))
    return reader.field(top, "question"), found


def _no_paper(name: str) -> Paper:
    raise NotImplementedError(name)


def _from_lines(
    text: str, before: Sequence[Criterion] = (), of_part: str = "include"
) -> list[Criterion]:
    """The criteria of lines; `of_part` is the kind of a line that does not say its own."""
    found: list[Criterion] = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        kind, said = of_part, line
        if named := _KINDED.match(line):
            kind, said = named[1].lower(), named[2]
        keyed = _KEYED.match(said)
        said = keyed[2] if keyed else said.strip().lstrip("-* ")
        key = keyed[1] if keyed else _key_of(said, [*before, *found])
        found.append(_criterion(key, kind, said.strip()))
    return found


_NOT = re.compile(r"(?:not\s+|no\s+|non[- ])(?=\w)", re.IGNORECASE)


def without_double_negative(own: Criterion) -> Criterion:
    """A criterion that excludes what is not something, as one that includes what is: `exclude: Not
    in English` becomes `include: In English`. Models, and tired people, read that wrong less
    often."""
    if own.kind != "exclude" or not (found := _NOT.match(own.text)):
        return own
    rest = own.text[found.end() :]
    return own.model_copy(update={"kind": "include", "text": rest[:1].upper() + rest[1:]})


def _criterion(key: str, kind: str, said: str) -> Criterion:
    return Criterion(key=key, kind="exclude" if kind == "exclude" else "include", text=said)


def _key_of(said: str, before: Sequence[Criterion]) -> str:
    """The first two words, with a number where that is taken."""
    words = re.findall(r"\w+", said.lower())[:2]
    base = "-".join(words)[:_MOST_KEY_CHARS] or "criterion"
    taken, key, number = {criterion.key for criterion in before}, base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key
