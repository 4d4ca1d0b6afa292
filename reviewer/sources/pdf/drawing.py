"""Draws a page as a PNG picture, and adds highlights to a copy of a PDF. Runs in the child process.

PDFium is not made for threads and files may be hostile, so `page_worker` alone calls this.
"""

from __future__ import annotations

import ctypes
import math
import struct
import zlib
from collections.abc import Sequence

from reviewer.sources.pdf.pdfium import Handle, UnreadableError, open_document
from reviewer.types.pages import Highlight

MOST_PIXELS = 6_000_000  # a letter page at 3 pixels a point has 4.4 million
_YELLOW = (255, 214, 10)
_PRINTED = 4  # the flag of an annotation that is printed with its page
_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_COMPRESSION = 4  # half the time of the usual 6, a twentieth more bytes


def draw_page(document: Handle, number: int, quarters: int, scale: float) -> bytes:
    """The page (from 1) as PNG, turned clockwise by `quarters`, at so many pixels a point, fewer
    where it would have more than MOST_PIXELS. Annotations are drawn, as viewers do."""
    import pypdfium2.raw as pdfium

    page = pdfium.FPDF_LoadPage(document, number - 1)
    if not page:
        raise UnreadableError(f"its page {number} is damaged")
    pdfium.FPDFPage_SetRotation(page, 0)
    across, down = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    if quarters % 2:
        across, down = down, across
    scale = min(scale, math.sqrt(MOST_PIXELS / max(1.0, across * down)))
    width, height = max(1, round(across * scale)), max(1, round(down * scale))
    stride = 3 * width
    pixels = bytearray(b"\xff") * (stride * height)
    memory = (ctypes.c_char * len(pixels)).from_buffer(pixels)
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGR, memory, stride)
    flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, quarters, flags)
    pdfium.FPDFBitmap_Destroy(bitmap)
    pdfium.FPDF_ClosePage(page)
    return _png(width, height, pixels)


def _png(width: int, height: int, pixels: bytearray) -> bytes:
    """RGB pixels as PNG (ISO/IEC 15948), in shades of grey where they have no colour."""
    red = pixels[0::3]
    is_grey = red == pixels[1::3] == pixels[2::3]
    rows, stride, kind = (red, width, 0) if is_grey else (pixels, 3 * width, 2)
    lines = b"".join(b"\0" + rows[at : at + stride] for at in range(0, stride * height, stride))
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, _COMPRESSION)), (b"IEND", b""))
    return _PNG_MARK + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def highlighted(data: bytes, highlights: Sequence[Highlight]) -> bytes:
    """A copy of the PDF with these highlights as annotations. What the file holds stays, byte by
    byte, and the copy goes on after it; a file that cannot be gone on with is written again.

    Raises UnreadableError for a PDF that cannot be read, or written.
    """
    import pypdfium2.raw as pdfium

    document, count = open_document(data)
    for highlight in highlights:
        page = pdfium.FPDF_LoadPage(document, highlight.page - 1)
        if not page:
            raise UnreadableError(f"its page {highlight.page} is damaged")
        _annotate(page, highlight)
        pdfium.FPDF_ClosePage(page)
    for flag in (pdfium.FPDF_INCREMENTAL, pdfium.FPDF_NO_INCREMENTAL):
        copy = _saved(document, flag)
        if _is_whole(copy, count, highlights):
            return copy
    raise UnreadableError("no copy of it with annotations can be written")


def _annotate(page: Handle, highlight: Highlight) -> None:
    import pypdfium2.raw as pdfium

    mark = pdfium.FPDFPage_CreateAnnot(page, pdfium.FPDF_ANNOT_HIGHLIGHT)
    pdfium.FPDFAnnot_SetColor(mark, pdfium.FPDFANNOT_COLORTYPE_Color, *_YELLOW, 255)
    pdfium.FPDFAnnot_SetFlags(mark, _PRINTED)
    for x0, y0, x1, y1 in highlight.boxes:
        # The order that viewers expect, against the standard's words: upper corners first.
        corners = pdfium.FS_QUADPOINTSF(x0, y1, x1, y1, x0, y0, x1, y0)
        pdfium.FPDFAnnot_AppendAttachmentPoints(mark, ctypes.byref(corners))
    x0, y0 = (min(box[i] for box in highlight.boxes) for i in (0, 1))
    x1, y1 = (max(box[i] for box in highlight.boxes) for i in (2, 3))
    pdfium.FPDFAnnot_SetRect(mark, ctypes.byref(pdfium.FS_RECTF(x0, y1, x1, y0)))
    for name, text in ((b"Contents", highlight.note), (b"T", "review")):
        wide = (text + "\0").encode("utf-16-le", "replace")
        letters = (ctypes.c_ushort * (len(wide) // 2)).from_buffer_copy(wide)
        pdfium.FPDFAnnot_SetStringValue(mark, name, letters)
    pdfium.FPDFPage_CloseAnnot(mark)


def _saved(document: Handle, flag: int) -> bytes:
    import pypdfium2.raw as pdfium

    written: list[bytes] = []

    def keep(_: object, block: int, size: int) -> int:
        written.append(ctypes.string_at(block, size))
        return 1

    writer = pdfium.FPDF_FILEWRITE(version=1)
    kind = dict(pdfium.FPDF_FILEWRITE._fields_)["WriteBlock"]
    writer.WriteBlock = kind(keep)
    return b"".join(written) if pdfium.FPDF_SaveAsCopy(document, writer, flag) else b""


def _is_whole(copy: bytes, pages: int, highlights: Sequence[Highlight]) -> bool:
    """True for a copy that opens again with all its pages and at least these annotations."""
    import pypdfium2.raw as pdfium

    document = pdfium.FPDF_LoadMemDocument64(copy, len(copy), None) if copy else None
    if not document or pdfium.FPDF_GetPageCount(document) != pages:
        return False
    numbers = [highlight.page for highlight in highlights]
    for number in set(numbers):
        page = pdfium.FPDF_LoadPage(document, number - 1)
        held = pdfium.FPDFPage_GetAnnotCount(page) if page else 0
        pdfium.FPDF_ClosePage(page)
        if held < numbers.count(number):
            return False
    pdfium.FPDF_CloseDocument(document)
    return True
