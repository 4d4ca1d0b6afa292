"""Finds the prose of a draft in Markdown or LaTeX, and inserts sentences after it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from reviewer.text.views import blank

LEAST_WORDS = 8
_LATEX_SUFFIXES = {".tex", ".ltx", ".latex"}
_MARKDOWN_SUFFIXES = {".md", ".markdown", ".qmd", ".rmd"}
_BLANK = re.compile(r"\r?\n[ \t]*(?=\r?\n)")
_NO_PROSE = re.compile(
    r"[ \t]*(?:```|~~~|\||>|\$\$|<!--|---|===|:::|\\begin\b|\\end\b|\\\[|\\bibliograph|\\(?:new|re)"
    r"(?:new)?command|\\documentclass|\\usepackage|\\title|\\author|\\maketitle|!\[|\[\^?[\w-]+\]:"
    r"|\[\d+\][ \t])"
)
_CLOSE = re.compile(r"\\end\{document\}")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{(?!document\})")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_LOOKS_LATEX = re.compile(
    r"\\(?:documentclass|begin\{|(?:sub)*section\*?\{|[a-zA-Z]*cite[a-zA-Z]*\*?[\[{])"
)
_LOOKS_MARKDOWN = re.compile(r"^#{1,6} |\[[^\]\n]*@\w|^---$|^```", re.MULTILINE)
# Indented code, which ends no line of a paragraph.
_INDENTED = re.compile(
    r"(?:\A|(?<=\n\n)|(?<=\n\r\n))(?: {4}|\t)[^\n]*(?:\n(?:[ \t\r]*\n)*(?: {4}|\t)[^\n]*)*"
)
_ITEM_OR_INDENTED = re.compile(r"[ \t]*(?:[-*+]|\d+[.)]|\[\^[^\]]+\]:)[ \t]|[ \t]{2,}\S")
# Of comments and code, what begins first counts: each may hold what looks like the other.
_HIDDEN_MARKDOWN = (
    _INDENTED,  # before what is blanked leaves a line that looks indented
    re.compile(r"\A\ufeff?---[ \t]*\r?\n.*?\n(?:---|\.\.\.)[ \t]*(?=\r?\n|\Z)", re.DOTALL),
    re.compile(
        r"<!--.*?(?:-->|\Z)"
        # A fence, also within a list or a quotation.
        r"|^(?:[ \t>]|[-*+][ \t]|\d+[.)][ \t])*(?P<fence>`{3,}|~{3,})[^\n]*\n"
        r".*?(?:^[ \t>]*(?P=fence)[`~]*[ \t\r]*$|\Z)"
        r"|<(?P<tag>pre|code)\b[^<>]*>.*?</(?P=tag)>"
        r"|(?<!\\)(?P<ticks>`+)(?!`)[^\n]*?(?<!`)(?P=ticks)(?!`)"
        # One that goes over a line's end; an apostrophe is of a `quotation'.
        r"|(?<![`\\])`(?!`)[^\n`']+\n(?![ \t]*\n)[^\n`']+`(?!`)",
        re.DOTALL | re.MULTILINE,
    ),
    re.compile(r"\$\$.*?\$\$", re.DOTALL),
)
_BRACED = r"\{(?:[^{}\n]|\{[^{}\n]*\})*\}"
_HIDDEN_LATEX = (
    re.compile(
        r"(?<!\\)%[^\n]*"
        r"|\\(?:[vV]erb\*?|lstinline|mintinline(?:\[[^\]\n]*\])?\{\w+\})(?:\[[^\]\n]*\])?"
        rf"(?:{_BRACED}|(?P<mark>[^\sA-Za-z{{*\[])[^\n]*?(?P=mark))"
        r"|\\begin\{(?P<name>[a-zA-Z]*[vV]erbatim[a-zA-Z]*|lstlisting|minted|alltt|comment"
        r"|filecontents)\*?\}.*?(?:\\end\{(?P=name)\*?\}|\Z)",
        re.DOTALL,
    ),
    re.compile(r"\A.*?\\begin\{document\}", re.DOTALL),
    re.compile(r"\\end\{document\}.*", re.DOTALL),
    re.compile(
        r"\\begin\{(?P<name>equation|align|gather|multline|tikzpicture|thebibliography)\*?\}"
        r".*?(?:\\end\{(?P=name)\*?\}|\Z)",
        re.DOTALL,
    ),
    re.compile(r"\\\[.*?\\\]|\$\$.*?\$\$", re.DOTALL),
    re.compile(
        r"\\(?:label|ref|eqref|cref|Cref|autoref|pageref|includegraphics|input|include|bibliography"
        r"|bibliographystyle|addbibresource|usepackage|begin|end|vspace|hspace)\*?"
        r"(?:\[[^\]]*\])?\{[^{}]*\}"
    ),
)
# The heading of a list of references, or the LaTeX command that makes such a list.
_REFERENCES = re.compile(
    r"^[ \t]*(?:(?:#{1,6}[ \t]*|\\(?:(?:sub)*section|chapter)\*?\{|\*\*)?"
    r"(?:\d+(?:\.\d+)*\.?[ \t]+)?(?P<words>references|bibliography|works cited|literature)"
    r"(?:[ \t]+(?:and|&)[ \t]+\w+)?"
    r"(?:\*\*|\})?:?(?:[ \t]*\{[^{}\n]*\})?[ \t\r]*$"
    r"|\\(?:bibliography\b|printbibliography\b|begin\{thebibliography\}))",
    re.IGNORECASE | re.MULTILINE,
)
_ENTRY = re.compile(
    r"^[ \t]*(?:\[(\d{1,3})\]:?|(\d{1,3})\.)[ \t]+(\S.*(?:\n(?![ \t]*(?:\[?\d|\n)).+)*)",
    re.MULTILINE,
)
_LINKED = re.compile(r"^ {0,3}\[(\d{1,3})\]:[ \t]+()(\S+)[^\n]*", re.MULTILINE)
_SOURCE = re.compile(r"\b(?:19|20)\d\d\b|https?://|\bdoi\b", re.IGNORECASE)
_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t][^\n]*|\\(?:(?:sub)*section|chapter|title)\*?(?:\[[^\]]*\])?\{[^{}]*\})",
    re.MULTILINE,
)
_FOOTNOTE = re.compile(r"^ {0,3}\[\^[\w-]+\]:", re.MULTILINE)
_QUOTED_LINE = re.compile(r"^[ \t]*>[^\n]*", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*[-*+][ \t]+", re.MULTILINE)
_INLINE = re.compile(r"(?<!`)`(?P<said>[\w ,.%±×~≈<>+–-]*\d[\w ,.%±×~≈<>+–-]*)`(?!`)")
_ITEM = re.compile(r"^[ \t]*(?:[-*][ \t]|\[\d+\][ \t]|\d+\.[ \t])[^\n]*\S", re.MULTILINE)
_ITEM_START = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)]|\\item\b)[ \t]")
_ITEM_WITHIN = re.compile(r"^[ \t]*(?:[-*+]|1[.)]|\\item\b)[ \t]", re.MULTILINE)
_LATEX_LIST = re.compile(
    r"\\begin\{(?P<kind>itemize|enumerate|description)\}.*?\\end\{(?P=kind)\}", re.DOTALL
)
_ENTRY_START = re.compile(
    r"^[ \t]*(?P<head>(?:[-*+]|\[\d{1,3}\]:?|\d{1,3}[.)])[ \t]+)(?=\S)", re.MULTILINE
)
_DATED = re.compile(r"\b(?:19|20)\d\d\b|https?://|\bn\.\s?d\.|\bno date\b", re.IGNORECASE)
_COMMENT = re.compile(r"(?<!\\)%[^\n]*\Z")


class Put(NamedTuple):
    """A text to insert into a draft at character `place`."""

    place: int
    text: str


def is_latex_draft(text: str, file: str = "") -> bool:
    """Whether a draft is LaTeX: by its file's name, else by its text."""
    suffix = Path(file).suffix.lower()
    return suffix in _LATEX_SUFFIXES or (suffix not in _MARKDOWN_SUFFIXES and looks_latex(text))


def looks_latex(text: str) -> bool:
    """Whether a draft is LaTeX, by its text."""
    return bool(_LOOKS_LATEX.search(text)) and not _LOOKS_MARKDOWN.search(text)


def hidden_spans(text: str, *, is_latex: bool) -> list[tuple[int, int]]:
    """Half-open ranges of all that is not prose: front matter or preamble, code, comments,
    displayed mathematics, commands that print nothing, headings, and the list of references."""
    spans: list[tuple[int, int]] = []
    head = _references(text)
    if head is not None and head["words"]:
        # A numbered list goes to the draft's end, any other list to the next heading.
        is_numbered = bool(numbered_references(text))
        spans.append((head.start(), len(text) if is_numbered else _list_end(text, head.end())))
        text = blanked(text, spans)
    elif listed := _list_at_end(text):
        spans.append((listed[0].start(), len(text)))
        text = blanked(text, spans)
    for pattern in (*(_HIDDEN_LATEX if is_latex else _HIDDEN_MARKDOWN), _HEADING):
        found = [m.span() for m in pattern.finditer(text) if not _is_in_list(text, m)]
        text = blanked(text, found)
        spans += found
    return spans


def _is_in_list(text: str, found: re.Match[str]) -> bool:
    """True for an indented block that goes on with a list item: prose, not code."""
    if found.re is not _INDENTED or not (before := text[: found.start()].rstrip()):
        return False
    return bool(_ITEM_OR_INDENTED.match(before[before.rfind("\n") + 1 :]))


def blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with white space in these ranges; every other character keeps its place."""
    out, at = [], 0
    for start, end in sorted(spans):
        out += [text[at:start], blank(text[max(at, start) : end])]
        at = max(at, end)
    return "".join([*out, text[at:]])


def numbered_references(text: str) -> dict[str, str]:
    """The entries of a numbered list of references, by number: of the list under its heading, else
    of the one at the draft's end; and addresses that links by number lead to. Of two lists under
    the heading the first counts."""
    head = _references(text)
    if head is not None and head["words"]:
        own = text[head.end() : _list_end(text, head.end())]
        if own.strip() and not _ENTRY.search(own):
            return {}  # numbers under a later heading are of something else
        found = _ENTRY.finditer(text, head.start())
    else:
        found = iter([*_LINKED.finditer(text), *_list_at_end(text)])
    entries: dict[str, str] = {}
    for match in found:
        entries.setdefault(match[1] or match[2], " ".join(match[3].split()))
    return entries


def unnumbered_references(text: str) -> tuple[str, ...]:
    """The entries of a list of references without numbers, each on one line: list items, else
    paragraphs, else lines. Words that are quoted below an entry are not part of it."""
    head = _references(text)
    if head is None:
        return ()
    listed = _QUOTED_LINE.sub("", text[head.end() : _list_end(text, head.end())])
    if not head["words"]:
        items = re.split(r"\\bibitem(?:\[[^\]]*\])?\{[^{}]*\}", listed)[1:]
    elif _BULLET.search(listed):
        items = _BULLET.split(listed)[1:]
    else:
        items = re.split(r"\n[ \t]*\r?\n", listed)
        items = items if len([i for i in items if i.strip()]) > 1 else listed.split("\n")
    return tuple(entry for item in items if (entry := " ".join(item.split())))


def _list_end(text: str, start: int) -> int:
    """Where a list of references ends that begins at `start`: at a heading, or at footnotes."""
    found = (pattern.search(text, start) for pattern in (_HEADING, _FOOTNOTE))
    return min((match.start() for match in found if match), default=len(text))


def with_plain_code(text: str, hidden: Sequence[tuple[int, int]]) -> str:
    """The text with white space in the hidden ranges but for inline code that holds words and
    figures, as in "gains `99 percent`": code of a program stays hidden."""
    kept = list(blanked(text, hidden))
    for start, end in hidden:
        if found := _INLINE.fullmatch(text, start, end):
            kept[slice(*found.span("said"))] = found["said"]
    return "".join(kept)


def _list_at_end(text: str) -> list[re.Match[str]]:
    """The entries of a list of references at the draft's end whose heading, if it has one, does not
    say so: `[1]`, `[2]` and so on, or `1.`, `2.` under any heading; in order, from 1."""
    entries: list[re.Match[str]] = []
    end = len(text.rstrip())
    for found in reversed(list(_ENTRY.finditer(text))):
        if text[found.end() : end].strip():
            break
        entries.insert(0, found)
        end = found.start()
    numbers = [int(found[1] or found[2]) for found in entries]
    has_heading = any(not text[h.end() : end].strip() for h in _HEADING.finditer(text, 0, end))
    is_list = numbers == list(range(1, len(numbers) + 1)) and (
        has_heading or (all(f[1] for f in entries) and (len(entries) > 1 or _is_source(entries)))
    )
    return entries if is_list else []


def _is_source(entries: Sequence[re.Match[str]]) -> bool:
    return bool(entries and _SOURCE.search(entries[0][3]))


def _references(text: str) -> re.Match[str] | None:
    """The last heading of a list of references."""
    heads = list(_REFERENCES.finditer(text))
    return heads[-1] if heads else None


def prose_spans(text: str, *, is_latex: bool | None = None) -> list[tuple[int, int]]:
    """Half-open ranges of the paragraphs of prose that a sentence may be inserted after, in order:
    without tables, quotations, environments, all of `hidden_spans`, and all that follows the list
    of references. By default, the text itself says whether it is LaTeX."""
    hidden = hidden_spans(text, is_latex=looks_latex(text) if is_latex is None else is_latex)
    visible = blanked(text, hidden)
    ends = [m.start() for m in (_references(text), _CLOSE.search(text)) if m is not None]
    end = min(ends, default=len(text))
    spans, at = [], 0
    for stop in [*(m.start() for m in _BLANK.finditer(text, 0, end)), end]:
        span = _prose(text, visible, at, stop)
        if span and not any(a < span[1] < b for a, b in hidden):  # a comment may continue
            spans.append(span)
        at = stop
    return spans


def _prose(text: str, visible: str, start: int, stop: int) -> tuple[int, int] | None:
    block, seen = text[start:stop], visible[start:stop]
    if _ITEM_START.match(block.lstrip()) or _ITEM_WITHIN.search(seen):
        return None
    if _FENCE.search(block) or _ENVIRONMENT.search(block) or len(seen.split()) < LEAST_WORDS:
        return None
    first = start + len(seen) - len(seen.lstrip())
    last = start + len(block.rstrip())
    return None if _NO_PROSE.match(text, first, last) else (first, last)


def list_spans(text: str, *, is_latex: bool | None = None) -> list[tuple[int, int]]:
    """Half-open ranges of the lists that a paragraph may be put behind, in order."""
    latex = looks_latex(text) if is_latex is None else is_latex
    visible = blanked(text, hidden_spans(text, is_latex=latex))
    ends = [m.start() for m in (_references(text), _CLOSE.search(text)) if m is not None]
    end = min(ends, default=len(text))
    if latex:
        found = (m.span() for m in _LATEX_LIST.finditer(text, 0, end))
        return [(a, b) for a, b in found if visible[a:b].strip()]
    spans: list[tuple[int, int]] = []
    at, goes_on = 0, False
    for stop in [*(m.start() for m in _BLANK.finditer(text, 0, end)), end]:
        start, last = _trimmed(text, at, stop)
        at = stop
        if start == last:
            continue
        begins = _ITEM_START.match(text, start) or _ITEM_WITHIN.search(visible, start, last)
        is_item = bool(begins and visible[start:last].strip())
        is_indented = text[start - 2 : start].isspace() and "\n" not in text[start - 2 : start]
        if begins and is_item and not goes_on:
            spans.append((begins.start(), last))
        elif goes_on and (is_item or is_indented):
            spans[-1] = (spans[-1][0], last)
        goes_on = is_item or (goes_on and is_indented)
    return spans


def _trimmed(text: str, start: int, stop: int) -> tuple[int, int]:
    """The range without the white space around it."""
    block = text[start:stop]
    return start + len(block) - len(block.lstrip()), start + len(block.rstrip())


def after_paragraph(text: str, end: int, sentences: str) -> Put:
    """The sentences after the paragraph that ends at `end`; on a new line if its last line ends in
    a LaTeX comment."""
    line = text[text.rfind("\n", 0, end) + 1 : end]
    return Put(end, ("\n" if _COMMENT.search(line) else " ") + sentences)


def after_list(end: int, sentences: str) -> Put:
    """The sentences as a paragraph of their own after the list that ends at `end`."""
    return Put(end, f"\n\n{sentences}")


@dataclass(frozen=True)
class ReferenceList:
    """The list of references of a draft: the half-open range of each entry, in order, what stands
    before each (`- `, `[3] `, `3. ` or nothing), and the white space between two."""

    entries: tuple[tuple[int, int], ...]
    heads: tuple[str, ...]
    between: str

    @property
    def is_numbered(self) -> bool:
        return bool(re.search(r"\d", self.heads[-1]))

    def texts(self, text: str) -> list[str]:
        """The entries without what stands before them."""
        ranges = zip(self.entries, self.heads, strict=True)
        return [text[start + len(head) : end] for (start, end), head in ranges]


def reference_list_of(text: str) -> ReferenceList | None:
    """The draft's own list of references: under its heading, or the numbered one at its end."""
    head = _references(text)
    if head is not None and not head["words"]:
        return None
    start = head.end() if head else 0
    stop = _list_end(text, start)
    if head is None:
        listed = [match.span() for match in _list_at_end(text)]
    elif items := list(_ENTRY_START.finditer(text, start, stop)):
        listed = [(item.start("head"), _end_of_block(text, item.end(), stop)) for item in items]
        starts = [*(item.start() for item in items[1:]), stop]
        listed = [
            (a, min(b, len(text[:n].rstrip()))) for (a, b), n in zip(listed, starts, strict=True)
        ]
    else:
        blocks = _blocks_between(text, start, stop)
        listed = [(a, b) for a, b in blocks if _DATED.search(text[a:b])]
    if not listed:
        return None
    heads = [_ENTRY_START.match(text, a) for a, _ in listed]
    between = text[listed[-2][1] : listed[-1][0]] if len(listed) > 1 else "\n\n"
    return ReferenceList(
        tuple(listed), tuple(found["head"] if found else "" for found in heads), between
    )


def _end_of_block(text: str, start: int, stop: int) -> int:
    blank = _BLANK.search(text, start, stop)
    return len(text[: blank.start() if blank else stop].rstrip())


def _blocks_between(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Paragraphs, or the lines of a single one."""
    places = [start, *(m.start() for m in _BLANK.finditer(text, start, stop)), stop]
    blocks = [_trimmed(text, a, b) for a, b in pairwise(places)]
    blocks = [(a, b) for a, b in blocks if a < b]
    if len(blocks) != 1:
        return blocks
    lines = [m.span() for m in re.finditer(r"[^\r\n]+", text[: blocks[0][1]])]
    return [(a, b) for a, b in lines if a >= blocks[0][0]]


def put_reference(text: str, listed: ReferenceList, line: str) -> Put:
    """An entry put where it belongs: at the end of a list that is not in alphabetical order or that
    has numbers, else in its place. `line` has what stands before it."""
    starts_of = [_sorted_by(entry) for entry in listed.texts(text)]
    place = len(listed.entries)
    if not listed.is_numbered and starts_of == sorted(starts_of):
        own = _sorted_by(line.removeprefix(listed.heads[-1]))
        place = sum(start <= own for start in starts_of)
    if place == 0:
        return Put(listed.entries[0][0], line + listed.between)
    return Put(listed.entries[place - 1][1], listed.between + line)


def _sorted_by(entry: str) -> str:
    plain = unicodedata.normalize("NFKD", entry).casefold()
    return " ".join(
        re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)))
    )


def with_puts(text: str, puts: Sequence[Put]) -> str:
    """The text with these inserted; two at one place keep their order."""
    out, at = [], 0
    for put in sorted(puts, key=lambda put: put.place):
        out += [text[at : put.place], put.text]
        at = put.place
    return "".join([*out, text[at:]])
