"""Runs in a child process within limits: a PDF in; a page with its picture, or a copy, out.

What comes out begins with a line of JSON: the words of one page, whose picture follows, or nothing,
and a highlighted copy of the PDF follows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from reviewer.sources.pdf.glyphs import Page, Word

LOOK, MARK = "look", "mark"
_BELOW, _ABOVE = 0.22, 0.78  # of a font's size: its letters' depth and height, without accents


def look(data: bytes, number: int, scale: float, *, has_ocr: bool) -> tuple[dict[str, Any], bytes]:
    """One page (from 1), as `PageView` has it, and its picture; or `{"refused": why}`."""
    from reviewer.sources.pdf.drawing import draw_page
    from reviewer.sources.pdf.layout import lay_out
    from reviewer.sources.pdf.pdfium import UnreadableError, open_document, read_page

    try:
        document, count = open_document(data)
        if not 1 <= number <= count:
            return {"refused": f"it has no page {number}: it has {count}"}, b""
        page = read_page(document, number, has_ocr=has_ocr)
        picture = draw_page(document, number, page.quarters, scale)
    except UnreadableError as error:
        return {"refused": str(error)}, b""
    laid = lay_out([page], first=number)[0]
    lines = [*laid.lines, *laid.doubtful]
    within = {id(word) for line in lines for word in line.words}
    others = [word for word in page.words if id(word) not in within and not word.angle]
    view = {
        "number": number,
        "pages": count,
        "width": page.width,
        "height": page.height,
        "quarters": page.quarters,
        "origin_left": page.left,
        "origin_bottom": page.bottom,
        "has_images": page.has_images,
        "lines": [{"text": line.text, "words": list(_placed(line.words, page))} for line in lines],
        "others": list(_placed(others, page)),
    }
    return view, picture


def _placed(words: tuple[Word, ...] | list[Word], page: Page) -> Iterator[dict[str, Any]]:
    """The words with their rectangles. A font's own box of a letter may reach into the next line,
    so height and depth are those of its letters."""
    for word in words:
        bottom = max(word.y0, word.base - _BELOW * word.size)
        top = min(word.y1, word.base + _ABOVE * word.size)
        if top - bottom < 0.3 * (word.y1 - word.y0):  # letters that stand off their base line
            bottom, top = word.y0, word.y1
        box = {
            "left": round(word.x0, 2),
            "top": round(page.height - top, 2),
            "right": round(word.x1, 2),
            "bottom": round(page.height - bottom, 2),
        }
        yield {"text": word.text, "box": box}


def mark(data: bytes) -> tuple[dict[str, Any], bytes]:
    """A copy of a PDF with highlights; `data` is a line of JSON, a list of `Highlight`, then the
    PDF. Or `{"refused": why}`."""
    from reviewer.sources.pdf.drawing import highlighted
    from reviewer.sources.pdf.pdfium import UnreadableError
    from reviewer.types.pages import Highlight

    head, _, pdf = data.partition(b"\n")
    try:
        copy = highlighted(pdf, [Highlight(**fields) for fields in json.loads(head)])
    except UnreadableError as error:
        return {"refused": str(error)}, b""
    return {}, copy


def main() -> None:
    import gc

    from reviewer.sources.pdf.worker import limit_this_process

    limit_this_process()
    gc.disable()  # short-lived, and a quarter of the time
    job, *arguments = sys.argv[1:]
    data = sys.stdin.buffer.read()
    try:
        if job == LOOK:
            number, scale, *options = arguments
            head, body = look(data, int(number), float(scale), has_ocr="--ocr" in options)
        else:
            head, body = mark(data)
    except MemoryError:
        head, body = {"refused": "it takes more than 1 GiB of memory"}, b""
    sys.stdout.buffer.write(json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.write(b"\n" + body)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
