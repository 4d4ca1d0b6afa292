"""Reads a paper in Markdown: front matter or a first heading, then its text."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

from reviewer.sources.entries import ReadOptions, origin_of
from reviewer.sources.parsing.plain_paper import is_prose, paper_of_text, split_abstract
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_MATTER = re.compile(r"\A\s*---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#[ \t]+(\S.*?)[ \t#]*\r?$", re.MULTILINE)
_UNDERLINED = re.compile(r"\A\s*(\S[^\r\n]{2,300})\r?\n=+[ \t]*\r?\n")
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
    if fields is None:
        yield Skipped(file=file, position=1, reason="its front matter is not YAML")
        return
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
    from ruamel.yaml import YAML
    from ruamel.yaml.error import ReusedAnchorWarning, YAMLError

    if sum(matter.count(bracket) for bracket in "[{") > _MOST_BRACKETS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            found = YAML(typ="safe", pure=True).load(matter)
    except (YAMLError, ValueError, LookupError, OverflowError, AssertionError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {str(name).lower(): _text(value, set()) for name, value in found.items()}


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
