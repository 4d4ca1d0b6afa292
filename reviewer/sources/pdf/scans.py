"""Runs in a child process within limits: scanned pages to pages with their text, and to a PDF.

`page NUMBER LANGUAGE` draws the page of the PDF on standard input and gives it to Tesseract, which
returns it as a PDF of one page with invisible text; `join` puts such pages in the places of others.
Tesseract runs inside the limits of this process.
"""

from __future__ import annotations

import json
import os
import sys

from reviewer.processes import run_program
from reviewer.sources.pdf.pdfium import picture_of, with_pages
from reviewer.sources.pdf.worker import MOST_SECONDS, limit_this_process

PROGRAM = "tesseract"
_MOST_FILE_BYTES = 64 << 20  # Tesseract keeps the picture in a temporary file
FAILED = 2  # the exit code when Tesseract gave nothing; its words are on standard output


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
    head, _, rest = packed.partition(b"\n")
    sizes = json.loads(head)
    at, replaced = sizes["pdf"], dict[int, bytes]()
    for number, size in sizes["pages"]:
        replaced[number] = rest[at : at + size]
        at += size
    return with_pages(rest[: sizes["pdf"]], replaced)


def main() -> int:
    limit_this_process(_MOST_FILE_BYTES)
    data = sys.stdin.buffer.read()
    if sys.argv[1] == "join":
        sys.stdout.buffer.write(join_pages(data))
        return 0
    return recognise_page(data, int(sys.argv[2]), sys.argv[3])


if __name__ == "__main__":
    sys.exit(main())
