"""Plans a draft: gathers its papers, has cards made of them, and has an argument planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.search import group_papers, name_themes, settle_themes
from reviewer.search.clusters import in_time_order, periods
from reviewer.tasks.answers.gather import Gathered, reads
from reviewer.tasks.drafts.argue import in_order_of_time, plan_argument
from reviewer.tasks.drafts.cards import cards_of
from reviewer.tasks.drafts.papers import DraftOptions as DraftOptions
from reviewer.tasks.drafts.papers import gather_papers
from reviewer.tasks.yaml_plan import LEAST_WORDS, MOST_WORDS
from reviewer.text import counted
from reviewer.text.views import one_line
from reviewer.types import Paper
from reviewer.types.drafts import Argument, Brief, Card, DraftPlan
from reviewer.types.evidence import by_paper
from reviewer.types.progress import Progress, silent
from reviewer.types.writer import Writer


@dataclass(frozen=True)
class PlannedDraft:
    """The plan, the evidence that it was made of, and the papers' cards by their ids. Without
    evidence the plan has no themes."""

    plan: DraftPlan
    gathered: Gathered
    cards: Mapping[str, Card] = field(default_factory=dict)

    @property
    def all_papers(self) -> tuple[Paper, ...]:
        """Each paper that was gathered, once."""
        return tuple({item.paper.id: item.paper for item in self.gathered.evidence}.values())

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Each paper of the plan once, in its order."""
        known = {item.paper.id: item.paper for item in self.gathered.evidence}
        ids = dict.fromkeys(i for theme in self.plan.themes for i in theme.paper_ids)
        return tuple(known[i] for i in ids if i in known)


def plan_related_work(
    question: str,
    library: Library,
    writer: Writer,
    options: DraftOptions | None = None,
    progress: Progress = silent,
) -> PlannedDraft:
    """Gather papers, have them read into cards and an argument planned, or take the given plan.

    Raises UsageError for an empty question and for words out of bounds, ModelError when a model
    cannot be reached.
    """
    options = options or DraftOptions()
    question = one_line(question) or (options.plan.question if options.plan else "")
    if not question:
        raise UsageError("the question is empty", hint='For example: review draft "does RL help?"')
    if not LEAST_WORDS <= options.words <= MOST_WORDS:
        raise UsageError(
            f"--words {options.words} is out of bounds", hint=f"Use {LEAST_WORDS} to {MOST_WORDS}."
        )
    gathered = gather_papers(question, library, writer, options, progress)
    blank = DraftPlan(question=question, order=options.order, words=options.words)
    if not gathered.evidence:
        return PlannedDraft(blank, gathered)
    cards: dict[str, Card] = {}
    if reads(writer) and options.effort != "quick":
        cards = cards_of(gathered.evidence, library, writer, progress)
        gathered = _with_unread(gathered, cards)
    progress("Planning", 0, 0)
    argument = _argument(question, gathered, cards, library, writer, options)
    plan = blank.model_copy(
        update={
            "themes": argument.themes,
            "left_out": argument.left_out,
            "own_claims": argument.own_claims,
            "notes": argument.notes,
        }
    )
    return PlannedDraft(plan, gathered, cards)


def brief_of(question: str, options: DraftOptions) -> Brief:
    """What the writer of the draft is given."""
    return Brief(
        question=question,
        order=options.order,
        words=options.words,
        own=options.own,
        position=options.position,
    )


def _with_unread(gathered: Gathered, cards: Mapping[str, Card]) -> Gathered:
    """What was gathered, which says how many papers have no card: they are planned by their
    texts."""
    unread = [card for card in cards.values() if card.unread]
    if not unread:
        return gathered
    said = f"the cards of {counted(len(unread), 'paper')}: {unread[0].unread}"
    return replace(gathered, left_out=(*gathered.left_out, said))


def _argument(
    question: str,
    gathered: Gathered,
    cards: Mapping[str, Card],
    library: Library,
    writer: Writer,
    options: DraftOptions,
) -> Argument:
    """The given plan, the model's, or themes that code makes. By time, papers are in order in each
    theme, and the themes of code by their first paper."""
    papers = [items[0].paper for items in by_paper(gathered.evidence).values()]
    is_by_time = options.order == "chronological"
    if options.plan is not None and reads(writer):
        own = options.plan
        return Argument(themes=own.themes, left_out=own.left_out, own_claims=own.own_claims)
    if reads(writer) and options.effort != "quick":
        brief, is_thorough = brief_of(question, options), options.effort == "thorough"
        made = plan_argument(
            brief, cards, gathered.evidence, library, writer, is_thorough=is_thorough
        )
        return in_order_of_time(made, papers) if is_by_time else made
    if options.plan is not None:
        themes, notes = settle_themes(options.plan.themes, papers, library)
        left_out = options.plan.left_out
    else:
        themes = periods(papers, library) if is_by_time else group_papers(papers, library)
        notes, left_out = (), ()
    named = name_themes(themes, papers, library)
    grouped = Argument(themes=named, left_out=left_out, notes=notes)
    if not is_by_time:
        return grouped
    unknown = sum(paper.year is None for paper in papers)
    said = (f"{counted(unknown, 'paper')} of unknown year come last",) if unknown else ()
    place = {paper.id: n for n, paper in enumerate(in_time_order(papers))}
    in_order = in_order_of_time(grouped, papers)
    by_first = sorted(in_order.themes, key=lambda theme: place[theme.paper_ids[0]])
    return in_order.model_copy(update={"themes": tuple(by_first), "notes": (*notes, *said)})
