"""The only file that knows defusedxml: XML of others, with entities and outside files refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SPACE = re.compile(r"\s+")
_DEEPEST = 200
_BLOCKS = {"p", "title", "sec", "list", "list-item", "AbstractText", "abstract"}
_RAISED_SIGNS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_RAISED = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_TAG = re.compile(r"</?([A-Za-z][\w:.-]*)[^<>]*>")


class XmlError(ValueError):
    """A text that is no XML, or XML that is not read."""


def read_xml(data: bytes) -> Element:
    """The root element. Raises XmlError for what is not well-formed, declares entities, or is
    nested more than 200 deep (published records have less than 20)."""
    import io

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    depth = 0
    root: Element | None = None
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end")):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            if depth > _DEEPEST:
                raise XmlError("the XML is nested too deeply")
    except DefusedXmlException as error:
        raise XmlError("the XML declares entities, which are not read") from error
    except (SyntaxError, ValueError, LookupError) as error:  # ParseError is a SyntaxError
        if isinstance(error, XmlError):
            raise
        raise XmlError("the XML cannot be read") from error
    if root is None:
        raise XmlError("the XML is empty")
    return root


def text_within(element: Element | None) -> str:
    """All text of an element, markup left out, white space folded."""
    if element is None:
        return ""
    pieces: list[str] = []
    _gather(element, pieces)
    return _SPACE.sub(" ", "".join(pieces)).strip()


def text_of_jats(markup: str) -> str:
    """The text of an abstract in JATS, as Crossref gives it: paragraphs apart, a leading heading
    that only says "Abstract" left out. What cannot be parsed has its tags taken out."""
    try:
        wrapped = f'<x xmlns:jats="urn:jats" xmlns:mml="urn:mml">{markup}</x>'
        root = read_xml(wrapped.encode("utf-8", errors="replace"))
        pieces: list[str] = []
        _gather(root, pieces)
        text = "".join(pieces)
    except XmlError:
        import html

        spaced = _TAG.sub(lambda m: "\n\n" if m[1].split(":")[-1] in _BLOCKS else "", markup)
        text = html.unescape(spaced)
    blocks = [b for block in re.split(r"\n\n+", text) if (b := _SPACE.sub(" ", block).strip())]
    if len(blocks) > 1 and blocks[0].casefold().rstrip(".:") in ("abstract", "summary"):
        blocks = blocks[1:]
    return "\n\n".join(blocks)


def _gather(element: Element, pieces: list[str]) -> None:
    """The texts in order, blocks apart. A raised digit stays one: 5² is not 52."""
    name = local_name(element)
    if name == "sup":
        pieces.append(_raised("".join(element.itertext())))
        return
    is_block = name in _BLOCKS
    pieces.append("\n\n" * is_block + (element.text or ""))
    for child in element:
        _gather(child, pieces)
        pieces.append(child.tail or "")
    pieces.append("\n\n" * is_block)


def _raised(text: str) -> str:
    """`²`, `⁻³`; what has no such sign stands after `^`, unless it is a mark as in `1st`."""
    if not any(c.isdigit() for c in text):
        return text
    raised = text.strip().translate(_RAISED)
    return raised if all(c in _RAISED_SIGNS for c in raised) else f"^{text.strip()}"


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]
