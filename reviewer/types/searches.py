"""What a search is asked and what it finds."""

from __future__ import annotations

from typing import Literal

from reviewer.types.evidence import Evidence, Score, Sentence
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Chunk, Paper


class Filters(Frozen):
    """Which papers may be found. Empty fields do not filter; years are inclusive. A file is the one
    that a paper was read from: its path as it was given, or the end of it, as `003.txt`."""

    year_from: int | None = None
    year_to: int | None = None
    venue: str = ""
    tags: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == Filters()


class Hit(Frozen):
    """One paper that search found: its best chunk, and that chunk's best sentence."""

    paper: Paper
    chunk: Chunk
    score: Score
    best_sentence: Sentence | None = None


class Found(Frozen):
    """A search's result, best first. `matched` counts papers above the relevance floor; `reason`
    says why there is none, where that is known."""

    question: str
    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    papers: int = 0
    matched: int = 0
    is_weak: bool = False
    left_out: tuple[str, ...] = ()
    reason: str = ""
    method: Literal["lexical", "dense", "lexical and dense"] = "lexical"
