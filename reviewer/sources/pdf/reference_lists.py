"""Finds a list of references that has no heading by its entries. Pure.

Entries are numbered from 1, or begin with names; most have a year, and nothing but an appendix
comes after them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_LEAST_ENTRIES = 4
_MOST_ENTRY_CHARS = 700
_MOST_LAST_LINES = 60  # of the last entry and what comes after the list
_MOST_HEADING_CHARS = 40
_LEAST_DATED = 0.6  # of the entries
_YEAR = re.compile(r"\b(?:1[89]|20)\d{2}[a-z]?\b")
_LABELS = (
    re.compile(r"\[(\d{1,3})\]"),
    re.compile(r"\((\d{1,3})\)\s*(?=[^\W\d_])"),
    re.compile(r"(\d{1,3})[.)]\s*(?=[^\W\d_])"),
    re.compile(r"(\d{1,3})\s*(?=[A-ZÀ-Þ])"),
)
_INITIALS = r"(?:[A-ZÀ-Þ]\.[\s-]?){1,4}"
_FAMILY = (
    r"(?:(?:[Vv]an|[Vv]on|[Dd]e|[Dd]er|[Dd]en|[Dd]el|[Dd]i|[Ll]a|al)[\s-]){0,2}(?:[dl]['’])?"
    r"[A-ZÀ-Þ][\w'’-]+"
)
_NAMED = re.compile(
    rf"(?:{_INITIALS}\s?{_FAMILY}(?:,|\.| and\b| &|\s\()|{_FAMILY}(?:\s{_FAMILY})?,?\s{_INITIALS}"
    rf"|{_FAMILY},\s[A-ZÀ-Þ]\w+|{_FAMILY}(?: and {_FAMILY}| et al\.?)?,? \(?(?:19|20)\d\d)"
)


def list_start(lines: Sequence[str]) -> int | None:
    """The line with which a list of references begins that goes to the end; None without one."""
    numbered = _numbered_start(lines)
    return numbered if numbered is not None else _named_start(lines)


def is_entry(lines: Sequence[str], at: int) -> bool:
    """True where an entry with a year begins with this line."""
    entry = " ".join(lines[at : at + 5])
    is_labelled = any(label.match(entry) for label in _LABELS)
    return bool(_YEAR.search(entry)) and (is_labelled or _NAMED.match(entry) is not None)


def _numbered_start(lines: Sequence[str]) -> int | None:
    """The last line numbered 1 from which 2, 3, ... follow to the end, all in one form."""
    for label in _LABELS:
        found = [(i, match) for i, line in enumerate(lines) if (match := label.match(line))]
        numbers = [(i, int(match[1])) for i, match in found]
        ones = [i for i, number in numbers if number == 1 and _ends(lines[max(0, i - 1)])]
        for first in reversed(ones):
            starts, wanted = [first], 2
            for i, number in numbers:
                if i > first and number == wanted:
                    starts.append(i)
                    wanted += 1
            if _are_entries(lines, starts) and len(lines) - starts[-1] < _MOST_LAST_LINES:
                return first
    return None


def _ends(line: str) -> bool:
    """True for a line after which a list may begin: a sentence's end, or a heading."""
    return line.rstrip().endswith((".", ":", ")", "]")) or len(line) < _MOST_HEADING_CHARS


def _named_start(lines: Sequence[str]) -> int | None:
    """The first of the entries by name that follow each other to the end."""
    starts: list[int] = []
    end = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        if not _NAMED.match(lines[i]):
            if sum(map(len, lines[i:end])) > _MOST_ENTRY_CHARS:
                break
            continue
        if _YEAR.search(" ".join(lines[i:end])):
            starts.append(i)
            end = i
    starts.reverse()
    return starts[0] if _are_entries(lines, starts) else None


def _are_entries(lines: Sequence[str], starts: Sequence[int]) -> bool:
    if len(starts) < _LEAST_ENTRIES:
        return False
    entries = [
        " ".join(lines[a:b]) for a, b in pairwise([*starts, min(len(lines), starts[-1] + 6)])
    ]
    dated = sum(_YEAR.search(entry) is not None for entry in entries)
    usual = sorted(map(len, entries))[len(entries) // 2]
    return dated >= _LEAST_DATED * len(entries) and usual < _MOST_ENTRY_CHARS
