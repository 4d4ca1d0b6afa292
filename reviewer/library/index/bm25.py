"""BM25 over the postings of a question's terms. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1, B = 1.2, 0.75  # as in SQLite's bm25() (Robertson and others 1994)
_LEAST_IDF = 1e-6  # there too, for a term that more than half of the chunks hold
# Eight bytes: the chunk, how often the term is in its title and its text, and all its words.
POSTING = [("chunk", "<u4"), ("title", "u1"), ("text", "u1"), ("length", "<u2")]


@dataclass(frozen=True)
class Matches:
    """The postings of a question's terms (arrays of POSTING), with the index's number of chunks,
    their mean length in words and the highest chunk number. `weights` replace the terms' inverse
    document frequencies where they are given."""

    postings: Mapping[str, NDArray[np.void]]
    chunks: int
    mean_length: float
    highest: int
    weights: Mapping[str, float] | None = None

    def best(
        self, most: int, title_weight: float, passes: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """Numbers of chunks that hold any term, with BM25 (larger is better), best first; ties go
        to the lower number. Only chunks that are True in `passes`, where it is given, are found.

        Robertson and Zaragoza 2009 as SQLite's bm25() has it: a word in the title counts
        `title_weight`, a chunk's length is all its words.
        """
        import numpy as np

        scores = np.zeros(self.highest + 1)
        for term, postings in self.postings.items():
            scores[postings["chunk"]] += self._weight(term) * self._shares(postings, title_weight)
        if passes is not None:
            scores[: len(passes)][~passes[: len(scores)]] = 0.0
            scores[len(passes) :] = 0.0
        numbers = np.flatnonzero(scores)
        return best_of(numbers, scores[numbers], most)

    def _weight(self, term: str) -> float:
        if self.weights is not None:
            return self.weights[term]
        held = len(self.postings[term])
        return max(math.log((self.chunks - held + 0.5) / (held + 0.5)), _LEAST_IDF)

    def _shares(self, postings: NDArray[np.void], title_weight: float) -> NDArray[np.float64]:
        """BM25's term part, 0 to K1 + 1, of each of these postings."""
        import numpy as np

        count = postings["title"] * np.float64(title_weight) + postings["text"]
        length = postings["length"] * (K1 * B / max(self.mean_length, 1.0)) + K1 * (1 - B)
        shares: NDArray[np.float64] = (K1 + 1) * count / (count + length)
        return shares


def best_of(
    numbers: NDArray[np.int64], scores: NDArray[np.floating[Any]], most: int
) -> list[tuple[int, float]]:
    """The highest of n scores with their n numbers, best first; ties go to the lower number."""
    import numpy as np

    if len(numbers) > most:
        is_high = scores >= np.partition(scores, len(scores) - most)[len(scores) - most]
        numbers, scores = numbers[is_high], scores[is_high]
    order = np.lexsort((numbers, -scores))[:most]
    return list(zip(numbers[order].tolist(), scores[order].tolist(), strict=True))
