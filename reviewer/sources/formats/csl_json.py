"""Reads CSL-JSON: a list of items, as Zotero, Better BibTeX and pandoc write it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice, pairwise
from typing import Any

from reviewer.sources.entries import RawEntry, ReadOptions, distinct, make_papers, new_paper
from reviewer.sources.parsing.json_path import Json, list_at, value_at
from reviewer.sources.parsing.json_stream import json_values
from reviewer.sources.parsing.xml_stream import text_of_jats
from reviewer.text import split_name
from reviewer.text.entry_types import (
    CSL_NAMES,
    DETAILS,
    KIND,
    MIXED_CASE,
    NOCASE,
    kind_named,
    own_genre,
)
from reviewer.text.identifiers import arxiv_id_in, without_doi_address
from reviewer.text.names import Name
from reviewer.text.retractions import split_note
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_OWN = ("type", "issued", "container-title", "citation-key")  # fields that name the format
_NAMES = frozenset(("id", "type", "title", "author", "issued", "DOI"))
_NOCASE = re.compile(r'<span class="nocase">(.*?)</span>')
_MOST_CHARS_OF_ONE = 5_000_000  # of a file that holds one item
_FEW = 5  # values that are looked at for an item
_MARKUP = re.compile(r"<(/?)(i|b|sub|sup|sc|span)((?<=span)[^<>]*)?>")


def matches(text: str) -> bool:
    if not text.lstrip().startswith(("[", "{")):
        return False
    found = [value.value for value in islice(_values(text), _FEW)]
    return any(_is_item(value) and any(name in value for name in _OWN) for value in found)


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper an item. An item without a title is Skipped; so is what follows a fault."""
    return make_papers(_values(text), _paper_of, file, "item")


def _values(text: str) -> Iterator[RawEntry]:
    """The items of a list, those of an object as `items`, or the one that a resolver of DOIs
    gives."""
    start = text.lstrip()[:1]
    if start == "[":
        return json_values(text, text.index("["), _is_item)
    try:
        value = json.loads(text) if len(text) <= _MOST_CHARS_OF_ONE else None
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict) and isinstance(value.get("message"), dict):  # Crossref's own
        value = value["message"]
    if isinstance(value, dict) and "items" not in value:
        return iter([RawEntry(1, text, value)] if _is_item(value) else [])
    listed = re.search(r'"items"\s*:\s*\[', text)
    return json_values(text, listed.end() - 1, _is_item) if listed else iter([])


def _is_item(value: Json) -> bool:
    return isinstance(value, dict) and len(_NAMES & value.keys()) >= 2


def _paper_of(item: Json) -> Paper | None:
    title = _text(item, "title")
    if not title:
        return None
    custom = value_at(item, "custom") or {}
    known_day = re.fullmatch(r"--\d\d-\d\d", _text(custom, "date"))  # of an unknown year
    kind = kind_named(_text(item, "type"), "csl", _text(item, "genre"))
    keywords = _text(item, "keyword")
    retracted, note = split_note(_text(item, "note"))
    return new_paper(
        title,
        _abstract(item),
        names=_people(value_at(item, "author")),
        editors=_people(value_at(item, "editor")),
        translators=_people(value_at(item, "translator")),
        date=_date(value_at(item, "issued")) or (known_day.group() if known_day else ""),
        key=_text(item, "citation-key") or _text(item, "id").rpartition("/items/")[2],
        author_note=_text(custom, "author_note"),
        organisation=_text(custom, "organisation"),
        venue=_text(item, "container-title"),
        doi=without_doi_address(_text(item, "DOI")),
        arxiv_id=_arxiv_id(item),
        pmid=_text(item, "PMID"),
        retracted=retracted,
        url=_text(item, "URL"),
        keywords=distinct(keywords.split(";" if ";" in keywords else ",")),
        extra={**kind, **_details(item, kind), "note": note, NOCASE: _protected(item)},
    )


def _details(item: Json, kind: Mapping[str, str]) -> dict[str, str]:
    """The DETAILS of the item. Its `number` is that of a report, of an article, or arXiv's."""
    custom = value_at(item, "custom") or {}
    found = {own: _text(item, name) for own, name in CSL_NAMES.items()}
    if found["publisher"] == _text(custom, "organization"):
        found["publisher"] = ""
    found |= {own: text for own in DETAILS if (text := _text(custom, own)) and not found.get(own)}
    found["urldate"] = _date(value_at(item, "accessed"))
    found["genre"] = own_genre(found["genre"], dict(kind))
    number = _text(item, "number")
    is_arxiv = number.startswith("arXiv:")
    if is_arxiv and found["publisher"] == "arXiv":
        found["publisher"] = ""
    if number and not is_arxiv:
        is_article = kind.get(KIND) == "article" and not found.get("eid")
        found["eid" if is_article else "number"] = number
    return found


def _abstract(item: Json) -> str:
    """The abstract without the tags of JATS in which Crossref gives it."""
    abstract = _text(item, "abstract")
    return text_of_jats(abstract) if re.search(r"</?jats:|<p>", abstract) else abstract


def _protected(item: Json) -> list[str]:
    title = value_at(item, "title")
    marked = _NOCASE.findall(title) if isinstance(title, str) else []
    words = (word.strip(".,:;?!()") for text in marked for word in text.split())
    return [w for w in dict.fromkeys(words) if w != w.lower() and not MIXED_CASE.fullmatch(w)]


def _text(item: Json, name: str) -> str:
    """The field without the markup that CSL allows in it; numbers count as texts, and of a list, as
    Crossref gives it, the first text."""
    value = value_at(item, name)
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return ""
    return _without_markup(value.strip())


def _without_markup(text: str) -> str:
    """The text without its pairs of tags; a tag that opens or closes nothing is text."""
    opened: dict[str, list[re.Match[str]]] = {}
    gone: list[tuple[int, int]] = []
    for found in _MARKUP.finditer(text):
        own = opened.setdefault(found[2], [])
        if not found[1]:
            own.append(found)
        elif own and not found[3]:
            gone += [own.pop().span(), found.span()]
    places = sorted(gone)
    ends = [(0, 0), *places, (len(text), len(text))]
    return "".join(text[a:b] for (_, a), (b, _) in pairwise(ends))


def _people(value: Json) -> Iterator[Name]:
    for person in value if isinstance(value, list) else []:
        if isinstance(person, str):
            yield split_name(person)
        elif isinstance(person, dict):
            family, given = _text(person, "family"), _text(person, "given")
            if not (family and given):
                yield Name(group=_text(person, "literal") or family or given)
                continue
            particles = ("dropping-particle", "non-dropping-particle")
            particle = " ".join(p for name in particles if (p := _text(person, name)))
            yield Name(family, given, particle, _text(person, "suffix"))


def _date(issued: Json) -> str:
    """From `date-parts`, else from a text that begins with a year."""
    rows = list_at(issued, "date-parts")
    first = rows[0] if rows and isinstance(rows[0], list) else []
    numbers = [int(p) for p in first[:3] if str(p).isdecimal() and len(str(p)) <= 4]
    if numbers and 1000 <= numbers[0] <= 9999:
        return "-".join([str(numbers[0]), *(f"{n:02}" for n in _in_year(numbers[1:]))])
    found = re.match(r"\d{4}(?:-\d\d(?:-\d\d)?)?", _text(issued, "raw") or _text(issued, "literal"))
    return found.group() if found else ""


def _in_year(numbers: list[int]) -> list[int]:
    """Month and day, as far as they can be ones."""
    if not numbers or not 1 <= numbers[0] <= 12:
        return []
    return numbers if len(numbers) > 1 and 1 <= numbers[1] <= 31 else numbers[:1]


def _arxiv_id(item: Mapping[str, Any]) -> str:
    if _text(item, "archive").casefold() == "arxiv" and _text(item, "archive_location"):
        return _text(item, "archive_location").removeprefix("arXiv:")
    places = (_text(item, name) for name in ("number", "URL", "note"))
    return next((arxiv_id for place in places if (arxiv_id := arxiv_id_in(place))), "")
