"""find_gaps: methods by problems in the papers of a topic, and the cells that none fills."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reviewer.grounding.sentence_numbers import cite_span
from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.tasks.paper_chunks import beginning_of
from reviewer.tasks.topics.gap_scores import empty_cells, score_cells
from reviewer.tasks.topics.terms import Term, find_topic_terms
from reviewer.text import clean, counted, sentence_spans
from reviewer.text.views import one_line
from reviewer.types import Citation, Evidence
from reviewer.types.claims import NeedsModel
from reviewer.types.evidence import tagged
from reviewer.types.gaps import EmptyCell, FullCell, GapPaper, Gaps, GapTerm, SortedTerm
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters
from reviewer.types.writer import Writer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIZE = 8  # methods, and problems
LOOKED_AT = 500  # papers on the topic
SHOWN_EMPTY = 10
SORTED_TERMS = 60  # that a model is asked about
_NEAREST = 2  # papers on each side of an empty cell
_LEAST_LOOKED_AT = 5
_STEM_CHARS = 6
_OF_ANY_TOPIC = {"model", "models", "system"}  # of "recommendation models", as stems
_LIMIT = re.compile(
    r"\b(?:however|limit(?:s|ed|ation|ations)|fails?|failed|failure|struggl\w+|remains?|lacks?"
    r"|lacking|costly|suffers?|difficult\w*|bottlenecks?|unclear|unexplored|underexplored|open"
    r" (?:problem|question|challenge)s?|future work|not (?:yet|well)|little is known|drawbacks?"
    r"|shortcomings?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class GapOptions:
    """`size` is the number of methods and of problems, `shown` of empty cells."""

    size: int = SIZE
    shown: int = SHOWN_EMPTY
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True)
class _Read:
    """The papers on the topic, a text each, and their vectors if all have some."""

    evidence: tuple[Evidence, ...]
    vectors: NDArray[np.float32] | None


def find_gaps(
    topic: str,
    library: Library,
    writer: Writer,
    options: GapOptions | None = None,
    progress: Progress = silent,
) -> Gaps:
    """Methods and problems that the papers on the topic name, the papers of each full cell, and the
    empty cells that are likeliest to be filled, each with the nearest papers on both sides and the
    limits that they state.

    Terms are found by code; a model says which of them are methods and problems, and which mean the
    same. An empty cell says that no abstract that was read has both terms, nothing of other papers.
    Raises ModelError when a model fails.
    """
    options = options or GapOptions()
    started = time.monotonic()
    topic = one_line(topic)
    wanted = SearchOptions(LOOKED_AT, filters=options.filters, sentences_of=frozenset())
    found = find(topic, library, wanted)
    papers = [hit.paper for hit in found.wanted if found.considered and not hit.is_weak]
    items = tagged(beginning_of(paper, library) for paper in papers)
    read = _Read(items, _vectors_of(items, library))
    terms = find_topic_terms([_text_of(item) for item in items])
    if writer.judge_name and terms:
        progress(calls_of(writer.name), -1, 0)
        terms = sort_terms(topic, terms, writer)
    methods, problems = choose_terms(terms, topic, options.size)
    cells = empty_cells(methods, problems)
    scores = score_cells(cells, terms, read.vectors)
    best = sorted(zip(cells, scores, strict=True), key=lambda pair: -pair[1])[: options.shown]
    is_enough = len(papers) >= _LEAST_LOOKED_AT and methods and problems
    return Gaps(
        topic=topic,
        papers=found.papers,
        looked_at=len(papers),
        methods=tuple(_named(term) for term in methods),
        problems=tuple(_named(term) for term in problems),
        full=tuple(_full_cells(methods, problems, read)),
        empty=tuple(_empty_cell(*cell, score, read) for cell, score in best),
        empty_cells=len(cells),
        reason="" if is_enough else _why_nothing(len(papers), found.reason),
        notes=writer.notes(),
        writer=writer.name,
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )


def calls_of(model: str) -> str:
    """Which calls it takes, in words."""
    return f"1 call to {model}: to sort the terms." if model else "No model is set: 0 calls."


def sort_terms(topic: str, terms: Sequence[Term], writer: Writer) -> list[Term]:
    """The terms as the writer sorts the first SORTED_TERMS of them: kinds as it says, those that
    mean the same as one, what is neither left out. Without a model, and where its reply cannot be
    used, as they are."""
    asked = terms[:SORTED_TERMS]
    sorted_ = writer.sort_terms(topic, [term.as_written for term in asked])
    if isinstance(sorted_, NeedsModel) or not sorted_:
        return list(terms)
    said: dict[str, SortedTerm] = {one.term: one for one in sorted_}
    kept: dict[str, Term] = {}
    for term in asked:
        one = said.get(term.as_written)
        if one is not None and one.kind is not None and not one.same_as:
            kept[term.as_written] = replace(term, kind=one.kind)
    for term in asked:
        one = said.get(term.as_written)
        if one is not None and one.same_as in kept:
            main = kept[one.same_as]
            kept[one.same_as] = replace(
                main, papers=main.papers | term.papers, others=(*main.others, term.name)
            )
    return sorted(kept.values(), key=lambda term: (-len(term.papers), term.name))


def choose_terms(terms: Sequence[Term], topic: str, most: int) -> tuple[list[Term], list[Term]]:
    """The first methods and the first problems, at most so many of each, without the topic itself
    and without terms whose words all stand in another one that was chosen: of "graph convolution"
    and "graph convolutional network" the first."""
    known = [_stems(topic) | _OF_ANY_TOPIC]
    chosen: dict[str, list[Term]] = {"method": [], "problem": []}
    for term in terms:
        own = _stems(term.name)
        if len(chosen[term.kind]) < most and not any(own <= o or o <= own for o in known):
            chosen[term.kind].append(term)
            known.append(own)
    return chosen["method"], chosen["problem"]


def _stems(name: str) -> set[str]:
    """The beginnings of its words: "recommender" and "recommendation" begin alike."""
    return {word[:_STEM_CHARS] for word in re.findall(r"\w+", name.casefold())}


def _named(term: Term) -> GapTerm:
    return GapTerm(name=term.as_written, papers=len(term.papers))


def _text_of(item: Evidence) -> str:
    return f"{item.paper.title}. {item.chunk.text}"


def _vectors_of(items: Sequence[Evidence], library: Library) -> NDArray[np.float32] | None:
    """The vector of each text, (papers, dimensions), of length 1; None if some text has none."""
    import numpy as np

    if not items or not library.has_vectors:
        return None
    with library.alone:
        numbers = library.chunks.numbers_of([item.chunk.id for item in items])
        known, matrix = library.chunks.vectors_numbered(list(numbers.values()))
    row_of = {number: n for n, number in enumerate(known)}
    rows = [row_of.get(numbers.get(item.chunk.id, -1)) for item in items]
    if any(row is None for row in rows):
        return None
    own = matrix[[row for row in rows if row is not None]].astype(np.float32)
    lengths = np.linalg.norm(own, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (own / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


def _full_cells(
    methods: Sequence[Term], problems: Sequence[Term], read: _Read
) -> Iterator[FullCell]:
    for method in methods:
        for problem in problems:
            if both := sorted(method.papers & problem.papers):
                papers = [_paper(read.evidence[n], problem, method) for n in both]
                yield FullCell(
                    method=method.as_written, problem=problem.as_written, papers=tuple(papers)
                )


def _empty_cell(method: Term, problem: Term, score: float, read: _Read) -> EmptyCell:
    return EmptyCell(
        method=method.as_written,
        problem=problem.as_written,
        score=round(score, 3),
        of_method=tuple(_nearest(method, problem, read)),
        of_problem=tuple(_nearest(problem, method, read)),
        limits=tuple(c for term in (problem, method) if (c := _limit(term, read)) is not None),
    )


def _nearest(own: Term, other: Term, read: _Read) -> Iterator[GapPaper]:
    """The papers with this term that are nearest to the mean of those with the other; without
    vectors, those nearest to the topic."""
    ordered = sorted(own.papers)
    if read.vectors is not None:
        near = read.vectors @ read.vectors[sorted(other.papers)].mean(axis=0)
        ordered.sort(key=lambda n: -float(near[n]))
    for n in ordered[:_NEAREST]:
        yield _paper(read.evidence[n], own)


def _paper(item: Evidence, *terms: Term) -> GapPaper:
    """The paper with the first sentence that has the most of the terms; its title if none has."""
    best, most = cite_span(item, "title", 0, len(item.paper.title)), 0
    for cited in _sentences(item):
        count = sum(term.is_in(clean(cited.quote)) for term in terms)
        if count > most:
            best, most = cited, count
    paper = item.paper
    return GapPaper(key=paper.key, title=clean(paper.title), year=paper.year, citation=best)


def _limit(term: Term, read: _Read) -> Citation | None:
    """The first sentence that states a limit and has the term, of the papers that have it, those
    nearest to the topic first."""
    for n in sorted(term.papers):
        for cited in _sentences(read.evidence[n]):
            text = clean(cited.quote)
            if term.is_in(text) and _LIMIT.search(text):
                return cited
    return None


def _sentences(item: Evidence) -> Iterator[Citation]:
    chunk = item.chunk
    for start, end in sentence_spans(chunk.text):
        yield cite_span(item, chunk.part, chunk.start + start, chunk.start + end)


def _why_nothing(looked_at: int, reason: str) -> str:
    if looked_at < _LEAST_LOOKED_AT:
        few = f"Only {counted(looked_at, 'paper')} bear{'s' * (looked_at == 1)} on this topic"
        return f"{few}: too few for a table of methods and problems. {reason}".strip()
    return "These papers share too few terms for a table of methods and problems."
