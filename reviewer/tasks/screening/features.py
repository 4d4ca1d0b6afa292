"""How alike two records are: by their words (TF-IDF) and, where there are vectors, by meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Chosen on 3 of 13 labelled reviews; vectors at 0.05 rank as well, at 0.3 and 1 worse.
VECTOR_WEIGHT = 0.1
TITLE_WEIGHT = 0.15
# A model's suggestions; at 0.3 a model that throws coins costs 21 points of reading, at 0.1 ten.
VERDICT_WEIGHT = 0.1
COMMON = 0.95  # a term in more than this share of the records is left out, as ASReview does


@dataclass(frozen=True)
class TermRows:
    """Records as rows of weighted terms, row by row: row `r` has the `terms` and `weights` from
    `starts[r]` to `starts[r + 1]`. Each row has length 1, or 0 for a record without a term."""

    starts: NDArray[np.int64]
    terms: NDArray[np.int64]
    weights: NDArray[np.float64]
    width: int

    def dot(self, direction: NDArray[np.float64]) -> NDArray[np.float64]:
        """Each row's product with a direction of shape (width,); of shape (rows,)."""
        import numpy as np

        size = len(self.starts) - 1
        rows = np.repeat(np.arange(size), np.diff(self.starts))
        products = self.weights * direction[self.terms]
        return np.bincount(rows, products, minlength=size).astype(np.float64)

    def sum(self, factors: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of all rows, each times its factor; of shape (width,)."""
        import numpy as np

        every = np.repeat(factors, np.diff(self.starts))
        sums = np.bincount(self.terms, self.weights * every, minlength=self.width)
        return sums.astype(np.float64)

    def of(self, rows: NDArray[np.int64]) -> TermRows:
        """These rows alone, in this order."""
        import numpy as np

        lengths = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        places = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return TermRows(starts, self.terms[places], self.weights[places], self.width)


@dataclass(frozen=True)
class Features:
    """What a ranker compares records by. Vectors are of shape (records, dimensions), centred and of
    length 1; None where there is no embedding. `verdicts` are a model's suggestions, 1 to include,
    -1 to exclude, 0 for others, of shape (records,); None without a model."""

    words: TermRows
    vectors: NDArray[np.float64] | None = None
    vector_weight: float = VECTOR_WEIGHT
    verdicts: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.words.starts) - 1

    def likeness(
        self, records: NDArray[np.int64], others: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """How alike each record is to each of the others: the cosine of their terms,
        `vector_weight` times the cosine of their centred vectors, and VERDICT_WEIGHT times the
        product of their verdicts; of shape (records, others)."""
        import numpy as np

        beside = self.words.of(others)
        vectors = None if self.vectors is None else self.vectors[others]
        alike = np.empty((len(records), len(others)))
        for n, record in enumerate(records):
            alike[n] = beside.dot(self.words.of(np.array([record])).sum(np.ones(1)))
            if self.vectors is not None and vectors is not None:
                # No matrix product: its last digits depend on how many rows are asked for at once.
                cosines = np.einsum("ij,j->i", vectors, self.vectors[record])
                alike[n] += self.vector_weight * cosines
        if self.verdicts is not None:
            alike += VERDICT_WEIGHT * np.outer(self.verdicts[records], self.verdicts[others])
        return alike

    def sums(self, records: NDArray[np.int64], factors: NDArray[np.float64]) -> NDArray[np.float64]:
        """For every record the sum of its likenesses to these records, each times its factor; of
        shape (all records,)."""
        total = self.words.dot(self.words.of(records).sum(factors))
        if self.vectors is not None:
            total += self.vector_weight * (self.vectors @ (self.vectors[records].T @ factors))
        if self.verdicts is not None:
            total += VERDICT_WEIGHT * self.verdicts * (self.verdicts[records] @ factors)
        return total


def make_features(
    titles: Sequence[Sequence[str]],
    texts: Sequence[Sequence[str]],
    vectors: NDArray[np.float32] | None,
    pool: int,
) -> Features:
    """The features of records given by the words of their titles, those of title and abstract
    together, and their vectors. Words count alone and in pairs; a title's count again, at
    TITLE_WEIGHT.

    The first `pool` records are those to be ranked: document frequencies and the centre of the
    vectors are theirs alone; rows beyond are questions.
    """
    words = _beside(term_rows(texts, pool), term_rows(titles, pool), TITLE_WEIGHT)
    return Features(words, None if vectors is None else _centred(vectors, pool))


def term_rows(words: Sequence[Sequence[str]], pool: int) -> TermRows:
    """Records by their words, in order, alone and each two that follow one another, weighted by
    TF-IDF: that of scikit-learn's TfidfVectorizer with `sublinear_tf`, (1 + ln tf) times
    (1 + ln((1 + n) / (1 + df))), rows of length 1. Document frequencies are those of the first
    `pool` records."""
    import numpy as np

    counts = [Counter([*own, *(f"{a} {b}" for a, b in pairwise(own))]) for own in words]
    holders = Counter(term for own in counts[:pool] for term in own)
    kept = sorted(term for term, held in holders.items() if held <= COMMON * pool)
    number = {term: n for n, term in enumerate(kept)}
    rarity = 1 + np.log((1 + pool) / (1 + np.array([holders[t] for t in kept], dtype=float)))
    starts, numbers, often = [0], list[int](), list[int]()
    for own in counts:
        found = sorted((number[term], held) for term, held in own.items() if term in number)
        numbers += [n for n, _ in found]
        often += [held for _, held in found]
        starts.append(len(numbers))
    places = np.array(numbers, dtype=np.int64)
    weights = (1 + np.log(np.array(often, dtype=float))) * rarity[places]
    rows = TermRows(np.array(starts), places, weights, len(kept))
    lengths = np.sqrt(np.bincount(_row_of(rows), weights**2, minlength=len(counts)))
    rows.weights[:] /= np.repeat(np.where(lengths, lengths, 1), np.diff(rows.starts))
    return rows


def _beside(one: TermRows, other: TermRows, weight: float) -> TermRows:
    """Rows whose products are those of the one plus `weight` times those of the other."""
    import numpy as np

    order = np.argsort(np.concatenate([_row_of(one), _row_of(other)]), kind="stable")
    terms = np.concatenate([one.terms, other.terms + one.width])
    weights = np.concatenate([one.weights, other.weights * np.sqrt(weight)])
    starts, width = one.starts + other.starts, one.width + other.width
    return TermRows(starts, terms[order], weights[order], width)


def _row_of(rows: TermRows) -> NDArray[np.int64]:
    import numpy as np

    return np.repeat(np.arange(len(rows.starts) - 1), np.diff(rows.starts))


def _centred(vectors: NDArray[np.float32], pool: int) -> NDArray[np.float64]:
    """The vectors less the mean of the first `pool`, of length 1 again: what all records of one
    review share tells nothing of any."""
    import numpy as np

    moved: NDArray[np.float64] = vectors.astype(np.float64)
    moved -= moved[:pool].mean(axis=0)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True) + 1e-9
    return moved
