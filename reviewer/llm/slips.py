"""Mends slips in JSON as models write it: LaTeX, quotation marks, commas, comments, a cut end.

What is mended is read by json-repair. A reply that is cut gives its whole items alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

MOST_CHARS = 400_000  # of a text that is repaired
DEEPEST = 40
_MOST_VALUES = 60  # of one text
_ITEM_DEPTH = 2  # the outermost object and its list
_COMMENT = r"(?:(?://|\#)[^\n]*\n\s*|/\*.*?\*/\s*)"
VALUE_BEGINS = re.compile(
    rf"[\[{{]\s*{_COMMENT}*(?:[\"'“”„‘’{{\[}}]|[A-Za-z_]\w*\s*:)",
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:(?P<whole>[\"\\/']|u[0-9a-fA-F]{4})|(?P<word>[A-Za-z]+)|(?P<sign>.)|$)", re.DOTALL
)
# A whole string, the beginning of one without an end, or a bracket.
_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|["{}\[\]]', re.DOTALL)
_PRINTED_MARKS = str.maketrans(dict.fromkeys("“”„", '"'))
_TAIL = re.compile(r"\s*(?:```\s*)?$")
# Commands of LaTeX that begin as one of JSON's escapes for a line end, a return or a tab.
_COMMANDS = frozenset(
    """nabla natural ne nearrow neg neq newline newcommand nexists ni nleq ngeq nmid noindent
    nolimits nonumber norm normalsize not notin nparallel nrightarrow nsubseteq nu num nwarrow
    raggedright raise raisebox rangle rbrace rbrack rceil ref relax renewcommand rfloor rho right
    rightarrow rightharpoonup rightleftharpoons rightsquigarrow rm rmfamily root rtimes rule rVert
    rvert
    tag tan tanh tau tbinom text textbf textcolor textgreater textit textless textnormal textrm
    textsc textsf textsubscript textsuperscript texttt textup tfrac therefore theta thetasym
    thickapprox thickspace thinspace tilde times tiny to top trace triangle triangledown
    triangleleft triangleq triangleright tt twoheadrightarrow""".split()
)


class Mended(NamedTuple):
    """A value that was read of a text, the length of its text, and whether its end is lost."""

    value: Any
    length: int
    is_cut: bool


def with_sound_escapes(text: str) -> str:
    r"""JSON in which a backslash of LaTeX stands for itself: `\theta`, `\frac` and `\pi` become
    `\\theta`, `\\frac` and `\\pi`. JSON would read a tab and "heta", a form feed and "rac", and
    refuse the last. No reply means a backspace or a form feed."""

    def escape(match: re.Match[str]) -> str:
        word = match["word"]
        if match["whole"] or (word and word[0] in "nrt" and word not in _COMMANDS):
            return match[0]
        return "\\" + match[0]

    return _ESCAPE.sub(escape, text) if "\\" in text else text


def mended(text: str) -> Iterator[Mended]:
    """The objects and lists in a text that is not JSON as it stands; of one whose end is lost, what
    holds whole items. Texts of more than MOST_CHARS characters, and those nested deeper than
    DEEPEST, are left."""
    if len(text) > MOST_CHARS:
        return
    if '"' not in text:
        text = text.translate(_PRINTED_MARKS)
    at = 0
    for _ in range(_MOST_VALUES):
        begins = VALUE_BEGINS.search(text, at)
        if begins is None:
            return
        piece = _piece(text, begins.start())
        if piece is None:
            return
        value = _repaired(piece.text)
        if value:
            yield Mended(value, len(piece.text), piece.is_cut)
        at = piece.end


class _Piece(NamedTuple):
    text: str
    end: int  # in the whole text
    is_cut: bool


def _piece(text: str, start: int) -> _Piece | None:
    """The text of the value that begins here; None if nothing of it is whole."""
    depth, whole, is_open = 0, -1, False
    for match in _MARK.finditer(text, start):
        mark = match[0]
        is_open = mark == '"'  # a string without its end
        if mark in ("{", "["):
            depth += 1
        elif mark in ("}", "]"):
            depth -= 1
        if depth == 0:
            return _Piece(text[start : match.end()], match.end(), is_cut=False)
        if depth > DEEPEST:
            return None
        if depth == _ITEM_DEPTH and mark in ("}", "]"):
            whole = match.end()
    rest = _TAIL.sub("", text[start:])
    if rest.endswith(("}", "]")) and (is_open or depth <= _ITEM_DEPTH):
        return _Piece(rest, len(text), is_cut=False)  # just its last brackets are missing
    return _Piece(text[start:whole], len(text), is_cut=True) if whole >= 0 else None


def _repaired(text: str) -> Any:  # noqa: ANN401  any JSON
    import json_repair

    try:
        return json_repair.loads(text)
    except (ValueError, RecursionError, LookupError, TypeError):
        return None
