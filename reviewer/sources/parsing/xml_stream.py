"""All XML of others goes through here: no entities, no network, no depth. Knows lxml.

A file is cut at its records' tags and each record is parsed alone, so that one that is damaged
loses no other, and a file of any length needs the memory of one record. A service's answer is
parsed whole, because a damaged answer is asked for again."""

from __future__ import annotations

import html
import html.entities
import re
from collections.abc import Iterator
from typing import Any

from reviewer.errors import SourceError
from reviewer.sources.entries import RawEntry
from reviewer.text.encoding import decode
from reviewer.text.invisible import NEVER_XML

Element = Any
"""An element of lxml, which is not imported for a type."""

DECLARES = "it declares entities, which are not read because they can name files or fill the memory"
_ENTITY = re.compile(r"<!ENTITY|<!\[(?!CDATA\[)[^<]{0,40}\[", re.IGNORECASE)
_PREFIX = re.compile(r'xmlns:(\w+)\s*=\s*["\']([^"\'<>]*)["\']')
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_KEPT = frozenset("amp lt gt quot apos".split())
_HEAD_CHARS = 100_000
_STRAY_CHARS = 20
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"</?([A-Za-z][\w:.-]*)[^<>]*>")
_BLOCKS = frozenset("p title sec list list-item AbstractText abstract".split())
_JATS_SPACES = 'xmlns:jats="urn:jats" xmlns:mml="urn:mml"'
_RAISED_SIGNS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_RAISED = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")


class XmlError(ValueError):
    """An answer that is not XML, or XML that is not read."""


def declares_entities(text: str) -> bool:
    return _ENTITY.search(text[:_HEAD_CHARS]) is not None


def begins_with(text: str, *roots: str) -> bool:
    """True for XML whose root, or first element with something to say, is one of these."""
    head = re.sub(
        r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>", "", text[:20_000], flags=re.S
    )
    found = re.match(r"[\s\ufeff]*<(?:\w+:)?([\w-]+)", head)
    return found is not None and found[1] in roots


def xml_records(text: str, tag: str, once: str = "") -> Iterator[RawEntry]:
    """Each `<tag>` element, or of several tags as `one|other`, in order. Text between them is a
    record with a fault; so is each further `once`, an element that a record has once, as where two
    ran together.

    Raises SourceError when the file declares entities."""
    if declares_entities(text):
        raise SourceError(DECLARES, hint="Export the file without a DTD of its own.")
    spaces = " ".join(
        f'xmlns:{p}="{u}"' for p, u in dict(_PREFIX.findall(text[:_HEAD_CHARS])).items()
    )
    opened = list(re.finditer(rf"<({tag})(?=[\s>/])", text))
    ends = re.compile(rf"</(?:{tag})>")
    head = text[: opened[0].start() if opened else len(text)]
    marks = len(ends.findall(head)), len(re.findall(rf"<{once}[\s>]", head)) if once else 0
    yield from _lost(max(marks), "", 1)
    line, counted = 1, 0
    limits = [*(m.start() for m in opened[1:]), len(text)]
    for begun, limit in zip(opened, limits, strict=False):
        start, close = begun.start(), f"</{begun[1]}>"
        line, counted = line + text.count("\n", counted, start), start
        end = text.find(close, start, limit)
        raw = text[start : end + len(close)] if end >= 0 else text[start:limit]
        element = (
            parse_xml(raw, spaces) if end >= 0 else "the record is cut off or its end is damaged"
        )
        is_fault = isinstance(element, str)
        yield RawEntry(line, fault=element) if is_fault else RawEntry(line, raw, element)
        for _ in range(len(re.findall(rf"<{once}[\s>]", raw)) - 1 if once else 0):
            yield RawEntry(line, fault="another record has run into this one")
        if end >= 0:
            after = line + text.count("\n", start, limit)
            between = text[end + len(close) : limit]
            yield from _lost(len(ends.findall(between)), between, after)


def _lost(closed: int, between: str, line: int) -> Iterator[RawEntry]:
    """One fault for each record whose beginning is damaged: its end is outside of any record,
    or at least its text is."""
    holds_text = len(re.sub(r"<[^<>]*>|\s", "", between)) > _STRAY_CHARS
    for _ in range(closed or holds_text):
        yield RawEntry(line, fault="a record whose beginning is damaged")


def parse_xml(raw: str, spaces: str = "") -> Element:
    """The one element of `raw`, or in words why it cannot be read. HTML's named characters are
    understood."""
    from lxml import etree

    plain = _NAMED.sub(_character, NEVER_XML.sub("\ufffd", raw))
    try:
        root = etree.fromstring(f"<r {spaces}>{plain}</r>".encode(), _parser())
    except etree.XMLSyntaxError as error:
        is_deep = "depth" in str(error).lower()
        return "the XML is nested too deeply" if is_deep else "the XML is damaged here"
    except ValueError:
        return "the XML is damaged here"
    if len(root) > 1 or (len(root) and (root[0].tail or "").strip()):
        return "the XML is damaged here"
    return root[0] if len(root) else "the XML is empty here"


def read_xml(data: bytes) -> Element:
    """The root of a whole document. Raises XmlError for what is not well-formed, declares entities,
    or is nested more than 256 deep (published records have less than 20)."""
    from lxml import etree

    if _ENTITY.search(decode(data).text):
        raise XmlError("the XML declares entities, which are not read")
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlError("the XML cannot be read") from error
    declared = root.getroottree().docinfo.internalDTD
    has_entities = declared is not None and any(True for _ in declared.iterentities())
    if has_entities or next(root.iter(etree.Entity), None) is not None:
        raise XmlError("the XML declares entities, which are not read")
    return root


def _parser() -> Element:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _character(match: re.Match[str]) -> str:
    if match[1] in _KEPT:
        return match[0]
    return html.entities.html5.get(f"{match[1]};", match[0])


def name_of(element: Element) -> str:
    """The element's name without its namespace; empty for what is not an element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def found(element: Element, path: str) -> list[Any]:
    """The elements at a path of names, as `a/b`, below this one, whatever their namespaces."""
    level = [element]
    for name in path.split("/"):
        level = [child for parent in level for child in parent if name_of(child) == name]
    return level


def texts_at(element: Element, path: str) -> list[str]:
    """The texts of the elements at the path, empty ones left out."""
    return [text for e in found(element, path) if (text := whole_text(e))]


def text_at(element: Element, path: str) -> str:
    """The text of the first element at the path that has one."""
    return next(iter(texts_at(element, path)), "")


def whole_text(element: Element) -> str:
    """All text inside, markup left out, white space folded. A raised digit stays one: 5² is not
    52."""
    return _SPACE.sub(" ", _text_in_blocks(element)).strip() if element is not None else ""


def text_of_jats(markup: str) -> str:
    """The text of an abstract in JATS, as Crossref gives it: paragraphs apart, a leading heading
    that only says "Abstract" left out. What cannot be parsed has its tags taken out."""
    parsed = parse_xml(f"<x>{markup}</x>", _JATS_SPACES)
    if isinstance(parsed, str):
        spaced = _TAG.sub(lambda m: "\n\n" if m[1].split(":")[-1] in _BLOCKS else "", markup)
        text = html.unescape(spaced)
    else:
        text = _text_in_blocks(parsed)
    blocks = [b for block in re.split(r"\n\n+", text) if (b := _SPACE.sub(" ", block).strip())]
    if len(blocks) > 1 and blocks[0].casefold().rstrip(".:") in ("abstract", "summary"):
        blocks = blocks[1:]
    return "\n\n".join(blocks)


def _text_in_blocks(element: Element) -> str:
    """The texts in order, blocks apart."""
    name = name_of(element)
    if name == "sup":
        return _raised("".join(element.itertext()))
    inside = (_text_in_blocks(child) + (child.tail or "") for child in element)
    text = (element.text or "") + "".join(inside)
    return f"\n\n{text}\n\n" if name in _BLOCKS else text


def _raised(text: str) -> str:
    """`²`, `⁻³`; what has no such sign follows a `^`, unless it is a mark as in `1st`."""
    if not any(c.isdigit() for c in text):
        return text
    raised = text.strip().translate(_RAISED)
    return raised if all(c in _RAISED_SIGNS for c in raised) else f"^{text.strip()}"
