"""Collects the papers of one report: searches side by side, repeats counted, neighbours added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from reviewer.library import Library
from reviewer.search import EVIDENCE_CUT, SearchOptions, find, find_similar
from reviewer.search.search import NEAREST_NAMED
from reviewer.tasks.paper_chunks import beginning_of
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
    ids of the papers of each section that the plan names; `evidence` has one tag a chunk. `found`
    counts the papers of all searches, each once."""

    papers: tuple[Paper, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    sections: tuple[tuple[str, ...], ...] = ()
    queries: tuple[Query, ...] = ()
    found: int = 0
    library_papers: int = 0
    reasons: tuple[str, ...] = ()
    nearest: tuple[Paper, ...] = ()
    is_weak: bool = False
    method: str = "lexical"


@dataclass
class _Pool:
    """Papers of a report's searches, in the order in which they came first. Where no model reads
    them (`has_floor`), papers below the relevance floor are left out."""

    plan: ReportPlan
    library: Library
    has_floor: bool
    papers: dict[str, Paper] = field(default_factory=dict)
    worth: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    evidence: dict[str, Evidence] = field(default_factory=dict)
    queries: list[Query] = field(default_factory=list)

    def take(self, query: Query, papers: Sequence[Paper], evidence: Iterable[Evidence]) -> None:
        for rank, paper in enumerate(papers, start=1):
            self.papers.setdefault(paper.id, paper)
            self.worth[paper.id] += 1 / (_FUSION + rank)
        for item in evidence:
            self.evidence.setdefault(item.chunk.id, item)
        self.queries.append(query.model_copy(update={"kept": len(papers)}))

    def search(self, query: Query, most: int) -> Found:
        """Search for the query, and take what is found: `most` papers at most."""
        options = SearchOptions(most, CHUNKS_A_PAPER, self.plan.filters, abstains=self.has_floor)
        options = replace(options, cut=EVIDENCE_CUT if self.has_floor else 0.0)
        found = find(query.question, self.library, options)
        papers = [hit.paper for hit in found.wanted] if found.considered else []
        self.take(query.model_copy(update={"matched": found.considered}), papers, found.evidence)
        return found

    def join(self, other: _Pool) -> None:
        """Take in what the searches of another pool gave."""
        self.queries += other.queries
        for paper_id, paper in other.papers.items():
            self.papers.setdefault(paper_id, paper)
            self.worth[paper_id] += other.worth[paper_id]
        for chunk_id, item in other.evidence.items():
            self.evidence.setdefault(chunk_id, item)

    def ranked(self) -> list[str]:
        place = {paper_id: n for n, paper_id in enumerate(self.papers)}
        return sorted(self.papers, key=lambda i: (-round(self.worth[i], 9), place[i]))


def collect(
    plan: ReportPlan,
    questions: Sequence[ViewQuestion],
    library: Library,
    kept: Sequence[str] = (),
    *,
    has_floor: bool = True,
) -> Collected:
    """Search for the topic, for each question, and for each section that the plan names; all in
    one state of the library.

    At most `plan.papers` papers are chosen to be read, those of the plan's sections first. `kept`
    are papers of an earlier run, which stay, new ones beside them. With `has_floor` papers below
    the relevance floor are left out, as no model will read them. Without it only rank decides, and
    where no sections are named and fewer papers are found, the nearest of the found ones join them,
    as many as were found at most.
    """
    with library.alone:
        return _collected(_Pool(plan, library, has_floor), questions, kept)


def _collected(pool: _Pool, questions: Sequence[ViewQuestion], kept: Sequence[str]) -> Collected:
    plan, library = pool.plan, pool.library
    first = pool.search(Query(question=plan.topic), plan.papers)
    for asked in questions:
        pool.search(Query(question=asked.question, view=asked.view), plan.papers)
    most = max(4, round(plan.papers / max(1, len(plan.sections))))
    sections = [_section(section, section.papers or most, pool) for section in plan.sections]
    if pool.papers and not (pool.has_floor or sections) and len(pool.papers) < plan.papers:
        _add_neighbours(pool)
    chosen = _chosen(pool, sections, _keep_earlier(kept, pool))
    papers = tuple(pool.papers[i] for i in chosen)
    beyond = len(pool.papers) - len(papers)
    reasons = (f"{counted(beyond, 'paper')} beyond the {plan.papers} to be read",) if beyond else ()
    return Collected(
        papers=papers,
        evidence=_evidence(papers, pool),
        sections=tuple(tuple(i for i in own if i in chosen) for own in sections),
        queries=tuple(pool.queries),
        found=len(pool.papers),
        library_papers=library.catalogue.count(),
        reasons=(*first.left_out, *reasons),
        nearest=() if papers else tuple(hit.paper for hit in first.hits[:NEAREST_NAMED]),
        is_weak=first.is_weak,
        method=first.method,
    )


def count_flow(collected: Collected, read: int, cited: int, uncited: Sequence[str]) -> Flow:
    """How many papers went through each step of a report: the counts add up, as `Flow` says.
    `uncited` says why papers that were read are not cited."""
    taken = sum(query.kept for query in collected.queries)
    return Flow(
        library=collected.library_papers,
        not_found=collected.library_papers - collected.found,
        searches=len(collected.queries),
        found=taken,
        duplicates=taken - collected.found,
        nearest=collected.found,
        not_read=collected.found - read,
        read=read,
        not_cited=read - cited,
        cited=cited,
        reasons=collected.reasons,
        uncited=tuple(uncited),
    )


def _section(section: SectionPlan, most: int, pool: _Pool) -> tuple[str, ...]:
    """The ids of the section's papers: those that it names, else the best that are found."""
    if section.keys:
        papers = [pool.library.paper(key) for key in section.keys]
        query = Query(question="papers that the plan names", section=section.title)
        pool.take(query.model_copy(update={"matched": len(papers)}), papers, ())
        return tuple(paper.id for paper in papers)
    own = _Pool(pool.plan, pool.library, pool.has_floor)
    for question in section.questions or (f"{pool.plan.topic}: {section.title}",):
        own.search(Query(question=question, section=section.title), most)
    ids = tuple(own.ranked()[:most])
    pool.join(own)
    return ids


def _add_neighbours(pool: _Pool) -> None:
    """Add the papers that are nearest to many of the best ones, by the sum of their scores: from
    paper to paper, as one follows references (snowballing)."""
    plan = pool.plan
    votes: dict[str, float] = defaultdict(float)
    papers: dict[str, Paper] = {}
    for paper_id in pool.ranked()[:_SEEDS]:
        for hit in find_similar(paper_id, pool.library, _NEIGHBOURS, plan.filters).hits:
            if hit.paper.id not in pool.papers:
                papers[hit.paper.id] = hit.paper
                votes[hit.paper.id] += hit.score.total
    most = min(plan.papers - len(pool.papers), len(pool.papers))
    best = sorted(votes, key=lambda i: (-round(votes[i], 6), papers[i].key))[:most]
    query = Query(question="papers that are most like those found", matched=len(votes))
    pool.take(query, [papers[i] for i in best], ())
    for paper_id in best:  # they follow those that were found
        pool.worth[paper_id] /= 10


def _chosen(pool: _Pool, sections: Sequence[Sequence[str]], kept: Sequence[str]) -> list[str]:
    """The ids of the papers to read. Those that the plan names and those of an earlier run are
    always among them."""
    plan = pool.plan
    with_keys = (own for s, own in zip(plan.sections, sections, strict=True) if s.keys)
    named = {paper_id for own in with_keys for paper_id in own}
    # The first paper of each section, then the second, and so on, each once.
    in_rows = dict.fromkeys(i for row in zip_longest(*sections) for i in row if i is not None)
    in_turn = list(in_rows) if sections else pool.ranked()
    if kept:
        fresh = [i for i in in_turn[: plan.papers] if i not in kept]
        return [*dict.fromkeys(kept), *fresh]
    first = [i for i in in_turn if i in named]
    rest = [i for i in in_turn if i not in named]
    return [*first, *rest[: max(0, plan.papers - len(first))]]


def _keep_earlier(kept: Sequence[str], pool: _Pool) -> list[str]:
    """Those of these papers that are still in the library; the pool then has them."""
    found = {i: pool.papers.get(i) or pool.library.catalogue.paper_named(i) for i in kept}
    missing = [p for i, p in found.items() if p is not None and i not in pool.papers]
    if missing:
        query = Query(question="papers of the run before", matched=len(missing))
        pool.take(query, missing, ())
    return [paper_id for paper_id, paper in found.items() if paper is not None]


def _evidence(papers: Sequence[Paper], pool: _Pool) -> tuple[Evidence, ...]:
    """Every chosen paper's chunks: those that bear on the topic, and those that searches gave."""
    if not papers:
        return ()
    filters = Filters(keys=tuple(paper.key for paper in papers))
    options = SearchOptions(len(papers), CHUNKS_A_PAPER, filters, abstains=False, is_plain=True)
    on_topic = find(pool.plan.topic, pool.library, options).evidence
    known = {item.chunk.id for item in on_topic}
    own = by_paper([*on_topic, *(e for i, e in pool.evidence.items() if i not in known)])
    texts = (own.get(paper.id) or [beginning_of(paper, pool.library)] for paper in papers)
    return tagged(item for items in texts for item in items)
