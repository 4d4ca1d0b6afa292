"""A note on disk: its properties, the part that `review` writes, and what people wrote around it.

The part stands between two marks. The first names the paper; the last has a hash of the part and of
each property as they were written, so that a change by hand is seen and stays.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reviewer.types.notes import NoteApp

_MARKS = {"obsidian": ("%% ", " %%"), "logseq": ("- <!-- ", " -->")}
_MARK = re.compile(
    r"^(?:%%|- <!--) review (?:begin (?P<id>\S+)|end (?P<hashes>\{.*\})) (?:%%|-->)[ \t]*$",
    re.MULTILINE,
)
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_YAML_BLOCK = re.compile(r"^[^\s#-].*\n(?:(?:[ \t#-].*)?\n)*", re.MULTILINE)
_PROPERTY = re.compile(r"([\w-]+):: ?(.*)\n")
_FOLDED = re.compile(r"^[ \t]*collapsed:: (?:true|false)\n?", re.MULTILINE)
_TEXT = "(text)"  # the hash of the part; no property has such a name
_JOINED = ("tags", "aliases")


class NoteError(Exception):
    """Why a note cannot be brought up to date; it stays as it is."""


@dataclass(frozen=True)
class Property:
    """A property of a note: its lines as they stand, and its value."""

    lines: str
    value: Any


@dataclass(frozen=True)
class NoteFile:
    """A note taken apart. `hashes` are of what was written last."""

    app: NoteApp
    paper_id: str
    properties: Mapping[str, Property]
    before: str
    part: str
    after: str
    hashes: Mapping[str, str]

    @property
    def text(self) -> str:
        """The whole note."""
        lines = "".join(own.lines for own in self.properties.values())
        head = f"---\n{lines}---\n" if self.app == "obsidian" and lines else lines
        opening, closing = _MARKS[self.app]
        hashes = json.dumps(dict(self.hashes), ensure_ascii=False)
        return (
            f"{head}{self.before}{opening}review begin {self.paper_id}{closing}\n{self.part}"
            f"{opening}review end {hashes}{closing}\n{self.after}"
        )


def is_of_paper(text: str) -> str:
    """The id of the paper that a note is of; empty for a note that is not from here."""
    return next((found["id"] for found in _MARK.finditer(text) if found["id"]), "")


def new_note(app: NoteApp, paper_id: str, ours: str, yours: str) -> NoteFile:
    """The note as it is first written. Raises NoteError for properties that cannot be read."""
    properties, part = _split_head(app, ours)
    part = part.lstrip("\n")
    hashes = {name: _hash(own.value) for name, own in properties.items()}
    between = "\n" if properties else ""
    gap = "\n" if app == "obsidian" else ""
    after = f"{gap}{yours}\n" if yours else ""
    hashes[_TEXT] = _hash_of(part)
    return NoteFile(app, paper_id, properties, between, part, after, hashes)


def read_note(app: NoteApp, text: str) -> NoteFile:
    """Raises NoteError for a note whose marks or properties were broken."""
    marks = list(_MARK.finditer(text))
    if len(marks) != 2 or not marks[0]["id"] or not marks[1]["hashes"]:
        raise NoteError("the marks round the part that review writes were changed")
    begin, end = marks
    try:
        hashes = {str(k): str(v) for k, v in json.loads(end["hashes"]).items()}
    except ValueError:
        raise NoteError("the marks round the part that review writes were changed") from None
    properties, before = _split_head(app, text[: begin.start()])
    part = text[begin.end() :].removeprefix("\n")[: end.start() - begin.end() - 1]
    after = text[end.end() :].removeprefix("\n")
    return NoteFile(app, begin["id"], properties, before, part, after, hashes)


def brought_up(old: NoteFile, new: NoteFile) -> tuple[NoteFile, tuple[str, ...]]:
    """The note with what is new, and the properties that people changed, which stay. Tags and
    aliases of both are joined. Raises NoteError where the part itself was changed."""
    same = _hash_of(old.part) in (old.hashes.get(_TEXT), _hash_of(new.part))
    if old.part.strip() and not same:
        raise NoteError(
            "the part that review writes was changed by hand. Move your words below it, and delete "
            "what is between the marks: the next export writes it again"
        )
    properties = {
        name: kept
        for name, own in old.properties.items()
        if (kept := _kept(name, own, new.properties.get(name), old.hashes))
    }
    properties |= {
        name: fresh
        for name, fresh in new.properties.items()
        if name not in old.properties and name not in old.hashes
    }
    theirs = [
        name
        for name, own in properties.items()
        if name in new.properties and own.value != new.properties[name].value
        if not (name in _JOINED and isinstance(own.value, list))
    ]
    is_same_part = _hash_of(old.part) == _hash_of(new.part)
    part = old.part if is_same_part else new.part
    gone = {name: kept for name, kept in old.hashes.items() if name not in old.properties}
    hashes = {**{k: v for k, v in gone.items() if k != _TEXT}, **new.hashes}
    made = NoteFile(old.app, new.paper_id, properties, old.before, part, old.after, hashes)
    return made, tuple(theirs)


def _kept(
    name: str, own: Property, fresh: Property | None, hashes: Mapping[str, str]
) -> Property | None:
    """What becomes of a property that the note has; None for one that is no longer written."""
    is_untouched = hashes.get(name) == _hash(own.value)
    if fresh is None:
        return None if is_untouched else own
    if fresh.value == own.value:
        return own
    if is_untouched:
        return fresh
    is_list = isinstance(own.value, list) and isinstance(fresh.value, list)
    return _joined(name, own, fresh) if name in _JOINED and is_list else own


def _joined(name: str, own: Property, fresh: Property) -> Property:
    lacking = [value for value in fresh.value if value not in own.value]
    if not lacking:
        return own
    value = [*own.value, *lacking]
    return Property(f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}\n", value)


def _split_head(app: NoteApp, text: str) -> tuple[dict[str, Property], str]:
    """The properties at the head of a text, and the rest. Raises NoteError."""
    if app == "logseq":
        properties, at = {}, 0
        while found := _PROPERTY.match(text, at):
            properties[found[1]] = Property(found[0], found[2].strip())
            at = found.end()
        return properties, text[at:]
    front = _FRONT.match(text)
    if front is None:
        return {}, text
    blocks = _YAML_BLOCK.findall(front[1])
    properties = {}
    for block in blocks:
        for name, value in _yaml_of(block).items():
            properties[str(name)] = Property(block, value)
    if "".join(blocks) != front[1] or len(blocks) != len(properties):
        raise NoteError("its properties cannot be read: it needs one property after the other")
    return properties, text[front.end() :]


def _yaml_of(block: str) -> dict[Any, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        value = YAML(typ="safe", pure=True).load(block)
    except (YAMLError, ValueError, RecursionError) as error:
        line = next(iter(str(error).splitlines()), "")
        raise NoteError(f"its properties cannot be read as YAML ({line})") from error
    if not isinstance(value, dict) or len(value) != 1:
        raise NoteError("its properties cannot be read: it needs one property after the other")
    return value


def _hash(value: object) -> str:
    return _digest(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))


def _hash_of(part: str) -> str:
    """The hash of a part's words: programs fold blocks, and end lines and texts in their way."""
    lines = [line.rstrip() for line in _FOLDED.sub("", part).strip().splitlines()]
    return _digest("\n".join(line for line in lines if line))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]
