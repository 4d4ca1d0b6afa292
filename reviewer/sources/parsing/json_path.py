"""Reads values out of JSON of any shape. Pure.

A value of an unexpected type counts as missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Json = Any
"""Anything that JSON can hold."""


def text_at(value: Json, *path: str) -> str:
    """The text, or whole number as one, at the end of a path of names."""
    found = value_at(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return str(found).strip()


def list_at(value: Json, *path: str) -> list[Any]:
    found = value_at(value, *path)
    return found if isinstance(found, list) else []


def objects_at(value: Json, *path: str) -> list[Mapping[str, Any]]:
    """The objects of a list; other items are passed over."""
    return [item for item in list_at(value, *path) if isinstance(item, dict)]


def texts_at(value: Json, *path: str) -> list[str]:
    found = value_at(value, *path)
    items = found if isinstance(found, list) else [found]
    return [text for item in items if (text := text_at(item))]


def year_at(value: Json, *path: str) -> int | None:
    text = text_at(value, *path)
    return int(text) if re.fullmatch(r"[12]\d{3}", text) else None


def value_at(value: Json, *path: str) -> Json:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def date_parts(value: Json) -> tuple[str, ...]:
    """Year, month and day of CSL's `date-parts`, as far as they are given."""
    rows = list_at(value, "date-parts")
    first = rows[0] if rows and isinstance(rows[0], list) else []
    return tuple(text for item in first[:3] if (text := text_at(item)))
