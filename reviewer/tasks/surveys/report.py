"""Writes one report of a survey: questions, papers, sections, tables, summary; all is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import NamedTuple

from reviewer.errors import ModelError
from reviewer.grounding import pass_gate, take_stances, verdict_of
from reviewer.grounding.claims import FAILING
from reviewer.library.storage.steps import key_of
from reviewer.llm import LimitError, StoppedError, side_by_side
from reviewer.search import map_papers
from reviewer.tasks.drafts.compose import cited_ids
from reviewer.tasks.surveys.collect import Collected, collect, flow_of
from reviewer.tasks.surveys.context import Desk, Latest, Outline
from reviewer.tasks.surveys.cross_references import merged
from reviewer.tasks.surveys.read import Reader, is_relevant, read_papers
from reviewer.tasks.surveys.sections import PAPERS_A_SECTION, outline, write_section
from reviewer.tasks.surveys.tables import make_tables
from reviewer.tasks.surveys.updates import keep_failed, keep_latest, news_of, with_news
from reviewer.text import counted
from reviewer.types import Claim, Evidence, Paper, SurveyReport
from reviewer.types.claims import AnswerDraft, NeedsModel, Reading
from reviewer.types.drafts import Theme
from reviewer.types.frozen import Frozen
from reviewer.types.surveys import (
    Made,
    Methods,
    OpenQuestion,
    ReportPlan,
    StanceCount,
    SurveySection,
    ViewQuestion,
)

SURVEY_PROMPTS = ("views", "read", "plan", "section", "judge", "revise", "summary", "table")
_QUICK, _THOROUGH = ("judge",), ("revise",)  # prompts that a quick, only a thorough survey uses
_MOST_ASKED = 8  # questions that are read for beside the topic


class Questions(Frozen):
    questions: tuple[ViewQuestion, ...] = ()


class Summary(Frozen):
    abstract: tuple[Claim, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()


class Prepared(NamedTuple):
    """A report's questions and papers, before anything is read."""

    questions: tuple[ViewQuestion, ...]
    collected: Collected
    latest: Latest | None


def prepare(plan: ReportPlan, questions: tuple[ViewQuestion, ...], desk: Desk) -> Prepared:
    """Search for all that the report asks. Contacts nobody but an embedding's provider."""
    latest = desk.latest(plan)
    kept = latest.read_ids if latest else ()
    return Prepared(questions, collect(plan, questions, desk.library, kept), latest)


def write_report(plan: ReportPlan, name: str, prepared: Prepared, desk: Desk) -> SurveyReport:
    """The report, from the steps that are kept and those that are made now; `made` and `map` are
    empty.

    A section or a table that fails says so and the others stand. Raises ModelError when the model
    fails before there is a section.
    """
    questions, collected, latest = prepared
    if not collected.papers:
        return _nothing(plan, name, questions, collected, desk)
    readings = read_report(plan, questions, collected, desk)
    outlined = outline(plan, collected, readings, desk, latest)
    sections = _sections(outlined, plan, (collected, readings), desk)
    tables, failed_tables = make_tables(plan, _relevant(collected, readings), desk, latest)
    summary = _summary(plan, sections, collected, desk)
    sections = with_news(sections, outlined, (plan, collected), desk, latest)
    cited = cited_ids(sections) | {
        c.paper_id for claim in summary.abstract for c in claim.citations
    }
    irrelevant = sum(not is_relevant(readings.get(p.id)) for p in collected.papers)
    reasons = [f"{counted(irrelevant, 'paper')} read and found irrelevant"] if irrelevant else []
    report = SurveyReport(
        name=name,
        title=plan.title,
        topic=plan.topic,
        abstract=summary.abstract,
        questions=tuple(questions),
        sections=sections,
        tables=tables,
        failed_tables=failed_tables,
        open_questions=summary.open_questions,
        verdicts=_verdicts(plan, readings, collected.evidence, desk),
        papers=collected.papers,
        flow=flow_of(collected, len(collected.papers), len(cited), [*reasons, *outlined.notes]),
        methods=_methods(plan, collected, desk),
        news=news_of(sections, collected, latest),
        is_weak=collected.is_weak,
        failed=sum(bool(s.failed) for s in sections) + len(failed_tables),
    )
    keep_failed(report, outlined, (plan, collected), desk)
    keep_latest(report, outlined, (plan, collected), desk)
    return report


def with_map(report: SurveyReport, desk: Desk) -> SurveyReport:
    """The report with its papers laid out. Takes the processor for a moment, and asks nobody."""
    themes = [Theme(name=s.title, paper_ids=s.paper_ids) for s in report.sections]
    return report.model_copy(update={"map": map_papers(report.papers, themes, desk.library)})


def expected_sections(plan: ReportPlan, collected: Collected) -> int:
    """How many there will be about, before anything is read."""
    return len(plan.sections) or round(len(collected.papers) / PAPERS_A_SECTION)


def points_of_view(plan: ReportPlan, desk: Desk) -> tuple[ViewQuestion, ...]:
    """The plan's own questions and, where it names neither sections nor a point of view, those
    that readers with several points of view would ask."""
    if plan.sections or plan.depth == "quick" or any(q.view for q in plan.questions):
        return plan.questions
    parts = [plan.topic, desk.writer.name, desk.writer.prompt_hashes(("views",))]

    def make() -> Questions:
        given = desk.writer.view_questions(plan.topic)
        return Questions(questions=() if isinstance(given, NeedsModel) else given)

    if desk.writer.name == "extractive":
        return plan.questions
    return (*plan.questions, *desk.steps.done("views", parts, Questions, make).questions)


def read_report(
    plan: ReportPlan, questions: Sequence[ViewQuestion], collected: Collected, desk: Desk
) -> dict[str, Reading]:
    """Every paper read once, for the topic and what is asked of it."""
    asked = [q.question for q in questions] + [q for s in plan.sections for q in s.questions]
    about = " ".join([plan.topic, *asked[:_MOST_ASKED]])
    return read_papers(about, collected.evidence, Reader(desk.writer, desk.steps, desk.jobs))


def _sections(
    outlined: Outline,
    plan: ReportPlan,
    texts: tuple[Collected, Mapping[str, Reading]],
    desk: Desk,
) -> tuple[SurveySection, ...]:
    collected, readings = texts
    desk.count.expect(len(outlined.sections) - expected_sections(plan, collected))
    made = side_by_side(
        lambda section: write_section(section, plan, (collected.evidence, readings), desk),
        outlined.sections,
        desk.jobs,
    )
    return merged(made)


def _relevant(collected: Collected, readings: Mapping[str, Reading]) -> tuple[Paper, ...]:
    return tuple(p for p in collected.papers if is_relevant(readings.get(p.id)))


def _summary(
    plan: ReportPlan, sections: Sequence[SurveySection], collected: Collected, desk: Desk
) -> Summary:
    """Abstract and open questions, checked like any sentence; empty where the model fails."""
    written = [section for section in sections if section.claims]
    if not written:
        return Summary()
    hashes = desk.writer.prompt_hashes(("summary", "judge"))
    parts = [plan.topic, plan.depth, desk.is_strict, desk.writer.name, hashes, written]

    def make() -> Summary:
        draft = desk.writer.write_summary(plan.topic, written, collected.evidence)
        shown, may_judge = collected.evidence, plan.depth != "quick"
        abstract = pass_gate(
            AnswerDraft(claims=draft.abstract), shown, desk.writer, may_judge=may_judge
        )
        if desk.is_strict:
            abstract = tuple(claim for claim in abstract if claim.support not in FAILING)
        asked = pass_gate(
            AnswerDraft(claims=draft.open_questions), shown, desk.writer, may_judge=False
        )
        is_open = [claim for claim in asked if claim.citations]
        return Summary(
            abstract=abstract,
            open_questions=tuple(_open_question(claim, sections) for claim in is_open),
        )

    try:
        return desk.steps.done("summary", parts, Summary, make)
    except (LimitError, StoppedError):
        raise
    except ModelError as error:
        desk.count.say(f"No abstract of '{plan.title}': {error.message}")
        return Summary()


def _open_question(claim: Claim, sections: Sequence[SurveySection]) -> OpenQuestion:
    cited = {citation.paper_id for citation in claim.citations}
    numbers = (n for n, s in enumerate(sections, start=1) if cited & set(s.paper_ids))
    return OpenQuestion(**claim.model_dump(), sections=tuple(numbers))


def _verdicts(
    plan: ReportPlan, readings: Mapping[str, Reading], evidence: Sequence[Evidence], desk: Desk
) -> tuple[StanceCount, ...]:
    """What papers say to a topic that is a question, where a model read them."""
    if desk.writer.name == "extractive" or not plan.topic.endswith("?"):
        return ()
    stances = take_stances(tuple(readings.values()), tuple(evidence))
    said = verdict_of(stances)
    return (StanceCount(question=plan.topic, verdict=said, stances=stances),) if said else ()


def _methods(plan: ReportPlan, collected: Collected, desk: Desk) -> Methods:
    library = desk.library
    unused = {"quick": (*_QUICK, *_THOROUGH), "normal": _THOROUGH}.get(plan.depth, ())
    names = [name for name in SURVEY_PROMPTS if name not in unused]
    if plan.sections:
        names = [name for name in names if name not in ("views", "plan")]
    if not plan.tables:
        names.remove("table")
    return Methods(
        writer=desk.writer.name,
        depth=plan.depth,
        prompt_hashes=desk.writer.prompt_hashes(tuple(names)),
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


def _nothing(
    plan: ReportPlan,
    name: str,
    questions: Sequence[ViewQuestion],
    collected: Collected,
    desk: Desk,
) -> SurveyReport:
    return SurveyReport(
        name=name,
        title=plan.title,
        topic=plan.topic,
        questions=tuple(questions),
        papers=collected.nearest,
        flow=flow_of(collected, 0, 0, ()),
        methods=_methods(plan, collected, desk),
        made=Made(),
    )
