"""Records of lines that begin with a tag, as nbib, Web of Science and EndNote's tagged files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from reviewer.types.papers import Skipped

_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Tags:
    """A format: `line` matches a tagged line as tag and value; `sign` stands before a tag there. A
    record begins with the tag `start` and ends with `end`; when that is empty, before a tagged line
    that follows a blank one, or one that is `like_start`: a beginning with a wrong letter."""

    line: re.Pattern[str]
    start: str
    end: str = ""
    title: str = "TI"
    sign: str = ""
    like_start: re.Pattern[str] = re.compile(r"(?!)")


@dataclass(frozen=True)
class TaggedRecord:
    """One record. `values` are the lines of each tag in order, those that go on one included.
    `is_stray`: lines with tags that no record's beginning stands before. `titles` counts the lines
    that begin a title: more than one, and another record has run into this one."""

    line: int
    raw: str
    values: Mapping[str, tuple[str, ...]]
    is_stray: bool = False
    titles: int = 1

    def all(self, tag: str) -> list[str]:
        return [value for value in self.values.get(tag, ()) if value]

    def text(self, *tags: str) -> str:
        """The first of these tags that has a value, its lines joined by spaces."""
        return next((" ".join(found) for tag in tags if (found := self.all(tag))), "")


def tagged_records(text: str, tags: Tags) -> Iterator[TaggedRecord]:
    """All records, in order, strays too. Lines without a tag outside of records are passed over."""
    lines: list[str] = []
    start, is_stray, before = 0, False, ""
    for number, line in enumerate(_NEWLINE.split(text), start=1):
        found = tags.line.match(line)
        tag = found[1] if found else ""
        is_near = not tag and tags.like_start.match(line) is not None
        is_gap = bool(tag) and not before.strip()
        is_end = tag == tags.end if tags.end else is_near or is_gap
        if lines and (tag == tags.start or is_end):
            yield _record(start, lines, tags, is_stray=is_stray)
            lines = []
        if lines and line.strip():
            lines.append(line)
        elif not lines and (is_near or (tag and tag != tags.end)):
            start, lines, is_stray = number, [line], tag != tags.start
        before = line
    if lines:
        yield _record(start, lines, tags, is_stray=is_stray)


def _record(start: int, lines: list[str], tags: Tags, *, is_stray: bool) -> TaggedRecord:
    raw = "\n".join(lines)
    if is_stray:
        return TaggedRecord(start, raw, {}, is_stray=True)
    parser = _parser(tags)
    (found,) = parser.parse("\n".join([*lines, parser.END_TAG]))
    values = {tag: tuple(v if isinstance(v, list) else [v]) for tag, v in found.items()}
    titles = sum(m is not None and m[1] == tags.title for m in map(tags.line.match, lines))
    return TaggedRecord(start, raw, values, titles=titles)


RUN_TOGETHER = "another record has run into this one: its first and last lines are damaged"


def whole_records(
    text: str, tags: Tags, file: str, titles: Sequence[str] = ()
) -> Iterator[TaggedRecord | Skipped]:
    """All records with a beginning and a title, which may stand under `titles` instead. The others
    are Skipped; one that another has run into is given, and told of before."""
    for record in tagged_records(text, tags):
        reason = ""
        if record.is_stray:
            reason = f"a record without its {tags.sign}{tags.start} line"
        elif not record.text(tags.title, *titles):
            reason = "the record has no title"
        if reason:
            yield Skipped(file=file, position=record.line, reason=reason)
            continue
        if record.titles > 1:
            yield Skipped(file=file, position=record.line, reason=RUN_TOGETHER)
        yield record


class _EveryTag(dict[str, str]):
    """A mapping of every tag to itself."""

    def __missing__(self, tag: str) -> str:
        return tag


class _Anything:
    """Holds every tag: each may come several times."""

    def __contains__(self, tag: object) -> bool:
        return True


def _parser(tags: Tags) -> Any:  # noqa: ANN401  rispy is not imported for a type
    from rispy import RisParser

    class Parser(RisParser):  # type: ignore[misc]
        START_TAG = tags.start
        END_TAG = "\0end"
        DEFAULT_MAPPING: ClassVar[dict[str, str]] = _EveryTag()
        DEFAULT_LIST_TAGS = _Anything()
        DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}

        def _iter_till_start(self, lines: Any) -> dict[str, Any]:  # noqa: ANN401
            found = tags.line.match(next(lines))
            return {tags.start: [(found[2] or "").strip()]} if found else {}

        def parse_line(self, line: str) -> tuple[str | None, str]:
            if line == self.END_TAG:
                return line, ""
            found = tags.line.match(line)
            return (found[1], (found[2] or "").strip()) if found else (None, line.strip())

    return Parser()
