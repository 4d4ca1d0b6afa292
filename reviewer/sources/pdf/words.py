"""Letters of a page -> its visible words, upright as a reader sees them. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewer.sources.pdf.accents import join_accents
from reviewer.sources.pdf.glyphs import Canvas, Letter, Word, runs_of

_UPRIGHT = 0.1  # radians


def visible_words(letters: list[Letter], hidden: Counter[str]) -> Iterator[Word]:
    """Runs of letters without white space, a jump or a change of size between them. A word most of
    whose letters are hidden is left out and counted."""
    for run in runs_of(join_accents(letters), lambda run, letter: not _parts(run[-1], letter)):
        unseen = [letter for letter in run if letter.reason]
        if 2 * len(unseen) > len(run):
            for letter in run:
                hidden[letter.reason or unseen[0].reason] += letter.text.isalnum()
        else:
            yield _word(run)


def _parts(before: Letter, after: Letter) -> bool:
    one, other = before.source, after.source
    em = max(one.size, other.size, 1.0)
    if not after.is_glued or abs(one.angle - other.angle) > _UPRIGHT:
        return True
    if abs(one.angle) < _UPRIGHT or abs(one.angle - 2 * math.pi) < _UPRIGHT:
        if not -em < after.x0 - before.x1 < 0.6 * em:
            return True
        return abs(before.base - after.base) > 0.12 * em or abs(one.size - other.size) > 0.12 * em
    return False


def _word(run: list[Letter]) -> Word:
    first = run[0]
    return Word(
        text="".join(letter.text for letter in run),
        x0=min(letter.x0 for letter in run),
        y0=min(letter.y0 for letter in run),
        x1=max(letter.x1 for letter in run),
        y1=max(letter.y1 for letter in run),
        base=first.base,
        size=first.source.size,
        is_bold=first.source.is_bold,
        is_glued=first.is_glued,
        angle=first.source.angle,
    )


def quarters_to_upright(words: Sequence[Word], quarters: int) -> int:
    """By how many more quarters clockwise a page is turned so that most of its letters are upright:
    a page that stands sideways is read as its reader turns it."""
    letters: Counter[int] = Counter()
    for word in words:
        turns = round((word.angle + quarters * math.pi / 2) / (math.pi / 2)) % 4
        letters[turns] += len(word.text)
    most = max(letters, key=lambda turns: letters[turns], default=0)
    return -most % 4 if letters[most] > 0.5 * letters.total() else 0


def turned(word: Word, quarters: int, canvas: Canvas) -> Word:
    """The word on the page turned clockwise by this many quarters, its corner at (0, 0)."""
    left, bottom = canvas.left, canvas.top - canvas.down
    right, top = left + canvas.across, canvas.top
    x0, y0, x1, y1 = word.x0 - left, word.y0 - bottom, word.x1 - left, word.y1 - bottom
    base = word.base - bottom
    if quarters == 1:
        x0, y0, x1, y1 = y0, right - word.x1, y1, right - word.x0
        base = y0 + 0.2 * (y1 - y0)
    elif quarters == 2:
        x0, y0, x1, y1 = right - word.x1, top - word.y1, right - word.x0, top - word.y0
        base = top - word.base
    elif quarters == 3:
        x0, y0, x1, y1 = top - word.y1, x0, top - word.y0, x1
        base = y0 + 0.2 * (y1 - y0)
    turn = word.angle + quarters * math.pi / 2  # PDFium counts clockwise
    angle = abs(math.remainder(turn, 2 * math.pi))
    angle = 0.0 if angle < _UPRIGHT else angle
    return replace(word, x0=x0, y0=y0, x1=x1, y1=y1, base=base, angle=angle)
