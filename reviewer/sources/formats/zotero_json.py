"""Reads the items of Zotero: Better BibTeX JSON, and what Zotero's API gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from reviewer.sources.entries import RawEntry, ReadOptions, distinct, make_papers, new_paper
from reviewer.sources.parsing.json_path import Json, objects_at, text_at, value_at
from reviewer.sources.parsing.json_stream import json_items
from reviewer.sources.parsing.linked_pdfs import FILES
from reviewer.text import split_name
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import arxiv_id_in, date_in, without_doi_address
from reviewer.text.names import Name
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_KINDS = {
    "journalArticle": "article", "magazineArticle": "article", "newspaperArticle": "article",
    "conferencePaper": "inproceedings", "bookSection": "incollection",
    "encyclopediaArticle": "incollection", "dictionaryEntry": "incollection", "book": "book",
    "thesis": "phdthesis", "report": "techreport", "manuscript": "unpublished",
    "presentation": "unpublished", "webpage": "online", "blogPost": "online",
    "forumPost": "online", "dataset": "dataset", "computerProgram": "software", "patent": "patent",
    "preprint": "misc", "document": "misc", "letter": "misc", "standard": "misc",
}  # fmt: skip
_NO_PAPERS = ("note", "attachment", "annotation")
_VENUES = (
    "publicationTitle proceedingsTitle bookTitle encyclopediaTitle dictionaryTitle websiteTitle "
    "blogTitle university institution repository conferenceName journalAbbreviation"
).split()
_DETAILS = {
    "volume": "volume", "issue": "number", "pages": "pages", "publisher": "publisher",
    "series": "series", "edition": "edition", "ISBN": "isbn", "ISSN": "issn",
    "language": "language", "place": "address", "versionNumber": "version",
    "thesisType": "genre", "reportType": "genre", "numPages": "pagetotal",
    "journalAbbreviation": "shortjournal", "conferenceName": "eventtitle",
    "reportNumber": "number", "patentNumber": "number",
}  # fmt: skip
_FEW = 5  # values that are looked at for an item
_LINES = re.compile(r"^\s*([A-Za-z ]+?)\s*:\s*(.+?)\s*$", re.MULTILINE)  # of Zotero's field Extra


def matches(text: str) -> bool:
    if '"itemType"' not in text[:200_000] or not text.lstrip().startswith(("{", "[")):
        return False
    return any(_is_item(entry.value) for entry in islice(_values(text), _FEW))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper an item; notes and attachments that stand alone are no papers."""
    found = (entry for entry in _values(text) if entry.fault or not _is_aside(entry.value))
    return make_papers(found, paper_of_item, file, "item")


def _values(text: str) -> Iterator[RawEntry]:
    return json_items(text, "items", _is_item)


def _data(value: Json) -> Json:
    """The item's fields, which Zotero's API keeps in `data`."""
    inner = value_at(value, "data")
    return inner if isinstance(inner, dict) else value


def _is_item(value: Json) -> bool:
    return bool(text_at(_data(value), "itemType"))


def _is_aside(value: Json) -> bool:
    return text_at(_data(value), "itemType") in _NO_PAPERS


def paper_of_item(value: Json) -> Paper | None:
    """The paper of one item; None where it has no title."""
    item = _data(value)
    title = text_at(item, "title")
    if not title:
        return None
    extra = {m[1].casefold(): m[2] for m in _LINES.finditer(text_at(item, "extra"))}
    held = next((name for name in _VENUES if text_at(item, name)), "")
    named = {name: text_at(item, name) for name in _DETAILS if name != held}
    details = {_DETAILS[name]: text for name, text in named.items() if text}
    kind = _KINDS.get(text_at(item, "itemType"), "")
    if kind == "phdthesis" and "master" in details.get("genre", "").casefold():
        kind = "mastersthesis"
    return new_paper(
        title,
        text_at(item, "abstractNote"),
        names=_people(item, ("author", "inventor", "programmer", "presenter", "contributor")),
        editors=_people(item, ("editor",)),
        translators=_people(item, ("translator",)),
        date=date_in(text_at(item, "date")),
        key=text_at(item, "citationKey")
        or text_at(item, "citekey")
        or extra.get("citation key", ""),
        venue=text_at(item, held) if held else "",
        doi=without_doi_address(text_at(item, "DOI")) or extra.get("doi", ""),
        arxiv_id=_arxiv_id(item, extra),
        pmid=extra.get("pmid", ""),
        url=text_at(item, "url"),
        keywords=distinct(_tag(tag) for tag in value_at(item, "tags") or []),
        extra={
            KIND: kind,
            **details,
            "urldate": date_in(text_at(item, "accessDate")),
            FILES: [
                path
                for attached in objects_at(item, "attachments")
                if (path := text_at(attached, "path")).lower().endswith(".pdf")
            ],
        },
    )


def _people(item: Json, roles: tuple[str, ...]) -> list[Name]:
    """The people of the first of these roles that anyone has."""
    people = objects_at(item, "creators")
    for role in roles:
        own = [_name(one) for one in people if text_at(one, "creatorType") == role]
        if own:
            return own
    return []


def _name(person: Mapping[str, Any]) -> Name:
    family, given = text_at(person, "lastName"), text_at(person, "firstName")
    if not (family and given):
        return Name(group=text_at(person, "name") or family or given)
    return split_name(f"{family}, {given}")


def _tag(tag: Json) -> str:
    return text_at(tag, "tag") if isinstance(tag, dict) else str(tag)


def _arxiv_id(item: Json, extra: Mapping[str, str]) -> str:
    named = (f"arXiv:{extra.get('arxiv', '')}", text_at(item, "archiveID"), text_at(item, "url"))
    return next((arxiv_id for text in named if (arxiv_id := arxiv_id_in(text))), "")
