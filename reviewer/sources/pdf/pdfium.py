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
from typing import Any

from reviewer.sources.pdf.actual_text import take_actual_text, unseen_letters
from reviewer.sources.pdf.glyphs import Canvas, Letter, Page, Rule, TextObject, Word
from reviewer.sources.pdf.visibility import LEAST_CONTRAST, Drawing, own_colour, why_hidden
from reviewer.sources.pdf.words import quarters_to_upright, turned, visible_words

Handle = Any
"""A pointer of PDFium's."""

LEAST_SIZE_PT = 2.0  # smaller letters are unreadable in print; small labels in figures have 3 to 4
MOST_PAGES = 1000
MOST_PAGE_CHARS = 200_000
_MOST_RULE_PT = 3.0  # a thicker line is a box
_MOST_RULES = 500
_MOST_DRAWN = 20_000  # objects of a page that are asked
NO_INK = "drawn without ink"
REPLACED = "in place of those that are seen"
_SCALE = 1.5  # pixels a point: at 1.0 no letter of 100,000 was missed in two manuals of 10 to 12 pt
_MOST_PIXELS = 4_000_000
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl"}
# TeX's bitmap fonts give no Unicode: the same ligatures in its encodings OT1 and T1.
_BARE_LIGATURES = {
    first + i: text for first in (0x0B, 0x1B) for i, text in enumerate(_LIGATURES.values())
}
_BARE_LIGATURES |= {0x10: "“", 0x11: "”", 0x15: "–", 0x16: "—"}  # T1
_HYPHENS = frozenset((0x02, 0xAD, 0xFFFE))  # what PDFium makes of a hyphen at a line's end
_INVISIBLE_MODES = (3, 7)  # neither filled nor stroked
_BOLD = ("bold", "black", "heavy", "semibold", "demi", "cmbx", "sfbx", "ecbx", "medi", "-bd")


class UnreadableError(Exception):
    """The PDF cannot be read; the text says why, in the user's words."""


def read_pages(data: bytes, *, has_ocr: bool = False) -> Iterator[Page]:
    """The pages in order, each with its visible words and a count of the hidden letters by reason.
    With `has_ocr` letters without ink on a page with images are taken for what OCR read there.

    Raises UnreadableError for what is damaged, encrypted or too long.
    """
    document, count = open_document(data)
    for number in range(1, count + 1):
        yield read_page(document, number, has_ocr=has_ocr)


def open_document(data: bytes) -> tuple[Handle, int]:
    """The document, and how many pages it has. Raises UnreadableError as `read_pages` does."""
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
    return document, count


def read_page(document: Handle, number: int, *, has_ocr: bool = False) -> Page:
    """One page, by its number from 1."""
    import pypdfium2.raw as pdfium

    page = pdfium.FPDF_LoadPage(document, number - 1)
    if not page:
        return Page(0, 0, (), {}, is_damaged=True)
    found = _read_page(page, has_ocr=has_ocr)
    pdfium.FPDF_ClosePage(page)
    return found


def information(data: bytes) -> dict[str, str]:
    """The file's own metadata: Title, Author, Subject, Keywords, as far as they are there."""
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


def _read_page(page: Handle, *, has_ocr: bool) -> Page:
    import pypdfium2.raw as pdfium

    quarters = pdfium.FPDFPage_GetRotation(page)
    pdfium.FPDFPage_SetRotation(page, 0)
    canvas = _canvas(page)
    taken = take_actual_text(page)
    text = pdfium.FPDFText_LoadPage(page)
    has_images = any(
        pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, i)) == pdfium.FPDF_PAGEOBJ_IMAGE
        for i in range(min(pdfium.FPDFPage_CountObjects(page), 1000))
    )
    rules = list(_rules(page))
    letters = list(_letters(text, canvas)) if text else []
    if letters:
        _look(page, letters, canvas)
    for letter in letters if has_ocr and has_images else ():
        letter.reason = "" if letter.reason == NO_INK else letter.reason
    if text:
        pdfium.FPDFText_ClosePage(text)
    hidden: Counter[str] = Counter()
    if replaced := unseen_letters(taken, _text_by_object(letters, canvas)) if taken else 0:
        hidden[REPLACED] = replaced
    words = list(visible_words(letters, hidden))
    quarters += quarters_to_upright(words, quarters)
    words = [turned(word, quarters % 4, canvas) for word in words]
    width, height = canvas.across, canvas.down
    if quarters % 2:
        width, height = height, width
    drawn = [turned(rule, quarters % 4, canvas) for rule in rules]
    level = tuple(
        Rule(r.x0, r.x1, r.y0) for r in drawn if r.y1 - r.y0 < _MOST_RULE_PT < r.x1 - r.x0
    )
    return Page(
        width,
        height,
        tuple(words),
        dict(hidden),
        has_images=has_images,
        rules=level,
        quarters=quarters % 4,
        left=canvas.left,
        bottom=canvas.top - canvas.down,
    )


def _rules(page: Handle) -> Iterator[Word]:
    """Thin lines and boxes of the page, each as a word without letters, so that it is turned."""
    import pypdfium2.raw as pdfium

    sides = [ctypes.c_float() for _ in range(4)]
    refs = [ctypes.byref(side) for side in sides]
    for i in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_DRAWN)):
        item = pdfium.FPDFPage_GetObject(page, i)
        if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        if pdfium.FPDFPageObj_GetBounds(item, *refs):
            left, bottom, right, top = (side.value for side in sides)
            if min(right - left, top - bottom) < _MOST_RULE_PT < max(right - left, top - bottom):
                yield Word("", left, bottom, right, top, bottom, 1.0)


def _text_by_object(letters: list[Letter], canvas: Canvas) -> dict[int, str]:
    address = {id(source): key for key, source in canvas.objects.items()}
    shown: dict[int, list[str]] = {}
    for letter in letters:
        shown.setdefault(address[id(letter.source)], []).append(letter.text)
    return {key: "".join(parts) for key, parts in shown.items()}


def _canvas(page: Handle) -> Canvas:
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(box))
    width, height = max(1.0, box.right - box.left), max(1.0, box.top - box.bottom)
    scale = min(_SCALE, math.sqrt(_MOST_PIXELS / (width * height)))
    pixels = max(1, int(width * scale)), max(1, int(height * scale))
    return Canvas(box.left, box.top, width, height, scale, *pixels)


def _letters(text: Handle, canvas: Canvas) -> Iterator[Letter]:
    """The letters in the order of the page's content, white space left out but remembered."""
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFText_CountChars(text)
    pdfium.FPDFText_GetTextObject.restype = ctypes.c_void_p  # a number: pointers are slow to make
    if count > MOST_PAGE_CHARS:
        raise UnreadableError(f"a page holds {count:,} characters, more than a page of a paper has")
    box = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    to_x, to_y, to_box = ctypes.byref(x), ctypes.byref(y), ctypes.byref(box)
    is_glued = False
    for i in range(count):
        code = pdfium.FPDFText_GetUnicode(text, i)
        key = pdfium.FPDFText_GetTextObject(text, i)
        shown = _letter_text(code, text, i) if key else ""
        if not shown:
            is_glued = False
            continue
        source = canvas.objects.get(key)
        if source is None:
            handle = ctypes.cast(key, pdfium.FPDF_PAGEOBJECT)
            source = canvas.objects[key] = _text_object(text, i, handle)
        pdfium.FPDFText_GetLooseCharBox(text, i, to_box)
        pdfium.FPDFText_GetCharOrigin(text, i, to_x, to_y)
        yield Letter(
            shown,
            source,
            box.left,
            box.bottom,
            box.right,
            box.top,
            y.value,
            is_glued,
            source.reason,
        )
        is_glued = True


def _letter_text(code: int, text: Handle, index: int) -> str:
    """The letter as text; empty for white space and for codes that are not letters."""
    import pypdfium2.raw as pdfium

    if code in _HYPHENS:
        return "-"
    if code > 32:
        return _LIGATURES.get(code) or chr(code).strip()
    if code in _BARE_LIGATURES and pdfium.FPDFText_IsGenerated(text, index) == 0:
        return _BARE_LIGATURES[code]
    return ""


def _text_object(text: Handle, index: int, handle: Handle) -> TextObject:
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
    return TextObject(handle, size, _is_bold(handle), angle, reason)


def _is_bold(handle: Handle) -> bool:
    import pypdfium2.raw as pdfium

    font = pdfium.FPDFTextObj_GetFont(handle)
    buffer = ctypes.create_string_buffer(128)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, 128)
    name = buffer.value.decode("utf-8", errors="replace").lower()
    return any(mark in name for mark in _BOLD) or pdfium.FPDFFont_GetWeight(font) >= 600


def _look(page: Handle, letters: list[Letter], canvas: Canvas) -> None:
    """Give every letter that cannot be seen its reason."""
    import pypdfium2.raw as pdfium

    as_it_is = _draw(page, canvas)
    for number, source in enumerate(canvas.objects.values(), start=1):
        source.colour = own_colour(number)
        blue, green, red = source.colour
        for paint in (pdfium.FPDFPageObj_SetFillColor, pdfium.FPDFPageObj_SetStrokeColor):
            paint(source.handle, red, green, blue, 255)
    coloured = _draw(page, canvas)
    for source in canvas.objects.values():
        pdfium.FPDFPageObj_SetIsActive(source.handle, False)
    bare = _draw(page, canvas)
    for letter in letters:
        if not letter.reason:
            letter.reason = why_hidden(letter, canvas, (as_it_is, coloured, bare))


def _draw(page: Handle, canvas: Canvas) -> Drawing:
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
    return Drawing(pixels, stride)
