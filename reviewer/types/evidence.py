"""Evidence: chunks in front of a writer, their scores and sentences; tagged, grouped by paper."""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.types.frozen import Frozen
from reviewer.types.papers import Chunk, Paper


class Sentence(Frozen):
    """A sentence of a chunk in its part's characters; `similarity` to the question is a cosine."""

    start: int
    end: int
    text: str
    similarity: float | None = None
    lexical: float = 0.0


class Score(Frozen):
    """Why a chunk was found. The parts of the weighted mean `total`: the question's words, the
    chunk's cosine, its best sentence's, feedback words of the best chunks, the cosine with their
    mean, the nearest chunks' score. `feedback_terms` are those words as far as the chunk has
    them, where a search is explained; bm25, cosine and coverage are raw."""

    total: float
    lexical: float = 0.0
    dense: float | None = None
    sentence: float | None = None
    feedback: float = 0.0
    rocchio: float | None = None
    neighbours: float | None = None
    bm25: float = 0.0
    cosine: float | None = None
    coverage: float = 0.0
    terms: tuple[str, ...] = ()
    feedback_terms: tuple[str, ...] = ()


class Evidence(Frozen):
    """A chunk in front of a writer. `tag` (`E1`, ...) lives inside one question only."""

    tag: str
    paper: Paper
    chunk: Chunk
    score: Score
    sentences: tuple[Sentence, ...] = ()


def tagged(evidence: Iterable[Evidence], after: int = 0) -> tuple[Evidence, ...]:
    """The evidence tagged E1, E2, ... in its order, so that no tag means two texts. The first tag
    is the one that follows `after`, the number of texts that are tagged already."""
    return tuple(
        item.model_copy(update={"tag": f"E{number}"})
        for number, item in enumerate(evidence, start=after + 1)
    )


def by_paper(evidence: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    """The evidence of each paper by the paper's id: papers in the order in which they come first,
    and each paper's texts in theirs."""
    own: dict[str, list[Evidence]] = {}
    for item in evidence:
        own.setdefault(item.paper.id, []).append(item)
    return own
