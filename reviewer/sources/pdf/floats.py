"""What stands outside a page's run of text: figures, tables and algorithms with their captions, and
footnotes. It is put where no sentence is broken by it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from reviewer.sources.pdf.glyphs import Rule, runs_of
from reviewer.sources.pdf.lines import Line, ends_sentence, is_indented
from reviewer.sources.pdf.reference_lists import is_entry
from reviewer.sources.pdf.tables import cells_of, table_lines
from reviewer.text import sentence_spans

_CAPTION = re.compile(
    r"(?:Supplementary |Extended Data )?(?P<kind>Fig(?:ure|\.)?|Tab(?:le|\.)?|Algorithm|Scheme|Listing|Chart|Box)"
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


@dataclass(slots=True)
class Parted:
    """A column's run of text, and what stands outside it, block by block."""

    flow: list[Line]
    apart: list[list[Line]] = field(default_factory=list)


def part_floats(lines: Sequence[Line], rules: Sequence[Rule], usual: float) -> Parted:
    """The lines of one column, floats and footnotes apart; `usual` is the size of the text."""
    found = Parted([])
    taken: set[int] = set()
    for at, line in enumerate(lines):
        kind = caption_kind(line)
        if at in taken or not kind:
            continue
        end = _caption_end(lines, at, rules)
        body = _body(lines, (at, end), kind, rules, usual, taken)
        taken |= {*range(at, end), *body}
        caption = [replace(one, is_start=one is lines[at]) for one in lines[at:end]]
        own = [lines[i] for i in body]
        if kind == "table" and own:
            own = table_lines(own, rules, table_name(line))
        found.apart.append([*caption, *own])
    feet = _feet(lines, rules, usual, taken)
    if feet:
        taken |= set(feet)
    if len(taken) > len(feet):
        found.apart += [[lines[i] for i in run] for run in _beside(lines, taken, feet, usual)]
    if feet:
        found.apart.append([lines[i] for i in feet])
    left = min((line.x0 for line in lines), default=0.0)
    for at, line in enumerate(lines):
        if at in taken:
            continue
        if at and at - 1 in taken:  # the gap above it is the float's, not a paragraph's
            begins = is_indented(line, left) or _differs(line, usual)
            found.flow.append(replace(line, is_first=True, is_start=begins))
        else:
            found.flow.append(line)
    return found


def _beside(
    lines: Sequence[Line], taken: set[int], feet: Sequence[int], usual: float
) -> list[list[int]]:
    """Runs of lines next to a float that are no running text: labels of a figure. They are taken."""
    floats = taken - set(feet)
    own: set[int] = set()
    for order in (range(len(lines)), reversed(range(len(lines)))):
        for at in order:
            if at not in taken | own and {at - 1, at + 1} & (floats | own):
                if not _is_text(lines, at, usual):
                    own.add(at)
    taken |= own
    return runs_of(sorted(own), lambda run, at: at == run[-1] + 1)


def caption_kind(line: Line) -> str:
    """`figure`, `table` or another kind where a caption begins with this line; else empty."""
    match = _CAPTION.match(line.text)
    if not match or not line.is_start:
        return ""
    rest = line.text[match.end() :].strip()
    if not match["stop"] and rest[:1].islower():
        return ""
    is_named = match["kind"].lower() == "algorithm"
    if (
        not match["stop"]
        and rest
        and not is_named
        and not (line.is_bold or line.text[: match.end()].isupper())
    ):
        first = next(
            (w for w in line.words if w.text[:3].lower() == match["kind"][:3].lower()), None
        )
        if first is None or not (first.is_bold or _caption_is_parted(line)):
            return ""
    kind = match["kind"].lower()
    for short, name in (("fig", "figure"), ("tab", "table")):
        if kind.startswith(short):
            return name
    return kind


def table_name(line: Line) -> str:
    """`Table 3` or `Table IV`, as a table's caption has it."""
    match = _CAPTION.match(line.text)
    return f"Table {match['number']}" if match else ""


def _caption_is_parted(line: Line) -> bool:
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


def _body(
    lines: Sequence[Line],
    caption: tuple[int, int],
    kind: str,
    rules: Sequence[Rule],
    usual: float,
    taken: set[int],
) -> list[int]:
    """The lines of what the caption belongs to, above it or below it."""
    at, end = caption
    if kind == "figure":
        above = _run(lines, range(at - 1, -1, -1), taken, lambda i: not _is_text(lines, i, usual))
        below: list[int] = []
        if not above:
            below = _run(
                lines, range(end, len(lines)), taken, lambda i: not _is_text(lines, i, usual)
            )
            is_over = below and below[-1] + 1 < len(lines)
            below = below if is_over and len(below) < 40 else []
        return sorted([*above, *below])
    below = _tabular(lines, range(end, len(lines)), lines[end - 1], rules, taken)
    if kind != "table":
        return below
    # What stands above it and is in no other float can only be its own.
    return sorted(_tabular(lines, range(at - 1, -1, -1), lines[at], rules, taken) or below)


def _run(
    lines: Sequence[Line],
    order: Iterable[int],
    taken: set[int],
    belongs: Callable[[int], bool],
) -> list[int]:
    """The first lines of this order that belong to a float, and are in no other."""
    found: list[int] = []
    for i in order:
        if i in taken or caption_kind(lines[i]) or not belongs(i):
            break
        found.append(i)
    return found


def _is_text(lines: Sequence[Line], i: int, usual: float) -> bool:
    """True for a line of running text: full, or the last of a paragraph, or a short sentence."""
    line = lines[i]
    left = min(one.x0 for one in lines)
    width = max(one.x1 for one in lines) - left
    most = max(len(cell.words) for cell in cells_of(line.words))
    if line.x1 - line.x0 > 0.55 * width and most > (3 if line.size > 0.9 * usual else 6):
        return True
    is_at_left = line.x0 < left + 2.5 * line.size
    if is_at_left and line.size > 0.9 * usual and (ends_sentence(line.text) or line.is_bold):
        return True
    if not i:
        return False
    before = lines[i - 1]
    goes_on = abs(before.size - line.size) < 0.1 and before.base - line.base < 1.5 * line.size
    return (not line.is_start or (is_at_left and goes_on)) and _is_text(lines, i - 1, usual)


def _tabular(
    lines: Sequence[Line],
    order: range,
    caption: Line,
    rules: Sequence[Rule],
    taken: set[int],
) -> list[int]:
    """The lines of a table next to its caption: those between its rules, else rows of cells."""
    first = next(iter(order), None)
    if first is None or first in taken or caption_kind(lines[first]):
        return []
    if abs(lines[first].base - caption.base) > 5 * caption.size:
        return []
    ends = _ends(lines, lines[first], caption, rules)
    if ends:
        return _run(lines, order, taken, lambda i: ends[0] < lines[i].base < ends[1])
    found: list[int] = []
    for i in order:
        if i in taken or caption_kind(lines[i]):
            break
        near = lines[found[-1]] if found else caption
        is_near = abs(lines[i].base - near.base) < (3 if found else 5) * lines[i].size
        if not is_near or len(cells_of(lines[i].words)) < 2 or _is_prose(lines[i]):
            break
        if found and abs(lines[i].size - near.size) > 0.15 * near.size:
            break
        if len(found) > 1:
            step = abs(lines[found[-1]].base - lines[found[-2]].base)
            if abs(lines[i].base - near.base) > 1.8 * max(step, near.size):
                break
        found.append(i)
    return found if len(found) > 1 else []


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


def _feet(lines: Sequence[Line], rules: Sequence[Rule], usual: float, taken: set[int]) -> list[int]:
    """The column's footnotes: lines in small letters below a short rule at its left, or the last
    lines, where they are small and begin with a mark."""
    left = min((line.x0 for line in lines), default=0.0)
    width = max((line.x1 for line in lines), default=0.0) - left
    rest = [i for i in range(len(lines)) if i not in taken]
    for rule in rules:
        if abs(rule.x0 - left) > 4 or not 20 < rule.x1 - rule.x0 < 0.6 * width:
            continue
        below = [i for i in rest if lines[i].base < rule.y]
        if below and all(lines[i].size < 0.96 * usual for i in below):
            return [] if _is_list(lines, below) else below
    small: list[int] = []
    for i in reversed(rest):
        if lines[i].size >= _SMALL * usual:
            break
        small.append(i)
    small.reverse()
    if not small or len(small) == len(rest) or _is_list(lines, small):
        return []
    above = lines[rest[-len(small) - 1]]
    breaks_off = not ends_sentence(above.text) and not above.is_bold and len(above.words) > 3
    return small if breaks_off or _FOOT.match(lines[small[0]].text) else []


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
