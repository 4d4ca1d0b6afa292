"""Runs in a child process within limits: scanned pages to pages with their text, and to a PDF.

`page NUMBER LANGUAGE` draws the page of the PDF on standard input and gives it to Tesseract, which
returns it as a PDF of one page with invisible text; `join` puts such pages in the places of others.
Tesseract runs inside the limits of this process.
"""

from __future__ import annotations

import ctypes
import io
import json
import math
import os
import sys

from reviewer.processes import run_program
from reviewer.sources.pdf.worker import MOST_SECONDS, limit_this_process

PROGRAM = "tesseract"
_DPI = 300  # what Tesseract is trained for
_POINTS = 72
_MOST_PIXELS = 12_000_000
_MOST_FILE_BYTES = 64 << 20  # Tesseract keeps the picture in a temporary file
FAILED = 2  # the exit code when Tesseract gave nothing; its words are on standard output


def picture_of(data: bytes, number: int) -> tuple[bytes, int]:
    """The page, from 1, as a grey PGM picture, and its dots an inch; less than 300 for a page so
    large that it would have more than 12 million pixels."""
    import pypdfium2.raw as pdfium

    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    page = pdfium.FPDF_LoadPage(document, number - 1)
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    scale = min(_DPI / _POINTS, math.sqrt(_MOST_PIXELS / max(1.0, width * height)))
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    bitmap = pdfium.FPDFBitmap_CreateEx(across, down, pdfium.FPDFBitmap_Gray, None, 0)
    pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, across, down, 0xFFFFFFFF)
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, across, down, 0, pdfium.FPDF_ANNOT)
    stride = pdfium.FPDFBitmap_GetStride(bitmap)
    pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * down)
    rows = b"".join(pixels[n * stride : n * stride + across] for n in range(down))
    return b"P5 %d %d 255\n" % (across, down) + rows, round(scale * _POINTS)


def recognise_page(data: bytes, number: int, language: str) -> int:
    """Write the page with its text as a PDF to standard output; gives the exit code."""
    picture, dots = picture_of(data, number)
    os.environ["OMP_THREAD_LIMIT"] = "1"
    arguments = ["stdin", "stdout", "-l", language, "--dpi", str(dots), "pdf"]
    outcome = run_program(PROGRAM, arguments, picture, MOST_SECONDS)
    if outcome is None or outcome.code != 0 or not outcome.output.startswith(b"%PDF"):
        sys.stdout.buffer.write(outcome.errors[:500] if outcome else b"")
        return FAILED
    sys.stdout.buffer.write(outcome.output)
    return 0


def join_pages(packed: bytes) -> bytes:
    """A PDF in which pages are replaced. `packed` is a line of JSON with the size of the PDF and
    [page, size] of each replacement, and then the bytes of all of them."""
    import pypdfium2 as pdfium

    head, _, rest = packed.partition(b"\n")
    sizes = json.loads(head)
    original = pdfium.PdfDocument(rest[: sizes["pdf"]])
    at, replaced = sizes["pdf"], dict[int, bytes]()
    for number, size in sizes["pages"]:
        replaced[number] = rest[at : at + size]
        at += size
    made = pdfium.PdfDocument.new()
    for n in range(len(original)):
        if (own := replaced.get(n + 1)) is not None:
            made.import_pages(pdfium.PdfDocument(own), [0])
        else:
            made.import_pages(original, [n])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def main() -> int:
    limit_this_process(_MOST_FILE_BYTES)
    data = sys.stdin.buffer.read()
    if sys.argv[1] == "join":
        sys.stdout.buffer.write(join_pages(data))
        return 0
    return recognise_page(data, int(sys.argv[2]), sys.argv[3])


if __name__ == "__main__":
    sys.exit(main())
