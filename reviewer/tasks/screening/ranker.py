"""Learns from decisions which records a person would include, and orders the unread by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.tasks.screening.features import Features
from reviewer.types.screening import Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# ELAS u4, the ranker of ASReview 3: an L2-loss linear SVM with these two constants.
PENALTY = 0.11
RATIO = 9.8  # how much more the included count together than the excluded
# The cold start. All chosen on labelled reviews; docs/quality.md has the figures.
QUESTION_WEIGHT = 0.3
PRESUMED, PRESUMED_WEIGHT = 30, 0.3
ENOUGH_INCLUDED = 5  # from here on decisions alone count
_REDRAWN = 10  # decisions after which other unread records are presumed irrelevant
SEARCH_EVERY = 10  # beside a model's suggestions; so a wrong model hides no record
_MOST_STEPS = 30  # Newton's; 2 to 6 are taken


def solve_svm(
    kernel: NDArray[np.float64],
    signs: NDArray[np.float64],
    penalties: NDArray[np.float64],
    start: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """The coefficients of the L2-loss SVM over a kernel of shape (n, n): those of the minimum of
    f'Kf / 2 + sum of penalty * max(0, 1 - sign * Kf)^2, by exact Newton steps on the active set
    (Chapelle 2007, "Training a support vector machine in the primal"); of shape (n,).

    `signs` are 1 and -1. `start` says which examples may be active, to begin with; the minimum is
    the same. A constant in the kernel is the bias, as in liblinear.
    """
    import numpy as np

    active = np.ones(len(signs), dtype=bool) if start is None else start
    for _ in range(_MOST_STEPS):
        own = np.flatnonzero(active)
        coefficients = np.zeros(len(signs))
        within = kernel[np.ix_(own, own)] + np.diag(1 / (2 * penalties[own]))
        coefficients[own] = np.linalg.solve(within, signs[own])
        now = signs * (kernel[:, own] @ coefficients[own]) < 1
        if (now == active).all() or not now.any():
            break
        active = now
    return coefficients


def penalties_of(is_included: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The penalty of each example: RATIO between both kinds together, PENALTY on average."""
    import numpy as np

    included = is_included.sum()
    shares = np.where(is_included, 1.0, included / (RATIO * (~is_included).sum()))
    penalties: NDArray[np.float64] = PENALTY * shares * len(shares) / shares.sum()
    return penalties


@dataclass(frozen=True)
class Start:
    """How to begin before there are decisions to learn from. `order` has all records, best first;
    `question` is the row of the question in the features, or None."""

    order: NDArray[np.int64]
    question: int | None = None


class Ranker:
    """Scores of all records, from the decisions so far. The same decisions in the same order always
    give the same scores; `seed` draws the unread that the cold start presumes to be irrelevant."""

    def __init__(self, features: Features, start: Start, pool: int, seed: int = 0) -> None:
        import numpy as np

        self._features = features
        self._start = start
        self._pool = pool
        self._seed = seed
        self._decided: list[int] = []
        self._included: list[bool] = []
        self._place: dict[int, int] = {}
        self._kernel = np.zeros((0, 0))
        self._known = 0  # decided records whose likenesses the kernel has
        self._active: NDArray[np.bool_] | None = None

    def learn(self, record: int, *, is_included: bool) -> None:
        """Take a decision on a record of the pool; a later one on the same record replaces it."""
        if record in self._place:
            self._included[self._place[record]] = is_included
            self._active = None
            return
        self._place[record] = len(self._decided)
        self._decided.append(record)
        self._included.append(is_included)

    def _grown_kernel(self) -> NDArray[np.float64]:
        """The likenesses of all decided records, with 1 as the bias; of shape (n, n)."""
        import numpy as np

        n, known = len(self._decided), self._known
        if n > len(self._kernel):
            grown = np.zeros((2 * n + 64, 2 * n + 64))
            grown[:known, :known] = self._kernel[:known, :known]
            self._kernel = grown
        if n > known:
            decided = np.array(self._decided)
            rows = 1 + self._features.likeness(decided[known:], decided)
            self._kernel[known:n, :n] = rows
            self._kernel[:n, known:n] = rows.T
            self._known = n
        return self._kernel[:n, :n]

    def scores(self) -> NDArray[np.float64]:
        """A score a record of the pool, higher for what is more like the included; of shape
        (pool,). Before anything can be learned it follows the order of the start."""
        import numpy as np

        included = np.array(self._included, dtype=bool)
        is_cold = included.sum() < ENOUGH_INCLUDED and self._start.question is not None
        if not is_cold and (included.all() or not included.any()):
            ranks = np.empty(self._pool)
            ranks[self._start.order] = -np.arange(self._pool, dtype=float)
            return ranks
        if is_cold:
            return self._cold_scores(included)
        n = len(included)
        start = np.ones(n, dtype=bool)
        if self._active is not None:
            start[: len(self._active)] = self._active
        signs, kernel = np.where(included, 1.0, -1.0), self._grown_kernel()
        coefficients = solve_svm(kernel, signs, penalties_of(included), start)
        self._active = coefficients != 0
        return self._scores(np.array(self._decided), coefficients)

    def _cold_scores(self, included: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The scores with the question as one more included record, and some unread records as
        excluded ones, both at less than their full weight."""
        import numpy as np

        unread = np.setdiff1d(np.arange(self._pool), self._decided)
        draw = np.random.default_rng([self._seed, len(included) // _REDRAWN])
        presumed = draw.choice(unread, min(PRESUMED, len(unread)), replace=False)
        rows = np.concatenate([self._decided, [self._start.question], presumed]).astype(np.int64)
        kinds = np.concatenate([included, [True], np.zeros(len(presumed), dtype=bool)])
        if kinds.all():
            return self._scores(rows, np.ones(len(rows)))
        penalties = penalties_of(kinds)
        penalties[len(included)] *= QUESTION_WEIGHT
        penalties[len(included) + 1 :] *= PRESUMED_WEIGHT
        kernel = 1 + self._features.likeness(rows, rows)
        return self._scores(rows, solve_svm(kernel, np.where(kinds, 1.0, -1.0), penalties))

    def _scores(
        self, rows: NDArray[np.int64], coefficients: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        import numpy as np

        own = np.flatnonzero(coefficients)
        scores = self._features.sums(rows[own], coefficients[own])[: self._pool]
        scores += coefficients[own].sum()
        return scores


def order_by_search(features: Features, question: int, pool: int) -> NDArray[np.int64]:
    """The records from the nearest to the question to the farthest: by the sum of their ranks by
    terms and by vectors (by terms alone without vectors), the first of equals first; of shape
    (pool,)."""
    import numpy as np

    words = features.words.dot(features.words.of(np.array([question])).sum(np.ones(1)))[:pool]
    places = _ranks(words)
    if features.vectors is not None:
        places += _ranks((features.vectors @ features.vectors[question])[:pool])
    return np.argsort(places, kind="stable")


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    import numpy as np

    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks


def best_unread(
    scores: NDArray[np.float64], decided: Mapping[int, bool], most: int
) -> NDArray[np.int64]:
    """The `most` records without a decision that score highest, the first of equals first."""
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    is_read = np.zeros(len(scores), dtype=bool)
    is_read[list(decided)] = True
    return order[~is_read[order]][:most]


def turn_of(read: int, included: int) -> Turn:
    """Whose turn it is after so many decisions, where a model's suggestions are used: every tenth
    record is the next one of the search alone; before there are enough included ones to learn from,
    every other one is of those that the model would include."""
    if read % SEARCH_EVERY == SEARCH_EVERY - 1:
        return "search"
    return "model" if included < ENOUGH_INCLUDED and read % 2 else "learned"


def in_turn(
    turn: Turn, order: NDArray[np.int64], start: Start, verdicts: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The unread records of `order`, best first, with those whose turn it is at the front."""
    import numpy as np

    if turn == "search":
        place = np.empty(len(start.order), dtype=np.int64)
        place[start.order] = np.arange(len(start.order))
        return order[np.argsort(place[order], kind="stable")]
    if turn == "model":
        return order[np.argsort(verdicts[order] < 1, kind="stable")]
    return order
