"""One question's candidates in one library, and their scores. Reads a limited number of chunks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from reviewer.library import Library
from reviewer.library.card_questions import NearQuestion
from reviewer.library.index.bm25 import K1
from reviewer.library.index.forward import stem_number
from reviewer.library.index.scoring import (
    FEEDBACK_CHUNKS,
    TITLE_WEIGHT,
    feedback_terms,
    neighbours,
    rocchio,
    saturated,
    split_words,
    weighted_mean,
)
from reviewer.search.candidates import few_of_each
from reviewer.search.options import SearchOptions
from reviewer.search.question import QuestionWords, pieces_of, vectors_of
from reviewer.types.evidence import Score

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

CANDIDATES = 200  # papers by words, papers by meaning, and the best of both, which alone are read
NEAREST_PIECES = 3  # of a long question: a paper bears on some of what it says
CONFIRMING = 20  # nearest chunks that say which of the question's words name its topic
CHUNKS_OF_A_CANDIDATE = 3  # at most, so that one long paper does not take the places of others
# Relevance is the cosine + half the share of the question's word weight that the paper has. On
# every judged set, the floor is inside the gap between off-topic and answerable questions. Without
# vectors relevance is that share alone, and no floor separates the two kinds of question
# (docs/quality.md).
COVERAGE_SHARE = 0.5
FLOOR, STRONG = 0.43, 0.52
LEXICAL_FLOOR, LEXICAL_STRONG = 0.25, 0.60
LONG_FLOOR, LONG_STRONG = 0.17, 0.25  # by words alone: no paper has many words of an abstract
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


class Ranking:
    """The scores of the candidates. `ranked` is to be called before `score`."""

    def __init__(self, question: str, library: Library, options: SearchOptions) -> None:
        self._library = library
        self._options = options
        self._weights = options.weights
        self._most = max(CANDIDATES, options.papers)
        self.words = QuestionWords(question, library, options.weights)
        self._steer(question)

    def _steer(self, question: str) -> None:
        """Embed the question (`vector`), and what chunks should be near to (`_near`): the question
        and, if it is long, its pieces; with an imagined abstract (Gao and others 2023), their means
        with that. Relevance depends on the question alone."""
        import numpy as np

        pieces = pieces_of(question) if self.words.is_long else []
        imagined = self._options.imagined.strip()
        vectors = vectors_of([question, *pieces, *([imagined] if imagined else [])], self._library)
        self.vector = self._near = None
        if vectors is not None:
            self.vector = vectors[0]
            near = vectors[:-1] + vectors[-1] if imagined else vectors
            self._near = near / np.maximum(np.linalg.norm(near, axis=1, keepdims=True), 1e-9)
        self._asked: dict[int, NearQuestion] = {}
        if self._near is not None:
            kept = self._library.questions.vectors(self._library.embedding_name)
            self._asked = kept.nearest(self._near)

    @property
    def floors(self) -> tuple[float, float]:
        """The relevance that a paper needs not to be weak, and that of a clear answer."""
        if self.vector is not None:
            return FLOOR, STRONG
        return (LONG_FLOOR, LONG_STRONG) if self.words.is_long else (LEXICAL_FLOOR, LEXICAL_STRONG)

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
        """Find the candidates by words and by meaning and keep the best papers of both: numbers of
        chunks, ascending, with BM25, cosines (NaN without a vector) and vectors, one a row."""
        import numpy as np

        chunks, w = self._library.chunks, self._weights
        near = self._by_meaning()
        if near:
            words = chunks.words.of_chunks(near[:CONFIRMING])
            self.words.confirm(words.counts(self.words.numbers) > 0, w)
        weights = self.words.weights
        bm25 = dict(self._few(partial(self._by_words, weights)))
        numbers = sorted({*bm25, *near})
        vectors, dense = self._vectors_of(numbers)
        lexical = np.array([bm25.get(n, 0.0) for n in numbers])
        first = weighted_mean(
            {"lexical": lexical / ((K1 + 1) * sum(weights.values()) or 1.0), "dense": dense},
            {"lexical": w.lexical, "dense": w.dense + w.sentence},
        )
        order = np.argsort(-first, kind="stable").tolist()
        kept = self._few(lambda n: [(numbers[row], float(first[row])) for row in order[:n]])
        top = np.flatnonzero(np.isin(numbers, [number for number, _ in kept]))
        self._chunks = [numbers[row] for row in top.tolist()]
        self._bm25, self._dense, self._vectors = lexical[top], dense[top], vectors[top]
        self._cosines = dense[top]
        if self.vector is not None:
            self._cosines = np.where(np.isnan(self._dense), np.nan, self._vectors @ self.vector)
        self._stems = chunks.words.of_chunks(self._chunks)
        self._held = self._stems.counts(self.words.numbers) > 0

    def _by_words(self, weights: Mapping[str, float], most: int) -> list[tuple[int, float]]:
        filters = self._options.filters
        return self._library.chunks.search_stems(weights, most, filters, TITLE_WEIGHT)

    def _by_meaning(self) -> list[int]:
        """The chunks nearest to the question, then those nearest to each of its pieces."""
        index, filters = self._library.index, self._options.filters
        near = [] if self._near is None else list(self._near)
        found = [self._few(partial(index.nearest, vector, filters=filters)) for vector in near]
        found.append(self._by_their_questions())
        return list(dict.fromkeys(number for chunks in found for number, _ in chunks))

    def _by_their_questions(self) -> list[tuple[int, float]]:
        """The chunks of which a question that they answer is nearest, with its cosine."""
        passing = self._library.chunks.passing(self._options.filters)
        near = [(number, asked.cosine) for number, asked in self._asked.items()]
        near.sort(key=lambda pair: -pair[1])
        passed = [pair for pair in near if passing is None or passing[pair[0]]]
        return self._few(lambda most: passed[:most])

    def _few(self, search: Callable[[int], list[tuple[int, float]]]) -> list[tuple[int, float]]:
        each = max(CHUNKS_OF_A_CANDIDATE, self._options.chunks_per_paper)
        return few_of_each(search, self._library.chunks.papers_of, self._most, each)

    def _vectors_of(self, numbers: Sequence[int]) -> tuple[Floats, Floats]:
        """The vectors of these n chunks, (n, dimensions), 0 for a chunk that has none, and how near
        they are to the question, (n,), NaN for such a chunk."""
        import numpy as np

        nearness = np.full(len(numbers), np.nan)
        if self._near is None:
            return np.zeros((len(numbers), 0)), nearness
        known, found = self._library.chunks.vectors_numbered(numbers)
        vectors = np.zeros((len(numbers), self._near.shape[1]))
        rows = np.searchsorted(numbers, known)
        if known:
            vectors[rows], nearness[rows] = found, _mean_of_highest(found @ self._near.T)
        return vectors, nearness

    def _parts(self) -> tuple[dict[str, Floats], dict[str, float]]:
        """Each part's scores, one a row, and the parts' shares."""
        import numpy as np

        w, shares = self._weights, self.words.shares
        mean_length = self._library.words.mean_length()
        lexical = saturated(self._stems, self.words.numbers, mean_length) @ shares
        parts = {"lexical": lexical, "dense": self._dense, "sentence": self._nearest_sentences()}
        weights = {"lexical": w.lexical, "dense": w.dense, "sentence": w.sentence}
        base = weighted_mean(parts, weights)
        parts["feedback"] = self._fed_back(base, mean_length)
        for name, part in (("rocchio", rocchio), ("neighbours", neighbours)):
            parts[name] = np.where(np.isnan(self._dense), np.nan, part(self._vectors, base))
        weights |= {"feedback": w.feedback, "rocchio": w.rocchio, "neighbours": w.neighbours}
        return parts, weights

    def _fed_back(self, base: Floats, mean_length: float) -> Floats:
        """How much each candidate has of the words that the best ones by `base` share."""
        import numpy as np

        self._base = base
        found = feedback_terms(self._stems, base, self.words.numbers, self._weights)
        self._feedback = np.array(list(found), dtype=np.uint32)
        shares = np.array(list(found.values()))
        fed_back: Floats = saturated(self._stems, self._feedback, mean_length) @ shares
        return fed_back

    def _nearest_sentences(self) -> Floats:
        """The cosine of each candidate's nearest sentence, or of a question that it answers if that
        is nearer; of the chunk if no sentence is kept."""
        import numpy as np

        known, sizes, matrix = self._library.chunks.sentence_vectors(self._chunks)
        nearest = self._dense.copy()
        if known and self._near is not None:
            starts = np.cumsum([0, *sizes[:-1]])
            cosines = np.maximum.reduceat(matrix @ self._near.T, starts, axis=0)
            nearest[np.searchsorted(self._chunks, known)] = _mean_of_highest(cosines)
        asked = [self._asked[n].cosine if n in self._asked else np.nan for n in self._chunks]
        self._is_by_question = np.array(asked) > nearest
        fused: Floats = np.fmax(nearest, np.array(asked))
        return fused

    def score(self, candidate: Candidate) -> Score:
        """Why this candidate has its place."""
        row = candidate.row
        own = {name: round(float(part[row]), 6) for name, part in self._scores.items()}
        own = {name: value for name, value in own.items() if not math.isnan(value)}
        cosine = float(self._cosines[row])
        held = [s for s, is_held in zip(self.words.stems, self._held[row], strict=True) if is_held]
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
            coverage=round(self.words.coverage(held), 4),
            relevance=round(candidate.relevance, 4),
            terms=self.words.named(held),
            feedback_terms=self._feedback_terms(row) if self._options.explained else (),
            answers=self._answers(row) if self._options.explained else "",
        )

    def _answers(self, row: int) -> str:
        """The question that the candidate in this row answers, if it is nearer than its text."""
        return self._asked[self._chunks[row]].text if self._is_by_question[row] else ""

    def _feedback_terms(self, row: int) -> tuple[str, ...]:
        """The feedback words that the candidate in this row has."""
        held = zip(self._feedback.tolist(), self._feedback_held[row], strict=True)
        return tuple(
            self._surface[stem] for stem, is_held in held if is_held and stem in self._surface
        )

    @cached_property
    def _feedback_held(self) -> NDArray[np.bool_]:
        """Which feedback words each candidate has, (candidates, feedback words)."""
        held: NDArray[np.bool_] = self._stems.counts(self._feedback) > 0
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

    def _relevance(self) -> Floats:
        """The values to compare with the floor, one a row. Of a chunk without a vector it comes
        from its words, on the same scale as the others."""
        import numpy as np

        rarity = np.array(list(self.words.rarity.values()))
        coverage = self._held @ rarity / (rarity.sum() or 1.0)
        enough = self._held.sum(axis=1) >= min(LEXICAL_TERMS, len(self.words.stems))
        by_words = np.where(enough, coverage, 0.0)
        if self.vector is None:
            return by_words
        scale = (STRONG - FLOOR) / (LEXICAL_STRONG - LEXICAL_FLOOR)
        return np.where(
            np.isnan(self._cosines),
            np.where(by_words > 0, FLOOR + scale * (by_words - LEXICAL_FLOOR), 0.0),
            self._cosines + COVERAGE_SHARE * coverage,
        )


def _mean_of_highest(cosines: Floats) -> Floats:
    """Of (n, vectors of the question), the mean of each row's NEAREST_PIECES highest, (n,)."""
    import numpy as np

    highest: Floats = np.sort(cosines, axis=1)[:, -NEAREST_PIECES:].mean(axis=1)
    return highest
