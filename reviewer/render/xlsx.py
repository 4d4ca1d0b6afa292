"""Comparison tables as an Excel workbook: one sheet with the table, one with its quotes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reviewer.grounding.cells import EMPTY, is_in_own_words, number_in
from reviewer.render.describe import cell_text, cited_quotes, link_of, support_words, tally_line
from reviewer.render.table_words import number_head, number_units, table_head, table_quotes
from reviewer.text import clean
from reviewer.text.entry_types import marked_title
from reviewer.text.invisible import NEVER_XML
from reviewer.text.numbers import PERCENT
from reviewer.types import Table
from reviewer.types.tables import Cell

if TYPE_CHECKING:
    from openpyxl.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

MOST_CHARS = 32_767  # that a cell of Excel holds
_CUT = " [cut: the whole text is in the JSON]"
_FILLS = {
    "no proof": "FCE4D6",
    "failed": "F8CBAD",
    "own words": "FFF2CC",
    "not stated": "EDEDED",
    "by hand": "DDEBF7",
}
_QUOTE_HEAD = "key column value normalised support quote part page start end".split()
_WIDTHS = {"key": 24, "title": 40, "year": 8, "quote": 70, "value": 30, "support": 30}
_LEGEND = (
    "Yellow: the writer's own words, not judged. Orange: no proof, or failed. Grey: not stated, "
    "or not found. Blue: corrected by hand. The sheet Quotes has the quote behind each value."
)


def table_xlsx(table: Table) -> bytes:
    """The workbook. Every text is stored as a text, never as a formula. Beside a number column its
    numbers are stored as numbers, in the unit that the head names, and percentages as
    percentages."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Table"
    papers = {paper.id: paper for paper in table.papers}
    units = number_units(table)
    names = [column.name for column in table.columns]
    heads = [head for name in names for head in (name, number_head(name, units)) if head]
    _head(sheet, ["key", "title", "year", *heads])
    for number, row in enumerate(table.rows, start=2):
        paper = papers[row.paper_id]
        _write(sheet, number, [row.key, marked_title(paper), paper.year])
        if link := link_of(paper):
            sheet.cell(number, 1).hyperlink = link
        place = 4
        for cell in row.cells:
            _fill(sheet.cell(number, place), cell)
            if cell.column in units:
                place += 1
                _write_number(sheet.cell(number, place), cell, units[cell.column])
            place += 1
    sheet.auto_filter.ref = sheet.dimensions
    notes = (tally_line(table), table_head(table), _LEGEND)
    for number, note in enumerate(notes, start=len(table.rows) + 3):
        _write(sheet, number, [note], is_wrapped=False)
    _quotes(book.create_sheet("Quotes"), table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _quotes(sheet: Worksheet, table: Table) -> None:
    _head(sheet, _QUOTE_HEAD)
    for number, quote in enumerate(table_quotes(table), start=2):
        value, found = quote.value, quote.value.citation
        place = (found.part, found.page, found.start, found.end) if found else ()
        quoted = " […] ".join(cited_quotes(value))
        said = (value.text, value.normal, support_words(value), quoted)
        _write(sheet, number, [quote.row.key, quote.column, *said, *place])
    sheet.auto_filter.ref = sheet.dimensions


def _head(sheet: Worksheet, names: Sequence[str]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    _write(sheet, 1, names)
    for place, name in enumerate(names, start=1):
        sheet.cell(1, place).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(name, 28)
    sheet.freeze_panes = "B2"


def _write(
    sheet: Worksheet, number: int, line: Sequence[str | int | None], *, is_wrapped: bool = True
) -> None:
    from openpyxl.styles import Alignment

    for place, content in enumerate(line, start=1):
        cell = sheet.cell(number, place)
        if isinstance(content, str):
            _write_text(cell, content)
        elif content is not None:
            cell.value = content
        cell.alignment = Alignment(wrap_text=is_wrapped, vertical="top")


def _write_text(cell: SheetCell, text: str) -> None:
    plain = NEVER_XML.sub("", clean(text))
    is_long = len(plain) > MOST_CHARS
    cell.value = plain[: MOST_CHARS - len(_CUT)] + _CUT if is_long else plain
    cell.data_type = "s"  # openpyxl would make a formula of what begins with "="
    cell.quotePrefix = True  # and Excel of a text that is edited


def _colour_of(content: Cell) -> str:
    """The name of its colour."""
    if content.is_by_hand and content.state != "no proof":
        return "by hand"
    if is_in_own_words(content):
        return "own words"
    return "not stated" if content.state in EMPTY else content.state


def _fill(cell: SheetCell, content: Cell) -> None:
    from openpyxl.styles import Alignment, PatternFill

    _write_text(cell, cell_text(content))
    if fill := _FILLS.get(_colour_of(content)):
        cell.fill = PatternFill("solid", start_color=fill)
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _write_number(cell: SheetCell, content: Cell, unit: str) -> None:
    from openpyxl.styles import Alignment

    number = number_in(unit, content)
    if number is not None and unit == PERCENT:
        cell.value, cell.number_format = number / 100, "0.##%"
    elif number is not None:
        cell.value = number
    cell.alignment = Alignment(vertical="top")
