"""Writes one report of a survey: questions, papers, sections, tables, summary; all is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata

from reviewer.errors import ModelError
from reviewer.grounding import pass_gate, take_stances, verdict_of
from reviewer.grounding.claims import FAILING
from reviewer.library.storage.steps import key_of
from reviewer.llm import side_by_side
from reviewer.tasks.drafts.compose import cited_ids
from reviewer.tasks.surveys.collect import Collected, count_flow
from reviewer.tasks.surveys.context import Latest, Outline, PreparedReport, SurveyRun, tried
from reviewer.tasks.surveys.cross_references import cross_reference
from reviewer.tasks.surveys.read import is_relevant, read_papers
from reviewer.tasks.surveys.sections import PAPERS_A_SECTION, outline, write_section
from reviewer.tasks.surveys.tables import make_tables
from reviewer.text import counted
from reviewer.types import Claim, Paper, SurveyReport
from reviewer.types.claims import AnswerDraft, NeedsModel, Reading
from reviewer.types.frozen import Frozen
from reviewer.types.surveys import (
    Methods,
    OpenQuestion,
    ReportPlan,
    StanceCount,
    SurveySection,
    UpdateNews,
    ViewQuestion,
)

SURVEY_PROMPTS = (
    "views", "read", "cards", "argument", "section", "examine", "repair", "edit", "judge",
    "summary", "table",
)  # fmt: skip
# Prompts that a survey of this depth does not use.
_UNUSED = {"quick": ("cards", "judge", "examine", "repair", "edit")}


class Questions(Frozen):
    questions: tuple[ViewQuestion, ...] = ()


class Summary(Frozen):
    abstract: tuple[Claim, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()


def write_report(prepared: PreparedReport) -> SurveyReport:
    """The report, from the steps that are kept and those that are made now; `made` and `map` are
    empty.

    A section or a table that fails says so and the others stay. Raises ModelError when the model
    fails before there is a section.
    """
    run, plan = prepared.run, prepared.plan
    collected, latest = prepared.collected, prepared.latest
    if not collected.papers:
        return SurveyReport(
            name=prepared.name,
            title=plan.title,
            topic=plan.topic,
            questions=prepared.questions,
            papers=collected.nearest,
            flow=count_flow(collected, 0, 0, ()),
            methods=_methods(prepared),
        )
    readings = read_papers(prepared)
    outlined = outline(prepared, readings)
    run.count.add(expected=len(outlined.sections) - expected_sections(plan, collected))
    written = side_by_side(
        lambda section: write_section(section, prepared, readings), outlined.sections, run.jobs
    )
    keys = [made.key for made in written]
    sections = cross_reference([made.section for made in written])
    relevant = [paper for paper in collected.papers if is_relevant(readings.get(paper.id))]
    tables, failed_tables = make_tables(prepared, relevant)
    summary = _summary(sections, prepared)
    sections, news = _compared(sections, keys, collected.papers, latest)
    cited = cited_ids(sections) | {c.paper_id for s in summary.abstract for c in s.citations}
    unread = sum(bool(reading.unread) for reading in readings.values())
    irrelevant = len(collected.papers) - len(relevant) - unread
    reasons = [f"{counted(irrelevant, 'paper')} read and found irrelevant"] if irrelevant else []
    reasons += [f"{counted(unread, 'paper')} not read"] if unread else []
    reasons += outlined.notes
    report = SurveyReport(
        name=prepared.name,
        title=plan.title,
        topic=plan.topic,
        abstract=summary.abstract,
        questions=prepared.questions,
        sections=sections,
        tables=tables,
        failed_tables=failed_tables,
        open_questions=summary.open_questions,
        verdicts=_verdicts(prepared, readings),
        papers=collected.papers,
        flow=count_flow(collected, len(collected.papers), len(cited), reasons),
        methods=_methods(prepared),
        news=news,
        is_weak=collected.is_weak,
        failed=sum(bool(s.failed) for s in sections) + len(failed_tables),
    )
    for section, key in zip(sections, keys, strict=True):
        if section.failed:  # it stays so until it is tried again: the same run makes no new calls
            run.steps.keep(key, "section", section)
    _keep_latest(report, outlined, keys, prepared)
    return report


def expected_sections(plan: ReportPlan, collected: Collected) -> int:
    """About how many sections there will be, before anything is read."""
    return len(plan.sections) or round(len(collected.papers) / PAPERS_A_SECTION)


def points_of_view(plan: ReportPlan, run: SurveyRun) -> tuple[ViewQuestion, ...]:
    """The plan's own questions and, where it names neither sections nor a point of view, those
    that readers with several points of view would ask."""
    if plan.sections or plan.depth == "quick" or any(q.view for q in plan.questions):
        return plan.questions
    if run.writer.name == "extractive":
        return plan.questions
    parts = [plan.topic, run.writer.name, run.writer.prompt_hashes(("views",))]

    def make() -> Questions:
        given = run.writer.view_questions(plan.topic)
        return Questions(questions=() if isinstance(given, NeedsModel) else given)

    return (*plan.questions, *run.steps.done("views", parts, Questions, make).questions)


def _summary(sections: Sequence[SurveySection], prepared: PreparedReport) -> Summary:
    """Abstract and open questions, checked like any sentence; empty where the model fails."""
    run, plan, shown = prepared.run, prepared.plan, prepared.collected.evidence
    written = [section for section in sections if section.claims]
    if not written:
        return Summary()
    hashes = run.writer.prompt_hashes(("summary", "judge"))
    parts = [plan.topic, plan.depth, run.options.is_strict, run.writer.name, hashes, written]

    def make() -> Summary:
        draft = run.writer.write_summary(plan.topic, written, shown)
        claims = AnswerDraft(claims=draft.abstract)
        abstract = pass_gate(claims, shown, run.writer, may_judge=plan.depth != "quick")
        if run.options.is_strict:
            abstract = tuple(claim for claim in abstract if claim.support not in FAILING)
        questions = AnswerDraft(claims=draft.open_questions)
        asked = pass_gate(questions, shown, run.writer, may_judge=False)
        is_open = []
        for claim in asked:
            cited = {citation.paper_id for citation in claim.citations}
            numbers = tuple(n for n, s in enumerate(sections, 1) if cited & set(s.paper_ids))
            is_open += [OpenQuestion(**claim.model_dump(), sections=numbers)] if cited else []
        return Summary(abstract=abstract, open_questions=tuple(is_open))

    made = tried(lambda: run.steps.done("summary", parts, Summary, make))
    if isinstance(made, ModelError):
        run.count.say(f"No abstract of '{plan.title}': {made.message}")
        return Summary()
    return made


def _verdicts(prepared: PreparedReport, readings: Mapping[str, Reading]) -> tuple[StanceCount, ...]:
    """What papers say to a topic that is a question, where a model read them."""
    topic = prepared.plan.topic
    if prepared.run.writer.name == "extractive" or not topic.endswith("?"):
        return ()
    stances = take_stances(tuple(readings.values()), prepared.collected.evidence)
    said = verdict_of(stances)
    return (StanceCount(question=topic, verdict=said, stances=stances),) if said else ()


def _methods(prepared: PreparedReport) -> Methods:
    plan, collected, writer = prepared.plan, prepared.collected, prepared.run.writer
    library = prepared.run.library
    unused = {*_UNUSED.get(plan.depth, ())}
    unused |= {"views", "argument"} if plan.sections else set()
    unused |= set() if plan.tables else {"table"}
    names = tuple(name for name in SURVEY_PROMPTS if name not in unused)
    return Methods(
        writer=writer.name,
        depth=plan.depth,
        prompt_hashes=writer.prompt_hashes(names),
        queries=collected.queries,
        search=collected.method,
        embedding=library.embedding_name if library.has_vectors else "",
        filters=plan.filters,
        plan_hash=key_of("plan", [plan])[:16],
        generation=library.database.generation,
        library_papers=library.catalogue.count(),
        library_entries=library.catalogue.count_entries(),
        version=metadata.version("reviewer"),
    )


def _compared(
    sections: Sequence[SurveySection],
    keys: Sequence[str],
    papers: Sequence[Paper],
    latest: Latest | None,
) -> tuple[tuple[SurveySection, ...], UpdateNews | None]:
    """The sections, each marked with what an update did to it, and what is new since the latest
    run; unmarked and None without an update. `keys` are those of the sections' steps."""
    if latest is None:
        return tuple(sections), None
    known, titles = set(latest.read_ids), {s.title for s in latest.outline.sections}
    marked = []
    for section, key in zip(sections, keys, strict=True):
        state = "rewritten" if section.title in titles else "new"
        state = "unchanged" if key in latest.section_keys else state
        new_ids = tuple(i for i in section.paper_ids if i not in known)
        marked.append(section.model_copy(update={"state": state, "new_ids": new_ids}))
    now = {paper.id for paper in papers}
    news = UpdateNews(
        since=latest.made,
        new_ids=tuple(p.id for p in papers if p.id not in known),
        gone_titles=tuple(title for i, title in latest.titles.items() if i not in now),
        rewritten=tuple(s.title for s in marked if s.state != "unchanged"),
        unchanged=sum(s.state == "unchanged" for s in marked),
    )
    return tuple(marked), news


def _keep_latest(
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
