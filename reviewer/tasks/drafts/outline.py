"""Gathers the evidence of a draft and plans its themes: by search, or from a given plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.search import SearchOptions, find, group_papers, name_themes, settle_themes
from reviewer.search.clusters import in_time_order, periods
from reviewer.tasks.answers.gather import Gathered, GatherOptions, gather, with_own_citations
from reviewer.tasks.paper_chunks import beginning_of
from reviewer.tasks.yaml_plan import LEAST_WORDS, MOST_WORDS
from reviewer.text import counted
from reviewer.text.views import one_line
from reviewer.types import Evidence, Paper
from reviewer.types.drafts import DraftPlan, Order, Theme
from reviewer.types.evidence import by_paper, tagged
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters
from reviewer.types.writer import Writer

# Without a model nobody reads whether a found paper belongs here. A paper with less than half of
# the best one's score is taken to be about another subject.
SHARE_OF_BEST = 0.5


@dataclass(frozen=True)
class DraftOptions(GatherOptions):
    """What to gather and draft. `words` bounds the text; `own` is the work that it is for; a `plan`
    replaces the search; `is_strict` leaves out sentences without proof."""

    papers: int = 12
    words: int = 600
    order: Order = "thematic"
    own: Evidence | None = None
    own_file: str = ""
    plan: DraftPlan | None = None
    is_strict: bool = False


@dataclass(frozen=True)
class PlannedDraft:
    """The plan, and the evidence that it was made of. Without evidence the plan has no themes."""

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
) -> PlannedDraft:
    """Gather evidence and group its papers into themes, or take the themes from the given plan.

    Raises UsageError for an empty question and for words out of bounds, ModelError when a model
    fails.
    """
    options = options or DraftOptions()
    question = one_line(question) or (options.plan.question if options.plan else "")
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
        gathered = gather(question, library, writer, options, progress)
        gathered = _without_far(gathered, writer, options)
    plan = DraftPlan(question=question, order=options.order, words=options.words)
    if not gathered.evidence:
        return PlannedDraft(plan, gathered)
    progress("Planning", 0, 0)
    themes, notes = _themes(question, gathered, library, writer, options)
    return PlannedDraft(plan.model_copy(update={"themes": themes, "notes": notes}), gathered)


def _without_far(gathered: Gathered, writer: Writer, options: DraftOptions) -> Gathered:
    """What was gathered, without papers far behind the best one where no model read whether they
    belong here."""
    if writer.name != "extractive" and options.effort != "quick":
        return gathered
    own = by_paper(gathered.evidence)
    best = {i: max(0.0, *(item.score.total for item in items)) for i, items in own.items()}
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
    """The ids of the plan's papers, else of those given by key; none where there are other filters
    too."""
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
    with library.alone:  # one state of the library for all that is read
        papers = {i: library.paper(i) for i in ids}
        filters = Filters(keys=tuple(paper.key for paper in papers.values()))
        search = SearchOptions(len(ids), filters=filters, abstains=False, is_plain=True)
        found = find(question, library, search)
        known = {item.paper.id for item in found.evidence}
        others = [beginning_of(paper, library) for i, paper in papers.items() if i not in known]
    evidence = tagged([*found.evidence, *others])
    found = found.model_copy(update={"considered": len(ids)})
    if options.effort == "quick":
        return Gathered(found, evidence)
    progress("Reading", 0, 0)
    read = [with_own_citations(r, evidence) for r in writer.read(question, evidence)]
    return Gathered(found, evidence, tuple(read), tuple(read))


def _themes(
    question: str, gathered: Gathered, library: Library, writer: Writer, options: DraftOptions
) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
    """The themes, each paper in one, each with two papers or more, and in words what had to be
    changed. By time, papers are in order in each theme, and themes by their first paper."""
    papers = list({item.paper.id: item.paper for item in gathered.evidence}.values())
    is_by_time = options.order == "chronological"
    if options.plan is not None:
        themes, notes = settle_themes(options.plan.themes, papers, library)
    elif is_by_time:
        themes, notes = periods(papers, library), ()
    else:
        groups = group_papers(papers, library)
        ideas = writer.plan_sections(question, groups, gathered.readings, gathered.evidence)
        themes, _ = settle_themes(ideas, papers, library)
        notes = ()
    themes = name_themes(themes, papers, library)
    if not is_by_time:
        return themes, notes
    unknown = sum(paper.year is None for paper in papers)
    said = (f"{counted(unknown, 'paper')} of unknown year come last",) if unknown else ()
    place = {paper.id: n for n, paper in enumerate(in_time_order(papers))}
    in_order = [
        Theme(name=theme.name, paper_ids=tuple(sorted(theme.paper_ids, key=place.__getitem__)))
        for theme in themes
    ]
    in_order.sort(key=lambda theme: place[theme.paper_ids[0]])
    return tuple(in_order), (*notes, *said)
