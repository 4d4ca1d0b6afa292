"""How a search is limited, what it may leave out, and how much each part of the ranking counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from reviewer.library.index.scoring import Weights
from reviewer.types.searches import Filters

# Of the best paper's relevance: what a paper needs for its sentences to be quoted without a model's
# having read them, unless it reaches the floor (docs/quality.md).
EVIDENCE_CUT = 0.9
AT_FLOOR = 1.0  # the cut that leaves out every paper below the floor, for news of saved searches


@dataclass(frozen=True)
class SearchOptions:
    """`papers` is how many to find, `chunks_per_paper` how many chunks of one may be evidence.

    A search that `abstains` finds nothing when no paper reaches the relevance floor. Otherwise it
    finds by rank. A `cut` above 0 leaves out papers below the floor, unless their relevance is at
    least this share of the best paper's, so that a question of everyday words, which all papers
    match a little, still gets several. When a model reads the papers, and when the papers are
    chosen already, use `SearchOptions(..., abstains=False)`: then only rank decides.

    `weights` other than the usual ones are for measuring the ranking. `imagined` is an abstract
    that a paper might have: it only steers the search by meaning. If `explained`, scores name their
    feedback terms, which takes a tenth of a question's time. `sort` is what the question asks for
    unless it is given. If `is_plain`, the question is searched as it stands, as a text that nobody
    wrote as a question. `sentences_of` are the keys of the papers whose sentences are wanted, all
    of them by default: of 20 papers they take half of a search's time.
    """

    papers: int = 12
    chunks_per_paper: int = 2
    filters: Filters = field(default_factory=Filters)
    abstains: bool = True
    cut: float = 0.0
    weights: Weights = field(default_factory=Weights)
    imagined: str = ""
    explained: bool = False
    sort: Literal["", "date", "relevance"] = ""
    is_plain: bool = False
    sentences_of: frozenset[str] | None = None
