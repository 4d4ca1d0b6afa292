"""Makes text of scanned pages with an OCR program that is there, page by page, within limits."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from reviewer.processes import run_module, run_program
from reviewer.sources.pdf.scans import FAILED, PROGRAM

MOST_OCR_PAGES = 300  # of one file; a page takes some seconds
_SECONDS = 90  # of the clock, for one page: 30 of drawing and recognising, on a busy machine
_MODULE = "reviewer.sources.pdf.scans"
INSTALL = (
    "the program tesseract makes a text of them, and is not on the PATH: install it "
    "(apt-get install tesseract-ocr, or brew install tesseract), then: review add --ocr FILE"
)


@dataclass(frozen=True)
class Recognised:
    """A PDF whose scanned `pages` have a text now, made by `program` for `language`; `failed` are
    pages that have none, with what the program said of the first."""

    data: bytes
    pages: tuple[int, ...] = ()
    program: str = ""
    language: str = ""
    failed: tuple[int, ...] = ()
    said: str = ""


@cache
def ocr_program() -> str:
    """The name and version of the OCR program, as `tesseract 5.3.0`; empty where none is there."""
    if shutil.which(PROGRAM) is None:
        return ""
    outcome = run_program(PROGRAM, ["--version"], b"", 20)
    first = outcome.output.decode("utf-8", "replace").splitlines()[:1] if outcome else []
    return first[0].strip() if first else PROGRAM


def recognise(data: bytes, pages: Sequence[int], language: str) -> Recognised:
    """The PDF with a text on these scanned pages, of which the first 300 are read. The program must
    be there."""
    made, failed, said = dict[int, bytes](), [*pages[MOST_OCR_PAGES:]], ""
    for number in pages[:MOST_OCR_PAGES]:
        outcome = run_module(_MODULE, ["page", str(number), language], data, _SECONDS)
        if outcome.code == 0 and outcome.output:
            made[number] = outcome.output
            continue
        failed.append(number)
        words = outcome.output.decode("utf-8", "replace") if outcome.code == FAILED else ""
        said = said or " ".join(words.split()) or "it took too long, or too much memory"
    whole = _joined(data, made) if made else data
    kept = tuple(made) if whole is not data else ()
    return Recognised(whole, kept, ocr_program(), language, tuple(sorted(failed)), said)


def _joined(data: bytes, made: dict[int, bytes]) -> bytes:
    """The PDF with these pages; as it is where they cannot be joined."""
    sizes = {"pdf": len(data), "pages": [[number, len(own)] for number, own in made.items()]}
    packed = b"".join([json.dumps(sizes).encode(), b"\n", data, *made.values()])
    outcome = run_module(_MODULE, ["join"], packed, _SECONDS)
    return outcome.output if outcome.code == 0 and outcome.output else data
