"""Pages of a paper's PDF as they are drawn, and where on them some words stand.

Points (1/72 inch) count from the upper left corner of the page as it is shown, y downwards.
"""

from __future__ import annotations

from typing import Literal

from reviewer.types.frozen import Frozen

QuoteState = Literal["placed", "in part", "not found"]


class Box(Frozen):
    """A rectangle of a page."""

    left: float
    top: float
    right: float
    bottom: float


class PlacedWord(Frozen):
    """Letters without white space between them, and the rectangle of their line that they take."""

    text: str
    box: Box


class PlacedLine(Frozen):
    """A line of a page as it is read, and its words on the page, from left to right. A table's row
    is read with its heads, so that `text` may say more than the words."""

    text: str
    words: tuple[PlacedWord, ...]


class PageView(Frozen):
    """A drawn page, upright: its size, its lines in reading order and its words that are in none.
    It is turned clockwise by `quarters`; `origin_left` and `origin_bottom` are where the corner of
    the page that is not turned stands in the file's own points, which count upwards."""

    number: int
    pages: int
    width: float
    height: float
    quarters: int
    origin_left: float
    origin_bottom: float
    has_images: bool
    lines: tuple[PlacedLine, ...]
    others: tuple[PlacedWord, ...] = ()


class Highlight(Frozen):
    """Rectangles of one page, in the file's own points, y upwards, and the note that they bear."""

    page: int
    boxes: tuple[tuple[float, float, float, float], ...]
    note: str


class QuotePiece(Frozen):
    """The words of a quote that stand on one page. `in part`: only the boxes of some of them were
    found there; `not found`: the page is known, the words were not found on it. `has_ocr`: they
    are in what OCR read."""

    page: int
    width: float
    height: float
    quote: str
    state: QuoteState
    boxes: tuple[Box, ...] = ()
    has_ocr: bool = False


class QuoteOnPages(Frozen):
    """Where a quote stands in its paper's PDF: one piece a page. `file` is the name of the PDF.
    Without pieces `reason` says why no page can be shown; the quote is kept all the same.
    `remark` says what should be known of the pieces, as that the abstract came from elsewhere."""

    key: str
    part: str
    start: int
    end: int
    quote: str
    file: str = ""
    pieces: tuple[QuotePiece, ...] = ()
    reason: str = ""
    remark: str = ""


class HighlightedCopy(Frozen):
    """A copy of a paper's PDF with highlights: where it is, of how many quotes, and the quotes that
    were not found on their pages. Without a file `reason` says why none was written."""

    key: str
    file: str = ""
    quotes: int = 0
    missed: tuple[str, ...] = ()
    reason: str = ""
