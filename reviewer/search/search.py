"""Finds ranked, tagged evidence for a question, by words and by meaning. Knows no writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reviewer.library import Library
from reviewer.library.index.scoring import Weights
from reviewer.search.explain_empty import why_nothing
from reviewer.search.ranking import (
    CANDIDATES,
    COVERAGE_SHARE,
    FLOOR,
    LEXICAL_FLOOR,
    LEXICAL_STRONG,
    STRONG,
    Candidate,
    Ranking,
    RankingOptions,
)
from reviewer.search.sentences import read_scored
from reviewer.text import counted
from reviewer.types import Evidence
from reviewer.types.evidence import Sentence, tagged
from reviewer.types.searches import Filters, Found, Hit

NEAREST_NAMED = 3  # papers that are named if nothing is above the floor


@dataclass(frozen=True)
class SearchOptions:
    """`papers` is how many to find, `chunks_per_paper` how many chunks of one may be evidence.

    Without `has_floor` every candidate is found: this, and weights other than the usual ones, are
    for measuring the ranking, not for answering. `imagined` is an abstract that a paper might have:
    it only steers the search by meaning. If `explained`, scores name their feedback terms, which
    takes a tenth of a question's time.
    """

    papers: int = 12
    chunks_per_paper: int = 2
    filters: Filters = field(default_factory=Filters)
    has_floor: bool = True
    weights: Weights = field(default_factory=Weights)
    imagined: str = ""
    explained: bool = False


def find(question: str, library: Library, options: SearchOptions | None = None) -> Found:
    """The papers that are relevant to the question, best first, and their evidence tagged E1, E2,
    ...

    Papers below the relevance floor are not matched and never evidence. If no paper is above it,
    `hits` still has the nearest papers and `matched` is 0. Only the candidates are compared with
    the floor: CANDIDATES chunks, or `options.papers` if that is more. Several threads may search
    one library: they take turns. All that is found and counted is of one state of the library,
    whatever other processes add or remove meanwhile.
    """
    with library.alone:
        return _found(question, library, options or SearchOptions())


def _found(question: str, library: Library, options: SearchOptions) -> Found:
    most = max(CANDIDATES, options.papers)
    ranking_options = RankingOptions(
        options.filters, options.weights, most, options.imagined, explained=options.explained
    )
    ranking = Ranking(question, library, ranking_options)
    best: dict[int, list[Candidate]] = {}
    for candidate in ranking.ranked():
        best.setdefault(candidate.paper, []).append(candidate)
    is_lexical = ranking.vector is None
    floor, strong = (LEXICAL_FLOOR, LEXICAL_STRONG) if is_lexical else (FLOOR, STRONG)
    above = [n for n, own in best.items() if max(c.relevance for c in own) >= floor]
    top = max((c.relevance for n in above for c in best[n]), default=0.0)
    chosen = (above if options.has_floor else list(best))[: options.papers]
    shown = chosen or list(best)[: options.papers]
    picked = [c for n in chosen for c in best[n][: options.chunks_per_paper]]
    seen = _Seen(library, ranking, [*picked, *(best[n][0] for n in shown)])
    return Found(
        question=question,
        hits=tuple(seen.hit(best[n][0]) for n in shown if best[n][0] in seen),
        evidence=seen.evidence(picked),
        papers=library.catalogue.count(),
        matched=len(above),
        is_weak=bool(above) and top < strong,
        left_out=_left_out(library, options.filters),
        reason="" if above else why_nothing(question, library, options.filters),
        method="lexical" if is_lexical else "lexical and dense",
    )


class _Seen:
    """The papers, texts and scores of the candidates that become hits or evidence."""

    def __init__(self, library: Library, ranking: Ranking, candidates: Sequence[Candidate]) -> None:
        self._scores = {c.number: ranking.score(c) for c in candidates}
        numbers = sorted({c.number for c in candidates})
        self._texts = read_scored(library, numbers, ranking.vector, ranking.coverage)
        self._papers = library.catalogue.papers_numbered(sorted({c.paper for c in candidates}))

    def __contains__(self, candidate: Candidate) -> bool:
        """False if another process has just removed it."""
        return candidate.number in self._texts and candidate.paper in self._papers

    def hit(self, candidate: Candidate) -> Hit:
        own = self._texts[candidate.number]
        return Hit(
            paper=self._papers[candidate.paper],
            chunk=own.chunk,
            score=self._scores[candidate.number],
            best_sentence=max(own.sentences, key=_sentence_worth, default=None),
        )

    def evidence(self, candidates: Sequence[Candidate]) -> tuple[Evidence, ...]:
        return tagged(
            Evidence(
                tag="",
                paper=self._papers[c.paper],
                chunk=self._texts[c.number].chunk,
                score=self._scores[c.number],
                sentences=self._texts[c.number].sentences,
            )
            for c in candidates
            if c in self
        )


def _sentence_worth(sentence: Sentence) -> tuple[float, float]:
    return (sentence.similarity or 0.0) + COVERAGE_SHARE * sentence.lexical, -sentence.start


def _left_out(library: Library, filters: Filters) -> tuple[str, ...]:
    if filters.year_from is None and filters.year_to is None:
        return ()
    unknown = library.catalogue.count_unknown_year(filters)
    return (f"{counted(unknown, 'paper')} of unknown year",) if unknown else ()
