"""Collects the papers of one report: searches side by side, repeats counted, neighbours added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from reviewer.library import Library
from reviewer.search import SearchOptions, find, find_similar
from reviewer.search.beginning import beginning_of
from reviewer.search.search import NEAREST_NAMED
from reviewer.text import counted
from reviewer.types import Evidence, Paper
from reviewer.types.evidence import by_paper, tagged
from reviewer.types.searches import Filters, Found
from reviewer.types.surveys import Flow, Query, ReportPlan, SectionPlan, ViewQuestion

CHUNKS_A_PAPER = 2
_SEEDS, _NEIGHBOURS = 30, 5  # the best papers whose nearest ones are looked at
_FUSION = 60  # of reciprocal rank fusion (Cormack and others 2009)


@dataclass(frozen=True)
class Collected:
    """What a report is made of. `papers` are those to read, the best first; `sections` holds the
    papers' ids of each section that the plan names; `evidence` has one tag a chunk."""

    papers: tuple[Paper, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    sections: tuple[tuple[str, ...], ...] = ()
    queries: tuple[Query, ...] = ()
    screened: int = 0
    reasons: tuple[str, ...] = ()
    nearest: tuple[Paper, ...] = ()
    is_weak: bool = False
    method: str = "lexical"


@dataclass
class _Pool:
    """Papers as searches give them, in the order in which they came first."""

    papers: dict[str, Paper] = field(default_factory=dict)
    worth: dict[str, float] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    queries: list[Query] = field(default_factory=list)

    def take(self, query: Query, papers: Sequence[Paper], evidence: Iterable[Evidence]) -> None:
        for rank, paper in enumerate(papers, start=1):
            self.papers.setdefault(paper.id, paper)
            self.worth[paper.id] = self.worth.get(paper.id, 0.0) + 1 / (_FUSION + rank)
        for item in evidence:
            self.evidence.setdefault(item.chunk.id, item)
        self.queries.append(query.model_copy(update={"kept": len(papers)}))

    def ranked(self) -> list[str]:
        place = {paper_id: n for n, paper_id in enumerate(self.papers)}
        return sorted(self.papers, key=lambda i: (-round(self.worth[i], 9), place[i]))


def collect(
    plan: ReportPlan,
    questions: Sequence[ViewQuestion],
    library: Library,
    kept: Sequence[str] = (),
) -> Collected:
    """Search for the topic, for each question, and for each section that the plan names.

    At most `plan.papers` papers are chosen to be read, those of the plan's sections first. Where no
    sections are named and fewer papers are found, the nearest of the found ones join them, as many
    as were found at most. `kept` are papers of an earlier run, which stay, new ones beside them.
    """
    pool = _Pool()
    first = _searched(Query(question=plan.topic), plan, library, pool)
    for asked in questions:
        _searched(Query(question=asked.question, view=asked.view), plan, library, pool)
    most = _papers_a_section(plan)
    sections = [_section(s, s.papers or most, plan, library, pool) for s in plan.sections]
    if pool.papers and not sections and len(pool.papers) < plan.papers:
        _add_neighbours(plan, library, pool)
    chosen = _chosen(plan, pool, sections, _keep_earlier(kept, library, pool))
    papers = tuple(pool.papers[i] for i in chosen)
    evidence = _evidence(plan, papers, library, pool)
    beyond = len(pool.papers) - len(papers)
    reasons = (f"{counted(beyond, 'paper')} beyond the {plan.papers} to be read",) if beyond else ()
    return Collected(
        papers=papers,
        evidence=evidence,
        sections=tuple(tuple(i for i in own if i in chosen) for own in sections),
        queries=tuple(pool.queries),
        screened=len(pool.papers),
        reasons=(*first.left_out, *reasons),
        nearest=() if papers else tuple(hit.paper for hit in first.hits[:NEAREST_NAMED]),
        is_weak=first.is_weak,
        method=first.method,
    )


def flow_of(collected: Collected, read: int, cited: int, reasons: Sequence[str]) -> Flow:
    """The counts of a report, which add up by how they are made."""
    found = sum(query.kept for query in collected.queries)
    return Flow(
        searches=len(collected.queries),
        found=found,
        duplicates=found - collected.screened,
        screened=collected.screened,
        not_read=collected.screened - read,
        read=read,
        not_cited=read - cited,
        cited=cited,
        reasons=(*collected.reasons, *reasons),
    )


def _papers_a_section(plan: ReportPlan) -> int:
    return max(4, round(plan.papers / max(1, len(plan.sections))))


def _searched(query: Query, plan: ReportPlan, library: Library, pool: _Pool) -> Found:
    options = SearchOptions(plan.papers, CHUNKS_A_PAPER, plan.filters)
    found = find(query.question, library, options)
    papers = [hit.paper for hit in found.hits] if found.matched else []
    pool.take(query.model_copy(update={"matched": found.matched}), papers, found.evidence)
    return found


def _section(
    section: SectionPlan, most: int, plan: ReportPlan, library: Library, pool: _Pool
) -> tuple[str, ...]:
    """The ids of the section's papers: those that it names, else the best that are found."""
    if section.keys:
        papers = [library.paper(key) for key in section.keys]
        query = Query(question="papers that the plan names", section=section.title)
        pool.take(query.model_copy(update={"matched": len(papers)}), papers, ())
        return tuple(paper.id for paper in papers)
    own = _Pool()
    for question in section.questions or (f"{plan.topic}: {section.title}",):
        query = Query(question=question, section=section.title)
        _searched(query, plan.model_copy(update={"papers": most}), library, own)
    ids = tuple(own.ranked()[:most])
    for query in own.queries:
        pool.queries.append(query)
    for paper_id in own.papers:
        pool.papers.setdefault(paper_id, own.papers[paper_id])
        pool.worth[paper_id] = pool.worth.get(paper_id, 0.0) + own.worth[paper_id]
    for chunk_id, item in own.evidence.items():
        pool.evidence.setdefault(chunk_id, item)
    return ids


def _add_neighbours(plan: ReportPlan, library: Library, pool: _Pool) -> None:
    """The papers that lie nearest to many of the best ones, by the sum of their likeness: what
    follows from paper to paper, as one does with references (snowballing)."""
    votes: dict[str, float] = {}
    papers: dict[str, Paper] = {}
    for paper_id in pool.ranked()[:_SEEDS]:
        for hit in find_similar(paper_id, library, _NEIGHBOURS, plan.filters).hits:
            if hit.paper.id not in pool.papers:
                papers[hit.paper.id] = hit.paper
                votes[hit.paper.id] = votes.get(hit.paper.id, 0.0) + hit.score.total
    most = min(plan.papers - len(pool.papers), len(pool.papers))
    best = sorted(votes, key=lambda i: (-round(votes[i], 6), papers[i].key))[:most]
    query = Query(question="papers that are most like those found", matched=len(votes))
    pool.take(query, [papers[i] for i in best], ())
    for paper_id in best:  # they follow those that were found
        pool.worth[paper_id] /= 10


def _chosen(
    plan: ReportPlan, pool: _Pool, sections: Sequence[Sequence[str]], kept: Sequence[str]
) -> list[str]:
    """The papers to be read. Those that the plan names and those of an earlier run come in any
    case."""
    named = {library_id for s, own in zip(plan.sections, sections, strict=True) if s.keys
             for library_id in own}  # fmt: skip
    in_turn = _in_turn(sections) if sections else pool.ranked()
    if kept:
        fresh = [i for i in in_turn[: plan.papers] if i not in kept]
        return [*dict.fromkeys(kept), *fresh]
    first = [i for i in in_turn if i in named]
    rest = [i for i in in_turn if i not in named]
    return [*first, *rest[: max(0, plan.papers - len(first))]]


def _in_turn(sections: Sequence[Sequence[str]]) -> list[str]:
    """The first paper of each section, then the second, each once."""
    longest = max((len(own) for own in sections), default=0)
    rows = [own[n] for n in range(longest) for own in sections if n < len(own)]
    return list(dict.fromkeys(rows))


def _keep_earlier(kept: Sequence[str], library: Library, pool: _Pool) -> list[str]:
    """Those of these papers that are still in the library; the pool then has them."""
    found = {i: pool.papers.get(i) or library.catalogue.paper_named(i) for i in kept}
    missing = [p for i, p in found.items() if p is not None and i not in pool.papers]
    if missing:
        query = Query(question="papers of the run before", matched=len(missing))
        pool.take(query, missing, ())
    return [paper_id for paper_id, paper in found.items() if paper is not None]


def _evidence(
    plan: ReportPlan, papers: Sequence[Paper], library: Library, pool: _Pool
) -> tuple[Evidence, ...]:
    """Every chosen paper's chunks: those that bear on the topic, and those that searches gave."""
    if not papers:
        return ()
    filters = Filters(keys=tuple(paper.key for paper in papers))
    options = SearchOptions(len(papers), CHUNKS_A_PAPER, filters, has_floor=False)
    by_chunk: dict[str, Evidence] = {
        item.chunk.id: item for item in find(plan.topic, library, options).evidence
    }
    for chunk_id, item in pool.evidence.items():
        by_chunk.setdefault(chunk_id, item)
    own = by_paper(by_chunk.values())
    return tagged(item for paper in papers for item in own.get(paper.id) or [beginning_of(paper)])


def without(collected: Collected, paper_ids: set[str]) -> Collected:
    """What was collected, without the texts of these papers."""
    return replace(
        collected,
        evidence=tuple(e for e in collected.evidence if e.paper.id not in paper_ids),
        sections=tuple(tuple(i for i in own if i not in paper_ids) for own in collected.sections),
    )
