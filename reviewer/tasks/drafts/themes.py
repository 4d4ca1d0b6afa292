"""The themes of a draft: its papers grouped, named and put in order."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.library import Library
from reviewer.search import group_papers, name_themes, settle_themes
from reviewer.search.clusters import in_time_order, periods
from reviewer.tasks.answers.gather import Gathered
from reviewer.tasks.drafts.options import DraftOptions
from reviewer.text import counted
from reviewer.types import Paper
from reviewer.types.drafts import Theme
from reviewer.types.writer import Writer


def themes_of(
    question: str, gathered: Gathered, library: Library, writer: Writer, options: DraftOptions
) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
    """The themes, each paper in one, each with two papers or more, and what had to be changed."""
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
    return _by_time(themes, papers), (*notes, *said)


def _by_time(themes: Sequence[Theme], papers: Sequence[Paper]) -> tuple[Theme, ...]:
    """Papers by year in each theme, and themes by their first paper."""
    place = {paper.id: n for n, paper in enumerate(in_time_order(papers))}
    sorted_ids = [
        t.model_copy(update={"paper_ids": tuple(sorted(t.paper_ids, key=place.__getitem__))})
        for t in themes
    ]
    return tuple(sorted(sorted_ids, key=lambda theme: place[theme.paper_ids[0]]))
