"""Finds claims of all kept runs by their words and by the meaning of the sentences they cite."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.library.embeddings.embedding import LOCAL, MissingEmbeddingError
from reviewer.library.runs import claims_in
from reviewer.tasks.memory.standing import Standing, passed_gate
from reviewer.text.keywords import query_terms
from reviewer.text.views import one_line
from reviewer.types import Claim
from reviewer.types.memory import Recalled, RecalledClaim
from reviewer.types.runs import Run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLAIMS = 10  # shown unless more are wanted
# A claim is found with half of the weight of the words, or with a cited sentence as near as this.
_LEAST_SHARE = 0.5
_LEAST_COSINE = 0.4


@dataclass(frozen=True)
class _Kept:
    """A claim that passed the gate, and its newest run."""

    claim: Claim
    run: Run


def recall_claims(
    words: str, library: Library, most: int = CLAIMS, *, mine: bool = False
) -> Recalled:
    """At most `most` claims of kept runs that have these words or cite a sentence of that meaning,
    the best first: the share of the words (by inverse document frequency among the claims), and the
    cosine of the nearest cited sentence where the library has local vectors. Only claims that
    passed the gate and whose cited sentences all stand are given. With `mine` only those of the
    user's own runs.

    Raises UsageError for words without a letter or digit.
    """
    words = one_line(words)
    if not any(character.isalnum() for character in words):
        raise UsageError("there are no words to recall", hint='For example: review recall "words"')
    with library.alone:
        kept, runs = _kept(library, mine=mine)
        shares = _shares(words, [item.claim for item in kept], library)
        cosines = _cosines(words, [item.claim for item in kept], library)
        order = [
            n for n in range(len(kept)) if shares[n] >= _LEAST_SHARE or cosines[n] >= _LEAST_COSINE
        ]
        order.sort(key=lambda n: (-shares[n] - cosines[n], n))
        return _standing(
            words, [(kept[n], shares[n] + cosines[n]) for n in order], library, most, runs
        )


def _standing(
    words: str, found: Sequence[tuple[_Kept, float]], library: Library, most: int, runs: int
) -> Recalled:
    standing, claims, gone = Standing(library), list[RecalledClaim](), 0
    for item, score in found:
        if len(claims) == most:
            break
        now = standing.claim(item.claim)
        if now is None:
            gone += 1
            continue
        run = item.run
        claims.append(
            RecalledClaim(
                claim=now,
                run_id=run.id,
                command=run.command,
                question=run.question,
                started=run.started,
                who=run.who if run.who != library.database.who else "",
                score=round(score, 4),
            )
        )
    return Recalled(words=words, claims=tuple(claims), runs=runs, gone=gone)


def _kept(library: Library, *, mine: bool) -> tuple[list[_Kept], int]:
    """The claims that passed the gate, each text once, of the newest run; and how many runs were
    looked at."""
    kept: dict[str, _Kept] = {}
    runs = 0
    for run in library.ledger.each(mine=mine):
        runs += 1
        without_result = run.model_copy(update={"result": {}})
        for claim in map(Claim.model_validate, claims_in(run)):
            if passed_gate(claim):
                kept.setdefault(claim.text, _Kept(claim, without_result))
    return list(kept.values()), runs


def _shares(words: str, claims: Sequence[Claim], library: Library) -> list[float]:
    """For each claim the share, 0 to 1, of the words that it or its quotes have."""
    texts = [" ".join([claim.text, *(c.quote for c in claim.citations)]) for claim in claims]
    wanted, *stems = map(frozenset, library.words.texts([" ".join(query_terms(words)), *texts]))
    counts = Counter(stem for own in stems for stem in own & wanted)
    weights = {stem: math.log1p(len(claims) / (counts[stem] or 1)) for stem in wanted}
    total = sum(weights.values()) or 1.0
    return [sum(weights[stem] for stem in own & wanted) / total for own in stems]


def _cosines(words: str, claims: Sequence[Claim], library: Library) -> list[float]:
    """For each claim the cosine of the words and the nearest sentence that it cites, by vectors
    that the library has; 0 without them."""
    if not library.has_vectors or library.embedding_name not in LOCAL:
        return [0.0] * len(claims)
    try:
        (asked,) = library.embedding().embed([words])
    except MissingEmbeddingError:
        return [0.0] * len(claims)
    ids = {citation.chunk_id for claim in claims for citation in claim.citations}
    numbers = library.chunks.numbers_of(sorted(ids))
    sentences = library.chunks.sentences(sorted(numbers.values()))
    by_chunk = {own: sentences[n] for own, n in numbers.items() if n in sentences}
    return [
        max(
            (
                _nearest(asked, by_chunk[citation.chunk_id], citation.start, citation.end)
                for citation in claim.citations
                if citation.chunk_id in by_chunk
            ),
            default=0.0,
        )
        for claim in claims
    ]


def _nearest(
    asked: NDArray[np.float32],
    sentences: tuple[list[tuple[int, int]], NDArray[np.float32]],
    start: int,
    end: int,
) -> float:
    """The highest cosine of the sentences that overlap these characters; 0 without one."""
    spans, vectors = sentences
    rows = [n for n, (a, b) in enumerate(spans) if a < end and start < b]
    return float((vectors[rows] @ asked).max()) if rows else 0.0
