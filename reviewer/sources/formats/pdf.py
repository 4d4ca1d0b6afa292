"""PDFs: one paper a file, read in a child process under limits."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from reviewer.processes import Outcome, run_module
from reviewer.sources.entries import Entries, ReadOptions, filled, hash_of
from reviewer.sources.pdf.recognising import INSTALL, ocr_program, recognise
from reviewer.sources.pdf.worker import MOST_SECONDS
from reviewer.sources.text_file import PDF_MARK
from reviewer.text import counted
from reviewer.types import Paper
from reviewer.types.papers import Heading, Origin, Part, Skipped

MOST_FILE_BYTES = 256 << 20
_MARK_WITHIN = 1024  # readers look for the mark in this many bytes
# The child has 30 s of processor time; where the system counts none, of the clock's.
_CLOCK_SECONDS = MOST_SECONDS * (1 if sys.platform == "win32" else 10)
_MOST_PAGES_NAMED = 10


def is_pdf(data: bytes) -> bool:
    return PDF_MARK in data[:_MARK_WITHIN]


def read_pdf(data: bytes, file: str, options: ReadOptions) -> Entries:
    """The paper in a PDF, with notes on what was left out; or Skipped with the reason."""
    if len(data) > MOST_FILE_BYTES:
        size, most = len(data) >> 20, MOST_FILE_BYTES >> 20
        return Entries.refused(
            file, f"it has {size} MiB, more than the {most} that are read of a PDF"
        )
    found, said = _read(data, options), list[str]()
    if options.has_ocr and (scanned := found.get("scanned_pages")):
        found, said = _with_ocr(data, options, found, scanned)
    if "refused" in found:
        refusal = "; ".join([found["refused"], *said])
        return Entries.refused(file, refusal.replace("FILE", file))
    paper = _paper(found, Origin(file=file, position=1, sha256=hash_of(data)))
    reasons = [*_notes(found), *(words.replace("FILE", file) for words in said)]
    return Entries((paper,), (), tuple(Skipped(file=file, reason=reason) for reason in reasons))


def _read(data: bytes, options: ReadOptions) -> dict[str, Any]:
    """What the child process found in the PDF, or `{"refused": why}`."""
    arguments = ["--ocr"] if options.has_ocr else []
    outcome = run_module("reviewer.sources.pdf.worker", arguments, data, _CLOCK_SECONDS)
    if refusal := _failure(outcome):
        return {"refused": refusal}
    found: dict[str, Any] = json.loads(outcome.output.decode("utf-8", "surrogatepass"))
    return found


def _with_ocr(
    data: bytes, options: ReadOptions, found: dict[str, Any], scanned: Sequence[int]
) -> tuple[dict[str, Any], list[str]]:
    """What is found after an OCR program read the scanned pages, and what there is to say of it."""
    if not ocr_program():
        if "refused" in found:
            return {"refused": f"its pages are images without text (a scan): {INSTALL}"}, []
        return found, [f"{_pages(scanned)} {_are(scanned)} images without text: {INSTALL}"]
    made = recognise(data, scanned, options.ocr_language)
    if not made.pages:
        return found, [f"{made.program} made no text of {_pages(scanned)}: {made.said}"]
    again = _read(made.data, options)
    if "refused" in again:
        return again, []
    again["ocr"] = {"pages": list(made.pages), "program": made.program, "language": made.language}
    said = [f"{_pages(made.pages)} {_are(made.pages)} read by {made.program}: check what you quote"]
    if made.failed:
        said.append(f"{made.program} made no text of {_pages(made.failed)}: {made.said}")
    return again, said


def _are(pages: Sequence[int]) -> str:
    return "are" if len(pages) > 1 else "is"


def _failure(outcome: Outcome) -> str:
    """Why the child process gave nothing; empty if it gave something."""
    import signal

    if outcome.code is None or outcome.code == -getattr(signal, "SIGXCPU", 0):
        return f"it could not be read in {MOST_SECONDS} s"
    if outcome.code != 0 or not outcome.output:
        return "it is damaged, or needs more than 1 GiB of memory: the reader broke off"
    return ""


def _paper(found: dict[str, Any], origin: Origin) -> Paper:
    title, certainty = found["title"], dict(found["certainty"])
    if not title:  # two files of one name are two papers, so its content is in the name
        title = f"{Path(origin.file).stem} ({origin.sha256[:6]})"
        certainty["title"] = "guess"
    parts = [Part(name="title", text=title)]
    names: tuple[Literal["abstract", "body", "references"], ...] = (
        "abstract",
        "body",
        "references",
    )
    for name in names:
        text, starts = found[name]["text"], tuple(found[name]["page_starts"])
        headings = tuple(Heading(start=at, text=words) for at, words in found[name]["headings"])
        if text.strip():
            parts.append(Part(name=name, text=text, page_starts=starts, headings=headings))
    front = filled(
        {
            "ocr": found.get("ocr", {}),
            "front_matter": found["front"],
            "hidden_text": _hidden(found),
            "doubtful_text": "\n".join(found["doubtful"]),
        }
    )
    date = found["date"]
    return Paper(
        parts=tuple(parts),
        authors=tuple(found["authors"]),
        date=date,
        year=int(date[:4]) if date else None,
        doi=found["doi"],
        arxiv_id=found["arxiv_id"],
        extra={"certainty": certainty, "pages_read": found["pages"], **front},
        origins=(origin,),
    )


def _notes(found: dict[str, Any]) -> list[str]:
    notes = []
    if hidden := _hidden(found):
        notes.append(f"{hidden} was left out")
    if found["doubtful"]:
        notes.append(
            f"{counted(len(found['doubtful']), 'line')} on {_pages(found['doubtful_pages'])} may "
            "be of two columns side by side, and cannot be quoted"
        )
    if found["damaged_pages"]:
        notes.append(f"{_pages(found['damaged_pages'])} cannot be read")
    if found["image_pages"]:
        notes.append(
            f"{_pages(found['image_pages'])}: images without text (OCR makes a text of them)"
        )
    if not found["title"]:
        notes.append("no title is to be seen on its first page, so it is named after its file")
    return notes


def _hidden(found: dict[str, Any]) -> str:
    """`hidden text on page 2 (34 letters of its background's colour)`; empty without any."""
    if not found["hidden"]:
        return ""
    reasons = ", ".join(
        f"{counted(count, 'letter')} {reason}" for reason, count in sorted(found["hidden"].items())
    )
    return f"hidden text on {_pages(found['hidden_pages'])} ({reasons})"


def _pages(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_MOST_PAGES_NAMED]))
    more = len(numbers) - _MOST_PAGES_NAMED
    return f"page{'s' * (len(numbers) > 1)} {shown}" + (f" and {more} more" if more > 0 else "")
