"""Finds ranked, tagged evidence for a question, by words and by meaning. Knows no writer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reviewer.library import Library
from reviewer.search.arranging import Arranged, Ranked
from reviewer.search.constructions import Arrange, find_constructed, query_of
from reviewer.search.explain_empty import why_nothing
from reviewer.search.options import SearchOptions
from reviewer.search.ranking import (
    COVERAGE_SHARE,
    Candidate,
    Ranking,
)
from reviewer.search.reranker import Reranking, rerank
from reviewer.search.sentence_parts import TRAINED_ON, with_parts
from reviewer.text import counted, sentence_spans
from reviewer.types import Evidence, Paper
from reviewer.types.evidence import Score, Sentence, tagged
from reviewer.types.papers import Chunk
from reviewer.types.searches import Filters, Found, Hit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Of a cosine: what makes a sentence's being a result, or a report on others, worth in a hit's line.
RESULT_SHARE, REPORTED_SHARE = 0.05, 0.15
NEAREST_NAMED = 3  # papers that are named if nothing is above the floor


def find(question: str, library: Library, options: SearchOptions | None = None) -> Found:
    """The papers that are most relevant to the question, best first, and their evidence tagged E1,
    E2, ...

    A question that no paper answers is abstained: if the relevance of all is below the floor there
    is no evidence, `matched` and `considered` are 0, and `hits` are the nearest papers. Otherwise
    `options.papers` papers are found by rank; those below the floor say that they are weak. Only
    candidates are ranked: CANDIDATES papers, or `options.papers` if that is more. Several threads
    may search one library: they take turns. All that is found and counted is of one state of the
    library, whatever other processes add or remove meanwhile.
    """
    options = options or SearchOptions()

    def search(text: str, own: SearchOptions, arrange: Arrange | None) -> Found:
        return _found(text, library, own, arrange)

    with library.alone:
        query = query_of(question, library, options)
        if query is None:
            return search(question, options, None)
        return find_constructed(query, library, options, search)


def _found(
    question: str, library: Library, options: SearchOptions, arrange: Arrange | None
) -> Found:
    ranking = Ranking(question, library, options)
    best: dict[int, list[Candidate]] = {}
    for candidate in ranking.ranked():
        best.setdefault(candidate.paper, []).append(candidate)
    floor, strong = ranking.floors
    relevance = {n: max(c.relevance for c in own) for n, own in best.items()}
    arranged = Arranged(tuple(best))
    if arrange is not None:
        arranged = arrange(
            [
                Ranked(n, own[0].total, relevance[n] >= floor, tuple(c.number for c in own))
                for n, own in best.items()
            ]
        )
    best = {n: best[n] for n in arranged.order}
    top = max((relevance[n] for n in best if n not in arranged.set_aside), default=0.0)
    considered = []
    if top >= floor or not options.abstains:
        least = min(floor, options.cut * top)
        considered = [n for n in best if relevance[n] >= least]
    # What a construction of the question has put in order stays in that order.
    reranking = Reranking(tuple(considered))
    if arrange is None:
        reranking = rerank(question, {n: best[n] for n in considered}, library)
    chosen = reranking.papers[: options.papers]
    shown = chosen or list(best)[: options.papers]
    read = [n for n in chosen if n not in arranged.set_aside]
    picked = [c for n in read for c in best[n][: options.chunks_per_paper]]
    candidates = {c.number: c for c in (*picked, *(best[n][0] for n in shown))}
    chunks = {n: kept.chunk for n, kept in library.chunks.numbered(sorted(candidates)).items()}
    papers = library.catalogue.papers_numbered(sorted({c.paper for c in candidates.values()}))
    wanted = {n for n, paper in papers.items() if _are_wanted(paper, options)}
    own = {n: chunk for n, chunk in chunks.items() if candidates[n].paper in wanted}
    sentences = _scored_sentences(library, own, ranking)
    seen = {
        number: Evidence(
            tag="",
            paper=papers[candidates[number].paper],
            chunk=chunk,
            score=_added(
                reranking.scored(candidates[number].paper, ranking.score(candidates[number])),
                arranged,
                candidates[number].paper,
            ),
            sentences=sentences.get(number, ()),
        )
        for number, chunk in chunks.items()
        if candidates[number].paper in papers
    }  # without those that another process has just removed
    return Found(
        question=question,
        hits=tuple(
            Hit(
                paper=item.paper,
                chunk=item.chunk,
                score=item.score,
                best_sentence=max(item.sentences, key=_sentence_worth, default=None),
                is_weak=relevance[n] < floor,
            )
            for n in shown
            if (item := seen.get(best[n][0].number))
        ),
        evidence=tagged(seen[c.number] for c in picked if c.number in seen),
        papers=library.catalogue.count(),
        matched=sum(value >= floor for value in relevance.values()),
        considered=len(considered),
        is_weak=bool(considered) and top < strong,
        left_out=_left_out(library, options.filters),
        reason="" if considered else why_nothing(question, library, options.filters),
        method="lexical" if ranking.vector is None else "lexical and dense",
    )


def _are_wanted(paper: Paper, options: SearchOptions) -> bool:
    """Whether the paper's sentences are asked for."""
    return options.sentences_of is None or paper.key in options.sentences_of


def _added(score: Score, arranged: Arranged, paper: int) -> Score:
    """The score with what the concepts of the question add to it."""
    if paper not in arranged.added:
        return score
    added = arranged.added[paper]
    return score.model_copy(update={"total": round(score.total + added, 6), "concepts": added})


def _scored_sentences(
    library: Library, chunks: Mapping[int, Chunk], ranking: Ranking
) -> dict[int, tuple[Sentence, ...]]:
    """The sentences of the chunks with these numbers, in order: each with its cosine to the
    question's vector, its share of the question's word weight, and its part."""
    stored = library.chunks.sentences(list(chunks))
    has_parts = library.index.embedding_name in TRAINED_ON
    found = {
        n: with_parts(
            _sentences(chunk, stored.get(n), ranking),
            stored[n][1] if has_parts and n in stored else None,
            is_abstract=chunk.part == "abstract",
        )
        for n, chunk in chunks.items()
    }
    texts = list(dict.fromkeys(s.text for own in found.values() for s in own))
    shares = {
        text: round(ranking.words.coverage(set(stems)), 4)
        for text, stems in zip(texts, library.words.texts(texts), strict=True)
    }
    return {
        number: tuple(s.model_copy(update={"lexical": shares[s.text]}) for s in own)
        for number, own in found.items()
    }


def _sentences(
    chunk: Chunk,
    stored: tuple[list[tuple[int, int]], NDArray[np.float32]] | None,
    ranking: Ranking,
) -> list[Sentence]:
    """The stored sentences, with cosines if the question has a vector; the stored vectors are of
    shape (sentences, dimensions). Without stored ones, the sentences of the text."""
    at, text = chunk.start, chunk.text
    if stored is None:
        return [Sentence(start=at + a, end=at + b, text=text[a:b]) for a, b in sentence_spans(text)]
    spans, vectors = stored
    cosines: list[float | None] = [None] * len(spans)
    if ranking.vector is not None:
        cosines = [round(cosine, 4) for cosine in (vectors @ ranking.vector).tolist()]
    return [
        Sentence(start=a, end=b, text=text[a - at : b - at], similarity=cosine)
        for (a, b), cosine in zip(spans, cosines, strict=True)
    ]


def _sentence_worth(sentence: Sentence) -> tuple[float, float]:
    """Near the question first; of sentences about as near, a result, and what others say last."""
    near = (sentence.similarity or 0.0) + COVERAGE_SHARE * sentence.lexical
    finding = RESULT_SHARE * (sentence.part == "result") - REPORTED_SHARE * sentence.is_reported
    return near + finding, -sentence.start


def _left_out(library: Library, filters: Filters) -> tuple[str, ...]:
    if filters.year_from is None and filters.year_to is None:
        return ()
    if filters.has_unknown_years:
        without = filters.model_copy(update={"year_from": None, "year_to": None})
        others = library.catalogue.count_passing(without) - library.catalogue.count_passing(filters)
        return (f"{counted(others, 'paper')} of other years",) if others else ()
    unknown = library.catalogue.count_unknown_year(filters)
    return (f"{counted(unknown, 'paper')} of unknown year",) if unknown else ()
