"""Cells that no spreadsheet takes for a formula, and what they were before. Pure."""

from __future__ import annotations

import re

from reviewer.text.entry_types import DETAILS
from reviewer.text.views import clean

FORMER_COLUMNS = tuple(
    "key title authors author_note organisation year date venue doi arxiv_id pmid url keywords "
    "tags abstract".split()
)
"""The first line of a list of papers as earlier releases wrote it."""
DETAIL_COLUMNS = {"issue" if name == "number" else name: name for name in DETAILS}
"""Columns of DETAILS, by their heads."""
EARLIER_COLUMNS = (
    *FORMER_COLUMNS[:-1], "type", *DETAIL_COLUMNS, "editors", "translators", "protected_capitals",
    "retracted", "abstract",
)  # fmt: skip
"""The same, as the releases before this one wrote it."""
PAPER_COLUMNS = (*EARLIER_COLUMNS[:-1], "read_by_a_machine", "abstract")
"""The first line of a list of papers as `review export -f csv` writes it."""
# What a spreadsheet takes for a formula, also in full width. A plain number may have a sign.
_FORMULA = re.compile(r"\s*['＇]*\s*[=+@\-−＝＋＠－\t\r]")
_SIGNED = re.compile(r"[-+−]\d[\d.,]*\s?%?")
# Where a semicolon separates cells, as in German, what follows one in a text would begin a cell.
_NEXT_CELL = re.compile(r"(?<=;)(?='*\"*[=+@\-−＝＋＠－])(?![-+−]\d[\d.,]*\s?%?(?:[;\s]|$))")
_MARKED_CELL = re.compile(_NEXT_CELL.pattern.replace("(?<=;)", "(?<=;)'"))


def escape_formula(text: str) -> str:
    """The cleaned text, which no spreadsheet that reads it from CSV takes for a formula: an
    apostrophe is before what would be one (as OWASP advises), also after a semicolon, which
    separates cells in many countries."""
    plain = _NEXT_CELL.sub("'", clean(text))
    if _FORMULA.match(plain) and not _SIGNED.fullmatch(plain):
        return f"'{plain}"
    return plain


def unescape_formula(cell: str) -> str:
    """The text of which `escape_formula` made the cell; other cells as they are."""
    without = cell[1:] if cell.startswith("'") else cell
    for text in (_MARKED_CELL.sub("", without), without, _MARKED_CELL.sub("", cell)):
        if text != cell and escape_formula(text) == cell:
            return text
    return cell
