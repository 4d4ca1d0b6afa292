"""Entries of lines that begin with a tag: nbib, Web of Science and EndNote's tagged files. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from reviewer.sources.entries import RawEntry

RUN_TOGETHER = "another record has run into this one: its first and last lines are damaged"
_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Tags:
    """A format: `line` matches a tagged line as tag and value; `sign` is before each tag. A
    record begins with the tag `start` and ends with `end`; when that is empty, before a tagged line
    that follows a blank one, or one that is `like_start`: a beginning with a wrong letter. It
    has one line with the tag `title`."""

    line: re.Pattern[str]
    start: str
    end: str = ""
    title: str = "TI"
    sign: str = ""
    like_start: re.Pattern[str] = re.compile(r"(?!)")


@dataclass(frozen=True)
class Tagged:
    """The lines of each tag in order, each with the lines without a tag that follow it."""

    values: dict[str, list[str]] = field(default_factory=dict)

    def all(self, tag: str) -> list[str]:
        return [value for value in self.values.get(tag, ()) if value]

    def text(self, *tags: str) -> str:
        """The first of these tags that has a value, its lines joined by spaces."""
        return next((" ".join(found) for tag in tags if (found := self.all(tag))), "")


def tagged_entries(text: str, tags: Tags) -> Iterator[RawEntry]:
    """All records, in order, as `Tagged`. One without a beginning is a fault; one that another
    has run into follows the fault that says so. Lines without a tag outside of records are
    passed over."""
    lines: list[str] = []
    start, before = 0, ""
    for number, line in enumerate(_NEWLINE.split(text), start=1):
        found = tags.line.match(line)
        tag = found[1] if found else ""
        is_near = not tag and tags.like_start.match(line) is not None
        is_gap = bool(tag) and not before.strip()
        is_end = tag == tags.end if tags.end else is_near or is_gap
        if lines and (tag == tags.start or is_end):
            yield from _record(start, lines, tags)
            lines = []
        if lines and line.strip():
            lines.append(line)
        elif not lines and (is_near or (tag and tag != tags.end)):
            start, lines = number, [line]
        before = line
    if lines:
        yield from _record(start, lines, tags)


def _record(start: int, lines: list[str], tags: Tags) -> Iterator[RawEntry]:
    matched = [tags.line.match(line) for line in lines]
    if not matched[0] or matched[0][1] != tags.start:
        yield RawEntry(start, fault=f"a record without its {tags.sign}{tags.start} line")
        return
    values = {tags.start: [(matched[0][2] or "").strip()]}
    tag = ""
    for line, found in zip(lines[1:], matched[1:], strict=True):
        tag, value = (found[1], found[2] or "") if found else (tag, line)
        values.setdefault(tag, []).append(value.strip())
    if sum(found is not None and found[1] == tags.title for found in matched) > 1:
        yield RawEntry(start, fault=RUN_TOGETHER)
    yield RawEntry(start, "\n".join(lines), Tagged(values))
