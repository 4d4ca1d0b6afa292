"""Runs in a child process within limits: a PDF in, its title, texts and metadata as JSON out."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from reviewer.sources.pdf.glyphs import Page

MOST_SECONDS = 30
MOST_BYTES = 1 << 30
MOST_CHARS = 20_000_000
LEAST_CHARS = 200  # of visible text: less is a cover, a scan or an empty file


def limit_this_process(most_file_bytes: int = 0) -> None:
    """30 s of processor time, 1 GiB of memory, no files (or none larger than this), no core dump,
    where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock is the only limit there
        return
    for kind, most in (
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_AS, MOST_BYTES),
        (resource.RLIMIT_FSIZE, most_file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def read(data: bytes, *, has_ocr: bool = False) -> dict[str, Any]:
    """What the PDF holds, ready for JSON, or `{"refused": why}`."""
    from reviewer.sources.pdf.dates import printed_date
    from reviewer.sources.pdf.layout import lay_out
    from reviewer.sources.pdf.metadata import authors, first_page_text, identifiers
    from reviewer.sources.pdf.pdfium import UnreadableError, information, read_pages
    from reviewer.sources.pdf.sections import paper_text

    try:
        pages = list(read_pages(data, has_ocr=has_ocr))
    except UnreadableError as error:
        return {"refused": str(error)}
    chars = sum(len(word.text) for page in pages for word in page.words)
    scanned = [
        n
        for n, page in enumerate(pages, 1)
        if page.has_images and sum(len(word.text) for word in page.words) < LEAST_CHARS
    ]
    if refusal := _refusal(pages, chars):
        return {"refused": refusal, "scanned_pages": scanned}
    info = information(data)
    laid = lay_out(pages)
    found = paper_text(laid, info)
    ids = identifiers(pages, laid[0].sideways, info)
    if "date" not in ids:
        lines = [line.text for line in found.front_lines]
        date = printed_date(lines, first_page_text(pages, laid))
        ids |= {"date": date} if date[0] else {}
    people, sure = authors(found.front_lines, info)
    certainty = {**found.certainty, **{name: how for name, (_, how) in ids.items()}}
    if people:
        certainty["authors"] = sure
    hidden = sum((Counter(page.hidden) for page in pages), Counter[str]())
    return {
        "title": found.title,
        "front": found.front,
        "authors": people,
        "certainty": certainty,
        **{name: ids.get(name, ("", ""))[0] for name in ("doi", "arxiv_id", "date")},
        **{name: asdict(getattr(found, name)) for name in ("abstract", "body", "references")},
        "pages": len(pages),
        "doubtful": [line.text for page in laid for line in page.doubtful],
        "doubtful_pages": [n for n, page in enumerate(laid, 1) if page.doubtful],
        "hidden": dict(hidden),
        "hidden_pages": [n for n, page in enumerate(pages, 1) if sum(page.hidden.values())],
        "damaged_pages": [n for n, page in enumerate(pages, 1) if page.is_damaged],
        "image_pages": [n for n, page in enumerate(pages, 1) if page.has_images and not page.words],
        "scanned_pages": scanned,
    }


def _refusal(pages: Sequence[Page], chars: int) -> str:
    """Why there is nothing to read in these pages; empty when there is."""
    if chars > MOST_CHARS:
        return f"it holds {chars:,} characters, more than the {MOST_CHARS:,} that are read"
    images = sum(page.has_images for page in pages)
    hidden = sum(sum(page.hidden.values()) for page in pages)
    if all(page.is_damaged for page in pages):
        return "it is damaged: no page can be read"
    if chars >= LEAST_CHARS or (chars and not images):
        return ""
    if hidden >= LEAST_CHARS and images:
        return (
            "its pages are images, and the text behind them cannot be seen; if OCR made it and you "
            "trust it: review add --ocr FILE"
        )
    if hidden:
        return f"its text cannot be seen on the page ({hidden} hidden letters)"
    if images:
        return (
            "its pages are images without text (a scan). OCR makes a text of it: "
            "review add --ocr FILE"
        )
    return "it holds no text; if its pages show some, OCR makes a text of them (ocrmypdf)"


def main() -> None:
    import gc

    limit_this_process()
    gc.disable()  # short-lived, and a quarter of the time
    data = sys.stdin.buffer.read()
    try:
        found = read(data, has_ocr="--ocr" in sys.argv[1:])
    except MemoryError:
        found = {"refused": "reading it takes more than 1 GiB of memory"}
    # As JSON's escapes two halves of a character would be joined, and every place after them wrong.
    sys.stdout.buffer.write(json.dumps(found, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
