"""Reads the abstract or introduction of the work that a draft is written for."""

from __future__ import annotations

import re

from reviewer.errors import SourceError
from reviewer.sources import read_text_file
from reviewer.sources.text_file import TextFile
from reviewer.text import sentence_spans
from reviewer.types import Evidence, Paper
from reviewer.types.drafts import OWN_ID, OWN_TAG
from reviewer.types.evidence import Score
from reviewer.types.papers import Chunk, Part

HINT = "Give a .md, .tex or .txt file."
MOST_CHARS = 3000  # of the abstract, or of an introduction's beginning
_LEAST_CHARS = 80
_ABSTRACTS = (
    re.compile(r"\\begin\{abstract\}(?P<text>.*?)\\end\{abstract\}", re.DOTALL),
    re.compile(
        r"^[ \t]*(?:#+|\\(?:sub)?section\*?\{|\*\*)?[ \t]*(?:abstract|summary)\b[}*.:—–-]*[ \t]*"
        r"(?P<text>.*?)(?=^[ \t]*(?:#+[ \t]|\\(?:sub)?section\b"
        r"|(?:\*\*|\d+\.?[ \t]+)?introduction\b)|\Z)",
        re.DOTALL | re.IGNORECASE | re.MULTILINE,
    ),
)
_INTRODUCTION = re.compile(
    r"^[ \t]*(?:#+|\\section\*?\{|\*\*)?[ \t]*(?:\d+\.?[ \t]*)?introduction\b[}*.:]*[ \t]*\n"
    r"(?P<text>.*?)(?=^[ \t]*(?:#+[ \t]|\\section\b)|\Z)",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_TITLE = re.compile(r"\\title\{(?P<tex>[^{}]*)\}|^#[ \t]+(?P<md>.+)$", re.MULTILINE)


def read_own(file: str) -> Evidence:
    """The work in this file. Raises SourceError for a file that cannot be read as text, or that
    holds next to no text."""
    return own_work(read_text_file(file, HINT))


def own_work(opened: TextFile) -> Evidence:
    """The work's abstract, else the beginning of its introduction, else of its text, tagged W.
    `start` and `end` are characters of the file as it was read.

    Raises SourceError for a file that holds next to no text.
    """
    file, text = opened.file, opened.text
    start, end = _place(text)
    found = _TITLE.search(text)
    title = (found["tex"] or found["md"] or "").strip() if found else ""
    if len(text[start:end].strip()) < _LEAST_CHARS:
        raise SourceError(
            f"{file} holds no abstract to compare with",
            hint="Give a .md, .tex or .txt file with an abstract or an introduction.",
        )
    parts = (Part(name="title", text=title), Part(name="body", text=text))
    paper = Paper(id=OWN_ID, key=OWN_ID, parts=parts)
    chunk = Chunk(
        id=OWN_ID, paper_id=OWN_ID, part="body", start=start, end=end, text=text[start:end]
    )
    return Evidence(tag=OWN_TAG, paper=paper, chunk=chunk, score=Score(total=0.0))


def _place(text: str) -> tuple[int, int]:
    """The span of the abstract, else of the introduction's beginning, else of the text's."""
    for pattern in (*_ABSTRACTS, _INTRODUCTION):
        found = pattern.search(text)
        if found and len(found["text"].strip()) >= _LEAST_CHARS:
            return _cut(text, *found.span("text"))
    return _cut(text, 0, len(text))


def _cut(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space around it, cut after whole sentences of MOST_CHARS at most."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    if end - start <= MOST_CHARS:
        return start, end
    spans = sentence_spans(text[start : start + MOST_CHARS])
    return start, start + (spans[-2][1] if len(spans) > 1 else MOST_CHARS)
