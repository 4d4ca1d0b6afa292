"""From a question to ranked, tagged evidence, by words and by meaning. Never sees a writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.library import Library
from reviewer.ranking import CANDIDATES, COVERAGE_SHARE, Candidate, Ranking
from reviewer.records import Evidence, Filters, Found, Hit, Paper, Sentence
from reviewer.scoring import Weights
from reviewer.text import counted


@dataclass(frozen=True)
class SearchOptions:
    """`papers` is how many to give, `chunks_per_paper` how many chunks of one may be evidence.

    Without the floor every candidate is given: for measuring the ranking, not for answering; so
    are weights other than the usual ones.
    """

    papers: int = 12
    chunks_per_paper: int = 2
    filters: Filters = field(default_factory=Filters)
    has_floor: bool = True
    weights: Weights = Weights()


def find(question: str, library: Library, options: SearchOptions | None = None) -> Found:
    """The papers that bear on the question, best first, and their evidence tagged E1, E2, ...

    Papers below the relevance floor are not matched and never evidence. When nothing is above it,
    `hits` still names the nearest papers and `matched` is 0. Papers are matched among the
    candidates that were looked at, CANDIDATES chunks or twice the papers wanted.
    """
    options = options or SearchOptions()
    most = max(CANDIDATES, 2 * options.papers)
    ranking = Ranking(question, library, options.filters, options.weights, most)
    ranked = ranking.ranked()
    papers = library.catalogue.papers_numbered(sorted({c.kept.paper for c in ranked}))
    best: dict[int, list[Candidate]] = {}
    for candidate in (c for c in ranked if c.kept.paper in papers):
        best.setdefault(candidate.kept.paper, []).append(candidate)
    floor, strong = ranking.levels()
    above = [n for n, own in best.items() if max(c.relevance for c in own) >= floor]
    top = max((c.relevance for n in above for c in best[n]), default=0.0)
    chosen = (above if options.has_floor else list(best))[: options.papers]
    shown = chosen or list(best)[: options.papers]
    picked = [c for n in chosen for c in best[n][: options.chunks_per_paper]]
    sentences = {
        c.row: ranking.sentences(c) for c in {*picked, *(best[n][0] for n in shown)}
    }
    return Found(
        question=question,
        hits=tuple(_hit(papers[n], best[n][0], sentences) for n in shown),
        evidence=_evidence(picked, papers, sentences),
        papers=library.catalogue.count(),
        matched=len(above),
        is_weak=bool(above) and top < strong,
        left_out=_left_out(library, options.filters),
        method="lexical" if ranking.vector is None else "lexical and dense",
    )


def _hit(
    paper: Paper, candidate: Candidate, sentences: Mapping[int, tuple[Sentence, ...]]
) -> Hit:
    best = max(sentences[candidate.row], key=_sentence_worth, default=None)
    return Hit(paper=paper, chunk=candidate.kept.chunk, score=candidate.score, best_sentence=best)


def _sentence_worth(sentence: Sentence) -> tuple[float, float]:
    return (sentence.similarity or 0.0) + COVERAGE_SHARE * sentence.lexical, -sentence.start


def _evidence(
    picked: Sequence[Candidate],
    papers: Mapping[int, Paper],
    sentences: Mapping[int, tuple[Sentence, ...]],
) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            tag=f"E{number}",
            paper=papers[c.kept.paper],
            chunk=c.kept.chunk,
            score=c.score,
            sentences=sentences[c.row],
        )
        for number, c in enumerate(picked, start=1)
    )


def _left_out(library: Library, filters: Filters) -> tuple[str, ...]:
    if filters.year_from is None and filters.year_to is None:
        return ()
    unknown = library.catalogue.count_unknown_year(filters)
    return (f"{counted(unknown, 'paper')} of unknown year",) if unknown else ()
