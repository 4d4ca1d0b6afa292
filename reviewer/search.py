"""From a question to ranked, tagged evidence, by words and by meaning. Never sees a writer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reviewer.chunk_store import KeptChunk
from reviewer.embedding import MissingEmbeddingError
from reviewer.library import Library
from reviewer.records import Evidence, Filters, Found, Hit, Paper, Score, Sentence
from reviewer.terms import query_terms
from reviewer.text import clean, counted, sentence_spans

TITLE_WEIGHT = 2.0
LEXICAL_CANDIDATES = 1000
DENSE_CANDIDATES = 200
SENTENCE_CANDIDATES = 60
# Shares of the three scores: the best of a few round ones, with three sets looked at together, so
# none of them is held out (docs/quality.md).
LEXICAL_SHARE, DENSE_SHARE, SENTENCE_SHARE = 1 / 3.6, 1.3 / 3.6, 1.3 / 3.6
# Relevance is cosine + half the share of the question's word weight that the paper holds. The
# floor lies inside the gap between off-topic and answerable questions on every judged set. By
# words alone relevance is that share, and no floor tells the kinds of question apart
# (docs/quality.md).
COVERAGE_SHARE = 0.5
FLOOR, STRONG = 0.43, 0.52
LEXICAL_FLOOR, LEXICAL_STRONG = 0.25, 0.60
LEXICAL_TERMS = 2  # one shared word of several is chance


@dataclass(frozen=True)
class SearchOptions:
    """`papers` is how many to give, `chunks_per_paper` how many chunks of one may be evidence.

    Without the floor every candidate is given: for measuring the ranking, not for answering.
    """

    papers: int = 12
    chunks_per_paper: int = 2
    filters: Filters = field(default_factory=Filters)
    has_floor: bool = True


@dataclass(frozen=True)
class _Candidate:
    kept: KeptChunk
    score: Score
    relevance: float
    sentences: tuple[Sentence, ...] = ()


def find(question: str, library: Library, options: SearchOptions | None = None) -> Found:
    """The papers that bear on the question, best first, and their evidence tagged E1, E2, ...

    Papers below the relevance floor are not matched and never evidence. When nothing is above it,
    `hits` still names the nearest papers and `matched` is 0.
    """
    options = options or SearchOptions()
    ranking = _Ranking(question, library, options.filters)
    ranked = ranking.ranked()
    papers = library.catalogue.papers_numbered(sorted({c.kept.paper for c in ranked}))
    best: dict[int, list[_Candidate]] = {}
    for candidate in (c for c in ranked if c.kept.paper in papers):
        best.setdefault(candidate.kept.paper, []).append(candidate)
    floor, strong = ranking.levels()
    above = [n for n, own in best.items() if max(c.relevance for c in own) >= floor]
    top = max((c.relevance for n in above for c in best[n]), default=0.0)
    chosen = (above if options.has_floor else list(best))[: options.papers]
    return Found(
        question=question,
        hits=tuple(_hit(papers[n], best[n][0]) for n in chosen or list(best)[: options.papers]),
        evidence=_evidence(chosen, best, papers, options.chunks_per_paper),
        papers=library.catalogue.count(),
        matched=ranking.count_above(floor),
        is_weak=bool(above) and top < strong,
        left_out=_left_out(library, options.filters),
        method="lexical" if ranking.vector is None else "lexical and dense",
    )


def _hit(paper: Paper, candidate: _Candidate) -> Hit:
    best = max(candidate.sentences, key=_sentence_worth, default=None)
    return Hit(paper=paper, chunk=candidate.kept.chunk, score=candidate.score, best_sentence=best)


def _sentence_worth(sentence: Sentence) -> tuple[float, float]:
    return (sentence.similarity or 0.0) + COVERAGE_SHARE * sentence.lexical, -sentence.start


def _evidence(
    chosen: Sequence[int],
    best: Mapping[int, list[_Candidate]],
    papers: Mapping[int, Paper],
    per_paper: int,
) -> tuple[Evidence, ...]:
    picked = [candidate for n in chosen for candidate in best[n][:per_paper]]
    return tuple(
        Evidence(
            tag=f"E{number}",
            paper=papers[c.kept.paper],
            chunk=c.kept.chunk,
            score=c.score,
            sentences=c.sentences,
        )
        for number, c in enumerate(picked, start=1)
    )


def _left_out(library: Library, filters: Filters) -> tuple[str, ...]:
    if filters.year_from is None and filters.year_to is None:
        return ()
    unknown = library.catalogue.count_unknown_year(filters)
    return (f"{counted(unknown, 'paper')} of unknown year",) if unknown else ()


class _Ranking:
    """One question's scores over one library, while they are being made."""

    def __init__(self, question: str, library: Library, filters: Filters) -> None:
        self._library = library
        self._filters = filters
        self._terms = query_terms(question)
        self.vector = _question_vector(question, library)
        self._weights = self._term_weights()
        self._whole = sum(self._weights.values())

    def levels(self) -> tuple[float, float]:
        """The relevance floor, and the relevance above which evidence is not called weak."""
        return (LEXICAL_FLOOR, LEXICAL_STRONG) if self.vector is None else (FLOOR, STRONG)

    def _term_weights(self) -> dict[str, float]:
        """Inverse document frequency as in BM25 (Robertson, Sparck Jones 1976), kept positive."""
        self._matches = self._library.chunks.matches(self._terms)
        total = self._matches.chunks
        held = {term: self._matches.frequency(term) for term in self._terms}
        return {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in held.items()}

    def ranked(self) -> list[_Candidate]:
        """All candidates, best first; ties go to the chunk that came first."""
        passes = self._library.chunks.passing(self._filters)
        bm25 = dict(self._matches.best(LEXICAL_CANDIDATES, TITLE_WEIGHT, passes))
        cosine = self._cosines(bm25, passes)
        lexical, dense = _share_of_best(bm25), _min_max(cosine)
        fused = {
            number: LEXICAL_SHARE * lexical.get(number, 0.0) + DENSE_SHARE * dense.get(number, 0.0)
            for number in {*bm25, *cosine}
        }
        self._holders = self._matches.holding(list(fused))
        self._relevance = {n: self._relevance_of(n, cosine.get(n)) for n in fused}
        top = sorted(fused, key=lambda n: (-fused[n], n))[:SENTENCE_CANDIDATES]
        kept = self._library.chunks.numbered(top)
        top = [n for n in top if n in kept]  # another process may have removed a paper just now
        sentences = self._sentences([kept[n] for n in top])
        nearest = {
            n: max((s.similarity for s in own if s.similarity is not None), default=0.0)
            for n, own in sentences.items()
        }
        by_sentence = _share_of_best(nearest) if self.vector is not None else {}
        candidates = []
        for n in top:
            total = fused[n] + SENTENCE_SHARE * by_sentence.get(n, 0.0)
            if self.vector is None:
                total = lexical.get(n, 0.0)
            score = Score(
                total=round(total, 6),
                lexical=round(lexical.get(n, 0.0), 6),
                dense=round(dense[n], 6) if n in dense else None,
                sentence=round(by_sentence[n], 6) if n in by_sentence else None,
                bm25=round(bm25.get(n, 0.0), 4),
                cosine=round(cosine[n], 4) if n in cosine else None,
                coverage=round(self._coverage(n), 4),
                terms=tuple(t for t in self._terms if n in self._holders[t]),
            )
            candidates.append(_Candidate(kept[n], score, self._relevance[n], sentences[n]))
        return sorted(candidates, key=lambda c: (-c.score.total, c.kept.number))

    def count_above(self, floor: float) -> int:
        """Papers with a chunk at or above the floor."""
        above = [n for n, relevance in self._relevance.items() if relevance >= floor]
        return len(set(self._library.chunks.papers_of(above).values()))

    def _cosines(self, bm25: Mapping[int, float], passes: Any) -> dict[int, float]:  # noqa: ANN401  an array
        """Cosines of the nearest chunks, and of the best lexical ones by their stored vectors."""
        if self.vector is None:
            return {}
        nearest = self._library.index.nearest(self.vector, DENSE_CANDIDATES, passes)
        cosines = dict(nearest)
        others = [n for n in list(bm25)[:DENSE_CANDIDATES] if n not in cosines]
        numbers, matrix = self._library.chunks.vectors_numbered(others)
        if numbers:
            cosines |= zip(numbers, (matrix @ self.vector).tolist(), strict=True)
        return cosines

    def _coverage(self, number: int) -> float:
        return self._share(t for t in self._terms if number in self._holders[t])

    def _share(self, terms: Any) -> float:  # noqa: ANN401  any iterable of terms
        """How much of the question's word weight these terms make, 0 to 1."""
        return sum(self._weights[t] for t in terms) / self._whole if self._whole else 0.0

    def _relevance_of(self, number: int, cosine: float | None) -> float:
        if self.vector is None:
            shared = sum(1 for held in self._holders.values() if number in held)
            enough = shared >= min(LEXICAL_TERMS, len(self._terms))
            return self._coverage(number) if enough else 0.0
        return (cosine or 0.0) + COVERAGE_SHARE * self._coverage(number)

    def _sentences(self, kept: Sequence[KeptChunk]) -> dict[int, tuple[Sentence, ...]]:
        """Every sentence of these chunks with its nearness to the question."""
        stored = (
            self._library.chunks.sentences([k.number for k in kept])
            if self.vector is not None
            else {}
        )
        places = [(k, *place) for k in kept for place in self._places(k, stored)]
        texts = [_slice(k, start, end) for k, start, end, _ in places]
        held = self._library.chunks.terms_in(texts, self._terms)
        made: dict[int, list[Sentence]] = {k.number: [] for k in kept}
        for (k, start, end, similarity), text, terms in zip(places, texts, held, strict=True):
            share = round(self._share(terms), 4)
            made[k.number].append(
                Sentence(start=start, end=end, text=text, similarity=similarity, lexical=share)
            )
        return {number: tuple(own) for number, own in made.items()}

    def _places(
        self, kept: KeptChunk, stored: Mapping[int, Any]
    ) -> list[tuple[int, int, float | None]]:
        if kept.number in stored:
            spans, vectors = stored[kept.number]
            nearness = (vectors @ self.vector).tolist()
            return [(a, b, round(x, 4)) for (a, b), x in zip(spans, nearness, strict=True)]
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


def _slice(kept: KeptChunk, start: int, end: int) -> str:
    return kept.chunk.text[start - kept.chunk.start : end - kept.chunk.start]


def _share_of_best(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores as shares of the best one: a chunk without any of the words has 0."""
    best = max(scores.values(), default=0.0)
    return {n: max(0.0, s / best) if best > 0 else 0.0 for n, s in scores.items()}


def _min_max(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores between 0 (the worst candidate) and 1 (the best)."""
    low, high = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    if high <= low:
        return dict.fromkeys(scores, 1.0)
    return {n: (s - low) / (high - low) for n, s in scores.items()}
