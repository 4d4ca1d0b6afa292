"""What the page of a record shows: its sentences with marked words, and the criteria."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reviewer.types.screening import Criterion


@dataclass(frozen=True)
class RecordSentence:
    """A numbered sentence in pieces, each with True where it is marked; `bears_on` are the keys of
    criteria that it bears on."""

    number: int
    pieces: tuple[tuple[str, bool], ...]
    bears_on: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)


def record_sentences(
    sentences: Sequence[str], marked: Collection[str], bearing: dict[str, int]
) -> list[RecordSentence]:
    """The sentences of a record, the title first."""
    return [
        RecordSentence(
            number,
            in_pieces(words, marked),
            tuple(key for key, own in bearing.items() if own == number),
        )
        for number, words in enumerate(sentences)
    ]


def in_pieces(text: str, marked: Collection[str]) -> tuple[tuple[str, bool], ...]:
    """The text in pieces: those that are marked words, and what stands between."""
    if not marked:
        return ((text, False),)
    wanted = "|".join(map(re.escape, sorted(marked, key=len, reverse=True)))
    parts = re.split(rf"\b({wanted})\b", text)
    return tuple((part, n % 2 == 1) for n, part in enumerate(parts) if part)


@dataclass(frozen=True)
class ShownCriterion:
    """A criterion with its number, and the number of the sentence that bears on it."""

    number: int
    criterion: Criterion
    sentence: int | None = None


def shown_criteria(criteria: Sequence[Criterion], bearing: dict[str, int]) -> list[ShownCriterion]:
    """The criteria in their order."""
    return [ShownCriterion(n, own, bearing.get(own.key)) for n, own in enumerate(criteria, 1)]
