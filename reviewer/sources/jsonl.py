"""Reads JSON Lines: one object a line with at least a title."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from reviewer.records import Paper, Part, Skipped
from reviewer.sources import ReadOptions, origin_of

_SURROGATE = re.compile("[\ud800-\udfff]")
_ISO_DATE = re.compile(r"^(\d{4})(-\d{2}(-\d{2})?)?")
_TEXT_FIELDS = ("venue", "doi", "arxiv_id", "pmid", "url")
_KNOWN = {"title", "abstract", "authors", "year", "date", "keywords", *_TEXT_FIELDS}
_DEEPEST = 100


def matches(text: str) -> bool:
    lines = (line for line in text[:200_000].split("\n") if line.strip())
    return any(line.lstrip().startswith("{") for line, _ in zip(lines, range(20), strict=False))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a line. Fields that are not known, or not of the expected type, stay in `extra`."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        found = _parse(line)
        if isinstance(found, str):
            yield Skipped(file=file, position=number, reason=found)
        else:
            yield _paper(found, line.removesuffix("\r"), file, number)


def _parse(line: str) -> dict[str, Any] | str:
    """The object, or the reason why there is none."""
    try:
        found = json.loads(line)
    except RecursionError:
        return "the JSON is nested too deeply"
    except ValueError as error:
        return f"the line is not JSON ({str(error).split(':')[0].lower()})"
    if not isinstance(found, dict):
        return f"the line holds {_kind(found)}, not an object"
    if not isinstance(found.get("title"), str) or not found["title"].strip():
        return "the object has no title"
    if _depth(found) > _DEEPEST:
        return "the JSON is nested too deeply"
    return {str(name): _without_surrogates(value) for name, value in found.items()}


def _kind(value: Any) -> str:  # noqa: ANN401  anything JSON can hold
    names = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _depth(value: Any) -> int:  # noqa: ANN401  anything JSON can hold
    deepest, level = 0, [value]
    while level and deepest <= _DEEPEST:
        deepest += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return deepest


def _without_surrogates(value: Any) -> Any:  # noqa: ANN401  anything JSON can hold
    """Lone surrogates can be kept nowhere as UTF-8; they become U+FFFD."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(str(k)): _without_surrogates(v) for k, v in value.items()}
    return value


def _paper(found: dict[str, Any], line: str, file: str, number: int) -> Paper:
    abstract = found.get("abstract")
    parts = [Part(name="title", text=found["title"])]
    if isinstance(abstract, str) and abstract.strip():
        parts.append(Part(name="abstract", text=abstract))
    texts = {n: found[n].strip() for n in _TEXT_FIELDS if isinstance(found.get(n), str)}
    date, year = _dates(found)
    authors, keywords = _names(found.get("authors")), _names(found.get("keywords"))
    understood = {
        "title": True,
        "abstract": isinstance(abstract, str) or abstract is None,
        "authors": bool(authors) or not found.get("authors"),
        "keywords": bool(keywords) or not found.get("keywords"),
        "year": year is not None,
        "date": bool(date),
        **{name: name in texts or found.get(name) is None for name in _TEXT_FIELDS},
    }
    extra = {n: v for n, v in found.items() if n not in _KNOWN or not understood[n]}
    return Paper(
        parts=tuple(parts),
        authors=authors,
        keywords=keywords,
        date=date,
        year=year,
        extra=extra,
        origins=(origin_of(line, file, number),),
        **texts,
    )


def _names(value: Any) -> tuple[str, ...]:  # noqa: ANN401  anything JSON can hold
    """Names from a list of texts, a list of objects with a `name`, or one text cut at `;`."""
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list):
        return ()
    names = [item.get("name") if isinstance(item, dict) else item for item in value]
    return tuple(name.strip() for name in names if isinstance(name, str) and name.strip())


def _dates(found: dict[str, Any]) -> tuple[str, int | None]:
    """The date as ISO 8601 and the year, from either field; empty and None when not given."""
    date = found.get("date")
    iso = _ISO_DATE.match(date.strip()) if isinstance(date, str) else None
    year = found.get("year")
    if isinstance(year, str) and re.fullmatch(r"\s*\d{4}\s*", year):
        year = int(year)
    if not isinstance(year, int) or isinstance(year, bool) or not 1000 <= year <= 9999:
        year = None
    if iso:
        return iso.group(0), int(iso.group(1))
    return (str(year) if year else ""), year
