"""Reads a paper in Markdown: front matter or a first heading, then its text."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

from reviewer.sources.entries import ReadOptions, origin_of
from reviewer.sources.parsing.plain_paper import is_prose, paper_of_text, split_abstract
from reviewer.types import Paper
from reviewer.types.papers import Remark, Skipped

_MATTER = re.compile(r"\A\s*---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#[ \t]+(\S.*?)[ \t#]*\r?$", re.MULTILINE)
_UNDERLINED = re.compile(r"\A\s*(\S[^\r\n]{2,300})\r?\n=+[ \t]*\r?\n")
_FIELD = re.compile(r"^([A-Za-z][\w -]*?)[ \t]*:(?=\s|$)", re.MULTILINE)
_MOST_MATTER = 20_000
_MOST_BRACKETS = 400  # ruamel takes half a minute for 20,000 inside one another


def matches(text: str) -> bool:
    begun = text[:_MOST_MATTER].lstrip("\ufeff \t\r\n")
    matter = _MATTER.match(begun)
    if matter and re.search(r"^title:", matter[1], re.MULTILINE | re.IGNORECASE):
        return True
    return begun.startswith("# ") or _UNDERLINED.match(begun) is not None


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper, or Skipped without a title or without text under it."""
    matter = _MATTER.match(text[:_MOST_MATTER])
    fields = _fields(matter[1]) if matter else {}
    if fields is None and matter:
        fields, slips = _fields_apart(matter[1])
        if not fields:
            yield Skipped(file=file, position=1, reason="its front matter is not YAML")
            return
        named = ", ".join(f"'{name}'" for name in slips)
        reason = f"in its front matter {named} is not YAML; its text was read as it stands"
        yield Remark(file=file, position=1, reason=reason)
    fields = fields or {}
    rest = text[matter.end() :] if matter else text
    title = fields.get("title", "")
    found = None if title else _HEADING.search(rest[:20_000]) or _UNDERLINED.match(rest)
    if found:
        title, rest = found[1].strip(), rest[found.end() :]
    own, body = split_abstract(rest)
    abstract = fields.get("abstract", "") or own
    if not title:
        yield Skipped(file=file, position=1, reason="the text has no title")
    elif not abstract and not is_prose(body):
        yield Skipped(file=file, position=1, reason="it has a title and no text to read")
    else:
        yield paper_of_text(title, fields, abstract, body, origin_of(text, file, 1))


def _fields(matter: str) -> dict[str, str] | None:
    """The front matter's fields as texts, lists joined by `; `; None when it is not YAML."""
    if sum(matter.count(bracket) for bracket in "[{") > _MOST_BRACKETS:
        return None
    found = _load(matter)
    if not isinstance(found, dict):
        return None
    return {str(name).lower(): _text(value, set()) for name, value in found.items()}


def _load(matter: str) -> Any:  # noqa: ANN401  anything YAML can hold
    """The value of the YAML; None for what is not YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import ReusedAnchorWarning, YAMLError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            return YAML(typ="safe", pure=True).load(matter)
    except (YAMLError, ValueError, LookupError, OverflowError, AssertionError, RecursionError):
        return None


def _fields_apart(matter: str) -> tuple[dict[str, str], list[str]]:
    """The fields of front matter that is not YAML as a whole, each read alone, and the names of
    those that are no YAML: their text counts as it stands."""
    fields: dict[str, str] = {}
    slips: list[str] = []
    if sum(matter.count(bracket) for bracket in "[{") > _MOST_BRACKETS:
        return fields, slips
    starts = [*_FIELD.finditer(matter)]
    ends = [*(found.start() for found in starts[1:]), len(matter)]
    for found, end in zip(starts, ends, strict=True):
        name = found[1].lower()
        value = _load(matter[found.start() : end])
        if isinstance(value, dict):
            fields.setdefault(name, _text(next(iter(value.values()), ""), set()))
        else:
            slips.append(found[1])
            fields.setdefault(name, " ".join(matter[found.end() : end].split()).strip("\"'"))
    return fields, slips


def _text(value: Any, seen: set[int]) -> str:  # noqa: ANN401  anything YAML can hold
    """The text of a value. A list counts once: YAML's aliases can put it into itself, or into
    another a thousand times."""
    if isinstance(value, list | dict):
        if id(value) in seen:
            return ""
        seen.add(id(value))
    if isinstance(value, list):
        return "; ".join(text for item in value if (text := _text(item, seen)))
    if isinstance(value, dict):
        return _text(value.get("name") or value.get("literal") or "", seen)
    return "" if value is None else str(value).strip()
