"""Makes what a reader found sound: text that can be written, dates and numbers that exist. Pure."""

from __future__ import annotations

import calendar
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

EARLIEST, LATEST = 1000, 9999  # years: each has four digits
MOST_IDENTIFIER_CHARS = 10_000
_DEEPEST = 100
_WIDEST = 2**63
_LEAP_YEAR = 2000
_UNSOUND = re.compile("[\x00\ud800-\udfff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_DATE = re.compile(r"(\d{4}|-)(?:-(\d\d)(?:-(\d\d))?)?(?!\d)")
_FILLERS = "\u115f\u1160\u3164\uffa0"  # letters that show nothing


def sound_text(text: str) -> str:
    """The text with each two halves of a character as that character, and U+FFFD for a lone half
    and for U+0000. UTF-8 can write it, and every database can keep it."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSOUND.sub("\ufffd", _PAIR.sub(_joined, text))


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def sound_places(text: str, places: Iterable[int]) -> list[int]:
    """Where these places of `text` are in `sound_text(text)`: in order, none outside of it."""
    pairs = [pair.start() for pair in _PAIR.finditer(text)]
    length, found = len(text), list[int]()
    for place in places:
        inside = min(max(0, place), length)
        inside -= bisect_left(pairs, inside)
        found.append(max(inside, found[-1]) if found else inside)
    return found


def sound_date(text: str) -> str:
    """The date as far as the calendar has it: `2004` of `2004-21`, `2007-02` of `2007-02-31`, and
    nothing of `--13-05` or of what is not a date."""
    found = _DATE.match(text.strip())
    if not found:
        return ""
    year = 0 if found[1] == "-" else int(found[1])
    month, day = int(found[2] or 0), int(found[3] or 0)
    has_month = 1 <= month <= 12
    has_day = has_month and 1 <= day <= calendar.monthrange(year or _LEAP_YEAR, month)[1]
    if found[1] == "-":
        return f"--{month:02}-{day:02}" if has_day else ""
    if not EARLIEST <= year <= LATEST:
        return ""
    return f"{year}" + f"-{month:02}" * has_month + f"-{day:02}" * has_day


def sound_identifier(text: str) -> str:
    """The key or identifier; nothing of one that is far too long to name anything."""
    return text if len(text) <= MOST_IDENTIFIER_CHARS else ""


def sound_year(year: int | None) -> int | None:
    """The year, where it has four digits; else None."""
    return year if year is not None and EARLIEST <= year <= LATEST else None


def sound_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names that have a character that can be seen."""
    return tuple(name for name in names if any(map(_is_seen, name)))


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS" and character not in _FILLERS


def sound_value(value: Any, deepest: int = _DEEPEST) -> Any:  # noqa: ANN401  anything JSON can hold
    """The value with sound texts. A whole number of more than 64 bits is a text; one that is not
    finite, and what is nested more than 100 deep, is None."""
    if isinstance(value, str):
        return sound_text(value)
    if isinstance(value, dict | list | tuple):
        return _sound_items(value, deepest - 1) if deepest else None
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, int) and not -_WIDEST <= value < _WIDEST:
        return _digits(value)
    return value


def _sound_items(value: Any, deepest: int) -> Any:  # noqa: ANN401  as `sound_value`
    if isinstance(value, dict):
        return {
            sound_text(name) if isinstance(name, str) else name: sound_value(item, deepest)
            for name, item in value.items()
        }
    return type(value)(sound_value(item, deepest) for item in value)


def _digits(number: int) -> str | None:
    try:
        return str(number)
    except ValueError:  # more digits than Python writes
        return None
