"""What the page of a paper shows: its texts by sentences, with what was quoted from them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reviewer.text import clean, sentence_spans
from reviewer.text.views import clean_view
from reviewer.types import Paper
from reviewer.types.papers import Part
from reviewer.types.runs import Quoted

Span = tuple[int, int]
_PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class ShownPiece:
    """A piece of a sentence: quoted by a run, and the one that the reader asked to see."""

    text: str
    is_quoted: bool
    is_asked: bool


@dataclass(frozen=True)
class ShownSentence:
    """A sentence with its number in its part, and its place there."""

    number: int
    start: int
    end: int
    pieces: tuple[ShownPiece, ...]


@dataclass(frozen=True)
class ShownSection:
    """A section: its heading (empty before the first), its page if that is known, paragraphs."""

    heading: str
    page: int | None
    paragraphs: tuple[tuple[ShownSentence, ...], ...]

    @property
    def is_asked(self) -> bool:
        """True where the quote that the reader asked for begins in it."""
        said = (sentence for own in self.paragraphs for sentence in own)
        return any(piece.is_asked for sentence in said for piece in sentence.pieces)


@dataclass(frozen=True)
class QuotedIn:
    """A question that the paper answered: the run, what was asked, the places quoted for it."""

    run_id: str
    about: str
    quotes: tuple[tuple[str, int, int, str], ...]  # part, start, end, the words


def shown_sections(
    paper: Paper, name: str, quoted: Sequence[Quoted], asked: Span | None
) -> tuple[ShownSection, ...]:
    """The sections of a part, sentences numbered from 1. `asked` is the range that the reader asked
    for, if it is of this part."""
    part = next((part for part in paper.parts if part.name == name), None)
    if part is None or not part.text.strip():
        return ()
    spans = [(q.citation.start, q.citation.end) for q in quoted if q.citation.part == name]
    starts = sorted({0, *(heading.start for heading in part.headings)})
    headings = {heading.start: heading.text for heading in part.headings}
    number = 0
    sections = []
    for start, end in pairwise([*starts, len(part.text)]):
        heading = headings.get(start, "")
        inside = start + len(_line_at(part.text, start)) if heading else start
        paragraphs = []
        for first, last in _paragraphs(part.text, inside, end):
            own = []
            for a, b in sentence_spans(part.text[first:last]):
                number += 1
                pieces = _pieces(part.text, (first + a, first + b), spans, asked)
                own.append(ShownSentence(number, first + a, first + b, pieces))
            if own:
                paragraphs.append(tuple(own))
        if heading or paragraphs:
            sections.append(ShownSection(clean(heading), _page(part, start), tuple(paragraphs)))
    return tuple(sections)


def _line_at(text: str, start: int) -> str:
    return text[start:].partition("\n")[0]


def _page(part: Part, start: int) -> int | None:
    return bisect_right(part.page_starts, start) + 1 if part.page_starts else None


def _paragraphs(text: str, start: int, end: int) -> list[Span]:
    cuts = [start]
    for gap in _PARAGRAPH.finditer(text, start, end):
        cuts += [gap.start(), gap.end()]
    cuts.append(end)
    return [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True) if text[a:b].strip()]


def _pieces(
    text: str, sentence: Span, quoted: Sequence[Span], asked: Span | None
) -> tuple[ShownPiece, ...]:
    """The cleaned sentence, cut where a quote begins or ends."""
    start, end = sentence
    view = clean_view(text[start:end])

    def place(at: int) -> int:
        return bisect_left(view.offsets, at - start)

    near = [span for span in quoted if span[0] < end and span[1] > start]
    own = [asked] if asked and asked[0] < end and asked[1] > start else []
    cuts = {0, len(view.text), *(place(at) for span in (*near, *own) for at in span)}
    places = [(place(a), place(b)) for a, b in near]
    asked_place = (place(own[0][0]), place(own[0][1])) if own else (0, 0)
    return tuple(
        ShownPiece(
            view.text[a:b],
            any(low <= a and b <= high for low, high in places),
            asked_place[0] <= a and b <= asked_place[1] and bool(own),
        )
        for a, b in pairwise(sorted(cuts))
    )


def quoted_in(quoted: Sequence[Quoted]) -> tuple[QuotedIn, ...]:
    """The quotes by run and question, newest first, each once."""
    own: dict[tuple[str, str], dict[tuple[str, int, int, str], None]] = {}
    for one in quoted:
        c = one.citation
        quotes = own.setdefault((one.run_id, one.about), {})
        quotes[c.part, c.start, c.end, clean(c.quote)] = None
    return tuple(QuotedIn(run, about, tuple(quotes)) for (run, about), quotes in own.items())
