"""What an update brought to a report, and what the next update continues from."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.tasks.surveys.context import Latest, Outline, PreparedReport
from reviewer.types import Paper, SurveyReport
from reviewer.types.surveys import SurveySection, UpdateNews


def mark_updates(
    sections: Sequence[SurveySection], keys: Sequence[str], latest: Latest | None
) -> tuple[SurveySection, ...]:
    """The sections, each marked with what an update did to it; unmarked without an update.
    `keys` are those of the sections' steps."""
    if latest is None:
        return tuple(sections)
    known, titles = set(latest.read_ids), {s.title for s in latest.outline.sections}
    marked = []
    for section, key in zip(sections, keys, strict=True):
        state = "rewritten" if section.title in titles else "new"
        state = "unchanged" if key in latest.section_keys else state
        new_ids = tuple(i for i in section.paper_ids if i not in known)
        marked.append(section.model_copy(update={"state": state, "new_ids": new_ids}))
    return tuple(marked)


def make_news(
    sections: Sequence[SurveySection], papers: Sequence[Paper], latest: Latest | None
) -> UpdateNews | None:
    """What is new since the latest run; None without an update."""
    if latest is None:
        return None
    now = {paper.id for paper in papers}
    return UpdateNews(
        since=latest.made,
        new_ids=tuple(p.id for p in papers if p.id not in latest.read_ids),
        gone_titles=tuple(title for i, title in latest.titles.items() if i not in now),
        rewritten=tuple(s.title for s in sections if s.state in ("rewritten", "new")),
        unchanged=sum(s.state == "unchanged" for s in sections),
    )


def keep_latest(
    report: SurveyReport, outlined: Outline, keys: Sequence[str], prepared: PreparedReport
) -> None:
    """Keep what an update continues from. A partly failed report does not replace a whole one."""
    if report.failed or not report.sections:
        return
    run, papers = prepared.run, prepared.collected.papers
    latest = Latest(
        made=run.started,
        outline=outlined,
        section_keys=tuple(keys),
        read_ids=tuple(paper.id for paper in papers),
        titles={paper.id: paper.title for paper in papers},
        tables=report.tables,
    )
    run.steps.keep(run.latest_key(prepared.plan), "latest", latest)
