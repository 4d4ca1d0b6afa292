"""Parts floats and footnotes from a page's run of text, and puts them where they break no sentence.

A figure, table or algorithm is found by its caption. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from reviewer.sources.pdf.glyphs import Rule, runs_of
from reviewer.sources.pdf.lines import Line, ends_sentence, is_indented
from reviewer.sources.pdf.reference_lists import is_entry
from reviewer.sources.pdf.tables import cells_of, table_lines
from reviewer.text import sentence_spans

_CAPTION = re.compile(
    r"(?:Supplementary |Extended Data )?"
    r"(?P<kind>Fig(?:ure|\.)?|Tab(?:le|\.)?|Algorithm|Scheme|Listing|Chart|Box)"
    r"\s*(?P<number>[A-Z]?\.?\d+[a-z]?|[IVXL]+)(?=\W|$)(?P<stop>\s*[.:|–—-])?",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"\W*(?:\d+\.?\s+)?(?:references|bibliography|r eferences)\W*$", re.IGNORECASE
)
_FOOT = re.compile(r"(?:\d{1,2}|[*∗†‡§¶⋆]+|[a-d])\s?(?=[A-Z])")
_HALF_LETTER = re.compile("[\ud800-\udfff]")
_ALIKE_PT = 2.5
_SMALL = 0.93
_MOST_LABELS = 40


@dataclass(slots=True)
class Parted:
    """A column's run of text, and what stands outside it, block by block."""

    flow: list[Line]
    apart: list[list[Line]] = field(default_factory=list)


@dataclass(slots=True)
class _Column:
    """A column's lines, which of them are running text, its rules, the size of the paper's text,
    and the lines that are known to be of floats."""

    lines: Sequence[Line]
    is_text: Sequence[bool]
    rules: Sequence[Rule]
    usual: float
    taken: set[int] = field(default_factory=set)


def part_floats(lines: Sequence[Line], rules: Sequence[Rule], usual: float) -> Parted:
    """The lines of one column, floats and footnotes apart; `usual` is the size of the text."""
    column = _Column(lines, _texts(lines, usual), rules, usual)
    apart: list[list[Line]] = []
    for at, line in enumerate(lines):
        kind = caption_kind(line)
        if kind and at not in column.taken:
            end = _caption_end(lines, at, rules)
            body = _body(column, at, end, kind)
            column.taken |= {*range(at, end), *body}
            own = [lines[i] for i in body]
            if kind == "table" and own:
                own = table_lines(own, rules, table_name(line))
            apart.append([*(replace(one, is_start=one is line) for one in lines[at:end]), *own])
    feet = _feet(column)
    if column.taken:
        apart += [[lines[i] for i in run] for run in _beside(column, feet)]
    if feet:
        apart.append([lines[i] for i in feet])
        column.taken |= set(feet)
    return Parted(_flow(column), apart)


def _flow(column: _Column) -> list[Line]:
    """The lines that are in no float."""
    left = min((line.x0 for line in column.lines), default=0.0)
    flow: list[Line] = []
    for at, line in enumerate(column.lines):
        if at in column.taken:
            continue
        if at - 1 in column.taken:  # the gap above it is the float's, not a paragraph's
            begins = is_indented(line, left) or _differs(line, column.usual)
            line = replace(line, is_first=True, is_start=begins)
        flow.append(line)
    return flow


def _beside(column: _Column, feet: Sequence[int]) -> list[list[int]]:
    """Runs of lines next to a float that are no running text, as a figure's labels. Takes them."""
    own: set[int] = set()
    order = range(len(column.lines))
    for at in (*order, *reversed(order)):
        is_known = column.is_text[at] or at in column.taken or at in own or at in feet
        if not is_known and {at - 1, at + 1} & (column.taken | own):
            own.add(at)
    column.taken |= own
    return runs_of(sorted(own), lambda run, at: at == run[-1] + 1)


def caption_kind(line: Line) -> str:
    """`figure`, `table` or another kind where a caption begins with this line; else empty."""
    match = _CAPTION.match(line.text)
    if not match or not line.is_start:
        return ""
    kind = match["kind"].lower()
    rest = line.text[match.end() :].strip()
    if not match["stop"] and rest:  # "Table 3 shows that", but not "Table 3  Means"
        stands_out = (
            kind == "algorithm"
            or line.is_bold
            or line.text[: match.end()].isupper()
            or (line.words and line.words[0].is_bold)
            or _is_parted(line)
        )
        if rest[:1].islower() or not stands_out:
            return ""
    return {"fig": "figure", "tab": "table"}.get(kind[:3], kind)


def table_name(line: Line) -> str:
    """`Table 3` or `Table IV`, as a table's caption has it."""
    match = _CAPTION.match(line.text)
    return f"Table {match['number']}" if match else ""


def _is_parted(line: Line) -> bool:
    """True where more than a word's space follows the number."""
    words = line.words[:3]
    return len(words) == 3 and words[2].x0 - words[1].x1 > 0.7 * words[1].size


def _caption_end(lines: Sequence[Line], at: int, rules: Sequence[Rule]) -> int:
    """Where the caption that begins at this line is over."""
    end = at + 1
    while end < len(lines):
        before, line = lines[end - 1], lines[end]
        gap = before.base - line.base
        is_bare = end == at + 1 and _CAPTION.fullmatch(before.text.strip()) is not None
        is_near = 0 < gap < (2.5 if is_bare else 1.45) * line.size or not line.is_start
        is_like = is_bare or abs(line.size - before.size) < 0.12 * line.size
        is_cells = len(cells_of(line.words)) > 1 and not _is_prose(line)
        if not (is_near and is_like) or _ruled(before, line, rules) or is_cells:
            break
        if caption_kind(line):
            break
        end += 1
    return end


def _is_prose(line: Line) -> bool:
    return max(len(cell.words) for cell in cells_of(line.words)) > 5


def _ruled(upper: Line, lower: Line, rules: Sequence[Rule]) -> bool:
    return any(
        lower.base < rule.y < upper.base and rule.x0 < lower.x1 and rule.x1 > lower.x0
        for rule in rules
        if rule.x1 - rule.x0 > 3 * lower.size
    )


def _body(column: _Column, at: int, end: int, kind: str) -> list[int]:
    """The lines of what this caption, lines `at` to `end`, belongs to: above it or below it."""
    above, below = range(at - 1, -1, -1), range(end, len(column.lines))
    if kind == "figure":
        return _labels(column, above, below)
    # What stands above a table's caption and is in no other float can only be its own.
    own = _tabular(column, above, column.lines[at]) if kind == "table" else []
    return sorted(own or _tabular(column, below, column.lines[end - 1]))


def _labels(column: _Column, above: range, below: range) -> list[int]:
    """Words within a figure: what is no text above its caption, or else below it."""
    own = _run(column, above, lambda i: not column.is_text[i])
    if not own:
        own = _run(column, below, lambda i: not column.is_text[i])
        is_over = bool(own) and own[-1] + 1 < len(column.lines)
        own = own if is_over and len(own) < _MOST_LABELS else []
    return sorted(own)


def _run(column: _Column, order: Iterable[int], belongs: Callable[[int], bool]) -> list[int]:
    """The first lines of this order that belong to a float, and are in no other."""
    found: list[int] = []
    for i in order:
        if i in column.taken or caption_kind(column.lines[i]) or not belongs(i):
            break
        found.append(i)
    return found


def _texts(lines: Sequence[Line], usual: float) -> list[bool]:
    """Which lines are running text: full ones, those that go on with one, and short sentences."""
    left = min((line.x0 for line in lines), default=0.0)
    width = max((line.x1 for line in lines), default=0.0) - left
    found: list[bool] = []
    for i, line in enumerate(lines):
        most = max(len(cell.words) for cell in cells_of(line.words))
        is_large = line.size > 0.9 * usual
        is_full = line.x1 - line.x0 > 0.55 * width and most > (3 if is_large else 6)
        is_at_left = line.x0 < left + 2.5 * line.size
        is_short = is_at_left and is_large and (ends_sentence(line.text) or line.is_bold)
        goes_on = i > 0 and found[-1] and _follows(lines, i, is_at_left)
        found.append(is_full or is_short or goes_on)
    return found


def _follows(lines: Sequence[Line], i: int, is_at_left: bool) -> bool:
    """True for a line of the same paragraph as the one above it, or of the same list."""
    before, line = lines[i - 1], lines[i]
    is_near = before.base - line.base < 1.5 * line.size and abs(before.size - line.size) < 0.1
    return not line.is_start or (is_at_left and is_near)


def _tabular(column: _Column, order: range, caption: Line) -> list[int]:
    """The lines of a table next to its caption: those between its rules, else rows of cells."""
    lines = column.lines
    first = next(iter(order), None)
    if first is None or first in column.taken or caption_kind(lines[first]):
        return []
    if abs(lines[first].base - caption.base) > 5 * caption.size:
        return []
    ends = _ends(lines, lines[first], caption, column.rules)
    if ends:
        return _run(column, order, lambda i: ends[0] < lines[i].base < ends[1])
    found: list[int] = []
    for i in order:
        if i in column.taken or not _is_row(lines, i, found, caption):
            break
        found.append(i)
    return found if len(found) > 1 else []


def _is_row(lines: Sequence[Line], i: int, found: Sequence[int], caption: Line) -> bool:
    """True for a line of cells right after the rows that were found."""
    line = lines[i]
    if caption_kind(line) or len(cells_of(line.words)) < 2 or _is_prose(line):
        return False
    near = lines[found[-1]] if found else caption
    most = (3 if found else 5) * line.size
    if len(found) > 1:
        step = abs(near.base - lines[found[-2]].base)
        most = min(most, 1.8 * max(step, near.size))
    is_like = not found or abs(line.size - near.size) <= 0.15 * near.size
    return is_like and abs(line.base - near.base) < most


def _ends(
    lines: Sequence[Line], first: Line, caption: Line, rules: Sequence[Rule]
) -> tuple[float, float] | None:
    """The heights of the lowest and the highest rule of the table that begins at this line: rules
    with the same ends, with rows between them, and neither a caption nor a sentence."""
    low, high = sorted((first.base, caption.base))
    near = [
        r for r in rules
        if low < r.y < high and r.x1 - r.x0 > 3 * first.size
        and r.x0 < first.x1 and r.x1 > first.x0
    ]  # fmt: skip
    if not near:
        return None
    edge = min(near, key=lambda r: abs(r.y - first.base))
    is_below = caption.base > first.base
    beyond = sorted(
        (
            r.y for r in rules
            if abs(r.x0 - edge.x0) < _ALIKE_PT and abs(r.x1 - edge.x1) < _ALIKE_PT
            and (r.y < edge.y if is_below else r.y > edge.y)
        ),
        reverse=is_below,
    )  # fmt: skip
    last = edge.y
    for y in beyond:
        between = [line for line in lines if min(last, y) < line.base < max(last, y)]
        if any(caption_kind(line) or _is_sentence(line, edge) for line in between):
            break
        if not between and abs(y - last) > first.size:
            break  # the space between two tables
        last = y
    return (min(last, edge.y) - 0.1, max(last, edge.y) + 0.1) if last != edge.y else None


def _is_sentence(line: Line, rule: Rule) -> bool:
    """True for a line of text that is wider than the table's rules."""
    return _is_prose(line) and (line.x0 < rule.x0 - 3 or line.x1 > rule.x1 + 3)


def _differs(line: Line, usual: float) -> bool:
    return line.is_bold or abs(line.size - usual) > 0.08 * usual


def _feet(column: _Column) -> list[int]:
    """The column's footnotes: lines in small letters below a short rule at its left, or the last
    lines, where they are small and begin with a mark or break a sentence off."""
    lines = column.lines
    rest = [i for i in range(len(lines)) if i not in column.taken]
    small = _below_rule(column, rest)
    if not small:
        small = list(takewhile(lambda i: lines[i].size < _SMALL * column.usual, reversed(rest)))
        small.reverse()
        if not small or len(small) == len(rest):
            return []
        above = lines[rest[-len(small) - 1]]
        breaks_off = not ends_sentence(above.text) and not above.is_bold and len(above.words) > 3
        if not breaks_off and not _FOOT.match(lines[small[0]].text):
            return []
    return [] if _is_list(lines, small) else small


def _below_rule(column: _Column, rest: Sequence[int]) -> list[int]:
    """The lines below a short rule at the column's left, where all are in small letters."""
    lines = column.lines
    left = min((line.x0 for line in lines), default=0.0)
    width = max((line.x1 for line in lines), default=0.0) - left
    for rule in column.rules:
        if abs(rule.x0 - left) < 4 and 20 < rule.x1 - rule.x0 < 0.6 * width:
            below = [i for i in rest if lines[i].base < rule.y]
            if below and all(lines[i].size < 0.96 * column.usual for i in below):
                return below
    return []


def _is_list(lines: Sequence[Line], own: Sequence[int]) -> bool:
    """True for a list of references, which many journals set in small letters."""
    texts = [lines[i].text for i in own]
    entries = sum(is_entry(texts, n) for n in range(len(texts)))
    if texts and is_entry(texts, 0) and not _FOOT.match(texts[0]):
        return True
    return entries > 2 or any(_HEADING.match(text) for text in texts)


def with_apart(flow: Sequence[Line], apart: Sequence[Sequence[Line]]) -> list[Line]:
    """A page's lines with its floats and footnotes after them: before its last sentence where that
    goes on, so that none is broken."""
    blocks = [
        replace(line, is_start=line.is_start or n == 0, is_first=n == 0, is_apart=True)
        for block in apart
        for n, line in enumerate(block)
    ]
    lines = list(flow)
    if not blocks or not lines or ends_sentence(lines[-1].text):
        return [*lines, *blocks]
    begin = max((i for i, line in enumerate(lines) if line.is_start), default=0)
    text = _HALF_LETTER.sub("x", "\n".join(line.text for line in lines[begin:]))
    at = sentence_spans(text)[-1][0] if text.strip() else 0
    for i in range(begin, len(lines)):
        length = len(lines[i].text)
        if at <= length:
            if at == length:
                return [*lines[: i + 1], *blocks, *_reopened(lines[i + 1 :])]
            if at == 0:
                return [*lines[:i], *blocks, *_reopened(lines[i:])]
            line = lines[i]
            before = replace(line, text=line.text[:at].rstrip())
            after = replace(line, text=line.text[at:])
            return [*lines[:i], before, *blocks, *_reopened([after, *lines[i + 1 :]])]
        at -= length + 1
    return [*lines, *blocks]


def _reopened(lines: Sequence[Line]) -> list[Line]:
    if not lines:
        return []
    return [replace(lines[0], is_start=True), *lines[1:]]
