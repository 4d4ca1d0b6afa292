"""Finds papers similar to a paper: by its stored vectors, or by its words if it has none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reviewer.library import Library
from reviewer.library.index.chunks import KeptChunk
from reviewer.library.index.scoring import TITLE_WEIGHT, idf, split_words
from reviewer.search.explain_empty import why_none_pass
from reviewer.text.keywords import STOP_WORDS
from reviewer.types.evidence import Score
from reviewer.types.searches import Filters, Found, Hit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAR_CHUNKS = 200
READ_CHUNKS = 10  # the beginning of a long paper says what it is about
COUNTED_WORDS, ASKED_WORDS = 40, 12  # a paper's most frequent words, and the rarest of them


def find_similar(
    name: str, library: Library, papers: int = 10, filters: Filters | None = None
) -> Found:
    """The papers nearest to the one with this key or id, best first, without that paper.

    Raises NotFoundError that names similar keys if the library does not have the paper. Threads
    take turns, as in `search.find`.
    """
    filters = filters or Filters()
    with library.alone:
        paper = library.paper(name)
        number = library.catalogue.number_of(paper.id)
        assert number is not None
        own = library.chunks.of_paper(number)
        known, matrix = library.chunks.vectors_numbered([k.number for k in own])
        by_vectors = bool(known) and library.has_vectors
        if by_vectors:
            scores = _by_vectors(library, matrix, len(own), filters)
        else:
            scores = _by_words(library, own[:READ_CHUNKS], filters)
        best: dict[int, KeptChunk] = {}
        kept = library.chunks.numbered(list(scores))
        for found in sorted(kept, key=lambda n: (-scores[n], n)):
            if kept[found].paper != number:
                best.setdefault(kept[found].paper, kept[found])
        read = library.catalogue.papers_numbered(sorted(best))
        hits = tuple(
            Hit(paper=read[n], chunk=near.chunk, score=_score(scores[near.number], by_vectors))
            for n, near in list(best.items())[:papers]
            if n in read
        )
        return Found(
            question=f"papers like {paper.key}",
            hits=hits,
            papers=library.catalogue.count(),
            matched=len(hits),
            considered=len(hits),
            reason="" if hits else why_none_pass(library, filters),
            method="dense" if by_vectors else "lexical",
        )


def _by_vectors(
    library: Library, matrix: NDArray[np.float32], own: int, filters: Filters
) -> dict[int, float]:
    """Cosines of the chunks nearest to the mean of the paper's vectors, (chunks, dimensions); `own`
    is the number of the paper's chunks."""
    import numpy as np

    mean = matrix.mean(axis=0)
    mean = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return dict(library.index.nearest(mean.astype(np.float32), NEAR_CHUNKS + own, filters))


def _by_words(library: Library, own: Sequence[KeptChunk], filters: Filters) -> dict[int, float]:
    """BM25 of the paper's most characteristic words, as shares of the best chunk's."""
    texts = [(weight, t) for k in own for weight, t in ((TITLE_WEIGHT, k.title), (1, k.chunk.text))]
    stems = library.words.stems({word for _, text in texts for word in split_words(text)})
    times: dict[str, float] = defaultdict(float)
    word_of: dict[str, str] = {}
    for weight, text in texts:
        for word in split_words(text):
            for stem in stems[word]:
                times[stem] += weight
    for word in sorted(set(stems) - STOP_WORDS):
        for stem in stems[word]:
            word_of.setdefault(stem, word)
    frequent = sorted(word_of, key=lambda stem: (-times[stem], stem))[:COUNTED_WORDS]
    total = library.words.chunks()
    rare = {
        stem: times[stem] * idf(count.chunks, total)
        for stem, count in library.words.counts(frequent).items()
    }
    asked = sorted(rare, key=lambda stem: (-rare[stem], stem))[:ASKED_WORDS]
    words = list(dict.fromkeys(word_of[stem] for stem in asked))
    found = library.chunks.search_words(words, NEAR_CHUNKS, filters, TITLE_WEIGHT)
    best = max((score for _, score in found), default=0.0)
    return {number: score / best for number, score in found if best > 0}


def _score(score: float, by_vectors: bool) -> Score:
    total = round(score, 6)
    if by_vectors:
        return Score(total=total, dense=total, cosine=round(score, 4))
    return Score(total=total, lexical=total)
