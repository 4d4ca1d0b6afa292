"""Writes one report of a survey: questions, papers, sections, tables, summary; all is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata

from reviewer.errors import ModelError
from reviewer.grounding import pass_gate, take_stances, verdict_of
from reviewer.grounding.claims import FAILING
from reviewer.library.storage.steps import key_of
from reviewer.llm import side_by_side
from reviewer.search import map_papers
from reviewer.tasks.drafts.compose import cited_ids
from reviewer.tasks.surveys.collect import Collected, collect, count_flow
from reviewer.tasks.surveys.context import Latest, PreparedReport, SurveyRun, tried
from reviewer.tasks.surveys.cross_references import cross_reference
from reviewer.tasks.surveys.read import is_relevant, read_papers
from reviewer.tasks.surveys.sections import PAPERS_A_SECTION, outline, write_section
from reviewer.tasks.surveys.tables import make_tables
from reviewer.tasks.surveys.updates import keep_latest, make_news, mark_updates
from reviewer.text import counted
from reviewer.types import Claim, SurveyReport
from reviewer.types.claims import AnswerDraft, NeedsModel, Reading
from reviewer.types.drafts import Theme
from reviewer.types.frozen import Frozen
from reviewer.types.surveys import (
    Methods,
    OpenQuestion,
    ReportPlan,
    StanceCount,
    SurveySection,
    ViewQuestion,
)

SURVEY_PROMPTS = ("views", "read", "plan", "section", "judge", "revise", "summary", "table")
# Prompts that a survey of this depth does not use.
_UNUSED = {"quick": ("judge", "revise"), "normal": ("revise",)}


class Questions(Frozen):
    questions: tuple[ViewQuestion, ...] = ()


class Summary(Frozen):
    abstract: tuple[Claim, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()


def prepare(
    plan: ReportPlan, name: str, questions: tuple[ViewQuestion, ...], run: SurveyRun
) -> PreparedReport:
    """Search for all that the report asks. Contacts no service but an embedding's provider."""
    is_update = run.options.is_update
    latest = run.steps.find(run.latest_key(plan), Latest) if is_update else None
    collected = collect(plan, questions, run.library, latest.read_ids if latest else ())
    return PreparedReport(run, plan, name, questions, collected, latest)


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
    sections = mark_updates(sections, keys, latest)
    cited = cited_ids(sections) | {c.paper_id for s in summary.abstract for c in s.citations}
    irrelevant = len(collected.papers) - len(relevant)
    reasons = [f"{counted(irrelevant, 'paper')} read and found irrelevant"] if irrelevant else []
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
        news=make_news(sections, collected.papers, latest),
        is_weak=collected.is_weak,
        failed=sum(bool(s.failed) for s in sections) + len(failed_tables),
    )
    for section, key in zip(sections, keys, strict=True):
        if section.failed:  # it stays so until it is tried again: the same run makes no new calls
            run.steps.keep(key, "section", section)
    keep_latest(report, outlined, keys, prepared)
    return report


def with_map(report: SurveyReport, run: SurveyRun) -> SurveyReport:
    """The report with its papers laid out. Uses the processor for a moment, and no service."""
    themes = [Theme(name=s.title, paper_ids=s.paper_ids) for s in report.sections]
    return report.model_copy(update={"map": map_papers(report.papers, themes, run.library)})


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
    unused |= {"views", "plan"} if plan.sections else set()
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
