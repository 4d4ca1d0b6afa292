"""Finds the rectangles of a quote on a drawn page. Pure; what is not there is never guessed.

A part keeps its text line by line as its page gave it. So the part's lines on the page are aligned
with the lines of the page as it is read alone, in order: which of two like lines is meant is clear
by those around it. Alone, a page may be read otherwise than within its paper: a line that has no
partner is looked for letter by letter, without regard to white space, in the run of the page's
lines, then row by row, between the places of its neighbours; it counts only where it stands once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from reviewer.types.pages import Box, PageView, PlacedWord, QuoteState

_MARKS = ".,;:"
_LEAST_LETTERS = 2  # a shorter piece alone could be anywhere


def boxes_on_page(
    text: str, start: int, end: int, view: PageView
) -> tuple[QuoteState, tuple[Box, ...]]:
    """The rectangles of `text[start:end]`, one a line, and whether all of it was found. `text` is
    what the part has on this page, with its line ends."""
    page = _Page(view)
    lines = _lines_of(text)
    partners = _partners([_letters(text[a:b]) for a, b in lines], page)
    boxes: list[Box] = []
    wanted = found = 0
    for n, (first, last) in enumerate(lines):
        low, high = max(first, start), min(last, end)
        piece = text[low:high] if low < high else ""
        if not piece.strip():
            continue
        wanted += 1
        skipped = len(_letters(text[first:low]))
        if n in partners:
            words = _words_of_line(page, partners[n], skipped, piece)
        else:
            between = _between(n, partners)
            words = page.find(_letters(text[first:last]), skipped, _letters(piece), between)
        if words:
            found += 1
            boxes += _joined(words)
    state: QuoteState = "placed" if found == wanted else "in part" if found else "not found"
    return ("not found", ()) if not wanted else (state, tuple(boxes))


@dataclass(frozen=True, slots=True)
class _Cut:
    """A word, and which of its letters, as shares of its width, are meant."""

    word: PlacedWord
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True)
class _Run:
    """Letters in a row, and for each the word and the place in it that it comes from."""

    letters: str
    sources: tuple[tuple[PlacedWord, int], ...]

    def cut(self, start: int, end: int) -> list[_Cut]:
        """The words of `letters[start:end]`."""
        cuts: list[_Cut] = []
        for i in range(start, end):
            word, at = self.sources[i]
            size = len(_letters(word.text))
            if cuts and cuts[-1].word is word and at:
                cuts[-1] = _Cut(word, cuts[-1].low, (at + 1) / size)
            else:
                cuts.append(_Cut(word, at / size, (at + 1) / size))
        return cuts


class _Page:
    """The lines of a page as letters, and its rows, for what stands in no line."""

    def __init__(self, view: PageView) -> None:
        self.lines = view.lines
        self.letters = [_letters(line.text) for line in view.lines]
        self._view = view

    @cached_property
    def run(self) -> _Run:
        """The words of all lines one after the other; those of a line that was cut in two once."""
        return _run_of(list(dict.fromkeys(line.words for line in self.lines)))

    @cached_property
    def rows(self) -> _Run:
        """The page's words by their heights: what stands in one row, from left to right."""
        words = dict.fromkeys(word for line in self.lines for word in line.words)
        words |= dict.fromkeys(self._view.others)
        rows: list[list[PlacedWord]] = []
        for word in sorted(words, key=lambda w: (w.box.bottom, w.box.left)):
            height = word.box.bottom - word.box.top
            if rows and word.box.bottom - rows[-1][0].box.bottom < 0.45 * height:
                rows[-1].append(word)
            else:
                rows.append([word])
        return _run_of([sorted(row, key=lambda w: w.box.left) for row in rows])

    def find(
        self, whole: str, skipped: int, piece: str, between: tuple[int | None, int | None]
    ) -> list[_Cut]:
        """The words of `piece`, which follows `skipped` letters of the line `whole`: where the line
        stands once on the page, else where the piece does. Empty where neither does."""
        window = self._window(between)
        for run in (self.run, self.rows):
            for wanted, before in ((whole, skipped), (piece, 0)):
                if len(wanted) < _LEAST_LETTERS:
                    continue
                places = list(_places(wanted, run.letters))
                if len(places) > 1 and run is self.run:
                    places = [p for p in places if window[0] <= p < window[1]]
                if len(places) == 1:
                    start = places[0] + before
                    return run.cut(start, start + len(piece))
        return []

    def _window(self, between: tuple[int | None, int | None]) -> tuple[int, int]:
        """The letters of `run` between two of its lines that are known."""
        before, after = between
        places = {word: i for i, (word, at) in enumerate(self.run.sources) if not at}
        low, high = 0, len(self.run.letters)
        if before is not None and self.lines[before].words:
            low = places[self.lines[before].words[-1]]
        if after is not None and self.lines[after].words:
            high = places[self.lines[after].words[0]]
        return low, high


def _run_of(groups: Sequence[Sequence[PlacedWord]]) -> _Run:
    words = [(word, _letters(word.text)) for group in groups for word in group]
    sources = tuple((word, i) for word, own in words for i in range(len(own)))
    return _Run("".join(own for _, own in words), sources)


def _letters(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def _lines_of(text: str) -> list[tuple[int, int]]:
    spans, at = [], 0
    for line in text.split("\n"):
        if line.strip():
            spans.append((at, at + len(line)))
        at += len(line) + 1
    return spans


def _partners(ours: Sequence[str], page: _Page) -> dict[int, int]:
    """For each line of the text, by its number, the line of the page that is the same."""
    blocks = SequenceMatcher(None, ours, page.letters, autojunk=False).get_matching_blocks()
    return {a + i: b + i for a, b, size in blocks for i in range(size)}


def _between(n: int, partners: dict[int, int]) -> tuple[int | None, int | None]:
    """The page's lines that are known to stand before and after the text's line `n`."""
    before = max((own for own in partners if own < n), default=None)
    after = min((own for own in partners if own > n), default=None)
    return (
        None if before is None else partners[before],
        None if after is None else partners[after],
    )


def _words_of_line(page: _Page, number: int, skipped: int, piece: str) -> list[_Cut]:
    line = page.lines[number]
    run = _run_of([line.words])
    places = list(_places(page.letters[number], run.letters))
    if len(places) == 1:  # all of the line's words, or a half of a line that was cut
        start = places[0] + skipped
        return run.cut(start, start + len(_letters(piece)))
    # A table's row is read with its heads: of its words, those that the piece has.
    said = {token.strip(_MARKS) for token in piece.split()}
    return [_Cut(word) for word in line.words if word.text.strip(_MARKS) in said]


def _places(wanted: str, letters: str) -> Iterator[int]:
    at = letters.find(wanted)
    while at >= 0:
        yield at
        at = letters.find(wanted, at + 1)


def _joined(cuts: Sequence[_Cut]) -> Iterator[Box]:
    """One rectangle for each line of words. It is as high as most of their letters: a raised
    figure or a tall sign must not make it reach into other lines."""
    groups: list[list[_Cut]] = []
    for cut in cuts:
        if groups and _is_beside(groups[-1][-1].word.box, cut.word.box):
            groups[-1].append(cut)
        else:
            groups.append([cut])
    for group in groups:
        heights: Counter[tuple[float, float]] = Counter()
        for cut in group:
            heights[cut.word.box.top, cut.word.box.bottom] += len(cut.word.text)
        (top, bottom), _ = heights.most_common(1)[0]
        left = min(_across(cut, cut.low) for cut in group)
        right = max(_across(cut, cut.high) for cut in group)
        yield Box(left=round(left, 2), top=top, right=round(right, 2), bottom=bottom)


def _is_beside(one: Box, other: Box) -> bool:
    """True for words of one line: the second to the right of the first, at nearly its height."""
    height = max(one.bottom - one.top, other.bottom - other.top)
    overlap = min(one.bottom, other.bottom) - max(one.top, other.top)
    return other.right > one.left and overlap > 0.2 * height - 0.1


def _across(cut: _Cut, share: float) -> float:
    box = cut.word.box
    return box.left + share * (box.right - box.left)
