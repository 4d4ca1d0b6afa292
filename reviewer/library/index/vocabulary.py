"""Words as the word index sees them: their stems, counts in the library, and those of chunks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from reviewer.library.index.bm25 import counted
from reviewer.library.index.forward import stem_number
from reviewer.library.index.inverted import Postings
from reviewer.library.index.scoring import WordCount, Words


class WordStore:
    """Reads alone."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    def stems(self, words: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Each word's tokens, by the index's own rules: one for most, none for a mere mark."""
        return self._postings.stems.known(words)

    def texts(self, texts: Sequence[str]) -> list[list[str]]:
        """Each text's stems, in order."""
        return self._postings.stems.of(texts)

    def numbers(self, stems: Collection[str]) -> Any:  # noqa: ANN401  an array
        """The stems' numbers, by which `of_chunks` knows them."""
        import numpy as np

        return np.array([stem_number(stem) for stem in stems], dtype=np.uint32)

    def of_chunks(self, numbers: Sequence[int]) -> Words:
        """The stems of the chunks with these numbers, row by row."""
        return self._postings.forward.read(numbers)

    def counts(self, stems: Sequence[str]) -> dict[str, WordCount]:
        """For each stem how many chunks hold it, how often, and in how many titles."""
        entries = self._postings.entries(stems)
        return {stem: WordCount(*counted(own)) for stem, own in entries.items()}

    def chunks(self) -> int:
        """How many chunks are indexed."""
        return self._postings.size()[0]
