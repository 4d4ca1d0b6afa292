"""A question as search sees it: its telling words with their weights, and its vectors."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from reviewer.library import Library
from reviewer.library.embeddings.embedding import MissingEmbeddingError
from reviewer.library.index.scoring import Weights, idf, telling
from reviewer.text import clean, sentence_spans
from reviewer.text.keywords import query_counts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

MOST_TELLING = 25  # words; a question that has more is long
MOST_PIECES = 12  # of a long question, embedded each: 5 to 10 ms a piece


class QuestionWords:
    """The stems that weigh most, at most MOST_TELLING, in the question's order. A stem's weight is
    how much it tells of a topic (`scoring.telling`), times the square root of how often the
    question says it."""

    def __init__(self, question: str, library: Library, weights: Weights) -> None:
        times = query_counts(question)
        self._words = library.words
        stems = self._words.stems(times)
        self._word_of = {s: word for word in reversed(times) for s in stems[word]}
        said: Counter[str] = Counter()
        for word, count in times.items():
            said.update(dict.fromkeys(stems[word], count))
        total, counts = self._words.chunks(), self._words.counts(list(said))
        rarity = {s: idf(counts[s].chunks, total) for s in said}
        weight = {s: telling(counts[s], total, weights) * math.sqrt(n) for s, n in said.items()}
        kept = set(sorted(said, key=lambda s: -weight[s])[:MOST_TELLING])
        self.is_long = len(said) > MOST_TELLING
        self.stems = [s for s in said if s in kept]
        self.weights = {s: weight[s] for s in self.stems}
        self.rarity = {s: rarity[s] for s in self.stems}

    @property
    def numbers(self) -> NDArray[np.uint32]:
        """The stems' numbers in the forward index."""
        return self._words.numbers(self.stems)

    @property
    def shares(self) -> Floats:
        """The stems' weights, as shares of their sum."""
        import numpy as np

        weights = np.array(list(self.weights.values()))
        return weights / (weights.sum() or 1.0)

    def confirm(self, held: NDArray[np.bool_], weights: Weights) -> None:
        """Lower the weights of words that the chunks nearest to the question do not use: they give
        its form ("which methods let ..."). `held` says which chunk holds which stem, (chunks,
        stems). After the relevance weights of Robertson and Sparck Jones 1976, with the nearest
        chunks in place of relevant ones."""
        shares = (held.sum(axis=0) + 0.5) / (len(held) + 1)
        for stem, share in zip(self.stems, shares.tolist(), strict=True):
            self.weights[stem] *= share**weights.nearest

    def coverage(self, stems: Collection[str]) -> float:
        """The share of the question's inverse document frequencies that the stems have, 0 to 1."""
        whole = sum(self.rarity.values())
        return sum(self.rarity[s] for s in self.stems if s in stems) / whole if whole else 0.0

    def named(self, stems: Iterable[str]) -> tuple[str, ...]:
        """The question's words with these stems, each once."""
        return tuple(dict.fromkeys(self._word_of[s] for s in stems))


def vectors_of(texts: Collection[str], library: Library) -> Floats | None:
    """Rows of length 1, one a text; None if this library or this machine has no embedding."""
    if not library.has_vectors:
        return None
    try:
        vectors: Floats = library.embedding().embed([clean(text) for text in texts])
    except MissingEmbeddingError:
        return None
    return vectors


def pieces_of(question: str) -> list[str]:
    """The question's sentences; of more than MOST_PIECES some join their neighbours."""
    text = clean(question)
    spans = sentence_spans(text)
    each = max(1, math.ceil(len(spans) / MOST_PIECES))
    groups = (spans[n : n + each] for n in range(0, len(spans), each))
    return [text[group[0][0] : group[-1][1]] for group in groups]
