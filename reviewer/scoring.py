"""How candidates are scored: word weights, BM25's saturation, feedback and neighbours. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reviewer.visible import visible

TITLE_WEIGHT = 2.0
K1, B = 1.2, 0.75  # BM25's, as in SQLite (Robertson and others 1994)
ROCCHIO_CHUNKS = 3
NEIGHBOURS, NEIGHBOUR_CHUNKS = 5, 60
FEEDBACK_CHUNKS, FEEDBACK_TERMS = 5, 15
FEEDBACK_HOLDERS = 2  # a word in one of the best alone says nothing about the others
FEEDBACK_SPREAD = 0.25  # of the candidates may hold a feedback word
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Weights:
    """What each part of the ranking counts; 0 switches a part off. docs/quality.md says how they
    were chosen. `titles` and `bursts` are powers, the rest are shares of the sum."""

    lexical: float = 1.7
    dense: float = 1.0
    sentence: float = 1.0
    feedback: float = 0.17
    rocchio: float = 0.6
    neighbours: float = 1.3
    titles: float = 0.2
    bursts: float = 0.2
    # By words alone:
    alone_coverage: float = 0.14
    alone_feedback: float = 0.1


@dataclass(frozen=True)
class WordCount:
    """In how many chunks a word stands, how often, and in how many of their titles."""

    chunks: int = 0
    occurrences: int = 0
    titles: int = 0


@dataclass(frozen=True)
class Words:
    """A chunk's stems: how often each stands in it, the title's counted TITLE_WEIGHT times, which
    stand in the title, and how many words there are in all."""

    counts: dict[str, float]
    titles: frozenset[str]
    length: int

    def __contains__(self, stem: str) -> bool:
        return stem in self.counts


def split_words(text: str) -> list[str]:
    """The text's words, case folded. Hidden characters part none."""
    return _WORD.findall(visible(text).casefold())


def words_of(
    title: Counter[str], text: Counter[str], stems: Mapping[str, tuple[str, ...]]
) -> Words:
    """From the words of a title and a text with their counts, and each word's stems."""
    counts: dict[str, float] = {}
    for own, weight in ((title, TITLE_WEIGHT), (text, 1.0)):
        for word, times in own.items():
            for stem in stems[word]:
                counts[stem] = counts.get(stem, 0.0) + weight * times
    in_title = frozenset(stem for word in title for stem in stems[word])
    return Words(counts, in_title, title.total() + text.total())


def idf(chunks_with: float, chunks: int) -> float:
    """Inverse document frequency as in BM25 (Robertson, Sparck Jones 1976), kept positive."""
    return math.log(1 + (chunks - chunks_with + 0.5) / (chunks_with + 0.5))


def topicality(count: WordCount, weights: Weights, *, has_titles: bool = True) -> float:
    """How far a word names matter rather than form, from the collection itself: matter stands in
    titles, and where it comes it comes again (burstiness: Katz 1996). Without any titles that
    hold a question's words only the latter counts."""
    in_titles = (count.titles + 0.5) / (count.chunks + 1) if has_titles else 1.0
    again = (count.occurrences + 1) / (count.chunks + 1)
    return float(in_titles**weights.titles * again**weights.bursts)


def saturated(words: Sequence[Words], stems: Sequence[str]) -> Any:  # noqa: ANN401  an array
    """BM25's term part between 0 and 1, an array of (words, stems). Lengths are held against the
    candidates' mean."""
    import numpy as np

    lengths = np.array([max(w.length, 1) for w in words], dtype=np.float64)
    counts = np.array([[w.counts.get(s, 0.0) for s in stems] for w in words])
    counts = counts.reshape(len(words), len(stems))
    norms = K1 * (1 - B + B * lengths / lengths.mean()) if len(words) else lengths
    return counts / (counts + norms[:, None])


def feedback_terms(
    words: Sequence[Words],
    scores: Any,  # noqa: ANN401
    known: Sequence[str],
    weights: Weights,
) -> dict[str, float]:
    """Stems that the best candidates share and the others lack, with weights that sum to 1: a
    relevance model (RM3: Abdul-Jaleel and others 2004) that takes its frequencies from the
    candidates alone, so that its cost is bounded."""
    import numpy as np

    best = [int(i) for i in np.argsort(-scores, kind="stable")[:FEEDBACK_CHUNKS]]
    share: dict[str, float] = {}
    holders = Counter[str]()
    for i in best:
        length = max(sum(words[i].counts.values()), 1.0)
        for stem, times in words[i].counts.items():
            share[stem] = share.get(stem, 0.0) + max(float(scores[i]), 0.0) * times / length
            holders[stem] += 1
    shared = {s for s in share if holders[s] >= FEEDBACK_HOLDERS and s not in known}
    found = {
        stem: share[stem] * idf(count.chunks, len(words)) * topicality(count, weights)
        for stem, count in _counted(words, shared).items()
        if count.chunks <= FEEDBACK_SPREAD * len(words)
    }
    top = sorted(found, key=lambda stem: (-found[stem], stem))[:FEEDBACK_TERMS]
    whole = sum(found[stem] for stem in top)
    return {stem: found[stem] / whole for stem in top} if whole > 0 else {}


def _counted(words: Sequence[Words], stems: set[str]) -> dict[str, WordCount]:
    """The stems' counts in the candidates alone."""
    chunks, titles, times = Counter[str](), Counter[str](), dict.fromkeys(stems, 0.0)
    for own in words:
        held = stems & own.counts.keys()
        chunks.update(held)
        titles.update(stems & own.titles)
        for stem in held:
            times[stem] += own.counts[stem]
    return {s: WordCount(chunks[s], round(times[s]), titles[s]) for s in stems}


def rocchio(vectors: Any, scores: Any) -> Any:  # noqa: ANN401
    """Each candidate's cosine with the weighted mean of the best (Rocchio 1971, positive part)."""
    import numpy as np

    best = np.argsort(-scores, kind="stable")[:ROCCHIO_CHUNKS]
    shares = scores[best] - scores.min()
    if shares.sum() <= 0:
        shares = np.ones(len(best))
    mean = shares @ vectors[best]
    return vectors @ (mean / max(float(np.linalg.norm(mean)), 1e-9))


def neighbours(vectors: Any, scores: Any) -> Any:  # noqa: ANN401
    """The mean score of each candidate's nearest among the best ones, weighted by the square of
    their cosine: papers that are alike bear on the same questions (Diaz 2005)."""
    import numpy as np

    best = np.argsort(-scores, kind="stable")[:NEIGHBOUR_CHUNKS]
    alike = np.maximum(vectors @ vectors[best].T, 0.0)
    alike[best, np.arange(len(best))] = 0.0  # nobody is its own neighbour
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :NEIGHBOURS]
    shares = np.take_along_axis(alike, nearest, axis=1) ** 2
    return (shares * scores[best][nearest]).sum(axis=1) / (shares.sum(axis=1) + 1e-9)


def weighted_sum(parts: Mapping[str, Any], weights: Mapping[str, float]) -> Any:  # noqa: ANN401
    """The parts' weighted mean; a part that is not there counts 0."""
    whole = sum(weights.values()) or 1.0
    return sum(weights[name] * part for name, part in parts.items()) / whole
