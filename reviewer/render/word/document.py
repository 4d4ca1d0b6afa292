"""Builds a Word file from Markdown: headings, lists, tables, footnotes, citations, references."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reviewer.render.styles import CitationStyle
from reviewer.render.word.citations import BIBLIOGRAPHY_CODE, WordCitations
from reviewer.render.word.fields import Look, add_bookmark, close_field, element, open_field
from reviewer.render.word.inline import BIBLIOGRAPHY, CELL, InlineWriter
from reviewer.render.word.markup import REFERENCES_PLACE, Markup, read_markup
from reviewer.types import Paper

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import Table
    from markdown_it.token import Token

_LIST_LEVELS = 3  # that the template has styles for
_WIDE_FROM = 5  # columns of a table for which the page is turned


def word_file(markdown: str, papers: Sequence[Paper], style: CitationStyle) -> bytes:
    """The Markdown as a .docx file. Marks of pandoc become citations of the `papers` in `style`,
    linked to their entries in the list of references, which stands in REFERENCES_PLACE. The first
    heading of level 1 is the title.

    Raises UsageError for a style that cannot be read.
    """
    return _Builder(read_markup(markdown), WordCitations(papers, style)).file()


class _Builder:
    """Holds the document open while blocks are added to it."""

    def __init__(self, markup: Markup, citations: WordCitations) -> None:
        import docx

        self._document = docx.Document()
        self._inline = InlineWriter(self._document, markup.notes, citations)
        self._markup = markup
        self._citations = citations
        self._lists: list[int | None] = []
        self._quotations = 0
        self._title = ""

    def file(self) -> bytes:
        from docx.enum.section import WD_ORIENT

        section = self._document.sections[0]
        if _most_columns(self._markup.blocks) >= _WIDE_FROM:
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = section.page_height, section.page_width
        self._add_blocks(self._markup.blocks)
        about = self._document.core_properties
        about.title, about.author, about.comments = self._title[:250], "", "Made by review"
        if self._inline.footnotes:
            _add_footnotes(self._document, self._inline.footnotes)
        made = io.BytesIO()
        self._document.save(made)
        return made.getvalue()

    def _add_blocks(self, tokens: Sequence[Token]) -> None:
        for at, token in enumerate(tokens):
            if token.type == "table_open":
                self._add_table(tokens[at : _closing(tokens, at, "table_close")])
            elif token.type.endswith(("list_open", "list_close", "blockquote_open", "quote_close")):
                self._enter_or_leave(token)
            elif token.type == "heading_open":
                self._add_heading(int(token.tag[1:]), tokens[at + 1])
            elif token.type == "paragraph_open":
                self._add_paragraph(tokens[at + 1])
            elif token.type in ("fence", "code_block"):
                self._document.add_paragraph(token.content.rstrip())

    def _enter_or_leave(self, token: Token) -> None:
        """Keep count of the open lists, each with its numbering, and of the open quotations."""
        if token.tag == "blockquote":
            self._quotations += token.nesting
        elif token.nesting < 0:
            self._lists.pop()
        else:
            self._lists.append(self._new_numbers() if token.tag == "ol" else None)

    def _add_heading(self, level: int, inline: Token) -> None:
        if level == 1 and not self._title:
            self._title = _plain(inline.children or ())
            paragraph = self._document.add_paragraph(style="Title")
        else:
            paragraph = self._document.add_heading("", level=max(1, level - 1))
        self._inline.write(paragraph._p, inline.children or ())

    def _add_paragraph(self, inline: Token) -> None:
        if inline.content.strip() == REFERENCES_PLACE:
            self._add_references()
            return
        style = "Quote" if self._quotations else None
        if self._lists:
            kind = "List Bullet" if self._lists[-1] is None else "List Number"
            level = min(len(self._lists), _LIST_LEVELS)
            style = f"{kind} {level}" if level > 1 else kind
        paragraph = self._document.add_paragraph(style=style)
        if len(self._lists) == 1 and self._lists[0] is not None:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = 0
            properties.get_or_add_numId().val = self._lists[0]
        self._inline.write(paragraph._p, inline.children or ())

    def _new_numbers(self) -> int:
        """The id of a numbering that begins at 1, for one list."""
        numbering = self._document.part.numbering_part.numbering_definitions._numbering
        style = self._document.styles["List Number"].element
        own = style.pPr.numPr.numId.val
        made = numbering.add_num(numbering.num_having_numId(own).abstractNumId.val)
        made.add_lvlOverride(ilvl=0).add_startOverride(1)
        number: int = made.numId
        return number

    def _add_table(self, tokens: Sequence[Token]) -> None:
        rows: list[list[Token]] = []
        for at, token in enumerate(tokens):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(tokens[at + 1])
        width = max(map(len, rows))
        table = self._document.add_table(rows=len(rows), cols=width, style="Table Grid")
        for number, row in enumerate(rows):
            for place, inline in zip(table.rows[number].cells, row, strict=False):
                place.paragraphs[0].style = CELL
                look = Look(bold=number == 0)
                self._inline.write(place.paragraphs[0]._p, inline.children or (), look)
        _finish_table(table)

    def _add_references(self) -> None:
        """The list of references as one field. Citations link to the bookmark of each entry."""
        places = []
        for number, (paper, line) in enumerate(self._citations.references, start=1):
            paragraph = self._document.add_paragraph(style=BIBLIOGRAPHY)._p
            if number == 1:
                open_field(paragraph, BIBLIOGRAPHY_CODE)
            self._inline.write_linked(paragraph, line)
            add_bookmark(paragraph, self._citations.bookmarks[paper.id], number)
            places.append(paragraph)
        if places:
            close_field(places[-1])


def _plain(tokens: Sequence[Token]) -> str:
    return "".join(token.content if token.type != "softbreak" else " " for token in tokens)


def _closing(tokens: Sequence[Token], start: int, kind: str) -> int:
    return next(at for at in range(start, len(tokens)) if tokens[at].type == kind)


def _rows(tokens: Sequence[Token]) -> Iterator[int]:
    """How many cells each row of the text's tables has."""
    count = 0
    for token in tokens:
        if token.type in ("th_open", "td_open"):
            count += 1
        elif token.type == "tr_close":
            yield count
            count = 0


def _most_columns(tokens: Sequence[Token]) -> int:
    return max(_rows(tokens), default=0)


def _finish_table(table: Table) -> None:
    """A head that is repeated on each page, and rows that stay whole."""
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()
        properties.append(element("w:cantSplit"))
        if number == 0:
            properties.append(element("w:tblHeader"))


def _add_footnotes(document: Document, footnotes: Sequence[BaseOxmlElement]) -> None:
    """Add the part that holds footnotes, with the two lines that part them from the text."""
    from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from lxml import etree

    root = element("w:footnotes")
    for number, kind in ((-1, "separator"), (0, "continuationSeparator")):
        line = element("w:footnote", type=kind, id=str(number))
        paragraph, run = element("w:p"), element("w:r")
        run.append(element(f"w:{kind}"))
        paragraph.append(run)
        line.append(paragraph)
        root.append(line)
    root.extend(footnotes)
    blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    name, package = PackURI("/word/footnotes.xml"), document.part.package
    part = Part(name, CONTENT_TYPE.WML_FOOTNOTES, blob, package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
