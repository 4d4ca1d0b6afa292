"""Puts the best papers of a search in order again, by a cross-encoder that reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reviewer.library.embeddings.pair_model import LocalModelError, open_pair_model
from reviewer.text import clean
from reviewer.types.evidence import Score

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.search.ranking import Candidate

RERANKED = 50  # papers
# Half of each order. A cross-encoder that was trained on web pages alone is worse on abstracts than
# the first order (docs/decisions/local-models.md), and none could be measured here.
_OWN_SHARE = 0.5


@dataclass(frozen=True)
class Reranking:
    """`papers` in their new order. Of each that was read again: what the model says of its
    `relevance`, 0 to 1, and how much its score `rose`."""

    papers: tuple[int, ...]
    relevance: dict[int, float] = field(default_factory=dict)
    rose: dict[int, float] = field(default_factory=dict)

    def scored(self, paper: int, score: Score) -> Score:
        """The score of a chunk of the paper, with the model's part."""
        if paper not in self.relevance:
            return score
        total = max(0.0, round(score.total + self.rose[paper], 6))
        changed = {"total": total, "reranker": self.relevance[paper]}
        return score.model_copy(update=changed)


def rerank(question: str, best: dict[int, list[Candidate]], library: Library) -> Reranking:
    """Order the first RERANKED papers again, given the chunks of each, best first: by the mean of
    both scores, the model's scaled to the range of the first (convex fusion: Bruch and others
    2023). Without a reranker in the settings the order stays.

    Raises LocalModelError when the model cannot be used.
    """
    folder, papers = library.settings.reranker, list(best)
    first = papers[:RERANKED]
    if not folder or len(first) < 2:
        return Reranking(tuple(papers))
    model = open_pair_model(folder)
    kept = library.chunks.numbered(sorted(best[paper][0].number for paper in first))
    first = [paper for paper in first if best[paper][0].number in kept]  # others were removed
    shown = [kept[best[paper][0].number] for paper in first]
    pairs = [(clean(question), clean(f"{own.title}. {own.chunk.text}")) for own in shown]
    logits = [_logit(row, model.name) for row in model.score(pairs)]
    totals = [best[paper][0].total for paper in first]
    mixed = [
        _OWN_SHARE * own + (1 - _OWN_SHARE) * total
        for own, total in zip(_scaled(logits, totals), totals, strict=True)
    ]
    order = sorted(range(len(first)), key=lambda n: -mixed[n])
    ahead = [first[n] for n in order]
    return Reranking(
        (*ahead, *(paper for paper in papers if paper not in set(ahead))),
        {paper: round(_share(logit), 4) for paper, logit in zip(first, logits, strict=True)},
        {paper: mixed[n] - totals[n] for n, paper in enumerate(first)},
    )


def _logit(row: Sequence[float], name: str) -> float:
    """How relevant, of one output or of two, the second of which is for relevant."""
    if len(row) > 2:
        raise LocalModelError(
            f"the model {name} gives {len(row)} numbers for a pair of texts, so it is no reranker",
            hint="A reranker gives one or two. Models with three labels are for --nli.",
        )
    return row[-1] - (row[0] if len(row) == 2 else 0.0)


def _share(logit: float) -> float:
    """The logit as a probability."""
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, logit))))


def _scaled(values: Sequence[float], like: Sequence[float]) -> list[float]:
    """The values on the range of others."""
    low, high, least = min(like), max(like), min(values)
    span = (max(values) - least) or 1.0
    return [low + (high - low) * (value - least) / span for value in values]
