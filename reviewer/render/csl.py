"""Papers as CSL-JSON, which Zotero, pandoc and citation processors read. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from reviewer.render.describe import date_parts, joined_keywords, web_address
from reviewer.text import clean
from reviewer.text.entry_types import (
    CSL_NAMES,
    HOUSES,
    details_of,
    genre_of,
    is_own_number,
    kind_of,
    protected_words,
)
from reviewer.text.invisible import escape_hidden
from reviewer.text.mathematics import text_of_math
from reviewer.text.names import EDITORS, TRANSLATORS, Name, are_more, authors_of, people_of
from reviewer.text.retractions import joined_note
from reviewer.types import Paper
from reviewer.types.sound import sound_date

T = TypeVar("T")


def csl_json(papers: Sequence[Paper]) -> str:
    """A list with one item for each paper, as `csl_item` makes them."""
    items = [{**csl_item(paper), **_marked_title(paper)} for paper in papers]
    return escape_hidden(json.dumps(items, ensure_ascii=False, indent=2)) + "\n"


def csl_item(paper: Paper) -> dict[str, Any]:
    """The paper, its key as `id`. What CSL has no field for (a note such as "10 authors", an
    organisation, a date without year) is in `custom`."""
    kind = kind_of(paper)
    details = details_of(paper)
    year, *rest = date_parts(paper)
    known = [part for part in rest if part and year]
    preprint = {"publisher": "arXiv", "number": f"arXiv:{paper.arxiv_id}"}
    is_preprint = bool(paper.arxiv_id) and kind.csl == "article"
    is_house = kind.venue in HOUSES and "publisher" not in details
    more: list[dict[str, str]] = [{"literal": "others"}] if are_more(paper) else []  # as pandoc
    fields: dict[str, Any] = {
        "id": paper.key,
        "citation-key": paper.key,
        "type": kind.csl,
        "title": clean(text_of_math(paper.title)),
        "author": [*map(_name, authors_of(paper)), *more],
        "editor": [_name(name) for name in people_of(paper, EDITORS)],
        "translator": [_name(name) for name in people_of(paper, TRANSLATORS)],
        "publisher" if is_house else "container-title": clean(text_of_math(paper.venue)),
        "issued": {"date-parts": [[paper.year, *map(int, known)]]} if paper.year else {},
        **(preprint if is_preprint else {}),
        **_details(details),
        **_number(paper, details),
        "genre": genre_of(paper),
        "DOI": clean(paper.doi),
        "PMID": clean(paper.pmid),
        "URL": clean(web_address(paper)),
        "note": joined_note(details.get("note", ""), is_retracted=paper.retracted),
        "archive": "arXiv" if paper.arxiv_id else "",
        "archive_location": clean(paper.arxiv_id),
        "keyword": joined_keywords(filter(None, map(clean, paper.keywords))),
        "abstract": clean(text_of_math(paper.abstract)),
        "custom": _filled(
            **{name: text for name, text in details.items() if name not in CSL_NAMES},
            author_note=clean(paper.author_note),
            organisation=clean(paper.organisation),
            date=paper.date if paper.year is None else "",
        ),
    }
    if not fields.get("publisher") and "organization" in details:  # as pandoc reads it
        fields["publisher"] = details["organization"]
    elif "publisher" in details and details["publisher"] == details.get("organization"):
        fields["custom"]["publisher"] = details["publisher"]  # it is not only the organization
    if kind.csl == "article-journal":  # its `number`
        fields["custom"].pop("eid", None)
    return _filled(**fields)


def _details(details: Mapping[str, str]) -> dict[str, Any]:
    """The fields that CSL has names for; `10-12` for pages, a date in its parts."""
    held: dict[str, Any] = {
        name: details[own] for own, name in CSL_NAMES.items() if own in details and own != "number"
    }
    if "page" in held:
        held["page"] = held["page"].replace("--", "-")
    if "accessed" in held:
        parts = [int(part) for part in sound_date(held["accessed"]).split("-") if part]
        held["accessed"] = {"date-parts": [parts]} if parts else {"raw": held["accessed"]}
    return held


def _number(paper: Paper, details: Mapping[str, str]) -> dict[str, str]:
    """The number of an issue, or that of a report or patent; for an article without pages that of
    the article."""
    number = details.get("number", "")
    if is_own_number(paper):
        return {"number": number}
    eid = details.get("eid", "") if kind_of(paper).csl == "article-journal" else ""
    return _filled(issue=number, number=eid)


def _marked_title(paper: Paper) -> dict[str, str]:
    """The title with the words marked, as Zotero and pandoc do, whose capitals must stay."""
    title = clean(text_of_math(paper.title))
    for word in protected_words(paper):
        title = re.sub(
            rf"(?<![\w>]){re.escape(word)}(?![\w<])",
            lambda found: f'<span class="nocase">{found[0]}</span>',
            title,
        )
    return {"title": title}


def _filled(**fields: T) -> dict[str, T]:
    return {name: value for name, value in fields.items() if value}


def _name(name: Name) -> dict[str, str]:
    if name.group:
        return {"literal": name.group}
    particle = {"non-dropping-particle": name.particle}
    return _filled(family=name.family, given=name.given, **particle, suffix=name.suffix)
