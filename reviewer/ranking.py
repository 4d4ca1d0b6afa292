"""One question's candidates in one library, and their scores. Reads a bounded number of chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reviewer.chunk_store import KeptChunk
from reviewer.embedding import MissingEmbeddingError
from reviewer.library import Library
from reviewer.records import Filters, Score, Sentence
from reviewer.scoring import (
    FEEDBACK_CHUNKS,
    TITLE_WEIGHT,
    Weights,
    Words,
    feedback_terms,
    idf,
    neighbours,
    rocchio,
    saturated,
    split_words,
    topicality,
    weighted_sum,
)
from reviewer.terms import query_terms
from reviewer.text import clean, sentence_spans

LEXICAL_CANDIDATES = 200
DENSE_CANDIDATES = 200
CANDIDATES = 200  # of both kinds; only these are read
# Relevance is cosine + half the share of the question's word weight that the paper holds. The
# floor lies inside the gap between off-topic and answerable questions on every judged set. By
# words alone relevance is that share, and no floor tells the kinds of question apart
# (docs/quality.md).
COVERAGE_SHARE = 0.5
FLOOR, STRONG = 0.43, 0.52
LEXICAL_FLOOR, LEXICAL_STRONG = 0.25, 0.60
LEXICAL_TERMS = 2  # one shared word of several is chance


@dataclass(frozen=True)
class Candidate:
    """A scored chunk. `relevance` is what is held against the floor, `row` its place among the
    ranking's arrays."""

    kept: KeptChunk
    total: float
    relevance: float
    row: int


@dataclass(frozen=True)
class Wanted:
    """What to look among, how to weigh it, how many chunks to read, and an imagined abstract that
    steers the search by meaning."""

    filters: Filters
    weights: Weights
    most: int = CANDIDATES
    imagined: str = ""


class Ranking:
    """Scores of the candidates, while they are being made."""

    def __init__(
        self,
        question: str,
        library: Library,
        wanted: Wanted,
    ) -> None:
        self._library = library
        self._filters = wanted.filters
        self._weights = wanted.weights
        self._most = wanted.most
        self._terms = query_terms(question)
        self.vector = _question_vector(question, library)
        self._near = self._steered(wanted.imagined)
        stems = library.words.stems(self._terms)
        self._word_of = {s: term for term in reversed(self._terms) for s in stems[term]}
        self._stems = list(dict.fromkeys(s for t in self._terms for s in stems[t]))
        self._weigh()

    def _steered(self, imagined: str) -> Any:  # noqa: ANN401
        """What chunks are to be near: the question, or its mean with an imagined abstract (Gao and
        others 2023). Relevance is the question's alone."""
        if self.vector is None or not imagined.strip():
            return self.vector
        import numpy as np

        both = self.vector + self._library.embedding().embed([clean(imagined)])[0]
        return both / max(float(np.linalg.norm(both)), 1e-9)

    def _weigh(self) -> None:
        """Each stem's weight for coverage (inverse document frequency) and for ranking."""
        total = self._library.chunks.count()
        counts = self._library.words.counts(self._stems)
        has_titles = any(count.titles for count in counts.values())
        self._idf = {s: idf(counts[s].chunks, total) for s in self._stems}
        self._weight = {
            s: self._idf[s] * topicality(counts[s], self._weights, has_titles=has_titles)
            for s in self._stems
            if counts[s].chunks
        }

    def ranked(self) -> list[Candidate]:
        """All candidates, best first; ties go to the chunk that came first."""
        self._collect()
        if not self._kept:
            return []
        self._scores, shares = self._parts()
        self._totals = [round(float(x), 6) for x in weighted_sum(self._scores, shares)]
        candidates = [
            Candidate(kept, self._totals[row], self._relevance(row), row)
            for row, kept in enumerate(self._kept)
        ]
        return sorted(candidates, key=lambda c: (-c.total, c.kept.number))

    def _collect(self) -> None:
        """The candidates by words and by meaning, cut to the best of both."""
        import numpy as np

        bm25 = dict(
            self._library.chunks.search_words(
                self._terms, max(LEXICAL_CANDIDATES, self._most), self._filters, TITLE_WEIGHT
            )
        )
        cosines: dict[int, float] = {}
        vectors: dict[int, Any] = {}
        if self.vector is not None:
            near = self._library.index.nearest(self._near, DENSE_CANDIDATES, self._filters)
            numbers = sorted({*bm25, *(number for number, _ in near)})
            known, matrix = self._library.chunks.vectors_numbered(numbers)
            vectors = dict(zip(known, matrix, strict=True))
            if known:
                cosines = dict(zip(known, (matrix @ self.vector).tolist(), strict=True))
        whole = 2.2 * sum(self._idf.values()) or 1.0
        first = {
            n: self._weights.lexical * bm25.get(n, 0.0) / whole
            + (self._weights.dense + self._weights.sentence) * cosines.get(n, 0.0)
            for n in {*bm25, *cosines}
        }
        top = sorted(first, key=lambda n: (-first[n], n))[: self._most]
        found = self._library.chunks.numbered(top)
        # Another process may have removed a paper just now.
        self._kept = [found[n] for n in sorted(top) if n in found]
        self._bm25 = [bm25.get(k.number, 0.0) for k in self._kept]
        self._cosines = [cosines.get(k.number) for k in self._kept]
        if vectors and self._kept:
            blank = np.zeros_like(self.vector)
            self._vectors = np.stack([vectors.get(k.number, blank) for k in self._kept])
        self._words = self._library.words.of_chunks(self._kept)

    def _parts(self) -> tuple[dict[str, Any], dict[str, float]]:
        """Each part's scores by row, and the parts' shares."""

        lexical, coverage = self._lexical()
        w = self._weights
        if self.vector is None or not any(c is not None for c in self._cosines):
            base = lexical + w.alone_coverage * coverage
            shares = {"lexical": 1.0, "coverage": w.alone_coverage, "feedback": w.alone_feedback}
            parts = {"lexical": lexical, "coverage": coverage}
            return parts | {"feedback": self._fed_back(base, w.alone_feedback)}, shares
        dense = self._vectors @ self._near
        parts = {"lexical": lexical, "dense": dense, "sentence": self._nearest_sentences(dense)}
        shares = {"lexical": w.lexical, "dense": w.dense, "sentence": w.sentence}
        base = weighted_sum(parts, shares)
        parts |= {
            "feedback": self._fed_back(base, w.feedback),
            "rocchio": rocchio(self._vectors, base),
            "neighbours": neighbours(self._vectors, base),
        }
        shares |= {"feedback": w.feedback, "rocchio": w.rocchio, "neighbours": w.neighbours}
        return parts, shares

    def _lexical(self) -> tuple[Any, Any]:
        """BM25 and coverage as shares of the most that the question's words can give."""
        import numpy as np

        stems = list(self._weight)
        shares = np.array([self._weight[s] for s in stems])
        shares = shares / shares.sum() if len(stems) else shares
        part = saturated(self._words, stems)
        return part @ shares, (part > 0) @ shares

    def _fed_back(self, base: Any, weight: float) -> Any:  # noqa: ANN401
        """How far each candidate holds the words that the best by `base` share."""
        import numpy as np

        self._base = base
        self._feedback = (
            feedback_terms(self._words, base, self._stems, self._weights) if weight else {}
        )
        shares = np.array(list(self._feedback.values()))
        return saturated(self._words, list(self._feedback)) @ shares

    def _nearest_sentences(self, dense: Any) -> Any:  # noqa: ANN401
        """Each candidate's nearest sentence; the chunk itself where no sentences are kept."""
        import numpy as np

        numbers = [k.number for k in self._kept]
        self._stored = {
            n: (spans, vectors @ self.vector)
            for n, (spans, vectors) in self._library.chunks.sentences(numbers).items()
        }
        return np.array(
            [
                float(self._stored[n][1].max()) if n in self._stored else float(whole)
                for n, whole in zip(numbers, dense, strict=True)
            ]
        )

    def score(self, candidate: Candidate) -> Score:
        """Why this candidate stands where it does."""
        row = candidate.row
        cosine = self._cosines[row]
        own = {name: round(float(part[row]), 6) for name, part in self._scores.items()}
        words = self._words[row]
        return Score(
            total=candidate.total,
            lexical=own["lexical"],
            dense=own.get("dense") if cosine is not None else None,
            sentence=own.get("sentence"),
            feedback=own["feedback"],
            rocchio=own.get("rocchio"),
            neighbours=own.get("neighbours"),
            bm25=round(self._bm25[row], 4),
            cosine=round(cosine, 4) if cosine is not None else None,
            coverage=round(self._coverage(words), 4),
            terms=tuple(dict.fromkeys(self._word_of[s] for s in self._stems if s in words)),
            feedback_terms=tuple(self._surface[s] for s in self._feedback if s in words),
        )

    @cached_property
    def _surface(self) -> dict[str, str]:
        """For each feedback stem a word of the best chunks that it stands for, the shortest."""
        best = sorted(range(len(self._kept)), key=lambda row: -self._base[row])[:FEEDBACK_CHUNKS]
        texts = (f"{self._kept[row].title} {self._kept[row].chunk.text}" for row in best)
        words = {word for text in texts for word in split_words(text)}
        stems = self._library.words.stems(words)
        found: dict[str, str] = {}
        for word in sorted(words, key=lambda w: (len(w), w)):
            for stem in stems[word]:
                found.setdefault(stem, word)
        return found

    def _coverage(self, words: Words | set[str]) -> float:
        """How much of the question's word weight these words make, 0 to 1."""
        whole = sum(self._idf.values())
        return sum(self._idf[s] for s in self._stems if s in words) / whole if whole else 0.0

    def _relevance(self, row: int) -> float:
        words, cosine = self._words[row], self._cosines[row]
        if self.vector is not None:
            return (cosine or 0.0) + COVERAGE_SHARE * self._coverage(words)
        enough = sum(s in words for s in self._stems) >= min(LEXICAL_TERMS, len(self._stems))
        return self._coverage(words) if enough else 0.0

    def sentences(self, candidate: Candidate) -> tuple[Sentence, ...]:
        """Every sentence of a chunk with its nearness to the question and its share of the
        question's word weight."""
        kept = candidate.kept
        made = []
        for start, end, similarity in self._places(kept):
            at = kept.chunk.start
            text = kept.chunk.text[start - at : end - at]
            stems = self._library.words.stems(set(split_words(text)))
            held = {stem for own in stems.values() for stem in own}
            made.append(
                Sentence(
                    start=start,
                    end=end,
                    text=text,
                    similarity=similarity,
                    lexical=round(self._coverage(held), 4),
                )
            )
        return tuple(made)

    def _places(self, kept: KeptChunk) -> Sequence[tuple[int, int, float | None]]:
        if self.vector is not None and kept.number in self._stored:
            spans, nearness = self._stored[kept.number]
            return [(a, b, round(float(x), 4)) for (a, b), x in zip(spans, nearness, strict=True)]
        at = kept.chunk.start
        return [(at + a, at + b, None) for a, b in sentence_spans(kept.chunk.text)]


def _question_vector(question: str, library: Library) -> Any:  # noqa: ANN401  an array or None
    """The question's vector, or None when this library or this machine has no embedding."""
    if not library.has_vectors:
        return None
    try:
        return library.embedding().embed([clean(question)])[0]
    except MissingEmbeddingError:
        return None
