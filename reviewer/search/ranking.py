"""One question's candidates in one library, and their scores. Reads a limited number of chunks."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reviewer.library import Library
from reviewer.library.embeddings.embedding import MissingEmbeddingError
from reviewer.library.index.forward import stem_number
from reviewer.library.index.scoring import (
    FEEDBACK_CHUNKS,
    TITLE_WEIGHT,
    Weights,
    feedback_terms,
    idf,
    neighbours,
    rocchio,
    saturated,
    split_words,
    topicality,
    weighted_mean,
)
from reviewer.text import clean
from reviewer.text.keywords import query_terms
from reviewer.types.evidence import Score
from reviewer.types.searches import Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

LEXICAL_CANDIDATES = 200
DENSE_CANDIDATES = 200
CANDIDATES = 200  # of both kinds; only these are read
# Relevance is the cosine + half the share of the question's word weight that the paper has. On
# every judged set, the floor is inside the gap between off-topic and answerable questions. Without
# vectors relevance is that share alone, and no floor separates the two kinds of question
# (docs/quality.md).
COVERAGE_SHARE = 0.5
FLOOR, STRONG = 0.43, 0.52
LEXICAL_FLOOR, LEXICAL_STRONG = 0.25, 0.60
LEXICAL_TERMS = 2  # one shared word of several is chance


@dataclass(frozen=True)
class Candidate:
    """A scored chunk, by its number and its paper's number. `relevance` is compared with the floor;
    `row` is its row in the ranking's arrays."""

    number: int
    paper: int
    total: float
    relevance: float
    row: int


@dataclass(frozen=True)
class RankingOptions:
    """`most` is how many chunks to read, `imagined` an abstract that steers the search by meaning;
    if `explained`, scores name their feedback terms."""

    filters: Filters
    weights: Weights
    most: int = CANDIDATES
    imagined: str = ""
    explained: bool = False


class Ranking:
    """The scores of the candidates. `ranked` is to be called before `score`."""

    def __init__(self, question: str, library: Library, options: RankingOptions) -> None:
        self._library = library
        self._filters = options.filters
        self._weights = options.weights
        self._most = options.most
        self._explained = options.explained
        self._terms = query_terms(question)
        self.vector = _question_vector(question, library)
        self._near = self._steered(options.imagined)
        stems = library.words.stems(self._terms)
        self._word_of = {s: term for term in reversed(self._terms) for s in stems[term]}
        self._stems = list(dict.fromkeys(s for t in self._terms for s in stems[t]))
        self._weigh()

    def _steered(self, imagined: str) -> Floats | None:
        """The vector that chunks should be near: the question's, or its mean with that of an
        imagined abstract (Gao and others 2023). Relevance depends on the question alone."""
        if self.vector is None or not imagined.strip():
            return self.vector
        import numpy as np

        both: Floats = self.vector + self._library.embedding().embed([clean(imagined)])[0]
        return both / max(float(np.linalg.norm(both)), 1e-9)

    def _weigh(self) -> None:
        """Compute each stem's weight for coverage (inverse document frequency) and for ranking."""
        import numpy as np

        words = self._library.words
        self._numbers_of_stems = words.numbers(self._stems)
        total, counts = words.chunks(), words.counts(self._stems)
        has_titles = any(count.titles for count in counts.values())
        self._idf = {s: idf(counts[s].chunks, total) for s in self._stems}
        weights = [
            self._idf[s] * topicality(counts[s], self._weights, has_titles=has_titles)
            if counts[s].chunks
            else 0.0
            for s in self._stems
        ]
        self._shares = np.array(weights) / (sum(weights) or 1.0)

    def ranked(self) -> list[Candidate]:
        """All candidates, best first; of equals, the chunk that was added first."""
        import numpy as np

        self._collect()
        if not self._chunks:
            return []
        parts, shares = self._parts()
        self._scores = parts
        self._totals = weighted_mean(parts, shares).round(6)
        relevance = self._relevance()
        papers = self._library.chunks.papers_of(self._chunks)
        return [
            Candidate(number, papers[number], float(self._totals[row]), float(relevance[row]), row)
            for row in np.argsort(-self._totals, kind="stable").tolist()
            # Another process may have removed a paper just now.
            if (number := self._chunks[row]) in papers
        ]

    def _collect(self) -> None:
        """Find the candidates by words and by meaning and keep the best of both: numbers of chunks,
        ascending, with BM25, cosines (NaN without a vector) and vectors, one a row."""
        import numpy as np

        chunks, w = self._library.chunks, self._weights
        bm25 = dict(
            chunks.search_words(
                self._terms, max(LEXICAL_CANDIDATES, self._most), self._filters, TITLE_WEIGHT
            )
        )
        vectors: dict[int, Any] = {}
        numbers = sorted(bm25)
        if self._near is not None:
            near = self._library.index.nearest(self._near, DENSE_CANDIDATES, self._filters)
            numbers = sorted({*bm25, *(number for number, _ in near)})
            vectors = dict(zip(*chunks.vectors_numbered(numbers), strict=True))
        lexical = np.array([bm25.get(n, 0.0) for n in numbers])
        cosines = np.full(len(numbers), np.nan)
        if vectors:
            blank = np.zeros_like(self.vector)
            matrix = np.stack([vectors.get(n, blank) for n in numbers])
            has_vector = np.array([n in vectors for n in numbers])
            cosines[has_vector] = matrix[has_vector] @ self.vector
        first = weighted_mean(
            {"lexical": lexical / (2.2 * sum(self._idf.values()) or 1.0), "dense": cosines},
            {"lexical": w.lexical, "dense": w.dense + w.sentence},
        )
        top = np.sort(np.argsort(-first, kind="stable")[: self._most])
        self._chunks = [numbers[row] for row in top.tolist()]
        self._bm25, self._cosines = lexical[top], cosines[top]
        self._vectors = matrix[top] if vectors else None
        self._words = self._library.words.of_chunks(self._chunks)
        self._held = self._words.counts(self._numbers_of_stems) > 0

    def _parts(self) -> tuple[dict[str, Floats], dict[str, float]]:
        """Each part's scores, one a row, and the parts' shares."""
        import numpy as np

        # BM25 and coverage are shares of the most that the question's words can give.
        saturation = saturated(self._words, self._numbers_of_stems)
        lexical, coverage = saturation @ self._shares, self._held @ self._shares
        w = self._weights
        has_vector = ~np.isnan(self._cosines)
        if self._vectors is None or not has_vector.any():
            base = lexical + w.alone_coverage * coverage
            shares = {"lexical": 1.0, "coverage": w.alone_coverage, "feedback": w.alone_feedback}
            fed_back = self._fed_back(base, w.alone_feedback)
            return {"lexical": lexical, "coverage": coverage, "feedback": fed_back}, shares
        dense = np.where(has_vector, self._vectors @ self._near, np.nan)
        parts: dict[str, Floats] = {
            "lexical": lexical,
            "dense": dense,
            "sentence": self._nearest_sentences(dense),
        }
        shares = {"lexical": w.lexical, "dense": w.dense, "sentence": w.sentence}
        base = weighted_mean(parts, shares)
        parts["feedback"] = self._fed_back(base, w.feedback)
        for name, part in (("rocchio", rocchio), ("neighbours", neighbours)):
            parts[name] = np.where(has_vector, part(self._vectors, base), np.nan)
        shares |= {"feedback": w.feedback, "rocchio": w.rocchio, "neighbours": w.neighbours}
        return parts, shares

    def _fed_back(self, base: Floats, weight: float) -> Floats:
        """How much each candidate has of the words that the best ones by `base` share."""
        import numpy as np

        self._base = base
        known = self._numbers_of_stems
        found = feedback_terms(self._words, base, known, self._weights) if weight else {}
        self._feedback = np.array(list(found), dtype=np.uint32)
        fed_back: Floats = saturated(self._words, self._feedback) @ np.array(list(found.values()))
        return fed_back

    def _nearest_sentences(self, dense: Floats) -> Floats:
        """The cosine of each candidate's nearest sentence; of the chunk if no sentence is kept."""
        import numpy as np

        known, sizes, matrix = self._library.chunks.sentence_vectors(self._chunks)
        nearest = dense.copy()
        if known and self.vector is not None:
            starts = np.cumsum([0, *sizes[:-1]])
            nearest[np.searchsorted(self._chunks, known)] = np.maximum.reduceat(
                matrix @ self.vector, starts
            )
        return nearest

    def score(self, candidate: Candidate) -> Score:
        """Why this candidate has its place."""
        row = candidate.row
        own = {name: round(float(part[row]), 6) for name, part in self._scores.items()}
        own = {name: value for name, value in own.items() if not math.isnan(value)}
        cosine = float(self._cosines[row])
        held = [s for s, is_held in zip(self._stems, self._held[row], strict=True) if is_held]
        return Score(
            total=candidate.total,
            lexical=own["lexical"],
            dense=own.get("dense"),
            sentence=own.get("sentence"),
            feedback=own["feedback"],
            rocchio=own.get("rocchio"),
            neighbours=own.get("neighbours"),
            bm25=round(float(self._bm25[row]), 4),
            cosine=None if math.isnan(cosine) else round(cosine, 4),
            coverage=round(self.coverage(held), 4),
            terms=tuple(dict.fromkeys(self._word_of[s] for s in held)),
            feedback_terms=self._feedback_terms(row) if self._explained else (),
        )

    def _feedback_terms(self, row: int) -> tuple[str, ...]:
        """The feedback words that the candidate in this row has."""
        held = zip(self._feedback.tolist(), self._feedback_held[row], strict=True)
        return tuple(
            self._surface[stem] for stem, is_held in held if is_held and stem in self._surface
        )

    @cached_property
    def _feedback_held(self) -> NDArray[np.bool_]:
        """Which feedback words each candidate has, (candidates, feedback words)."""
        held: NDArray[np.bool_] = self._words.counts(self._feedback) > 0
        return held

    @cached_property
    def _surface(self) -> dict[int, str]:
        """For each feedback stem's number, the shortest word of the best chunks with this stem."""
        best = self._base.argsort()[::-1][:FEEDBACK_CHUNKS].tolist()
        kept = self._library.chunks.numbered([self._chunks[row] for row in best]).values()
        words = sorted({word for k in kept for word in split_words(f"{k.title} {k.chunk.text}")})
        stems = self._library.words.stems(words)
        found: dict[int, str] = {}
        for word in sorted(words, key=lambda w: (len(w), w)):
            for stem in stems[word]:
                found.setdefault(stem_number(stem), word)
        return found

    def coverage(self, stems: Collection[str]) -> float:
        """The share of the question's word weight that these stems have, 0 to 1."""
        whole = sum(self._idf.values())
        return sum(self._idf[s] for s in self._stems if s in stems) / whole if whole else 0.0

    def _relevance(self) -> Floats:
        """The values to compare with the floor, one a row. Of a chunk without a vector it comes
        from its words, on the same scale as the others."""
        import numpy as np

        weights = np.array(list(self._idf.values()))
        coverage = self._held @ weights / (weights.sum() or 1.0)
        enough = self._held.sum(axis=1) >= min(LEXICAL_TERMS, len(self._stems))
        by_words = np.where(enough, coverage, 0.0)
        if self.vector is None:
            return by_words
        scale = (STRONG - FLOOR) / (LEXICAL_STRONG - LEXICAL_FLOOR)
        return np.where(
            np.isnan(self._cosines),
            np.where(by_words > 0, FLOOR + scale * (by_words - LEXICAL_FLOOR), 0.0),
            self._cosines + COVERAGE_SHARE * coverage,
        )


def _question_vector(question: str, library: Library) -> Floats | None:
    """The question's vector; None if this library or this machine has no embedding."""
    if not library.has_vectors:
        return None
    try:
        vector: Floats = library.embedding().embed([clean(question)])[0]
    except MissingEmbeddingError:
        return None
    return vector
