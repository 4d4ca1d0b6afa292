"""Finds the paragraphs of a draft in Markdown or LaTeX, and puts sentences at their ends. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

LEAST_WORDS = 8
_BLANK = re.compile(r"\r?\n[ \t]*(?=\r?\n)")
_HEADS = re.compile(
    r"(?:[ \t]*(?:#{1,6}[ \t].*|\\(?:sub)*section\*?\{.*|\\label\{.*|%.*|\\begin\{document\}.*)"
    r"(?:\r?\n|\Z))+"
)
_NO_PROSE = re.compile(
    r"[ \t]*(?:```|~~~|\||>|\$\$|<!--|---|===|:::|\\begin\b|\\end\b|\\\[|\\bibliograph|\\(?:new|re)"
    r"(?:new)?command|\\documentclass|\\usepackage|\\title|\\author|\\maketitle|!\[|\[\^?[\w-]+\]:"
    r"|\[\d+\][ \t])"
)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_REFERENCES = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]*|\\section\*?\{|\*\*)?(?:references|bibliography|works cited)\b[^\n]*$"
    r"|^[ \t]*\\(?:bibliography|printbibliography|begin\{thebibliography\})",
    re.MULTILINE | re.IGNORECASE,
)
_ENTRY = re.compile(r"^[ \t]*(?:[-*][ \t]|\[\d+\][ \t]|\d+\.[ \t])[^\n]*\S", re.MULTILINE)
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n.*?\n---[ \t]*(?=\r?\n)", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%[^\n]*\Z")


class Put(NamedTuple):
    """A text to be put into a draft at a place in its characters."""

    place: int
    text: str


def prose_spans(text: str) -> list[tuple[int, int]]:
    """Half-open ranges of the paragraphs of prose, in order: no headings, code, tables, quotations,
    environments, front matter, and nothing of a list of references or below it."""
    start, end = _body(text)
    spans, in_code, at = [], False, start
    for stop in [*(m.start() for m in _BLANK.finditer(text, start, end)), end]:
        block = text[at:stop]
        fences = len(_FENCE.findall(block))
        if not in_code and not fences and (span := _prose(block)):
            spans.append((at + span[0], at + span[1]))
        in_code = in_code != (fences % 2 == 1)
        at = stop
    return spans


def _body(text: str) -> tuple[int, int]:
    begin = re.search(r"\\begin\{document\}", text)
    front = _FRONT.match(text)
    start = begin.end() if begin else front.end() if front else 0
    found = _REFERENCES.search(text, start)
    close = re.search(r"\\end\{document\}", text)
    ends = [m.start() for m in (found, close) if m is not None]
    return start, min(ends, default=len(text))


def _prose(block: str) -> tuple[int, int] | None:
    start = len(block) - len(block.lstrip())
    while head := _HEADS.match(block, start):
        if head.end() == start:
            break
        start = head.end()
        start += len(block[start:]) - len(block[start:].lstrip())
    end = len(block.rstrip())
    inner = block[start:end]
    is_prose = len(inner.split()) >= LEAST_WORDS and not _NO_PROSE.match(inner)
    return (start, end) if is_prose and "\\end{" not in inner else None


def after_paragraph(text: str, end: int, sentences: str) -> Put:
    """The sentences after the paragraph that ends there; on a line of their own where the last one
    ends in a comment of LaTeX."""
    line = text[text.rfind("\n", 0, end) + 1 : end]
    is_hidden = _COMMENT.search(line) is not None
    return Put(end, ("\n" if is_hidden else " ") + sentences)


def after_references(text: str, line: str) -> Put | None:
    """The line after the last entry of the list of references; None where there is no list."""
    heading = _REFERENCES.search(text)
    entries = list(_ENTRY.finditer(text, heading.end())) if heading else []
    if not entries:
        return None
    return Put(entries[-1].end(), f"\n\n{line}" if _is_apart(text, entries) else f"\n{line}")


def _is_apart(text: str, entries: Sequence[re.Match[str]]) -> bool:
    """True when blank lines stand between the entries, or where there is just one."""
    if len(entries) < 2:
        return True
    return text[entries[-2].end() : entries[-1].start()].count("\n") > 1


def with_puts(text: str, puts: Sequence[Put]) -> str:
    """The text with these put in; two at one place stand in their order."""
    out, at = [], 0
    for put in sorted(puts, key=lambda put: put.place):
        out += [text[at : put.place], put.text]
        at = put.place
    return "".join([*out, text[at:]])
