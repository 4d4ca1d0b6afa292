"""Gathers the papers of a draft: several wordings, the work at hand, all searches fused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.tasks.answers.gather import (
    Gathered,
    GatherOptions,
    QuestionSearch,
    reads,
    reranked,
)
from reviewer.tasks.paper_chunks import beginning_of, evidence_of
from reviewer.text import counted
from reviewer.types import Evidence, Paper
from reviewer.types.drafts import DraftPlan, Order, Position
from reviewer.types.evidence import by_paper, tagged
from reviewer.types.progress import Progress
from reviewer.types.searches import Filters
from reviewer.types.writer import Writer

PAPERS_BY_EFFORT = {"quick": 16, "normal": 24, "thorough": 40}
# Without a model nobody reads whether a found paper belongs here. A paper with less than half of
# the best one's score is taken to be about another subject.
SHARE_OF_BEST = 0.5
# Of the ranks of the search for the work at hand, beside those of the topic. On the 31 DeepScholar
# papers 4 loses nothing to the abstract alone, 2 does (docs/quality.md).
OWN_WEIGHT = 4.0
OWN_NEAREST = 8  # papers nearest to the work at hand that are among those of its draft


@dataclass(frozen=True)
class DraftOptions(GatherOptions):
    """What to gather and draft. `words` is the length of the text; `own` is the work that it is
    for, and `position` where it is placed; a `plan` replaces the search, and of its papers the
    texts with these `chunk_ids` are shown, as far as they are there; `is_strict` leaves out
    sentences without proof."""

    words: int = 600
    order: Order = "thematic"
    own: Evidence | None = None
    own_file: str = ""
    position: Position = "end"
    plan: DraftPlan | None = None
    chunk_ids: tuple[str, ...] = ()
    is_strict: bool = False

    def most_papers(self, writer: Writer) -> int:
        if self.papers is None and reads(writer):
            return PAPERS_BY_EFFORT[self.effort]
        return super().most_papers(writer)


def gather_papers(
    question: str, library: Library, writer: Writer, options: DraftOptions, progress: Progress
) -> Gathered:
    """The papers of the plan, those that are named by key, or those that are found, as evidence
    with tags.

    With a model the question is searched for in several wordings, and the work at hand beside it;
    the OWN_NEAREST papers nearest to that work are always among those found. Nothing is left out by
    a score: the plan says which papers are not on the topic.
    """
    progress("Searching", 0, 0)
    named = _named_ids(library, options)
    if named:
        return named_papers(question, named, library, options.chunk_ids)
    search = QuestionSearch(question, library, writer, options)
    found = search.first()
    near = search.near(_text_of(options.own), OWN_WEIGHT) if options.own else []
    if options.has_floor(writer) and not found.evidence:
        return Gathered(found)
    if not found.papers:
        return Gathered(found)
    if reads(writer) and options.effort != "quick" and found.papers > search.most:
        search.widen(search.expand())
    fused = reranked(search) if options.effort == "thorough" and reads(writer) else search.fused()
    first = set(near[: min(OWN_NEAREST, search.most)])
    kept = [items for items in fused if items[0].paper.id in first]
    others = [items for items in fused if items[0].paper.id not in first]
    chosen = {items[0].paper.id for items in (*kept, *others[: search.most - len(kept)])}
    evidence = tagged(e for items in fused if items[0].paper.id in chosen for e in items)
    gathered = Gathered(found, evidence)
    return gathered if reads(writer) else _without_far(gathered)


def _text_of(own: Evidence | None) -> str:
    return f"{own.paper.title}. {own.chunk.text}".strip(". ") if own else ""


def _without_far(gathered: Gathered) -> Gathered:
    """What was gathered, without papers far behind the best one."""
    own = by_paper(gathered.evidence)
    best = {i: max(0.0, *(item.score.total for item in items)) for i, items in own.items()}
    least = SHARE_OF_BEST * max(best.values(), default=0.0)
    far = {paper_id for paper_id, score in best.items() if score < least}
    if not far:
        return gathered
    return replace(
        gathered,
        evidence=tuple(item for item in gathered.evidence if item.paper.id not in far),
        left_out=(*gathered.left_out, f"{counted(len(far), 'paper')} far behind the best one"),
    )


def _again(
    papers: Mapping[str, Paper], library: Library, chunk_ids: Sequence[str]
) -> list[Evidence]:
    """The texts with these ids that are of these papers and still in the library."""
    numbers = library.chunks.numbers_of(chunk_ids)
    kept = library.chunks.numbered(list(numbers.values()))
    chunks = [kept[numbers[i]].chunk for i in chunk_ids if i in numbers]
    return [evidence_of(papers[c.paper_id], c) for c in chunks if c.paper_id in papers]


def _named_ids(library: Library, options: DraftOptions) -> list[str]:
    """The ids of the plan's papers, else of those given by key; none where there are other filters
    too."""
    if options.plan is not None:
        return list(dict.fromkeys(i for theme in options.plan.themes for i in theme.paper_ids))
    keys = options.filters.keys
    if options.filters != Filters(keys=keys):
        return []
    return [library.paper(key).id for key in dict.fromkeys(keys)]


def named_papers(
    question: str, ids: Sequence[str], library: Library, chunk_ids: Sequence[str] = ()
) -> Gathered:
    """The evidence of just these papers, near the question or not: of a paper with texts among
    those of `chunk_ids` these, in their order."""
    with library.alone:  # one state of the library for all that is read
        papers = {i: library.paper(i) for i in ids}
        filters = Filters(keys=tuple(paper.key for paper in papers.values()))
        search = SearchOptions(len(ids), filters=filters, abstains=False, is_plain=True)
        found = find(question, library, search)
        known = {item.paper.id for item in found.evidence}
        others = [beginning_of(paper, library) for i, paper in papers.items() if i not in known]
        scored = {item.chunk.id: item for item in found.evidence}
        again = [scored.get(item.chunk.id, item) for item in _again(papers, library, chunk_ids)]
    shown = {item.paper.id for item in again}
    fresh = [item for item in (*found.evidence, *others) if item.paper.id not in shown]
    evidence = tagged([*again, *fresh])
    return Gathered(found.model_copy(update={"considered": len(ids)}), evidence)
