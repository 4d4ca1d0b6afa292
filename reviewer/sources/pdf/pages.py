"""Looks at one page of a PDF, and makes highlighted copies, in the limited child process.

One child at a time: each may use a gibibyte, and pages are asked for by many at once.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Sequence
from typing import Any

from reviewer.errors import SourceError
from reviewer.processes import run_module
from reviewer.sources.pdf.page_worker import LOOK, MARK
from reviewer.sources.pdf.worker import MOST_SECONDS
from reviewer.types.pages import Highlight, PageView
from reviewer.types.sound import sound_text

SCALE = 2.0  # pixels a point: sharp on most screens
_CLOCK_SECONDS = MOST_SECONDS * (1 if sys.platform == "win32" else 10)
_one_at_a_time = threading.Lock()


def look_at_page(
    data: bytes, name: str, number: int, *, has_ocr: bool = False
) -> tuple[PageView, bytes]:
    """A page (from 1) and its picture as PNG at SCALE pixels a point. `has_ocr`: words without ink
    on a page with images count, as OCR leaves them. `name` is what errors call the PDF.

    Raises SourceError for a PDF that cannot be read, and for a page that it does not have.
    """
    options = ["--ocr"] if has_ocr else []
    head, picture = _asked([LOOK, str(number), str(SCALE), *options], data, name)
    for line in head["lines"]:
        line["text"] = sound_text(line["text"])
        for word in line["words"]:
            word["text"] = sound_text(word["text"])
    for word in head["others"]:
        word["text"] = sound_text(word["text"])
    return PageView.model_validate(head), picture


def with_highlights(data: bytes, name: str, highlights: Sequence[Highlight]) -> bytes:
    """A copy of the PDF with the highlights as annotations, which any viewer shows. Raises
    SourceError for a PDF that cannot be read or written."""
    head = json.dumps([highlight.model_dump(mode="json") for highlight in highlights])
    return _asked([MARK], head.encode() + b"\n" + data, name)[1]


def _asked(arguments: list[str], data: bytes, name: str) -> tuple[dict[str, Any], bytes]:
    with _one_at_a_time:
        outcome = run_module("reviewer.sources.pdf.page_worker", arguments, data, _CLOCK_SECONDS)
    line, _, body = outcome.output.partition(b"\n")
    if outcome.code != 0 or not line:
        reason = f"it took more than {MOST_SECONDS} s, or more than 1 GiB of memory"
    else:
        head = json.loads(line.decode("utf-8", "surrogatepass"))
        reason = head.get("refused", "")
    if reason:
        raise SourceError(
            f"{name} cannot be drawn: {reason}", hint="Its text is kept: review show KEY"
        )
    return head, body
