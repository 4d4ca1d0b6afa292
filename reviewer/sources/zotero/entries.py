"""Papers of Zotero's items, with their PDFs, tags, and notes with pages."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.sources.entries import hash_of
from reviewer.sources.formats.zotero_json import paper_of_item
from reviewer.sources.parsing.json_path import text_at
from reviewer.sources.parsing.linked_pdfs import FILES
from reviewer.sources.zotero.snapshot import Item, Snapshot, tags_of
from reviewer.types import Paper
from reviewer.types.papers import Origin, Skipped

ITEM_KEY = "zotero"
"""In `Paper.extra`: the key of the item that an entry was made of."""
FROM_ZOTERO = "[Zotero"
"""How a paragraph of a paper's notes begins that came from there."""
PUSHED = "review"
"""The tag of notes that review wrote to Zotero, so that they do not come back."""
_PDF = "application/pdf"
_BREAK = re.compile(r"<(?:/p|/h\d|/li|/blockquote|br\s*/?|/div)>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]+>")
_WITHOUT_TEXT = ("image", "ink")


@dataclass
class ZoteroEntries:
    """What a snapshot gives: `papers`, PDFs without an item (`files`), and what was left out."""

    papers: list[Paper] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    without_file: list[str] = field(default_factory=list)


def entries_of(snapshot: Snapshot, items: Sequence[Item], file: str) -> ZoteroEntries:
    """The papers of these top-level items, as entries of `file`. An entry's `tags` are those that a
    person gave in Zotero, its `notes` a paragraph for each note and annotation."""
    children = snapshot.children()
    found = ZoteroEntries()
    for item in items:
        kind = text_at(item, "itemType")
        if kind == "attachment":
            _take_file(snapshot, item, found)
        elif kind not in ("note", "annotation"):
            _take_paper(snapshot, item, children, found, file)
    return found


def _take_file(snapshot: Snapshot, item: Item, found: ZoteroEntries) -> None:
    if text_at(item, "contentType") != _PDF:
        return
    place = snapshot.find_file(item)
    if isinstance(place, str):
        found.without_file.append(place)
    else:
        found.files.append(str(place))


def _take_paper(
    snapshot: Snapshot,
    item: Item,
    children: Mapping[str, list[Item]],
    found: ZoteroEntries,
    file: str,
) -> None:
    key = text_at(item, "key")
    own = children.get(key, [])
    pdfs = []
    for attached in own:
        if text_at(attached, "contentType") == _PDF:
            place = snapshot.find_file(attached)
            if isinstance(place, str):
                found.without_file.append(place)
            else:
                pdfs.append(str(place))
    paper = paper_of_item(item)
    if paper is None:
        found.skipped.append(Skipped(file=f"{file}, item {key}", reason="the item has no title"))
        return
    extra = {name: value for name, value in paper.extra.items() if name != FILES}
    paper = paper.model_copy(
        update={
            "key": paper.key or snapshot.citekeys.get(key, ""),
            "tags": tuple(sorted(set(tags_of(item, own=True)))),
            "keywords": tuple(t for t in paper.keywords if t not in tags_of(item, own=True)),
            "notes": "\n\n".join(_notes(own, children)),
            "extra": {**extra, ITEM_KEY: key, **({FILES: pdfs} if pdfs else {})},
        }
    )
    # Not of the item's JSON: that differs between the ways to read one and the same library.
    sign = hash_of(paper.model_dump_json().encode())
    origin = Origin(file=file, position=0, sha256=sign)
    found.papers.append(paper.model_copy(update={"origins": (origin,)}))


def _notes(own: Sequence[Item], children: Mapping[str, list[Item]]) -> list[str]:
    """A paragraph for each note of an item and each annotation of its files, in reading order."""
    notes = [
        plain_note(text_at(child, "note"))
        for child in own
        if text_at(child, "itemType") == "note" and PUSHED not in tags_of(child)
    ]
    marked = [
        mark
        for attached in own
        for mark in children.get(text_at(attached, "key"), [])
        if text_at(mark, "itemType") == "annotation"
    ]
    marked.sort(key=lambda mark: text_at(mark, "annotationSortIndex"))
    return list(dict.fromkeys([f"{FROM_ZOTERO}] {n}" for n in notes if n] + _marks(marked)))


def _marks(marked: Sequence[Item]) -> list[str]:
    said = []
    for mark in marked:
        text = " ".join(plain_note(text_at(mark, "annotationText")).split())
        comment = plain_note(text_at(mark, "annotationComment"))
        if text_at(mark, "annotationType") in _WITHOUT_TEXT and not comment:
            continue
        words = " ".join(word for word in (f'"{text}"' if text else "", comment) if word)
        page = text_at(mark, "annotationPageLabel")
        if words:
            said.append(f"{FROM_ZOTERO}{f', p. {page}' if page else ''}] {words}")
    return said


def plain_note(note: str) -> str:
    """The text of a note's HTML, a line for each of its paragraphs."""
    lines = html.unescape(_TAG.sub("", _BREAK.sub("\n", note))).replace("\xa0", " ").split("\n")
    return "\n".join(line for text in lines if (line := " ".join(text.split())))
