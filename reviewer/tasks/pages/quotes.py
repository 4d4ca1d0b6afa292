"""Shows where a quote stands in its paper's PDF: the page, its picture, the rectangles."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reviewer.errors import NotFoundError, SourceError, UsageError
from reviewer.grounding import locate
from reviewer.sources.pdf.pages import look_at_page, with_highlights
from reviewer.tasks.pages.files import PaperFile, files_of
from reviewer.tasks.pages.kept_views import KeptViews
from reviewer.tasks.pages.placing import boxes_on_page
from reviewer.types import Paper
from reviewer.types.pages import Box, Highlight, PageView, QuoteOnPages, QuotePiece
from reviewer.types.papers import Part

if TYPE_CHECKING:
    from reviewer.library import Library

_TITLE_PAGES = 2  # a cover may stand before the first page
_POINTS = 2  # decimals


def find_on_pages(
    library: Library, paper: Paper, part: str, start: int, end: int, kept: KeptViews | None = None
) -> QuoteOnPages:
    """Where `paper.text_of(part)[start:end]` stands on the pages of the PDF that it was read from.

    Words of a part that came from elsewhere, as an abstract from a bibliography, are looked for in
    the PDF, and `remark` says so. Without a PDF of the same bytes as were read there are no pieces,
    and `reason` says why. Raises UsageError for a range that the part does not have.
    """
    text = paper.text_of(part)
    if not 0 <= start < end <= len(text):
        raise UsageError(
            f"{paper.key} has no {part} with characters {start} to {end}",
            hint=f"See its text: review show {paper.key}",
        )
    found = QuoteOnPages(key=paper.key, part=part, start=start, end=end, quote=text[start:end])
    held = files_of(library, paper)
    if not held:
        return found.model_copy(update={"reason": f"{paper.key} was not read from a PDF"})
    readable = [file for file in held if file.path is not None]
    if not readable:
        reason = f"{held[0].fault}, so its pages cannot be shown; its text is kept"
        return found.model_copy(update={"reason": reason})
    for file in readable:
        place = _place_in(file.entry, paper, found)
        if place is None:
            continue
        own, low, high = place
        is_own = own.name == part and own.text == text
        remark = "" if is_own else f"the {part} is not from {file.name}, which has the same words"
        try:
            pieces = tuple(_pieces(file, own, (low, high), kept or KeptViews()))
        except SourceError as error:
            return found.model_copy(update={"reason": error.message})
        return found.model_copy(update={"file": file.name, "pieces": pieces, "remark": remark})
    names = ", ".join(file.name for file in readable)
    reason = f"the {part} is not from {names}, which does not have these words"
    return found.model_copy(update={"reason": reason})


def _place_in(entry: Paper, paper: Paper, found: QuoteOnPages) -> tuple[Part, int, int] | None:
    """The part of a file's own text, and the range in it, that the quote is; None without."""
    own = next((part for part in entry.parts if part.name == found.part), None)
    if own is not None and own.text == paper.text_of(found.part):
        return own, found.start, found.end
    for part in entry.parts:
        if span := locate(found.quote, part.text):
            return part, *span
    return None


def _pieces(
    file: PaperFile, part: Part, span: tuple[int, int], kept: KeptViews
) -> Iterator[QuotePiece]:
    """The quote page by page, as the part's text came from the pages."""
    if part.name == "title" or not part.page_starts:
        yield _on_first_pages(file, part.text, span, kept)
        return
    bounds = [0, *part.page_starts, len(part.text)]
    first, last = (bisect_right(part.page_starts, place) + 1 for place in (span[0], span[1] - 1))
    for number in range(first, last + 1):
        low, high = bounds[number - 1], bounds[number]
        start, end = max(span[0], low), min(span[1], high)
        if part.text[start:end].strip():
            yield _piece(file, number, part.text[low:high], (start - low, end - low), kept)


def _on_first_pages(
    file: PaperFile, text: str, span: tuple[int, int], kept: KeptViews
) -> QuotePiece:
    """A quote of a text whose page is not known, as a title's."""
    pieces = []
    for number in range(1, min(_TITLE_PAGES, max(1, file.pages)) + 1):
        pieces.append(_piece(file, number, text, span, kept))
        if pieces[-1].state == "placed":
            return pieces[-1]
    return pieces[0]


def _piece(
    file: PaperFile, number: int, text: str, span: tuple[int, int], kept: KeptViews
) -> QuotePiece:
    view = _view(file, number, kept)[0]
    state, boxes = boxes_on_page(text, *span, view)
    has_ocr = state == "not found" and view.has_images  # then OCR may have left words without ink
    if has_ocr:
        view = _view(file, number, kept, has_ocr=True)[0]
        state, boxes = boxes_on_page(text, *span, view)
    return QuotePiece(
        page=number,
        width=round(view.width, _POINTS),
        height=round(view.height, _POINTS),
        quote=text[slice(*span)].strip(),
        state=state,
        boxes=boxes,
        has_ocr=has_ocr,
    )


def _view(
    file: PaperFile, number: int, kept: KeptViews, *, has_ocr: bool = False
) -> tuple[PageView, bytes]:
    return kept.view(file.sha256, number, file.read, file.name, has_ocr=has_ocr)


def picture_of(
    library: Library, paper: Paper, number: int, kept: KeptViews | None = None
) -> tuple[PageView, bytes]:
    """A page (from 1) of the paper's PDF and its picture as PNG. Raises NotFoundError without the
    PDF that was read, or without such a page, and SourceError where it cannot be drawn."""
    file = _readable_file(library, paper)
    if not 1 <= number <= max(1, file.pages):
        raise NotFoundError(
            f"{paper.key} has no page {number}: it has {file.pages}",
            hint=f"Name a page from 1 to {file.pages}.",
        )
    return _view(file, number, kept or KeptViews())


def _readable_file(library: Library, paper: Paper) -> PaperFile:
    held = files_of(library, paper)
    if not held:
        raise NotFoundError(
            f"{paper.key} was not read from a PDF",
            hint=f"See what is kept of it: review show {paper.key}",
        )
    if held[0].path is None:
        raise NotFoundError(
            f"{held[0].fault}, so its pages cannot be shown",
            hint=f"Its text is kept: review show {paper.key}; or add the PDF again",
        )
    return held[0]


def marked_picture(
    library: Library, paper: Paper, found: QuoteOnPages, kept: KeptViews | None = None
) -> bytes:
    """The picture of the quote's first page with its rectangles marked on it, as PNG. Raises what
    `picture_of` does."""
    piece = found.pieces[0]
    file = next(f for f in files_of(library, paper) if f.path and f.name == found.file)
    view, picture = _view(file, piece.page, kept or KeptViews(), has_ocr=piece.has_ocr)
    if not piece.boxes:
        return picture
    highlight = Highlight(page=piece.page, boxes=in_file(piece.boxes, view), note="")
    copy = with_highlights(file.read(), file.name, [highlight])
    return look_at_page(copy, file.name, piece.page)[1]


def in_file(boxes: Sequence[Box], view: PageView) -> tuple[tuple[float, float, float, float], ...]:
    """The rectangles in the file's own points (left, bottom, right, top), of a page that may be
    turned: the inverse of `sources.pdf.words.turned`."""
    return tuple(_turned_back(box, view) for box in boxes)


def _turned_back(box: Box, view: PageView) -> tuple[float, float, float, float]:
    x0, x1 = box.left, box.right
    y0, y1 = view.height - box.bottom, view.height - box.top
    if view.quarters == 1:
        x0, y0, x1, y1 = view.height - y1, x0, view.height - y0, x1
    elif view.quarters == 2:
        x0, y0, x1, y1 = view.width - x1, view.height - y1, view.width - x0, view.height - y0
    elif view.quarters == 3:
        x0, y0, x1, y1 = y0, view.width - x1, y1, view.width - x0
    left, bottom = view.origin_left, view.origin_bottom
    return (
        round(x0 + left, _POINTS),
        round(y0 + bottom, _POINTS),
        round(x1 + left, _POINTS),
        round(y1 + bottom, _POINTS),
    )
