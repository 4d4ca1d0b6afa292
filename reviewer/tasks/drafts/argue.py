"""Plans the argument of a draft: by the model, the best of three at thorough effort, or by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewer.errors import ModelError
from reviewer.library import Library
from reviewer.llm import in_short, is_form_fault, side_by_side
from reviewer.search import group_papers
from reviewer.search.clusters import in_time_order
from reviewer.types import Evidence, Paper
from reviewer.types.claims import NeedsModel
from reviewer.types.drafts import Argument, Brief, Card, LeftOutPaper, Theme
from reviewer.types.evidence import by_paper
from reviewer.types.writer import Writer

MOST_IN_A_PARAGRAPH = 8  # papers; more is a list
# What three plans of a thorough draft are ordered by; the first is the prompt's own way.
STRESSES = (
    "",
    "where the papers disagree, or find that something helps only under a condition",
    "by what each approach needs: labels, training, a larger model, access to weights",
)
_NOT_PLACED = "the plan does not place it"


def plan_argument(
    brief: Brief,
    cards: Mapping[str, Card],
    evidence: Sequence[Evidence],
    library: Library,
    writer: Writer,
    *,
    is_thorough: bool = False,
) -> Argument:
    """The paragraphs of a section over the evidence's papers; every paper is in one of them or left
    out with a reason. Where no plan can be read, papers are grouped by what they have in common.

    Raises ModelError where the model cannot be reached.
    """
    tried = side_by_side(
        lambda stress: _planned(brief, cards, evidence, writer, stress),
        STRESSES if is_thorough else STRESSES[:1],
        len(STRESSES),
    )
    made = [plan for plan in tried if isinstance(plan, Argument) and plan.themes]
    papers = [items[0].paper for items in by_paper(evidence).values()]
    if made:
        best = max(enumerate(made), key=lambda pair: (worth_of(pair[1], papers), -pair[0]))[1]
        return _whole(best, papers)
    failed = next((plan for plan in tried if isinstance(plan, ModelError)), None)
    grouped = _grouped(brief, papers, library)
    if failed is None:
        return grouped
    said = f"papers are grouped by their words, without the model: {in_short(failed)}"
    return grouped.model_copy(update={"notes": (said,)})


def _planned(
    brief: Brief,
    cards: Mapping[str, Card],
    evidence: Sequence[Evidence],
    writer: Writer,
    stress: str,
) -> Argument | NeedsModel | ModelError:
    try:
        return writer.plan_argument(brief, tuple(cards.values()), evidence, stress)
    except ModelError as error:
        if not is_form_fault(error):
            raise
        return error


def worth_of(plan: Argument, papers: Sequence[Paper]) -> float:
    """How good a plan is, by what code sees: the share of papers that it places or leaves out with
    a reason, that of paragraphs with a thesis, an axis and two papers, less what is crammed and
    what stands in more than two paragraphs."""
    placed = [i for theme in plan.themes for i in theme.paper_ids]
    known = {paper.id for paper in papers}
    reasoned = {left.paper_id for left in plan.left_out if left.why}
    coverage = len(known & {*placed, *reasoned}) / max(1, len(known))
    used = len(known & set(placed)) / max(1, len(known))
    argued = [bool(t.thesis) + bool(t.axis) + (len(t.paper_ids) > 1) for t in plan.themes]
    crammed = sum(max(0, len(t.paper_ids) - MOST_IN_A_PARAGRAPH) for t in plan.themes)
    repeats = sum(max(0, placed.count(i) - 2) for i in known)
    worth = coverage + 0.5 * used + sum(argued) / (3 * max(1, len(argued)))
    return worth - 0.1 * (crammed + repeats)


def _whole(plan: Argument, papers: Sequence[Paper]) -> Argument:
    """The plan; papers that it forgot are left out and named."""
    told = {i for theme in plan.themes for i in theme.paper_ids}
    told |= {left.paper_id for left in plan.left_out}
    forgotten = (
        LeftOutPaper(paper_id=paper.id, why=_NOT_PLACED) for paper in papers if paper.id not in told
    )
    return plan.model_copy(update={"left_out": (*plan.left_out, *forgotten)})


def _grouped(brief: Brief, papers: Sequence[Paper], library: Library) -> Argument:
    """Themes by what the papers have in common, named by their terms."""
    themes = list(group_papers(papers, library))
    if brief.own is not None and brief.position == "end":
        nearest = tuple(paper.id for paper in papers[:2])
        themes.append(Theme(name="This work", paper_ids=nearest))
    return Argument(themes=tuple(themes))


def in_order_of_time(argument: Argument, papers: Sequence[Paper]) -> Argument:
    """The plan with the papers of each paragraph by their years."""
    place = {paper.id: n for n, paper in enumerate(in_time_order(papers))}
    themes = []
    for theme in argument.themes:
        parts = dict(zip(theme.paper_ids, theme.parts, strict=False))
        ids = tuple(sorted(theme.paper_ids, key=lambda i: place.get(i, len(place))))
        changed = {"paper_ids": ids, "parts": tuple(parts.get(i, "") for i in ids)}
        themes.append(theme.model_copy(update=changed))
    return argument.model_copy(update={"themes": tuple(themes)})
