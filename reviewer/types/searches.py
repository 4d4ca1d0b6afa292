"""What limits a search, and what a search finds."""

from __future__ import annotations

from typing import Literal

from reviewer.types.evidence import Evidence, Score, Sentence
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Chunk, Paper


class Filters(Frozen):
    """Which papers may be found. Empty fields do not filter; years are inclusive. `files` are those
    that papers were read from: the path as given, or the end of it, such as `003.txt`."""

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
    """One paper that a search found, its best chunk, and that chunk's best sentence. `is_weak`: the
    paper is below the relevance floor, so it may not bear on the question."""

    paper: Paper
    chunk: Chunk
    score: Score
    best_sentence: Sentence | None = None
    is_weak: bool = False


class Found(Frozen):
    """The result of a search, best first. `matched` counts papers above the relevance floor,
    `considered` those that the search may take: none when it abstains, and then `hits` are the
    nearest papers and `reason` says why, as far as that is known."""

    question: str
    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    papers: int = 0
    matched: int = 0
    considered: int = 0
    is_weak: bool = False
    left_out: tuple[str, ...] = ()
    reason: str = ""
    method: Literal["lexical", "dense", "lexical and dense"] = "lexical"
