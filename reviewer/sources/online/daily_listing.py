"""Hugging Face's daily papers: a day's listing as papers (huggingface.co/docs/hub/api)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from reviewer.errors import OnlineError
from reviewer.sources.entries import address_of, new_paper
from reviewer.sources.online.cache import DAY_S
from reviewer.sources.online.client import Web
from reviewer.sources.online.types import Page, as_entry
from reviewer.sources.parsing.json_path import objects_at, text_at, texts_at, value_at
from reviewer.text import split_name
from reviewer.text.identifiers import bare_arxiv_id, date_in
from reviewer.types import Paper

BATCH = 1
_PAGE = 100
_MOST_PAGES = 10
_MOST_DAYS = 366


def paper_of(item: Mapping[str, Any]) -> Paper | None:
    """A paper without origin; None when the item has no title."""
    inner = value_at(item, "paper")
    record = inner if isinstance(inner, dict) else item
    title = text_at(record, "title") or text_at(item, "title")
    if not title:
        return None
    names = [n for a in objects_at(record, "authors") if (n := text_at(a, "name"))]
    arxiv = bare_arxiv_id(text_at(record, "id"))
    return new_paper(
        title,
        text_at(record, "summary") or text_at(item, "summary"),
        names=map(split_name, names),
        date=date_in(text_at(record, "publishedAt") or text_at(item, "publishedAt")),
        arxiv_id=arxiv,
        url=address_of("", arxiv, ""),
        keywords=tuple(texts_at(record, "ai_keywords")),
        extra={},
    )


def fetch(web: Web, values: Sequence[str]) -> Page:
    """The papers of a day, `2025-09-29`, or of several, `2025-09-01:2025-09-30`.

    Raises OnlineError for what is not a day, before anything is asked.
    """
    return [entry for value in values for day in _days(value) for entry in _day(web, day)]


def _days(value: str) -> list[str]:
    try:
        first, *rest = (datetime.date.fromisoformat(part) for part in value.split(":"))
    except ValueError as error:
        raise OnlineError(f"{value} is not a day", hint="Use daily:2025-09-29.") from error
    count = ((rest[0] if rest else first) - first).days + 1
    if not 1 <= count <= _MOST_DAYS:
        raise OnlineError(f"{value} is not from 1 to {_MOST_DAYS} days")
    return [(first + datetime.timedelta(days=n)).isoformat() for n in range(count)]


def _day(web: Web, day: str) -> Page:
    """One day's papers. A day that may still grow is asked for again."""
    is_over = day < datetime.datetime.now(datetime.UTC).date().isoformat()
    found: Page = []
    for page in range(_MOST_PAGES):
        parameters = {"date": day, "limit": str(_PAGE), "p": str(page)}
        items = web.json("daily_papers", "/daily_papers", parameters, 7 * DAY_S if is_over else 0)
        if not isinstance(items, list):
            raise OnlineError("Hugging Face's answer is not a list of papers")
        found += [
            as_entry(paper_of(item), f"daily:{day}", place)
            for place, item in enumerate(objects_at(items), start=1 + page * _PAGE)
        ]
        if len(items) < _PAGE:
            break
    return found
