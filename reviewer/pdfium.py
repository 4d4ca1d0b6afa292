"""The only file that knows PDFium: the words of a PDF's pages, and whether a reader can see them.

A page is drawn three times: as it is, with every piece of text in a colour of its own, and without
its text. A letter is visible where its own colour comes out on top and where the page as it is
differs from the page without text. So it does not matter by which trick a text is hidden.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reviewer.glyphs import Page, Word

LEAST_SIZE_PT = 2.0  # smaller letters are unreadable in print; small labels in figures have 3 to 4
LEAST_CONTRAST = 32  # of 255 in the strongest colour channel; light grey on white has 34 (#ddd)
MOST_PAGES = 1000
MOST_PAGE_CHARS = 200_000
NO_INK = "drawn without ink"
_SCALE = 1.5  # pixels a point: at 1.0 no letter of 100,000 was missed in two manuals of 10 to 12 pt
_MOST_PIXELS = 4_000_000
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl"}
# TeX's bitmap fonts tell no Unicode: the same ligatures in its encodings OT1 and T1.
_BARE_LIGATURES = {
    first + i: text for first in (0x0B, 0x1B) for i, text in enumerate(_LIGATURES.values())
}
_BARE_LIGATURES |= {0x10: "“", 0x11: "”", 0x15: "–", 0x16: "—"}  # T1
_HYPHENS = frozenset((0x02, 0xAD, 0xFFFE))  # what PDFium makes of a hyphen at a line's end
_INVISIBLE_MODES = (3, 7)  # neither filled nor stroked
_UPRIGHT = 0.1  # radians
_BOLD = ("bold", "black", "heavy", "semibold", "demi", "cmbx", "medi", "-bd")


class UnreadableError(Exception):
    """The PDF cannot be read; the text says why, in the user's words."""


@dataclass(slots=True)
class _Piece:
    """One text object of a page: its letters share font, size, colour and angle."""

    handle: Any
    size: float
    is_bold: bool
    angle: float
    reason: str  # why none of it can be seen, as far as its attributes tell
    colour: bytes = b""


@dataclass(slots=True)
class _Letter:
    text: str
    piece: _Piece
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    is_glued: bool
    reason: str = ""


@dataclass(slots=True)
class _Drawn:
    """Rows of pixels, four bytes each: blue, green, red, 255."""

    pixels: bytearray
    stride: int


@dataclass(slots=True)
class _Canvas:
    """How the page's points become pixels."""

    left: float
    top: float
    scale: float
    width: int
    height: int
    pieces: dict[int, _Piece] = field(default_factory=dict)


def read_pages(data: bytes, *, has_ocr: bool = False) -> Iterator[Page]:
    """The pages in order, each with its visible words and a count of the hidden letters by reason.
    With `has_ocr` letters without ink on a page with images are taken for what OCR read there.

    Raises UnreadableError for what is damaged, encrypted or too long.
    """
    import pypdfium2.raw as pdfium

    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        raise UnreadableError(_refusal(pdfium.FPDF_GetLastError()))
    count = pdfium.FPDF_GetPageCount(document)
    if count > MOST_PAGES:
        raise UnreadableError(f"it has {count:,} pages, more than the {MOST_PAGES:,} that are read")
    if count < 1:
        raise UnreadableError("it is damaged: it has no pages")
    for number in range(count):
        page = pdfium.FPDF_LoadPage(document, number)
        if not page:
            yield Page(0, 0, (), {}, is_damaged=True)
            continue
        yield _read_page(page, has_ocr=has_ocr)
        pdfium.FPDF_ClosePage(page)


def information(data: bytes) -> dict[str, str]:
    """What the file says of itself: Title, Author, Subject, Keywords, as far as they are there."""
    import pypdfium2.raw as pdfium

    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    found = {}
    for name in ("Title", "Author", "Subject", "Keywords"):
        size = pdfium.FPDF_GetMetaText(document, name.encode(), None, 0) if document else 0
        if 2 < size < 20_000:
            buffer = ctypes.create_string_buffer(size)
            pdfium.FPDF_GetMetaText(document, name.encode(), buffer, size)
            found[name] = buffer.raw[: size - 2].decode("utf-16-le", errors="replace").strip()
    return {name: text for name, text in found.items() if text}


def _refusal(code: int) -> str:
    import pypdfium2.raw as pdfium

    if code == pdfium.FPDF_ERR_PASSWORD:
        return "it is encrypted with a password: save a copy without one, and add that"
    if code == pdfium.FPDF_ERR_SECURITY:
        return "it is encrypted in a way that cannot be read: save a copy without it, and add that"
    return "it is damaged: no page can be read"


def _read_page(page: Any, *, has_ocr: bool) -> Page:  # noqa: ANN401
    import pypdfium2.raw as pdfium

    turned = pdfium.FPDFPage_GetRotation(page)
    pdfium.FPDFPage_SetRotation(page, 0)
    canvas = _canvas(page)
    text = pdfium.FPDFText_LoadPage(page)
    has_images = any(
        pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, i)) == pdfium.FPDF_PAGEOBJ_IMAGE
        for i in range(min(pdfium.FPDFPage_CountObjects(page), 1000))
    )
    letters = list(_letters(text, canvas)) if text else []
    if letters:
        _look(page, letters, canvas)
    for letter in letters if has_ocr and has_images else ():
        letter.reason = "" if letter.reason == NO_INK else letter.reason
    if text:
        pdfium.FPDFText_ClosePage(text)
    hidden: Counter[str] = Counter()
    words = [_turned(word, turned, canvas) for word in _words(letters, hidden)]
    width, height = canvas.width / canvas.scale, canvas.height / canvas.scale
    if turned % 2:
        width, height = height, width
    return Page(width, height, tuple(words), dict(hidden), has_images=has_images)


def _canvas(page: Any) -> _Canvas:  # noqa: ANN401
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(box))
    width, height = max(1.0, box.right - box.left), max(1.0, box.top - box.bottom)
    scale = min(_SCALE, math.sqrt(_MOST_PIXELS / (width * height)))
    return _Canvas(
        box.left, box.top, scale, max(1, int(width * scale)), max(1, int(height * scale))
    )


def _letters(text: Any, canvas: _Canvas) -> Iterator[_Letter]:  # noqa: ANN401
    """The letters in the order of the page's content, white space left out but remembered."""
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFText_CountChars(text)
    if count > MOST_PAGE_CHARS:
        raise UnreadableError(f"a page holds {count:,} characters, which is no paper")
    box = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    to_x, to_y, to_box = ctypes.byref(x), ctypes.byref(y), ctypes.byref(box)
    is_glued = False
    for i in range(count):
        code = pdfium.FPDFText_GetUnicode(text, i)
        handle = pdfium.FPDFText_GetTextObject(text, i)
        said = _said(code, text, i) if handle else ""
        if not said:
            is_glued = False
            continue
        key = ctypes.cast(handle, ctypes.c_void_p).value or 0
        piece = canvas.pieces.get(key)
        if piece is None:
            piece = canvas.pieces[key] = _piece(text, i, handle)
        pdfium.FPDFText_GetLooseCharBox(text, i, to_box)
        pdfium.FPDFText_GetCharOrigin(text, i, to_x, to_y)
        yield _Letter(
            said, piece, box.left, box.bottom, box.right, box.top, y.value, is_glued, piece.reason
        )
        is_glued = True


def _said(code: int, text: Any, index: int) -> str:  # noqa: ANN401
    """The letter as text; nothing for white space and what stands for no letter."""
    import pypdfium2.raw as pdfium

    if code in _HYPHENS:
        return "-"
    if code > 32:
        return _LIGATURES.get(code) or chr(code).strip()
    if code in _BARE_LIGATURES and pdfium.FPDFText_IsGenerated(text, index) == 0:
        return _BARE_LIGATURES[code]
    return ""


def _piece(text: Any, index: int, handle: Any) -> _Piece:  # noqa: ANN401
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    scale = 1.0
    if pdfium.FPDFText_GetMatrix(text, index, matrix):
        scale = math.hypot(matrix.c, matrix.d)
        if min(scale, math.hypot(matrix.a, matrix.b)) < 0.1 * scale:
            scale = 0.0  # squeezed to a line
    size = pdfium.FPDFText_GetFontSize(text, index) * scale
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    refs = [ctypes.byref(value) for value in (red, green, blue, alpha)]
    is_clear = bool(pdfium.FPDFPageObj_GetFillColor(handle, *refs)) and alpha.value < LEAST_CONTRAST
    mode = pdfium.FPDFTextObj_GetTextRenderMode(handle)
    reason = ""
    if mode in _INVISIBLE_MODES or (is_clear and mode in (0, 4)):
        reason = NO_INK
    elif size < LEAST_SIZE_PT:
        reason = "too small to read"
    angle = pdfium.FPDFText_GetCharAngle(text, index)
    return _Piece(handle, size, _is_bold(handle), angle, reason)


def _is_bold(handle: Any) -> bool:  # noqa: ANN401
    import pypdfium2.raw as pdfium

    font = pdfium.FPDFTextObj_GetFont(handle)
    buffer = ctypes.create_string_buffer(128)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, 128)
    name = buffer.value.decode("utf-8", errors="replace").lower()
    return any(mark in name for mark in _BOLD) or pdfium.FPDFFont_GetWeight(font) >= 600


def _look(page: Any, letters: list[_Letter], canvas: _Canvas) -> None:  # noqa: ANN401
    """Give every letter that cannot be seen its reason."""
    import pypdfium2.raw as pdfium

    as_it_is = _draw(page, canvas)
    for number, piece in enumerate(canvas.pieces.values(), start=1):
        piece.colour = _own_colour(number)
        blue, green, red = piece.colour
        for paint in (pdfium.FPDFPageObj_SetFillColor, pdfium.FPDFPageObj_SetStrokeColor):
            paint(piece.handle, red, green, blue, 255)
    coloured = _draw(page, canvas)
    for piece in canvas.pieces.values():
        pdfium.FPDFPageObj_SetIsActive(piece.handle, False)
    bare = _draw(page, canvas)
    for letter in letters:
        if not letter.reason:
            letter.reason = _reason(letter, canvas, (as_it_is, coloured, bare))


def _own_colour(number: int) -> bytes:
    """Blue, green, red: far from those of the numbers beside it. No byte is 255, so that a colour
    is found only where a pixel begins."""
    mixed = number * 9_999_991 % 250**3  # prime to 250, so no colour comes twice
    return bytes((mixed // 62_500, mixed // 250 % 250, mixed % 250))


def _draw(page: Any, canvas: _Canvas) -> _Drawn:  # noqa: ANN401
    import pypdfium2.raw as pdfium

    stride = canvas.width * 4
    pixels = bytearray(b"\xff") * (stride * canvas.height)
    memory = (ctypes.c_char * len(pixels)).from_buffer(pixels)
    bitmap = pdfium.FPDFBitmap_CreateEx(
        canvas.width, canvas.height, pdfium.FPDFBitmap_BGRx, memory, stride
    )
    flat = (
        pdfium.FPDF_RENDER_NO_SMOOTHTEXT
        | pdfium.FPDF_RENDER_NO_SMOOTHPATH
        | pdfium.FPDF_RENDER_NO_SMOOTHIMAGE
    )
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, canvas.width, canvas.height, 0, flat)
    pdfium.FPDFBitmap_Destroy(bitmap)
    return _Drawn(pixels, stride)


def _reason(letter: _Letter, canvas: _Canvas, drawn: tuple[_Drawn, _Drawn, _Drawn]) -> str:
    """Why a letter cannot be seen; empty when it can."""
    as_it_is, coloured, bare = (one.pixels for one in drawn)
    scale, stride, colour = canvas.scale, drawn[1].stride, letter.piece.colour
    x0, x1 = int((letter.x0 - canvas.left) * scale), int((letter.x1 - canvas.left) * scale) + 2
    y0, y1 = int((canvas.top - letter.y1) * scale), int((canvas.top - letter.y0) * scale) + 2
    x0, x1, y0, y1 = max(0, x0), min(canvas.width, x1), max(0, y0), min(canvas.height, y1)
    if x0 >= x1 or y0 >= y1:
        return "off the page"
    on_top = False
    middle = (y0 + y1) // 2  # most letters have ink there
    rows = [(y * stride + x0 * 4, y * stride + x1 * 4) for y in (*range(middle, y1), *range(y0, middle))]
    for first, last in rows:
        at = coloured.find(colour, first, last)
        if at >= 0 and bare[at : at + 3] != colour:
            if _contrast(as_it_is, bare, at) >= LEAST_CONTRAST:
                return ""
            on_top = True
    for first, last in () if on_top else rows:  # no pixel has it pure: smoothed, as bitmap fonts are
        for at in range(first, last, 4):
            if _shines_through(colour, coloured, bare, at):
                if _contrast(as_it_is, bare, at) >= LEAST_CONTRAST:
                    return ""
                on_top = True
    return "of its background's colour" if on_top else "covered or clipped away"


def _shines_through(colour: bytes, mixed: bytearray, bare: bytearray, at: int) -> bool:
    """True when the pixel is a mixture of the colour and what is behind it."""
    if mixed[at : at + 3] == bare[at : at + 3]:
        return False
    own = [colour[i] - bare[at + i] for i in range(3)]
    seen = [mixed[at + i] - bare[at + i] for i in range(3)]
    largest = max(range(3), key=lambda i: abs(own[i]))
    if not own[largest]:
        return False
    share = seen[largest] / own[largest]
    return 0.1 < share <= 1.02 and all(abs(seen[i] - share * own[i]) < 6 for i in range(3))


def _contrast(one: bytearray, other: bytearray, at: int) -> int:
    return max(
        abs(one[at] - other[at]),
        abs(one[at + 1] - other[at + 1]),
        abs(one[at + 2] - other[at + 2]),
    )


def _words(letters: list[_Letter], hidden: Counter[str]) -> Iterator[Word]:
    """Runs of letters without white space, a jump or a change of size between them. A word most of
    whose letters are hidden is left out and counted."""
    run: list[_Letter] = []
    for letter in [*letters, None]:
        if run and (letter is None or _parts(run[-1], letter)):
            unseen = [one for one in run if one.reason]
            if 2 * len(unseen) > len(run):
                for one in run:
                    hidden[one.reason or unseen[0].reason] += one.text.isalnum()
            else:
                yield _word(run)
            run = []
        if letter is not None:
            run.append(letter)


def _parts(before: _Letter, after: _Letter) -> bool:
    one, other = before.piece, after.piece
    em = max(one.size, other.size, 1.0)
    if not after.is_glued or abs(one.angle - other.angle) > _UPRIGHT:
        return True
    if abs(one.angle) < _UPRIGHT or abs(one.angle - 2 * math.pi) < _UPRIGHT:
        if not -em < after.x0 - before.x1 < 0.6 * em:
            return True
        return abs(before.base - after.base) > 0.12 * em or abs(one.size - other.size) > 0.12 * em
    return False


def _word(run: list[_Letter]) -> Word:
    first = run[0]
    return Word(
        text="".join(letter.text for letter in run),
        x0=min(letter.x0 for letter in run),
        y0=min(letter.y0 for letter in run),
        x1=max(letter.x1 for letter in run),
        y1=max(letter.y1 for letter in run),
        base=first.base,
        size=first.piece.size,
        is_bold=first.piece.is_bold,
        is_glued=first.is_glued,
        angle=first.piece.angle,
    )


def _turned(word: Word, quarters: int, canvas: _Canvas) -> Word:
    """The word as it stands when the page is turned clockwise by so many quarters, from (0, 0)."""
    left, bottom = canvas.left, canvas.top - canvas.height / canvas.scale
    right, top = left + canvas.width / canvas.scale, canvas.top
    x0, y0, x1, y1 = word.x0 - left, word.y0 - bottom, word.x1 - left, word.y1 - bottom
    base = word.base - bottom
    if quarters == 1:
        x0, y0, x1, y1 = y0, right - word.x1, y1, right - word.x0
        base = y0 + 0.2 * (y1 - y0)
    elif quarters == 2:
        x0, y0, x1, y1 = right - word.x1, top - word.y1, right - word.x0, top - word.y0
        base = top - word.base
    elif quarters == 3:
        x0, y0, x1, y1 = top - word.y1, x0, top - word.y0, x1
        base = y0 + 0.2 * (y1 - y0)
    turn = word.angle + quarters * math.pi / 2  # PDFium counts clockwise
    angle = abs(math.remainder(turn, 2 * math.pi))
    return Word(
        word.text, x0, y0, x1, y1, base, word.size, word.is_bold, word.is_glued,
        0.0 if angle < _UPRIGHT else angle,
    )  # fmt: skip
