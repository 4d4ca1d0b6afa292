"""Evidence: chunks that a writer sees, their scores and sentences; tagged, grouped by paper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from reviewer.types.frozen import Frozen
from reviewer.types.papers import Chunk, Paper

SentencePart = Literal["background", "objective", "method", "result", "other"]
PARTS: tuple[SentencePart, ...] = get_args(SentencePart)


class Sentence(Frozen):
    """A sentence of a chunk; `start` and `end` count its part's characters. `similarity` is its
    cosine to the question, `lexical` the share of the question's word weight that it has, `part`
    what it does in its abstract, if that was asked for. `is_reported` is true of a view of others
    that the paper takes up, and of what others found: never the paper's own finding."""

    start: int
    end: int
    text: str
    similarity: float | None = None
    lexical: float = 0.0
    part: SentencePart | None = None
    is_reported: bool = False


class Score(Frozen):
    """Why a chunk was found. `total` is a weighted mean of six parts: `lexical` for the question's
    words, `dense` for the chunk's cosine, `sentence` for its best sentence's cosine, `feedback` for
    words of the best chunks, `rocchio` for the cosine with their mean, `neighbours` for the scores
    of the nearest chunks. `feedback_terms` are the feedback words that the chunk has, if the search
    is explained; `bm25`, `cosine` and `coverage` are raw values. `relevance` is compared with the
    floor: the cosine and half the coverage, or by words alone the coverage. `reranker` is how
    relevant a cross-encoder says that the chunk is, 0 to 1; `total` is then the mean of both
    orders. `answers` is the question of its card that is nearer than its sentences, if there is one
    and the search is explained. `concepts` is what the concepts that a question excludes took off,
    or what those that it requires gave; `total` has it."""

    total: float
    lexical: float = 0.0
    dense: float | None = None
    sentence: float | None = None
    feedback: float = 0.0
    rocchio: float | None = None
    neighbours: float | None = None
    reranker: float | None = None
    bm25: float = 0.0
    cosine: float | None = None
    coverage: float = 0.0
    relevance: float = 0.0
    terms: tuple[str, ...] = ()
    feedback_terms: tuple[str, ...] = ()
    answers: str = ""
    concepts: float | None = None


class Evidence(Frozen):
    """A chunk that a writer sees. `tag` (`E1`, ...) is valid for one question only."""

    tag: str
    paper: Paper
    chunk: Chunk
    score: Score
    sentences: tuple[Sentence, ...] = ()


def tagged(evidence: Iterable[Evidence], after: int = 0) -> tuple[Evidence, ...]:
    """The evidence with tags E1, E2, ... in its order, each tag for one text only. The first
    number follows `after`, the number of texts that have tags already."""
    return tuple(
        item.model_copy(update={"tag": f"E{number}"})
        for number, item in enumerate(evidence, start=after + 1)
    )


def by_paper(evidence: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    """The evidence of each paper, by the paper's id. Papers and their texts keep their order."""
    own: dict[str, list[Evidence]] = {}
    for item in evidence:
        own.setdefault(item.paper.id, []).append(item)
    return own
