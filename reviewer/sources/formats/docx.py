"""Reads a Word document (.docx) as one paper. Text that is hidden from a reader is left out."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.errors import SourceError
from reviewer.sources.entries import ReadOptions, hash_of
from reviewer.sources.parsing.plain_paper import MOST_TITLE_CHARS, paper_of_text, split_abstract
from reviewer.sources.parsing.xml_stream import (
    DECLARES,
    Element,
    declares_entities,
    found,
    name_of,
    parse_xml,
    text_at,
)
from reviewer.sources.text_file import ZIP_MARK
from reviewer.text.encoding import decode
from reviewer.types import Paper
from reviewer.types.papers import Origin, Skipped

MOST_UNPACKED = 20_000_000  # bytes of the text's XML, far more than a book
_MOST_MEMBERS = 10_000
_TEXT, _FACTS = "word/document.xml", "docProps/core.xml"
_FOOTNOTES = "word/footnotes.xml"
_MARK = re.compile(r"\[\^([\w-]+)\]")
_SIGNS = re.compile(r"[\\`*|<]|~~")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


@dataclass(frozen=True)
class _Paragraph:
    style: str
    text: str


def matches(data: bytes) -> bool:
    return data.startswith(ZIP_MARK) and b"word/" in data


def read(data: bytes, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper, or Skipped with the reason; never more than `MOST_UNPACKED` bytes are unpacked."""
    try:
        yield _paper(data, file)
    except SourceError as error:
        yield Skipped(file=file, reason=error.message)


def markdown_of(data: bytes) -> str:
    """The text of a document in Markdown, for reading it as a draft: paragraphs, items of lists and
    rows of tables, with a blank line after each, and footnotes on lines of their own right behind
    what has their mark. Signs of Markdown in its text are escaped, but for square brackets, in
    which citations stand.

    Raises SourceError for a document that cannot be read.
    """
    body, beside = _members(data, _TEXT, _FOOTNOTES)
    footnotes = found(beside, "footnote") if beside is not None else ()
    notes = {_id(note): _note(note) for note in footnotes}
    blocks = [
        "\n".join([line, *(f"[^{n}]: {notes[n]}" for n in _MARK.findall(line) if notes.get(n))])
        for line in _lines(next(iter(found(body, "body")), body))
    ]
    return "\n\n".join([*blocks, ""])


def _note(footnote: Element) -> str:
    return " ".join(_line(p) for p in footnote.iter() if name_of(p) == "p").strip()


def _lines(parent: Element) -> Iterator[str]:
    """The blocks of a document, one line each."""
    for element in parent:
        name = name_of(element)
        if name == "tbl":
            yield from _rows(element)
        elif name != "p":
            yield from _lines(element)
        elif text := _line(element):
            is_item = any(name_of(e) == "numPr" for e in element.iter())
            is_head = _style(element).startswith(("heading", "title"))
            yield f"# {text}" if is_head else f"- {text}" if is_item else text


def _rows(table: Element) -> Iterator[str]:
    for row in found(table, "tr"):
        cells = [" ".join(_lines(cell)) for cell in found(row, "tc")]
        yield f"| {' | '.join(cells)} |"


def _line(paragraph: Element) -> str:
    """The visible text of a paragraph, with the marks of its footnotes."""
    return " ".join("".join(_runs(paragraph, escapes=True)).split())


def _id(element: Element) -> str:
    return next((v for n, v in element.attrib.items() if n.rpartition("}")[2] == "id"), "")


def _paper(data: bytes, file: str) -> Paper:
    body, facts = _members(data, _TEXT, _FACTS)
    origin = Origin(file=file, position=1, sha256=hash_of(data))
    return _titled(list(_paragraphs(body)), facts, origin)


def _members(data: bytes, text: str, other: str) -> tuple[Element, Element | None]:
    """The XML of the document's text and of another file in it, which may be missing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.namelist()) > _MOST_MEMBERS:
                raise SourceError("the document holds more files than any document does")
            body, beside = _member(archive, text), _member(archive, other)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise SourceError("the document is damaged") from error
    except (RuntimeError, NotImplementedError) as error:
        raise SourceError(
            "the document is locked by a password, or packed in an unknown way"
        ) from error
    if body is None:
        raise SourceError("the document holds no text")
    return body, beside


def _member(archive: zipfile.ZipFile, name: str) -> Element:
    if name not in archive.namelist():
        return None
    with archive.open(name) as member:
        data = member.read(MOST_UNPACKED + 1)
    if len(data) > MOST_UNPACKED:
        raise SourceError(f"the document unpacks to more than {MOST_UNPACKED // 1_000_000} MB")
    text = decode(data).text
    if declares_entities(text) or "<!DOCTYPE" in text[:1000]:
        raise SourceError(DECLARES)
    parsed = parse_xml(_DECLARATION.sub("", text, count=1))
    if isinstance(parsed, str):
        raise SourceError(parsed)
    return parsed


def _paragraphs(document: Element) -> Iterator[_Paragraph]:
    for element in document.iter():
        if name_of(element) == "p" and (text := " ".join("".join(_runs(element)).split())):
            yield _Paragraph(_style(element), text)


def _style(paragraph: Element) -> str:
    styles = (_value(e).lower() for e in paragraph.iter() if name_of(e) == "pStyle")
    return next(styles, "")


def _value(element: Element) -> str:
    return next((v for n, v in element.attrib.items() if n.rpartition("}")[2] == "val"), "")


def _runs(paragraph: Element, *, escapes: bool = False) -> Iterator[str]:
    """The pieces of a paragraph; one that `escapes` is Markdown, with the marks of footnotes."""
    for run in paragraph.iter():
        if name_of(run) != "r" or _is_hidden(run):
            continue
        for child in run:
            name = name_of(child)
            if name == "t":
                text = child.text or ""
                yield _SIGNS.sub(r"\\\g<0>", text) if escapes else text
            elif name == "footnoteReference" and escapes:
                yield f"[^{_id(child)}]"
            elif name in ("tab", "br", "cr"):
                yield " "


def _is_hidden(run: Element) -> bool:
    """Hidden by Word's own mark, white, or at most one point high."""
    marks = {name_of(mark): _value(mark) for mark in next(iter(found(run, "rPr")), ())}
    size = marks.get("sz", "")  # in half points
    return (
        marks.get("vanish", "0") not in ("0", "false")
        or marks.get("color", "").upper() == "FFFFFF"
        or (size.isdecimal() and int(size) <= 2)
    )


def _titled(paragraphs: list[_Paragraph], facts: Element, origin: Origin) -> Paper:
    titled = next((p for p in paragraphs if p.style in ("title", "titel", "titre")), None)
    first = titled or next((p for p in paragraphs if len(p.text) <= MOST_TITLE_CHARS), None)
    title = first.text if first else ""
    named = text_at(facts, "title") if facts is not None and not titled else ""
    if named and not re.match(r"(?i)microsoft word|untitled|document\d*$", named):
        title = named
    if not title:
        raise SourceError("the document has no title")
    rest = [p for p in paragraphs if p.text != title and p.style != "author"]
    people = "; ".join(p.text for p in paragraphs if p.style in ("author", "authors"))
    styled = "\n\n".join(p.text for p in rest if p.style == "abstract")
    marked = [
        f"# {p.text}" if p.style.startswith("heading") else p.text
        for p in rest
        if p.style != "abstract"
    ]
    own, body = split_abstract("\n\n".join(marked))
    body = re.sub(r"^# ", "", body, flags=re.MULTILINE)
    if not (styled or own or body):
        raise SourceError("the document holds a title and no text")
    return paper_of_text(title, {"authors": people}, styled or own, body, origin)
