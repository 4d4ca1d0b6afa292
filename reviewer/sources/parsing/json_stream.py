"""The values of a JSON list one by one, so that a fault in one loses no other. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from reviewer.sources.entries import RawEntry

_HEAD = re.compile(r'\{\s*"[^"\n]*"\s*:')
_ONCE = tuple(re.compile(rf'"{name}"\s*:') for name in (
    "title", "authors", "authorships", "abstract", "DOI", "issued", "paperId"))  # fmt: skip
_MOST_DAMAGED = 2000  # beginnings that are tried after a fault before the rest is given up


def json_values(text: str, start: int, is_item: Callable[[Any], bool]) -> Iterator[RawEntry]:
    """The values of the list that opens at `start`. After a fault it goes on with the
    next value that begins as the first one did and is an item."""
    reader = _Reader(text)
    at, head = start + 1, ""
    while True:
        at = reader.over_space(at)
        if at >= len(text):
            yield RawEntry(reader.line(at), fault="the list is cut off here")
            return
        if text[at] == "]" and not (head and reader.lost(at, len(text))):
            return
        head = head or reader.head(at)
        value, end, fault = reader.decode(at)
        if not fault:
            yield RawEntry(reader.line(at), text[at:end], value)
            at = end
            continue
        yield RawEntry(reader.line(at), fault=fault)
        began = at
        *damaged, at = reader.resume(at + 1, head, is_item)
        lost = reader.lost(began, at if at >= 0 else len(text), head) - 1
        places = [*damaged, *[began] * max(0, lost - len(damaged))]
        yield from (RawEntry(reader.line(place), fault=fault) for place in places)
        if at < 0:
            return


class _Reader:
    """One text, with the lines that were counted so far."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._decoder = json.JSONDecoder()
        self._line, self._counted = 1, 0

    def line(self, at: int) -> int:
        if at >= self._counted:
            self._line += self._text.count("\n", self._counted, at)
            self._counted = at
        return self._line

    def over_space(self, at: int) -> int:
        while at < len(self._text) and self._text[at] in " \t\r\n,":
            at += 1
        return at

    def head(self, at: int) -> str:
        """How a value begins, with the white space before it: what later ones are found by."""
        found = _HEAD.match(self._text, at)
        begin = at
        while begin and self._text[begin - 1] in " \t":
            begin -= 1
        is_own_line = begin and self._text[begin - 1] in "\r\n"
        return self._text[begin - 1 if is_own_line else at : found.end()] if found else ""

    def decode(self, at: int) -> tuple[Any, int, str]:
        try:
            value, end = self._decoder.raw_decode(self._text, at)
        except RecursionError:
            return None, at, "the JSON is nested too deeply here"
        except ValueError as error:
            return None, at, f"this is not JSON ({str(error).split(':')[0].lower()})"
        return value, end, ""

    def lost(self, start: int, end: int, head: str = "") -> int:
        """How many items a damaged stretch held: as many as it has names that each has once, or as
        begin a line like the first one."""
        begun = 1 + self._text.count(head, start + 1, end) if head.startswith(("\r", "\n")) else 0
        return max(begun, *(len(mark.findall(self._text, start, end)) for mark in _ONCE))

    def resume(self, at: int, head: str, is_item: Callable[[Any], bool]) -> Iterator[int]:
        """Places of values that are damaged too, at last that of the next whole one, or -1."""
        for _ in range(_MOST_DAMAGED if head else 0):
            found = self._text.find(head, at)
            if found < 0:
                break
            place = found + head.index("{")
            value, _, fault = self.decode(place)
            if not fault and is_item(value):
                yield place
                return
            if fault:
                yield place
            at = place + 1
        yield -1


def json_items(text: str, holder: str, is_item: Callable[[Any], bool]) -> Iterator[RawEntry]:
    """The items of a reply of an API, however it was saved: a list, a list as the value of
    `holder`, one object, or one object a line."""
    start = _list_start(text, holder)
    if start >= 0:
        yield from json_values(text, start, is_item)
        return
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    lists = re.search(r":\s*\[(?=\s*\{)", text)
    if is_item(value):
        yield RawEntry(1, text, value)
    elif len(re.findall(r"^\{", text, re.MULTILINE)) > 1:
        yield from _lines(text)
    elif lists:  # the name before the list is damaged
        yield from json_values(text, lists.end() - 1, is_item)
    else:
        yield RawEntry(1, text, fault="this is not whole JSON, or it is nested too deeply")


def _list_start(text: str, holder: str) -> int:
    """Where the list begins: at the start, or as the value of `holder` in an object; -1 if none."""
    if text.lstrip().startswith("["):
        return text.index("[")
    found = re.search(rf'"{holder}"\s*:\s*\[', text)
    return found.end() - 1 if found and text.lstrip().startswith("{") else -1


def _lines(text: str) -> Iterator[RawEntry]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield RawEntry(number, line, json.loads(line))
        except (ValueError, RecursionError):
            yield RawEntry(number, line, fault="the line is not JSON, or nested too deeply")
