"""Gathers what a draft is made of and plans its themes: by search, or from a plan that is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.search.beginning import beginning_of
from reviewer.tasks.answers.gather import Gathered, Reads, gather, with_located_quotes
from reviewer.tasks.drafts.options import DraftOptions
from reviewer.tasks.drafts.themes import themes_of
from reviewer.tasks.yaml_plan import LEAST_WORDS, MOST_WORDS
from reviewer.text import counted
from reviewer.text.views import one_line
from reviewer.types import Paper
from reviewer.types.drafts import DraftPlan
from reviewer.types.evidence import by_paper, tagged
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters
from reviewer.types.writer import Writer

# Without a model nobody reads whether a paper that was found belongs here; one that search gives
# less than half of the best one's score is taken to be of another subject.
SHARE_OF_BEST = 0.5


@dataclass(frozen=True)
class Planned:
    """The plan, and what it was made of. Without evidence there is none."""

    plan: DraftPlan
    gathered: Gathered

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Each paper of the plan once, in its order."""
        known = {item.paper.id: item.paper for item in self.gathered.evidence}
        return tuple(known[i] for theme in self.plan.themes for i in theme.paper_ids)


def plan_related_work(
    question: str,
    library: Library,
    writer: Writer,
    options: DraftOptions | None = None,
    progress: Progress = silent,
) -> Planned:
    """Gather evidence and group its papers into themes, or take them from the plan that is given.

    Raises UsageError for an empty question and for words out of bounds, ModelError when a model
    fails.
    """
    options = options or DraftOptions()
    question = one_line(question)
    question = question or (options.plan.question if options.plan else "")
    if not question:
        raise UsageError("the question is empty", hint='For example: review draft "does RL help?"')
    if not LEAST_WORDS <= options.words <= MOST_WORDS:
        raise UsageError(
            f"--words {options.words} is out of bounds", hint=f"Use {LEAST_WORDS} to {MOST_WORDS}."
        )
    named = _named_ids(library, options)
    if named:
        gathered = _named(question, named, library, writer, options, progress)
    else:
        reads = Reads(options.papers, options.filters, options.effort)
        gathered = _without_far(gather(question, library, writer, reads, progress), writer, options)
    plan = DraftPlan(question=question, order=options.order, words=options.words)
    if gathered.is_empty:
        return Planned(plan, gathered)
    progress("Planning", 0, 0)
    themes, notes = themes_of(question, gathered, library, writer, options)
    return Planned(plan.model_copy(update={"themes": themes, "notes": notes}), gathered)


def _without_far(gathered: Gathered, writer: Writer, options: DraftOptions) -> Gathered:
    """Without papers far behind the best one, where no model has read whether they belong here."""
    if writer.name != "extractive" and options.effort != "quick":
        return gathered
    best = {
        paper_id: max(0.0, *(item.score.total for item in own))
        for paper_id, own in by_paper(gathered.evidence).items()
    }
    least = SHARE_OF_BEST * max(best.values(), default=0.0)
    far = {paper_id for paper_id, score in best.items() if score < least}
    if not far:
        return gathered
    return replace(
        gathered,
        evidence=tuple(item for item in gathered.evidence if item.paper.id not in far),
        readings=tuple(r for r in gathered.readings if r.paper_id not in far),
        left_out=(*gathered.left_out, f"{counted(len(far), 'paper')} far behind the best one"),
    )


def _named_ids(library: Library, options: DraftOptions) -> list[str]:
    """The papers of the plan, else those that were named by key and by nothing else."""
    if options.plan is not None:
        return [paper_id for theme in options.plan.themes for paper_id in theme.paper_ids]
    keys = options.filters.keys
    if options.filters != Filters(keys=keys):
        return []
    return [library.paper(key).id for key in dict.fromkeys(keys)]


def _named(
    question: str,
    ids: Sequence[str],
    library: Library,
    writer: Writer,
    options: DraftOptions,
    progress: Progress,
) -> Gathered:
    """The evidence of just these papers, near the question or not, and its readings."""
    progress("Searching", 0, 0)
    papers = {i: library.paper(i) for i in ids}
    filters = Filters(keys=tuple(paper.key for paper in papers.values()))
    found = find(question, library, SearchOptions(len(ids), filters=filters, has_floor=False))
    known = {item.paper.id for item in found.evidence}
    others = [beginning_of(paper) for i, paper in papers.items() if i not in known]
    evidence = tagged([*found.evidence, *others])
    found = found.model_copy(update={"matched": len(ids)})
    if options.effort == "quick":
        return Gathered(found, evidence)
    progress("Reading", 0, 0)
    shown = {item.tag: item for item in evidence}
    read = [with_located_quotes(r, shown) for r in writer.read(question, evidence)]
    return Gathered(found, evidence, tuple(read), tuple(read))
