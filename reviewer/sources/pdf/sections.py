"""Lines of a paper's pages -> its title, authors, abstract, body and references. Pure.

Rules find them; `certainty` is certain (two signs agree), likely (one clear sign) or guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.sources.pdf.layout import PageLines
from reviewer.sources.pdf.lines import Line, goes_on, usual_size
from reviewer.sources.pdf.reference_lists import is_entry, list_start
from reviewer.sources.pdf.titles import find_title

_MOST_HEADING_CHARS = 100
_MOST_ABSTRACT_CHARS = 6000
_LARGER = 1.08
_NUMBERED = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})*\.?|[A-Z](?:\.\d{1,2})+|[A-Z]\.|[IVX]{1,5}\.)\s+\S"
)
_NAMED = re.compile(
    r"(?:(?:\d{1,2}|[IVX]{1,4})\.?\s+)?(?:abstract|introduction|related works?|background|methods?"
    r"|methodology|results|discussion|conclusions?|acknowledge?ments?|references|bibliography"
    r"|appendix|keywords|materials and methods|experiments)\W*",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    r"(?:(?:\d{1,2}|[IVX]{1,4})\.?\s+)?(?:references|bibliography|works cited|literature(?: cited)?"
    r"|references and notes|(?:cited|list of) references|literatur(?:verzeichnis)?|bibliographie"
    r"|r[eé]f[eé]rences|referencias|r\s?e\s?f\s?e\s?r\s?e\s?n\s?c\s?e\s?s)\W*",
    re.IGNORECASE,
)
_APPENDIX = re.compile(r"(?:appendi|supplement|[A-Z](?:\.\d+)*\.?\s+[A-Z])", re.IGNORECASE)
_ABSTRACT = re.compile(r"(?:abstract|summary)\b[\s.:—–-]*", re.IGNORECASE)
_AFTER_ABSTRACT = re.compile(
    r"(?:key\s?words|index terms|ccs concepts|categories and subject|general terms|acm reference"
    r"|(?:\d|I)\.?\s+introduction|introduction\W*$)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class PartText:
    """A part's text, the offsets of pages 2, 3, ... in it, and (offset, heading) pairs."""

    text: str = ""
    page_starts: list[int] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class PaperText:
    """A paper as its pages give it. `front` is the text above the abstract."""

    title: str = ""
    front: str = ""
    front_lines: list[Line] = field(default_factory=list)
    abstract: PartText = field(default_factory=PartText)
    body: PartText = field(default_factory=PartText)
    references: PartText = field(default_factory=PartText)
    certainty: dict[str, str] = field(default_factory=dict)


def paper_text(laid: Sequence[PageLines], info: Mapping[str, str]) -> PaperText:
    """The parts of a paper; `info` is the file's own metadata."""
    lines = [line for page in laid for line in page.lines]
    usual = usual_size(lines)
    found = PaperText()
    title = find_title(lines, usual, info)
    found.title, title_lines = title.text, title.lines
    if title.text:
        found.certainty["title"] = title.certainty
    start, end = _abstract(lines, usual, found)
    if end:
        found.front_lines = [line for line in lines[:start] if line not in title_lines]
        whole = _joined(lines[start:end], len(laid), usual)
        text = _ABSTRACT.sub("", whole.text, count=1).strip()
        cut = len(whole.text) - len(text)
        found.abstract = PartText(text, [max(0, at - cut) for at in whole.page_starts])
        rest = lines[end:]
    else:
        found.front_lines = _front(lines, title_lines, usual)
        rest = [line for line in lines if line not in title_lines]
    found.front = "\n".join(line.text for line in found.front_lines) if end else ""
    run = [line for line in rest if not line.is_apart]
    first, last = _references(run, usual, len(laid))
    listed = {id(line) for line in run[first:last]}
    found.references = _joined(run[first:last], len(laid), usual)
    found.references.headings = []
    found.body = _joined([line for line in rest if id(line) not in listed], len(laid), usual)
    return found


def is_heading(line: Line, usual: float) -> bool:
    """True for a short line that begins a paragraph and is larger, bold, or a usual heading."""
    text = line.text
    if not line.is_start or len(text) > _MOST_HEADING_CHARS or not re.search(r"[^\W\d]{3}", text):
        return False
    if _NAMED.fullmatch(text):
        return True
    if text.endswith((".", ",", ";")) and not _NUMBERED.match(text):
        return False
    if text.lower().startswith(("figure", "fig.", "table", "algorithm")):
        return False
    if not (text[:1].isupper() or _NUMBERED.match(text)):
        return False
    return line.size > _LARGER * usual or (line.is_bold and line.size > 0.95 * usual)


def _joined(lines: Sequence[Line], pages: int, usual: float) -> PartText:
    """One text: a line's end is a newline, a paragraph's an empty line.

    A paper of one page has the text's end for its second page, so that its pages are known.
    """
    pieces: list[str] = []
    part, length = PartText(), 0
    at_page = 1
    before: Line | None = None
    for line in lines:
        if before is not None:
            is_elsewhere = line.page != before.page or line.is_first
            joins = goes_on(before, line) if is_elsewhere else not line.is_start
            pieces.append("\n" if joins else "\n\n")
            length += len(pieces[-1])
        while at_page < line.page:
            part.page_starts.append(length)
            at_page += 1
        if is_heading(line, usual):
            part.headings.append((length, " ".join(line.text.split())))
        pieces.append(line.text)
        length += len(line.text)
        before = line
    part.text = "".join(pieces)
    part.page_starts += [length] * (max(pages, 2) - 1 - len(part.page_starts))
    return part


def _abstract(lines: Sequence[Line], usual: float, found: PaperText) -> tuple[int, int]:
    """The half-open range of the abstract's lines, with its heading; (0, 0) without one."""
    start = next(
        (
            i
            for i, line in enumerate(lines)
            if line.page <= 2
            and (match := _ABSTRACT.match(line.text))
            and (match.end() == len(line.text) or re.match(r"\w+\s*[.:—–-]", line.text))
        ),
        None,
    )
    if start is None:
        return 0, 0
    length, end = 0, start + 1
    for end in range(start + 1, len(lines) + 1):
        if end == len(lines) or length > _MOST_ABSTRACT_CHARS:
            break
        line = lines[end]
        if length > 100 and (_AFTER_ABSTRACT.match(line.text) or is_heading(line, usual)):
            found.certainty["abstract"] = "certain"
            return start, end
        if length > 100 and line.is_start and _is_elsewhere(lines[end - 1], line, usual):
            break
        length += len(line.text)
    if not 100 < length <= _MOST_ABSTRACT_CHARS:
        return 0, 0
    found.certainty["abstract"] = "likely"
    return start, end


def _is_elsewhere(before: Line, line: Line, usual: float) -> bool:
    """True where an abstract in other letters than the text's is over."""
    is_like_text = abs(line.size - usual) < 0.02 * usual
    return is_like_text and abs(before.size - line.size) > 0.04 * usual


def _front(lines: Sequence[Line], title: Sequence[Line], usual: float) -> list[Line]:
    """The lines between the title and the first heading, at most twelve."""
    if not title:
        return []
    after = list(lines[lines.index(title[-1]) + 1 :])[:12]
    cut = next(
        (
            i
            for i, line in enumerate(after)
            if is_heading(line, usual) and (i > 1 or _NAMED.fullmatch(line.text) or _is_first(line))
        ),
        len(after),
    )
    return after[:cut]


def _is_first(line: Line) -> bool:
    """True for a numbered heading; authors in large letters have no number."""
    return line.text[:1].isdecimal()


def _references(lines: Sequence[Line], usual: float, pages: int) -> tuple[int, int]:
    """The half-open range of the list of references: from its heading, the last such after the
    first quarter (in a paper of three pages or more), or from its first entry where it has none,
    up to an appendix."""
    starts = [
        i for i, line in enumerate(lines) if line.is_start and _REFERENCES.fullmatch(line.text)
    ]
    starts = [i for i in starts if pages < 3 or i > len(lines) / 4]
    texts = [line.text for line in lines]
    start = starts[-1] if starts else list_start(texts)
    if start is None:
        return len(lines), len(lines)
    for end in range(start + 1, len(lines)):
        line = lines[end]
        if is_heading(line, usual) and _APPENDIX.match(line.text) and not is_entry(texts, end):
            return start, end
    return start, len(lines)
