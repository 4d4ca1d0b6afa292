"""What an update brought to a report, and what the next one goes on from."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.tasks.surveys.collect import Collected
from reviewer.tasks.surveys.context import Desk, Latest, Outline
from reviewer.tasks.surveys.sections import evidence_of, section_key
from reviewer.types import SurveyReport
from reviewer.types.surveys import ReportPlan, SurveySection, UpdateNews


def with_news(
    sections: Sequence[SurveySection],
    outlined: Outline,
    made_of: tuple[ReportPlan, Collected],
    desk: Desk,
    latest: Latest | None,
) -> tuple[SurveySection, ...]:
    """With what an update did to each section; as they are when this is none."""
    if latest is None:
        return tuple(sections)
    plan, collected = made_of
    known, titles = set(latest.read_ids), {s.title for s in latest.outline.sections}
    marked = []
    for section, planned in zip(sections, outlined.sections, strict=True):
        key = section_key(planned, plan, evidence_of(planned, collected.evidence), desk)
        state = "rewritten" if section.title in titles else "new"
        state = "unchanged" if key in latest.section_keys else state
        new_ids = tuple(i for i in section.paper_ids if i not in known)
        marked.append(section.model_copy(update={"state": state, "new_ids": new_ids}))
    return tuple(marked)


def news_of(
    sections: Sequence[SurveySection], collected: Collected, latest: Latest | None
) -> UpdateNews | None:
    if latest is None:
        return None
    now = {paper.id for paper in collected.papers}
    return UpdateNews(
        since=latest.made,
        new_ids=tuple(p.id for p in collected.papers if p.id not in latest.read_ids),
        gone_titles=tuple(title for i, title in latest.titles.items() if i not in now),
        rewritten=tuple(s.title for s in sections if s.state in ("rewritten", "new")),
        unchanged=sum(s.state == "unchanged" for s in sections),
    )


def keep_failed(
    report: SurveyReport, outlined: Outline, made_of: tuple[ReportPlan, Collected], desk: Desk
) -> None:
    """A section that failed stays so until it is tried again: the same run makes no new calls."""
    plan, collected = made_of
    for section, planned in zip(report.sections, outlined.sections, strict=True):
        if section.failed:
            key = section_key(planned, plan, evidence_of(planned, collected.evidence), desk)
            desk.steps.keep(key, "section", section)


def keep_latest(
    report: SurveyReport, outlined: Outline, made_of: tuple[ReportPlan, Collected], desk: Desk
) -> None:
    """What an update goes on from. A report of which a part failed replaces no whole one."""
    plan, collected = made_of
    if report.failed or not report.sections:
        return
    texts = collected.evidence
    kept = Latest(
        made=desk.now,
        outline=outlined,
        section_keys=tuple(
            section_key(s, plan, evidence_of(s, texts), desk) for s in outlined.sections
        ),
        read_ids=tuple(paper.id for paper in collected.papers),
        titles={paper.id: paper.title for paper in collected.papers},
        tables=report.tables,
    )
    desk.steps.keep(desk.latest_key(plan), "latest", kept)
