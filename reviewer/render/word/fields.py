"""Pieces of a Word paragraph: runs, links, bookmarks, fields and the marks of footnotes.

After ECMA-376 part 1: runs (17.3.2), hyperlinks and complex fields (17.16), footnotes (17.11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Look:
    """How a run looks; `style` is the id of a character style."""

    bold: bool = False
    italic: bool = False
    style: str = ""

    def styled(self, style: str) -> Look:
        return replace(self, style=style)


def element(tag: str, **attributes: str) -> BaseOxmlElement:
    """An element such as `w:r`; attributes are of the same name space."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def add_text(place: BaseOxmlElement, text: str, look: Look) -> None:
    """Add a run with the text to a paragraph or to a link. What XML cannot hold is left out."""
    run = _run(place, look)
    written = element("w:t")
    written.text = _NOT_IN_XML.sub("", text)
    written.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(written)


def add_break(place: BaseOxmlElement) -> None:
    """Add a line break."""
    run = element("w:r")
    run.append(element("w:br"))
    place.append(run)


def add_link(place: BaseOxmlElement, *, bookmark: str = "", relation: str = "") -> BaseOxmlElement:
    """Add a link to a bookmark of the document, or to the address of a relation; gives the element
    that its runs go into."""
    from docx.oxml.ns import qn

    link = element("w:hyperlink", history="1")
    if bookmark:
        link.set(qn("w:anchor"), bookmark)
    else:
        link.set(qn("r:id"), relation)
    place.append(link)
    return link


def add_bookmark(place: BaseOxmlElement, name: str, number: int) -> None:
    """Put what the paragraph holds into a bookmark, which has to have a `number` of its own."""
    start = element("w:bookmarkStart", id=str(number), name=name)
    behind = next((n for n, child in enumerate(place) if not child.tag.endswith("}pPr")), 0)
    place.insert(behind, start)
    place.append(element("w:bookmarkEnd", id=str(number)))


def add_note_mark(place: BaseOxmlElement, number: int, style: str) -> None:
    """Add the mark of the footnote with this number."""
    run = _run(place, Look(style=style))
    run.append(element("w:footnoteReference", id=str(number)))


def add_own_mark(place: BaseOxmlElement, style: str) -> None:
    """Add, within a footnote, the mark of the footnote itself."""
    run = _run(place, Look(style=style))
    run.append(element("w:footnoteRef"))


def open_field(place: BaseOxmlElement, code: str) -> None:
    """Open a complex field at the end of a paragraph."""
    _field_mark(place, "begin")
    run = element("w:r")
    said = element("w:instrText")
    said.text = f" {_NOT_IN_XML.sub('', code)} "
    said.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(said)
    place.append(run)
    _field_mark(place, "separate")


def close_field(place: BaseOxmlElement) -> None:
    """Close the field that is open."""
    _field_mark(place, "end")


def _field_mark(place: BaseOxmlElement, kind: str) -> None:
    run = element("w:r")
    run.append(element("w:fldChar", fldCharType=kind))
    place.append(run)


def _run(place: BaseOxmlElement, look: Look) -> BaseOxmlElement:
    run = element("w:r")
    kinds = [
        *([element("w:rStyle", val=look.style)] if look.style else []),
        *([element("w:b")] if look.bold else []),
        *([element("w:i")] if look.italic else []),
    ]
    if kinds:
        properties = element("w:rPr")
        properties.extend(kinds)
        run.append(properties)
    place.append(run)
    return run
