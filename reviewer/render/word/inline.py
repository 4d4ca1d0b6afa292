"""Writes the text of a paragraph into a Word file: runs, links, citations and footnotes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reviewer.render.citation_syntax import CitedGroup
from reviewer.render.word.citations import WordCitations
from reviewer.render.word.fields import (
    Look,
    add_break,
    add_link,
    add_note_mark,
    add_own_mark,
    add_text,
    close_field,
    element,
    open_field,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from markdown_it.token import Token

# Styles of paragraphs: an entry in the list of references, a cell of a table.
BIBLIOGRAPHY, CELL = "Bibliography", "Table cell"
_WEB = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)\]]")
_SMALL_PT = 9


@dataclass
class _Line:
    """A paragraph while it is written. `target` is what runs go into, the paragraph or a link of
    it; `note` is the number of the footnote that it is of, else 0."""

    place: BaseOxmlElement
    target: BaseOxmlElement
    look: Look
    note: int


@dataclass(frozen=True)
class _Styles:
    """The ids of the styles that the template lacks."""

    link: str
    note: str
    note_mark: str


class InlineWriter:
    """Writes paragraphs of one document. `footnotes` are those that they have, in order."""

    def __init__(
        self, document: Document, notes: Mapping[str, list[Token]], citations: WordCitations
    ) -> None:
        self.footnotes: list[BaseOxmlElement] = []
        self._part = document.part
        self._styles = _add_styles(document)
        self._notes = notes
        self._citations = citations
        self._writes = {
            "text": self._text,
            "code_inline": self._text,
            "softbreak": self._text,
            "hardbreak": self._text,
            "strong_open": self._emphasis,
            "strong_close": self._emphasis,
            "em_open": self._emphasis,
            "em_close": self._emphasis,
            "link_open": self._link,
            "link_close": self._link,
            "citation": self._citation,
            "note": self._note,
        }

    def write(
        self,
        place: BaseOxmlElement,
        tokens: Sequence[Token],
        look: Look | None = None,
        note: int = 0,
    ) -> None:
        """Add a text to a paragraph of the document, or of the footnote number `note`."""
        line = _Line(place, place, look or Look(), note)
        for token in tokens:
            if token.type in self._writes:
                self._writes[token.type](token, line)

    def write_linked(self, place: BaseOxmlElement, text: str) -> None:
        """Add a plain text with a link behind each web address."""
        at = 0
        for found in _WEB.finditer(text):
            add_text(place, text[at : found.start()], Look())
            link = self._web_link(place, found[0])
            add_text(link, found[0], Look(style=self._styles.link))
            at = found.end()
        add_text(place, text[at:], Look())

    def _text(self, token: Token, line: _Line) -> None:
        if token.type == "hardbreak":
            add_break(line.target)
        elif token.type == "softbreak":
            add_text(line.target, " ", line.look)
        elif token.content:
            add_text(line.target, token.content, line.look)

    def _emphasis(self, token: Token, line: _Line) -> None:
        is_open = token.type.endswith("open")
        if token.tag == "strong":
            line.look = replace(line.look, bold=is_open)
        else:
            line.look = replace(line.look, italic=is_open)

    def _link(self, token: Token, line: _Line) -> None:
        """Only addresses of the web are links. In a footnote they stay text: its links would need
        relations of their own part."""
        address = str(token.attrs.get("href", ""))
        line.target, line.look = line.place, replace(line.look, style="")
        if not line.note and address.startswith(("https://", "http://")):
            line.target = self._web_link(line.place, address)
            line.look = replace(line.look, style=self._styles.link)

    def _web_link(self, place: BaseOxmlElement, address: str) -> BaseOxmlElement:
        from docx.opc.constants import RELATIONSHIP_TYPE

        kind = RELATIONSHIP_TYPE.HYPERLINK
        return add_link(place, relation=self._part.relate_to(address, kind, is_external=True))

    def _citation(self, token: Token, line: _Line) -> None:
        group: CitedGroup = token.meta["group"]
        if not self._citations.known(group):
            return
        if self._citations.style == "note" and not line.note:
            number = len(self.footnotes) + 1
            paragraph = self._new_footnote(line)
            self._cited(group, _Line(paragraph, paragraph, Look(), number))
        else:
            self._cited(group, line)

    def _cited(self, group: CitedGroup, line: _Line) -> None:
        """The field of a citation, in which each paper links to its entry."""
        words = self._citations.words(group)
        open_field(line.place, self._citations.code(group, words, line.note))
        add_text(line.place, words.opening, line.look)
        for number, (paper_id, text) in enumerate(words.texts):
            if number:
                add_text(line.place, words.between, line.look)
            link = add_link(line.place, bookmark=self._citations.bookmarks[paper_id])
            add_text(link, text, line.look)
        add_text(line.place, words.closing, line.look)
        close_field(line.place)

    def _note(self, token: Token, line: _Line) -> None:
        if not line.note:
            number = len(self.footnotes) + 1
            tokens = self._notes.get(token.meta["name"], ())
            self.write(self._new_footnote(line), tokens, note=number)

    def _new_footnote(self, line: _Line) -> BaseOxmlElement:
        """Put the mark of a new footnote into the text; gives the footnote's paragraph."""
        number = len(self.footnotes) + 1
        add_note_mark(line.place, number, self._styles.note_mark)
        footnote, paragraph = element("w:footnote", id=str(number)), element("w:p")
        properties = element("w:pPr")
        properties.append(element("w:pStyle", val=self._styles.note))
        paragraph.append(properties)
        add_own_mark(paragraph, self._styles.note_mark)
        add_text(paragraph, " ", Look())
        footnote.append(paragraph)
        self.footnotes.append(footnote)
        return paragraph


def _add_styles(document: Document) -> _Styles:
    """Add the styles for links, footnotes and entries of the list; gives their ids."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    styles = document.styles
    link = styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER, builtin=True)
    link.font.color.rgb, link.font.underline = RGBColor(0x05, 0x63, 0xC1), True
    note = styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    note.base_style, note.font.size = styles["Normal"], Pt(_SMALL_PT)
    note.paragraph_format.space_after = Pt(0)
    mark = styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER, builtin=True)
    mark.font.superscript = True
    cell = styles.add_style(CELL, WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style, cell.font.size = styles["Normal"], Pt(_SMALL_PT)
    cell.paragraph_format.space_after = Pt(2)
    entry = styles.add_style(BIBLIOGRAPHY, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    entry.base_style = styles["Normal"]
    entry.paragraph_format.left_indent = Cm(1)
    entry.paragraph_format.first_line_indent = Cm(-1)
    return _Styles(link.style_id, note.style_id, mark.style_id)
