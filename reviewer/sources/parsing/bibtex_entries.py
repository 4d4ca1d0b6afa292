"""Cuts a BibTeX file into entries, and goes on after slips that BibTeX itself stops at. Pure.

A slip costs as little as it can: a missing comma, a brace too many and a value that is not closed
are mended with a remark where the next field still shows; else the entry is a fault, and the next
one that begins a line is read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_AT = re.compile(r"(?<![\w@\\])@[ \t]*([A-Za-z]+)\s*([{(])")
_LINE_START = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_COMMENTED = re.compile(r"[^\n%]*%[^\n]*")
_KEY = re.compile(r"\s*([^\n,={}\"]*?)\s*(?=[,\n})]|\Z)")
_NAME = re.compile(r"([A-Za-z][\w:.+/-]*)\s*=")
_BETWEEN = re.compile(r"(?:\s|%[^\n]*\n?)*")
_COMMAS = re.compile(r"(?:[\s,]|%[^\n]*\n?)*")
_BARE = re.compile(r"[^\s,{}()\"#%=][^,{}\"#%\n]*")
_AFTER = re.compile(r"(?:\s|%[^\n]*\n)*(?:[,#})]|[A-Za-z][\w:.+/-]*\s*=\s*[\"{\w]|\Z)")
_BRACE = re.compile(r"\\[\s\S]|[{}]")
_EVERY_BRACE = re.compile(r"[{}]")
_MARK = re.compile(r"\\[\s\S]|[{}\"]")
_NEXT_FIELD = re.compile(
    r"(?:[}\"][ \t]*,?|,)[ \t]*\n\s*(?=[A-Za-z][\w:.+/-]*\s*=\s*[\"{\w])|\s*\}\s*\Z"
)
_GOES_ON = re.compile(r"\s*,\s*[A-Za-z][\w:.+/-]*\s*=\s*[\"{\w]")
_STRAY = re.compile(r"\b(?:title|author|year|date)\s*=\s*[{\"]", re.IGNORECASE)
_WORDS_END = re.compile(r"[,}){\"]")
_MOST_TRIES = 40


@dataclass
class BibEntry:
    """An entry, `@string` and `@comment` left out: its type in small letters, its key (empty where
    it has none), its fields with their names in small letters, the first of two equal ones, and the
    1-based line where it begins. `fault` says why it cannot be read, `remark` what was mended."""

    kind: str
    key: str
    line: int
    raw: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    remark: str = ""


def bibtex_entries(text: str, macros: Mapping[str, str]) -> Iterator[BibEntry]:
    """All entries in order, their values joined (`#`) with abbreviations in their places: those of
    the file's own `@string`s, else of `macros`, both by name in small letters."""
    strings = dict(macros)
    starts = [*(found.start() for found in _LINE_START.finditer(text)), len(text)]
    at = line = counted = 0
    while found := _AT.search(text, at):
        before = max(at, text.rfind("\n", at, found.start()) + 1)
        if _COMMENTED.match(text, before, found.start()):
            line_end = text.find("\n", found.end())
            at = line_end if line_end >= 0 else len(text)
            continue
        if stray := _stray(text, at, found.start()):
            place = line + 1 + text.count("\n", counted, stray)
            yield BibEntry("", "", place, fault="an entry without its beginning")
        line += text.count("\n", counted, found.start())
        counted = found.start()
        limit = starts[bisect_right(starts, found.start())]
        kind = found[1].lower()
        cutter = _Cutter(text, found.end(), limit, "}" if found[2] == "{" else ")")
        if kind == "string":
            if fault := cutter.read_or_mend(strings):
                yield BibEntry(kind, "", line + 1, fault=fault)
            strings.update({name.lower(): value for name, value in cutter.fields.items()})
        elif kind in ("comment", "preamble"):
            cutter.pass_over()
        else:
            entry = cutter.entry(kind, line + 1, strings)
            entry.raw = text[found.start() : cutter.at]
            yield entry
        at = max(cutter.at, found.end())
    if stray := _stray(text, at, len(text)):
        place = line + 1 + text.count("\n", counted, stray)
        yield BibEntry("", "", place, fault="an entry without its beginning")


def _stray(text: str, start: int, end: int) -> int:
    """Where a field stands between two entries, outside of comments; 0 if nowhere."""
    for found in _STRAY.finditer(text, start, end):
        before = text.rfind("\n", start, found.start()) + 1
        if "%" not in text[max(start, before) : found.start()]:
            return found.start()
    return 0


class _SlipError(Exception):
    """An entry cannot be read on; its text says why."""


class _Cutter:
    """Reads one block from behind its opening bracket; no value reaches over `limit`."""

    def __init__(self, text: str, at: int, limit: int, closing: str) -> None:
        self.at = at
        self.fields: dict[str, str] = {}
        self._text = text
        self._limit = limit
        self._closing = closing
        self._remarks: list[str] = []
        self._next: re.Match[str] | None = None
        self._searched_from = len(text) + 1
        self._is_wary = False  # a value ends before what looks like the next field

    def entry(self, kind: str, line: int, strings: Mapping[str, str]) -> BibEntry:
        key = ""
        if (found := _KEY.match(self._text, self.at, self._limit)) and not _NAME.match(found[1]):
            key = " ".join(found[1].split())
            self.at = found.end()
        fault = self.read_or_mend(strings)
        remark = "; ".join(dict.fromkeys(self._remarks))
        return BibEntry(kind, key, line, fields=self.fields, fault=fault, remark=remark)

    def read_or_mend(self, strings: Mapping[str, str]) -> str:
        """Reads the fields, and once more warily where that fails; gives what is wrong then, and
        goes to the limit."""
        start = self.at
        try:
            self.read_fields(strings)
        except _SlipError as slip:
            self._is_wary, self.at = True, start
            self.fields, self._remarks = {}, []
            try:
                self.read_fields(strings)
            except _SlipError:
                self.at = self._limit
                return str(slip)
        return ""

    def pass_over(self) -> None:
        """Goes behind the block, or behind its line where the block is not closed."""
        end = self._balanced(self.at - 1, _BRACE) or self._balanced(self.at - 1, _EVERY_BRACE)
        line_end = self._text.find("\n", self.at)
        self.at = end or (line_end if line_end >= 0 else len(self._text))

    def read_fields(self, strings: Mapping[str, str]) -> None:
        """The fields up to the closing bracket, which is passed too. Raises _SlipError."""
        last = ""
        is_parted = True
        while True:
            space = _COMMAS.match(self._text, self.at, self._limit)
            parted = space is not None and "," in re.sub(r"%[^\n]*", "", space[0])
            self.at = space.end() if space else self.at
            if self.at >= self._limit:
                if self._is_wary and last:
                    self._remarks.append("the entry is not closed")
                    return
                where = f" after the field '{last}'" if last else ""
                raise _SlipError(f"this entry is damaged: it is not closed{where}")
            if self._text[self.at] == self._closing:
                self.at += 1
                if self._closing == "}" and _GOES_ON.match(self._text, self.at, self._limit):
                    self._remarks.append(f"a closing brace too much after '{last}'")
                    continue
                return
            found = _NAME.match(self._text, self.at, self._limit)
            if not found:
                self._pass_nameless(last)
                continue
            if last and not (parted or is_parted):
                self._remarks.append(f"the comma after the field '{last}' is missing")
            last, is_parted = found[1].lower(), False
            self.at = found.end()
            value = self._value(last, strings)
            self.fields.setdefault(last, value)

    def _pass_nameless(self, last: str) -> None:
        """Goes over words that are no field, such as a key that stands alone."""
        end = _WORDS_END.search(self._text, self.at, self._limit)
        if end is None or self._text[end.start()] in '{"':
            where = f" after the field '{last}'" if last else ""
            raise _SlipError(f"this entry is damaged: no field is named{where}")
        self.at = end.end() if self._text[end.start()] not in (self._closing, ",") else end.start()

    def _value(self, name: str, strings: Mapping[str, str]) -> str:
        pieces: list[str] = []
        while True:
            self.at = self._over_space(self.at)
            opened = self._text[self.at] if self.at < self._limit else ""
            if opened in ("{", '"') and opened:
                pieces.append(self._closed(name, opened))
            elif found := _BARE.match(self._text, self.at, self._limit):
                pieces.append(self._bare(found[0].strip(), strings))
                self.at = found.start() + len(found[0].rstrip())
                if self._closing == ")" and pieces[-1].endswith(")") and "(" not in pieces[-1]:
                    pieces[-1] = pieces[-1].removesuffix(")")
                    self.at -= 1
            behind = self._over_space(self.at)
            if self._text[behind : behind + 1] != "#" or behind >= self._limit:
                return "".join(pieces)
            self.at = behind + 1

    @staticmethod
    def _bare(word: str, strings: Mapping[str, str]) -> str:
        return strings.get(word.lower(), word)

    def _over_space(self, at: int) -> int:
        found = _BETWEEN.match(self._text, at, self._limit)
        return found.end() if found else at

    def _closed(self, name: str, opened: str) -> str:
        """The text in braces or quotation marks; goes behind it. Raises _SlipError."""
        start = self.at
        next_field = self._next_field(start + 1) if self._is_wary else None
        most = next_field.start() + 1 if next_field else self._limit
        for count, end in enumerate(self._ends(start, opened)):
            if end > most:
                break
            if _AFTER.match(self._text, end, self._limit):
                self.at = end
                value = self._text[start + 1 : end - 1]
                if count and opened == "{":
                    self._remarks.append(f"a closing brace too much in '{name}'")
                    return _without_strays(value)
                return value
        if (next_field := self._next_field(start + 1)) is None:
            raise _SlipError(f"this entry is damaged: the field '{name}' is not closed")
        self.at = next_field.end() if next_field.end() < self._limit else next_field.start()
        self._remarks.append(f"the field '{name}' is not closed")
        return _without_strays(self._text[start + 1 : next_field.start()])

    def _next_field(self, start: int) -> re.Match[str] | None:
        """The first end of a value behind `start` that a field on a new line follows."""
        is_known = self._searched_from <= start and (
            self._next is None or self._next.start() >= start
        )
        if not is_known:
            self._next = _NEXT_FIELD.search(self._text, start, self._limit)
            self._searched_from = start
        return self._next

    def _ends(self, start: int, opened: str) -> Iterator[int]:
        """Places behind where the value may end, the likeliest first."""
        if opened == '"':
            yield from self._quote_ends(start)
            return
        first = self._balanced(start, _BRACE)
        every = self._balanced(start, _EVERY_BRACE)
        at = first or every
        if first:
            yield first
        elif every:
            yield every
        for _ in range(_MOST_TRIES if at else 0):  # a brace too many: the value goes on
            at = self._text.find("}", at, self._limit) + 1
            if not at:
                return
            yield at

    def _quote_ends(self, start: int) -> Iterator[int]:
        depth = 0
        for found in _MARK.finditer(self._text, start + 1, self._limit):
            if found[0] in "{}":
                depth = max(0, depth + (1 if found[0] == "{" else -1))
            elif found[0] == '"' and depth == 0:
                yield found.end()

    def _balanced(self, start: int, braces: re.Pattern[str]) -> int:
        """Behind the bracket that closes the one at `start`; 0 where none does."""
        depth = 0
        for found in braces.finditer(self._text, start, self._limit):
            if found[0] in "{}":
                depth += 1 if found[0] == "{" else -1
                if depth == 0:
                    return found.end()
        return 0


def _without_strays(text: str) -> str:
    """The text without the braces that close or open nothing."""
    opened: list[int] = []
    strays: set[int] = set()
    for found in _BRACE.finditer(text):
        if found[0] == "{":
            opened.append(found.start())
        elif found[0] == "}" and opened:
            opened.pop()
        elif found[0] == "}":
            strays.add(found.start())
    strays |= set(opened)
    return "".join(character for place, character in enumerate(text) if place not in strays)
