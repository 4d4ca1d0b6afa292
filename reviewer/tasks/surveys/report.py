"""Writes one report of a survey: cards, outline, sections, frame, tables; all is kept."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata

from reviewer.errors import ModelError
from reviewer.grounding import take_stances, verdict_of
from reviewer.library.storage.steps import key_of
from reviewer.tasks.answers.gather import reads
from reviewer.tasks.drafts.compose import cited_ids
from reviewer.tasks.surveys.cards import make_cards
from reviewer.tasks.surveys.collect import count_flow
from reviewer.tasks.surveys.context import Latest, Outline, PreparedReport, SurveyRun, tried
from reviewer.tasks.surveys.cross_references import cross_reference
from reviewer.tasks.surveys.frame import summarise, write_frame
from reviewer.tasks.surveys.lengths import lengths_of
from reviewer.tasks.surveys.outline import PAPERS_A_SECTION, make_outline
from reviewer.tasks.surveys.read import read_papers
from reviewer.tasks.surveys.sections import WrittenSection, write_sections
from reviewer.tasks.surveys.tables import make_tables
from reviewer.text import counted
from reviewer.types import Paper, SurveyReport
from reviewer.types.claims import NeedsModel
from reviewer.types.frozen import Frozen
from reviewer.types.surveys import (
    Methods,
    ReportPlan,
    StanceCount,
    SurveySection,
    UpdateNews,
    ViewQuestion,
)

SURVEY_PROMPTS = (
    "views", "read", "cards", "outline", "section", "examine", "repair", "edit", "frame",
    "summary", "table", "judge_cells",
)  # fmt: skip
# Prompts that a survey of this depth does not use.
_UNUSED = {"quick": ("views", "examine", "repair", "edit")}


class Questions(Frozen):
    questions: tuple[ViewQuestion, ...] = ()


def write_report(prepared: PreparedReport) -> SurveyReport:
    """The report, from the steps that are kept and those that are made now; `made` and `map` are
    empty.

    A step that fails is named in `missing`, in its section or among the failed tables, and the rest
    stays. Raises ModelError when no section could be written, LimitError and StoppedError.
    """
    run, plan = prepared.run, prepared.plan
    collected, latest = prepared.collected, prepared.latest
    if not collected.papers:
        return _empty(prepared)
    cards = make_cards(prepared)
    outlined = make_outline(prepared, cards.by_id)
    outline = outlined.outline
    run.count.add(expected=len(outline.sections) - expected_sections(prepared))
    titles = (section.title for section in outline.sections)
    run.board.begin(prepared.name, plan.title, titles)
    written = write_sections(outline, prepared, cards.by_id)
    if written and all(made.section.failed for made in written):
        _raise_if_dead(written, cards.missing)
    keys = [made.key for made in written]
    sections = cross_reference([made.section for made in written])
    tables, failed_tables = make_tables(prepared, outline, cards.by_id)
    frame = write_frame(sections, outline, prepared)
    summary = summarise(sections, prepared)
    verdicts, unread = _verdicts(prepared)
    failed = (*prepared.missing, *cards.missing, *outlined.missing)
    missing = tuple(filter(None, (*failed, frame.missing, summary.missing, unread)))
    sections, news = _compared(sections, keys, collected.papers, latest)
    every = [*frame.introduction, *frame.closing, *summary.abstract, *summary.findings]
    cited = cited_ids(sections) | {c.paper_id for claim in every for c in claim.citations}
    report = SurveyReport(
        name=prepared.name,
        title=plan.title,
        topic=plan.topic,
        abstract=summary.abstract,
        findings=summary.findings,
        taxonomy=outline.taxonomy,
        introduction=frame.introduction,
        questions=prepared.questions,
        sections=sections,
        closing=frame.closing,
        tables=tables,
        failed_tables=failed_tables,
        open_questions=summary.open_questions,
        asked=frame.asked,
        left_out=outline.left_out,
        missing=missing,
        verdicts=verdicts,
        papers=collected.papers,
        flow=count_flow(collected, len(collected.papers), len(cited), _uncited(outline, cited)),
        methods=_methods(prepared),
        news=news,
        is_weak=collected.is_weak and not (reads(run.writer) and sections),
        failed=sum(bool(s.failed) for s in sections) + len(failed_tables) + len(missing),
    )
    for section, key in zip(sections, keys, strict=True):
        if section.failed:  # it stays so until it is tried again: the same run makes no new calls
            run.steps.keep(key, "section", section)
    _keep_latest(report, outline, keys, prepared)
    return report


def _empty(prepared: PreparedReport) -> SurveyReport:
    """The report where nothing was found: it names the nearest papers."""
    plan, collected = prepared.plan, prepared.collected
    return SurveyReport(
        name=prepared.name,
        title=plan.title,
        topic=plan.topic,
        questions=prepared.questions,
        papers=collected.nearest,
        missing=prepared.missing,
        failed=len(prepared.missing),
        flow=count_flow(collected, 0, 0, ()),
        methods=_methods(prepared),
    )


def _raise_if_dead(written: Sequence[WrittenSection], missing: Sequence[str]) -> None:
    """Raises ModelError where neither cards nor sections could be had: the model cannot be used."""
    if missing:
        raise ModelError(
            f"nothing could be written: {written[0].section.failed}",
            hint="Choose another --model, or run it again with --retry.",
        )


def _uncited(outline: Outline, cited: set[str]) -> list[str]:
    """In words, why papers that were read are not cited."""
    left = [paper for paper in outline.left_out if paper.paper_id not in cited]
    placed = {i for section in outline.sections for i in section.paper_ids} - cited
    reasons = [f"{counted(len(left), 'paper')} not on this topic, by the plan"] if left else []
    reasons += [f"{counted(len(placed), 'paper')} in a section, but not cited"] if placed else []
    return [*reasons, *outline.notes]


def expected_sections(prepared: PreparedReport) -> int:
    """About how many sections there will be, before anything is read."""
    plan, papers = prepared.plan, len(prepared.collected.papers)
    if plan.sections or reads(prepared.run.writer):
        return lengths_of(plan.words, papers, len(plan.sections)).sections if papers else 0
    return round(papers / PAPERS_A_SECTION)


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


def _verdicts(prepared: PreparedReport) -> tuple[tuple[StanceCount, ...], str]:
    """What papers say to a topic that is a question, where a model read them for it; and in words
    why that is missing."""
    topic = prepared.plan.topic
    if not reads(prepared.run.writer) or not topic.endswith("?"):
        return (), ""
    readings = tried(lambda: read_papers(prepared))
    if isinstance(readings, ModelError):
        return (), f"no count of what the papers say to the question: {readings.message}"
    stances = take_stances(tuple(readings.values()), prepared.collected.evidence)
    said = verdict_of(stances)
    return ((StanceCount(question=topic, verdict=said, stances=stances),) if said else ()), ""


def _methods(prepared: PreparedReport) -> Methods:
    plan, collected, writer = prepared.plan, prepared.collected, prepared.run.writer
    library = prepared.run.library
    unused = {*_UNUSED.get(plan.depth, ())}
    unused |= {"views"} if plan.sections or any(q.view for q in plan.questions) else set()
    unused |= set() if plan.topic.endswith("?") else {"read"}
    unused |= set() if plan.tables else {"table", "judge_cells"}
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
