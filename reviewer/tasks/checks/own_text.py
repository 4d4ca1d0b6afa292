"""What this program itself writes into a text, which nobody has to prove. Pure.

It is who wrote the text, counts of papers, places of quotes, empty cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.grounding.cells import EMPTY
from reviewer.text import clean, normalise_title

_COMMANDS = r"(?:\\[a-z]+[ \t]*)*"  # `\par\smallskip\raggedright`
_REST = r"(?:[^\n]|\n(?![ \t]*(?:\n|\\end)))*"  # of the paragraph
_PARAGRAPHS = re.compile(
    rf"^{_COMMANDS}(?:Written by [^\n]{{1,200}} from \d[\d,]* papers?; citations by code\."
    r"|Quoted from \d[\d,]* papers?; "
    r"|A themed annotated bibliography of \d[\d,]* papers?, not a written section:"
    r"|A survey of \d[\d,]* papers? in their own sentences:"
    r"|What \d[\d,]* papers? (?:say|says) in (?:their|its) own sentences\."
    r"|No model is set: cells are the papers' own words, found by rules"
    r"|Filled by [^\n]{1,200}; code looked for every quote and number in its paper"
    r"|\d[\d,]* papers? in the library, [\d,]+ (?:matched, [\d,]+ read|considered, [\d,]+ in)"
    rf"){_REST}",
    re.MULTILINE,
)
# An entry of our own list of papers: its key, a point, and its title.
_ENTRY = re.compile(r"^[-*][ \t]+(?P<key>[\w:.+/-]+) · (?P<title>[^\n]+)$", re.MULTILINE)
_PLACE = re.compile(
    r"\((?:abstract|title|body)(?:, page \d+)?, characters \d+ to \d+\)"
    r"|(?<=\)): (?:the paper's words|the writer's own words, not judged"
    r"|judged: the sentences say so|computed: [^\n]*|no proof: [^\n]*)\.$",
    re.MULTILINE,
)
_REMARK = re.compile(
    r"\*\((?:uncited|not checked|partly supported|not supported by its quotes"
    r"|contradicted by its quotes|question to the author|\d+ citations? dropped"
    r"|figures not in its quotes: [^\n)]*)(?:; [^\n)]*)?\)\*"
    r"|\\emph\{\((?:uncited|not checked|partly supported|not supported by its quotes"
    r"|contradicted by its quotes|question to the author|\d+ citations? dropped"
    r"|figures not in its quotes: [^\n)]*)(?:; [^\n)]*)?\)\}"
)
_VERDICT = re.compile(
    r"(?:\*\*|\\textbf\{|(?<=\? )|^)\d+ (?:yes|no|mixed)(?:, \d+ (?:yes|no|mixed))* of \d+ read"
    r"[^\n*}]*(?:\*\*|\}|$)",
    re.MULTILINE,
)
# A section of a report that says how it was made, down to the next heading; each is told from an
# author's section of that name by the first item of its list.
_SECTIONS = re.compile(
    r"^#+[ \t]+(?:How papers came here\s+(?:[-*][ \t]+)?\d[\d,]* in the library"
    r"|Methods\s+(?:[-*][ \t]+)?Topic:|This run\s+(?:[-*][ \t]+)?When:"
    r"|What is new\s+(?:[-*][ \t]+)?Since:|What is not proven\s)"
    r"(?:[^\n]|\n(?!#+[ \t]))*",
    re.MULTILINE,
)
_CELL_SIGNS = re.compile(r"[*{}]|\\(?:textit|emph|raggedright|par)\b|\[\^[^\]]*\]|…|\\ldots")
_EMPTY_CELL = re.compile(
    rf"(?:{'|'.join(map(re.escape, sorted(EMPTY)))}|unknown|year unknown|no proof|n/?a|[-–—]*)\.?"
)


def own_lines(text: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges of what this program says of a text of its own: nothing in them is the
    author's to prove."""
    for pattern in (_PARAGRAPHS, _SECTIONS, _ENTRY, _PLACE, _REMARK, _VERDICT):
        yield from (found.span() for found in pattern.finditer(text))


def listed_papers(text: str) -> dict[str, str]:
    """The papers of our own list, which has no numbers: each title, normalised, by its key."""
    titles = ((found["key"], found["title"]) for found in _ENTRY.finditer(text))
    return {key: normalise_title(title.split(" · ")[0]) for key, title in titles}


def paper_of_row(cell: str, papers: dict[str, str]) -> str:
    """The key of the one paper whose title begins as the first cell of a row does; empty where
    there is none, or several."""
    words = normalise_title(_CELL_SIGNS.sub(" ", cell))
    named = [key for key, title in papers.items() if words and f"{title} ".startswith(f"{words} ")]
    return named[0] if len(named) == 1 else ""


def is_empty_cell(cell: str) -> bool:
    """Whether a cell of a table states nothing, such as "not stated"."""
    return bool(_EMPTY_CELL.fullmatch(clean(_CELL_SIGNS.sub(" ", cell)).strip()))
