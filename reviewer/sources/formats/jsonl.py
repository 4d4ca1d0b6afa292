"""Reads JSON Lines: one object a line with at least a title."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from reviewer.sources.entries import RawEntry, ReadOptions, make_papers
from reviewer.sources.parsing.json_path import Json
from reviewer.text.references import MOST_REFERENCES
from reviewer.types import Paper
from reviewer.types.papers import Part, Reference, Skipped

_ISO_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?![0-9])")
_TEXT_FIELDS = ("venue", "doi", "arxiv_id", "pmid", "url")
_ONCE = tuple(re.compile(rf'"{name}"\s*:') for name in ("title", *_TEXT_FIELDS))
_DEEPEST = 100
_DOCUMENT = re.compile(r"\s*[\[{][ \t]*\r?\n")  # one value over many lines
_OBJECT_LINE = re.compile(r'^\{[ \t]*"', re.MULTILINE)


def matches(text: str) -> bool:
    lines = (line for line in text[:200_000].split("\n") if line.strip())
    return any(line.lstrip().startswith("{") for line, _ in zip(lines, range(20), strict=False))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a line. Fields that are not known, or not of the expected type, stay in `extra`."""
    is_document = _DOCUMENT.match(text) and not _OBJECT_LINE.search(text)
    fault = "it is JSON, but not in a form that review reads"
    found = [RawEntry(1, fault=fault)] if is_document else _lines(text)
    return make_papers(found, _paper_of, file, "object")


def _lines(text: str) -> Iterator[RawEntry]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        found = _parse(line)
        if isinstance(found, str):  # lines may have run into one another
            objects = max(1, *(len(name.findall(line)) for name in _ONCE))
            yield from [RawEntry(number, fault=found)] * objects
        else:
            yield RawEntry(number, line.removesuffix("\r"), found)


def _parse(line: str) -> dict[str, Any] | str:
    """The object, or the reason why the line has no readable one."""
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
    return "the JSON is nested too deeply" if _depth(found) > _DEEPEST else found


def _kind(value: Json) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _depth(value: Json) -> int:
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


def _paper_of(found: dict[str, Any]) -> Paper:
    abstract = found.get("abstract")
    parts = [Part(name="title", text=found["title"])]
    if isinstance(abstract, str) and abstract.strip():
        parts.append(Part(name="abstract", text=abstract))
    texts = {n: found[n].strip() for n in _TEXT_FIELDS if isinstance(found.get(n), str)}
    date, year = _dates(found)
    references = _references(found.get("references"))
    authors, keywords = _names(found.get("authors")), _names(found.get("keywords"))
    understood = {
        "title": True,
        "abstract": isinstance(abstract, str),
        "references": bool(references),
        "authors": len(authors) == _count(found.get("authors")),
        "keywords": len(keywords) == _count(found.get("keywords")),
        "year": year is not None and _named_year(found.get("year")) == year,
        "date": isinstance(found.get("date"), str) and _iso_date(found["date"]) == date != "",
        **{name: name in texts for name in _TEXT_FIELDS},
    }
    extra = {n: v for n, v in found.items() if v not in (None, "") and not understood.get(n)}
    return Paper(
        parts=tuple(parts),
        authors=authors,
        keywords=keywords,
        date=date,
        year=year,
        extra=extra,
        references=references,
        **texts,
    )


def _references(value: Json) -> tuple[Reference, ...]:
    """What the paper cites, as `review export` writes it: a list of objects of which each has a
    field of a reference; nothing of any other value."""
    items = value if isinstance(value, list) else []
    try:
        found = [Reference.model_validate(item) for item in items[:MOST_REFERENCES]]
    except ValidationError:
        return ()
    return tuple(found) if all(one != Reference() for one in found) else ()


def _names(value: Json) -> tuple[str, ...]:
    """Names from a list of texts, a list of objects with a `name`, or one text cut at `;`."""
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list):
        return ()
    names = [item.get("name") if isinstance(item, dict) else item for item in value]
    return tuple(name.strip() for name in names if isinstance(name, str) and name.strip())


def _count(value: Json) -> int | None:
    """How many names are given."""
    if isinstance(value, str):
        return len([name for name in value.split(";") if name.strip()])
    return len(value) if isinstance(value, list) else None


def _dates(found: dict[str, Any]) -> tuple[str, int | None]:
    """The date as ISO 8601 and the year, from either field; empty and None when not given."""
    date, year_given = found.get("date"), found.get("year")
    iso = _iso_date(date) if isinstance(date, str) else ""
    if not iso and isinstance(year_given, str):
        iso = _iso_date(year_given)
    year = _year(year_given)
    if iso:
        return iso, int(iso[:4])
    return (str(year) if year else ""), year


def _iso_date(text: str) -> str:
    """The date as far as the calendar knows it: `2025`, `2025-09` or `2025-09-29`."""
    iso = _ISO_DATE.match(text.strip())
    if not iso:
        return ""
    year, month, day = (int(number) if number else 1 for number in iso.groups())
    try:
        datetime.date(year, month, day)
    except ValueError:
        return ""
    return iso.group(0)


def _named_year(value: Json) -> int | None:
    """The year of a number, or of a text that begins with one, as a date does."""
    iso = _iso_date(value) if isinstance(value, str) else ""
    return int(iso[:4]) if iso else _year(value)


def _year(value: Json) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"\s*\d{4}\s*", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1000 <= value <= 9999:
        return None
    return value
