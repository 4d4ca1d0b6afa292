"""Reads values out of JSON whose shape nobody vouches for. Pure.

What is not as expected counts as not there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reviewer.text.invisible import without_surrogates


def text_at(value: Any, *path: str) -> str:  # noqa: ANN401  anything JSON can hold
    """The text, or whole number as one, at the end of a path of names."""
    found = value_at(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return without_surrogates(str(found)).strip()


def list_at(value: Any, *path: str) -> list[Any]:  # noqa: ANN401  anything JSON can hold
    found = value_at(value, *path)
    return found if isinstance(found, list) else []


def objects_at(value: Any, *path: str) -> list[Mapping[str, Any]]:  # noqa: ANN401
    """The objects of a list; other items are passed over."""
    return [item for item in list_at(value, *path) if isinstance(item, dict)]


def texts_at(value: Any, *path: str) -> list[str]:  # noqa: ANN401  anything JSON can hold
    found = value_at(value, *path)
    items = found if isinstance(found, list) else [found]
    return [text for item in items if (text := text_at(item))]


def year_at(value: Any, *path: str) -> int | None:  # noqa: ANN401  anything JSON can hold
    text = text_at(value, *path)
    return int(text) if re.fullmatch(r"[12]\d{3}", text) else None


def value_at(value: Any, *path: str) -> Any:  # noqa: ANN401  anything JSON can hold
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def date_parts(value: Any) -> tuple[str, ...]:  # noqa: ANN401  anything JSON can hold
    """Year, month and day of CSL's `date-parts`, as far as they are given."""
    rows = list_at(value, "date-parts")
    first = rows[0] if rows and isinstance(rows[0], list) else []
    return tuple(text for item in first[:3] if (text := text_at(item)))
