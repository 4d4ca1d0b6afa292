"""Formulas that score candidates: word weights, BM25's saturation, feedback, neighbours. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reviewer.library.index.bm25 import K1, B
from reviewer.text.invisible import visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TITLE_WEIGHT = 2.0
ROCCHIO_CHUNKS = 3
NEIGHBOURS, NEIGHBOUR_CHUNKS = 5, 60
FEEDBACK_CHUNKS, FEEDBACK_TERMS = 5, 15
FEEDBACK_HOLDERS = 2  # a word in one of the best alone says nothing about the others
FEEDBACK_SPREAD = 0.25  # of the candidates may hold a feedback word
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Weights:
    """How much each part of the ranking counts; 0 switches a part off. docs/quality.md says how
    they were chosen. `bursts` and `nearest` are powers, the rest are shares of the sum of the parts
    that a chunk has: without vectors those are `lexical` and `feedback`."""

    lexical: float = 1.5
    dense: float = 1.0
    sentence: float = 1.0
    feedback: float = 0.17
    rocchio: float = 0.6
    neighbours: float = 1.3
    bursts: float = 0.2
    nearest: float = 0.2


@dataclass(frozen=True)
class WordCount:
    """In how many chunks a word is, how often, and in how many of their titles."""

    chunks: int = 0
    occurrences: int = 0
    titles: int = 0


@dataclass(frozen=True)
class Words:
    """The stems of `size` chunks. Each array has one element for each stem of each chunk: the
    chunk's row, the stem's number, and how often it is in the title and in the text."""

    size: int
    rows: NDArray[np.int64]
    stems: NDArray[np.uint32]
    title: NDArray[np.int64]
    text: NDArray[np.int64]

    def counts(self, stems: NDArray[np.uint32]) -> NDArray[np.float64]:
        """How often each of these few stems is in each chunk, of shape (size, len(stems)); one in
        a title counts TITLE_WEIGHT times."""
        import numpy as np

        counts = np.zeros((self.size, len(stems)))
        for column, stem in enumerate(stems):
            held = np.flatnonzero(self.stems == stem)
            counts[self.rows[held], column] = TITLE_WEIGHT * self.title[held] + self.text[held]
        return counts

    def totals(self, stems: NDArray[np.uint32]) -> list[WordCount]:
        """The count of each of these stems, ascending and each once, in all the chunks."""
        import numpy as np

        places = np.searchsorted(stems, self.stems).clip(max=max(len(stems) - 1, 0))
        is_one = stems[places] == self.stems if len(stems) else np.zeros(0, dtype=bool)
        found, size = places[is_one], len(stems)
        often = TITLE_WEIGHT * self.title[is_one] + self.text[is_one]
        columns = (
            np.bincount(found, minlength=size),
            np.bincount(found, weights=often, minlength=size).round().astype(np.int64),
            np.bincount(found, weights=self.title[is_one] > 0, minlength=size).astype(np.int64),
        )
        return [WordCount(*count) for count in zip(*(c.tolist() for c in columns), strict=True)]

    def lengths(self) -> NDArray[np.float64]:
        """How many words each chunk has, with its title's, of shape (size,)."""
        import numpy as np

        lengths = np.bincount(self.rows, weights=self.title + self.text, minlength=self.size)
        return lengths.astype(np.float64)


def split_words(text: str) -> list[str]:
    """The text's words, case folded. Hidden characters do not separate words."""
    return _WORD.findall(visible(text).casefold())


def idf(chunks_with: float, chunks: int) -> float:
    """Inverse document frequency as in BM25 (Robertson, Sparck Jones 1976), kept positive."""
    return math.log(1 + (chunks - chunks_with + 0.5) / (chunks_with + 0.5))


def telling(count: WordCount, chunks: int, weights: Weights) -> float:
    """How much a word tells of a topic: its inverse document frequency, and how often it comes
    again where it occurs (burstiness: Katz 1996), since topics are named again and forms are not.
    0 for a word that no chunk holds."""
    if not count.chunks:
        return 0.0
    again = (count.occurrences + 1) / (count.chunks + 1)
    return idf(count.chunks, chunks) * float(again**weights.bursts)


def saturated(words: Words, stems: NDArray[np.uint32], mean_length: float) -> NDArray[np.float64]:
    """BM25's term part between 0 and 1, of shape (chunks, stems). `mean_length` is of all chunks,
    in words."""
    counts = words.counts(stems)
    norms = K1 * (1 - B + B * words.lengths() / mean_length)
    return counts / (counts + norms[:, None])


def feedback_terms(
    words: Words,
    scores: NDArray[np.floating[Any]],
    known: NDArray[np.uint32],
    weights: Weights,
) -> dict[int, float]:
    """Numbers of stems that the best candidates share and the others lack, with weights that sum
    to 1: a relevance model (RM3: Abdul-Jaleel and others 2004) that takes its frequencies from the
    candidates alone, so that its cost is bounded. `scores` has one value a chunk. The `known`
    stems are left out."""
    import numpy as np

    best = np.argsort(-scores, kind="stable")[:FEEDBACK_CHUNKS]
    is_best = np.isin(words.rows, best)
    own, place = np.unique(words.stems[is_best], return_inverse=True)
    times = TITLE_WEIGHT * words.title[is_best] + words.text[is_best]
    rows = words.rows[is_best]
    length = np.maximum(np.bincount(rows, weights=times, minlength=words.size), 1.0)
    share = np.bincount(place, weights=np.maximum(scores[rows], 0.0) * times / length[rows])
    holders = np.bincount(place)
    is_shared = (holders >= FEEDBACK_HOLDERS) & ~np.isin(own, known)
    own, share = own[is_shared], share[is_shared]
    most = FEEDBACK_SPREAD * words.size
    found = {
        stem: part * telling(count, words.size, weights)
        for stem, part, count in zip(own.tolist(), share.tolist(), words.totals(own), strict=True)
        if count.chunks <= most
    }
    top = sorted(found, key=lambda stem: (-found[stem], stem))[:FEEDBACK_TERMS]
    whole = sum(found[stem] for stem in top)
    return {stem: found[stem] / whole for stem in top} if whole > 0 else {}


def rocchio(
    vectors: NDArray[np.floating[Any]], scores: NDArray[np.floating[Any]]
) -> NDArray[np.floating[Any]]:
    """Each candidate's cosine with the weighted mean of the best (Rocchio 1971, positive part).

    Shapes: (n, dimensions), rows of length 1; (n,); gives (n,).
    """
    import numpy as np

    best = np.argsort(-scores, kind="stable")[:ROCCHIO_CHUNKS]
    shares = scores[best] - scores.min()
    if shares.sum() <= 0:
        shares = np.ones(len(best))
    mean = shares @ vectors[best]
    cosines: NDArray[np.floating[Any]] = vectors @ (mean / max(float(np.linalg.norm(mean)), 1e-9))
    return cosines


def neighbours(
    vectors: NDArray[np.floating[Any]], scores: NDArray[np.floating[Any]]
) -> NDArray[np.floating[Any]]:
    """The mean score of each candidate's nearest among the best ones, weighted by the square of
    their cosine: similar papers are relevant to the same questions (Diaz 2005). Shapes as for
    `rocchio`."""
    import numpy as np

    best = np.argsort(-scores, kind="stable")[:NEIGHBOUR_CHUNKS]
    alike = np.maximum(vectors @ vectors[best].T, 0.0)
    alike[best, np.arange(len(best))] = 0.0  # none is its own neighbour
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :NEIGHBOURS]
    shares = np.take_along_axis(alike, nearest, axis=1) ** 2
    means: NDArray[np.float64]
    means = (shares * scores[best][nearest]).sum(axis=1) / (shares.sum(axis=1) + 1e-9)
    return means


def weighted_mean(
    parts: Mapping[str, NDArray[np.floating[Any]]], weights: Mapping[str, float]
) -> NDArray[np.float64]:
    """The weighted mean of the parts, each of shape (n,), row by row. A value that is not a number
    does not count, so that a chunk without a vector is compared by what it has."""
    import numpy as np

    values = np.stack([np.asarray(parts[name], dtype=np.float64) for name in parts])
    shares = np.array([weights[name] for name in parts])
    whole = shares @ ~np.isnan(values)
    return (shares @ np.nan_to_num(values)) / np.where(whole > 0, whole, 1.0)
