"""Surveys that the library keeps: their plans, how far they are, and what their runs gave."""

from __future__ import annotations

from dataclasses import replace

from reviewer.errors import NotFoundError, UsageError
from reviewer.library import Library
from reviewer.library.run_log import new_run_id
from reviewer.search import map_papers
from reviewer.tasks.surveys.plan import read_survey_plan, survey_yaml
from reviewer.tasks.surveys.run import SurveyOptions, plan_survey, run_survey
from reviewer.types import Paper, SurveyReport
from reviewer.types.drafts import Theme
from reviewer.types.progress import Progress, silent
from reviewer.types.runs import Run
from reviewer.types.surveys import Batch, KeptSurvey, Made, ReportProgress, SurveyPlan
from reviewer.types.writer import Writer

FILE = "the plan"  # its name in errors


def keep_plan(plan: SurveyPlan, text: str, library: Library) -> KeptSurvey:
    """The survey of this title with this plan; a new one where none has the title. The plan is kept
    as this text, or as YAML where the text alone does not give it back."""
    if not _gives(text, plan, library):
        text = survey_yaml(plan, library.papers())
    known = next((s for s in library.surveys.all(1000) if s.title == plan.title), None)
    if known is None:
        survey = KeptSurvey(id=new_run_id(), title=plan.title, plan=text)
        return library.surveys.save(survey)
    return library.surveys.change(known.id, lambda now: now.model_copy(update={"plan": text}))


def _gives(text: str, plan: SurveyPlan, library: Library) -> bool:
    try:
        return read_survey_plan(text, FILE, library.paper) == plan
    except UsageError:
        return False


def plan_of(survey: KeptSurvey, library: Library) -> SurveyPlan:
    """The survey's plan. Raises UsageError that names the line of what is wrong in it."""
    return read_survey_plan(survey.plan, FILE, library.paper)


def take_plan(
    survey_id: str, text: str, library: Library, version: int | None = None
) -> KeptSurvey:
    """The survey with another plan, word for word. Raises UsageError for one that cannot be read,
    and where the survey's plan is not of this version any more."""
    plan = read_survey_plan(text, FILE, library.paper)
    changed = {"plan": text, "title": plan.title}
    return library.surveys.change(survey_id, lambda now: now.model_copy(update=changed), version)


def outline_kept(
    survey_id: str, library: Library, writer: Writer, progress: Progress = silent
) -> KeptSurvey:
    """The survey with the questions and sections that its reports would have in its plan. Raises
    what `plan_survey` raises."""
    survey = library.surveys.find(survey_id)
    plan = plan_survey(plan_of(survey, library), library, writer, None, progress)
    text = survey_yaml(plan, library.papers())
    return library.surveys.change(
        survey.id, lambda now: now.model_copy(update={"plan": text}), survey.version
    )


def run_kept(
    survey_id: str,
    library: Library,
    writer: Writer,
    options: SurveyOptions,
    progress: Progress = silent,
    plan: SurveyPlan | None = None,
) -> Batch:
    """The reports of the survey's plan, or of this one in its place. How far each is is kept while
    they are written; at the end the run is. Raises what `run_survey` raises."""
    survey = library.surveys.find(survey_id)

    def told(report: ReportProgress) -> None:
        def update(now: KeptSurvey) -> KeptSurvey:
            others = {own.name: own for own in now.reports}
            return now.model_copy(
                update={"reports": tuple((others | {report.name: report}).values())}
            )

        library.surveys.note(survey.id, update)
        options.told(report)

    library.surveys.note(survey.id, lambda now: now.model_copy(update={"reports": ()}))
    batch = run_survey(
        plan or plan_of(survey, library), library, writer, replace(options, told=told), progress
    )
    library.surveys.note(
        survey.id, lambda now: now.model_copy(update={"run_ids": (*now.run_ids, batch.run_id)})
    )
    return batch


def latest_of(survey: KeptSurvey, library: Library) -> Batch | None:
    """The reports of the survey's last run that ended; None before that."""
    for run_id in reversed(survey.run_ids):
        try:
            return batch_of(library.ledger.run(run_id), library)
        except NotFoundError:  # a run that could not be kept
            continue
    return None


def batch_of(run: Run, library: Library) -> Batch:
    """The reports that a run kept, with their papers as they are in the library now. Raises
    NotFoundError for a run of another command."""
    if run.command != "survey":
        raise NotFoundError(f"run {run.id} is no survey", hint="See them: review surveys list")
    batch = Batch.model_validate(run.result)
    made = Made(run_id=run.id, started=run.started, finished=run.finished, usage=run.usage)
    reports = tuple(_with_papers(own, library, made) for own in batch.reports)
    return batch.model_copy(update={"reports": reports, "made": made})


def _with_papers(report: SurveyReport, library: Library, made: Made) -> SurveyReport:
    every = [*report.abstract, *report.findings, *report.open_questions]
    every += [claim for _, claim in report.sentences()]
    named = [i for section in report.sections for i in section.paper_ids]
    named += [c.paper_id for claim in every for c in claim.citations]
    named += [own.paper_id for own in report.left_out]
    named += [taken.paper_id for count in report.verdicts for taken in count.stances]
    found = {i: library.catalogue.paper_named(i) for i in dict.fromkeys(named)}
    papers: tuple[Paper, ...] = tuple(paper for paper in found.values() if paper is not None)
    themes = [Theme(name=s.title, paper_ids=s.paper_ids) for s in report.sections]
    laid_out = map_papers(papers, themes, library)
    return report.model_copy(update={"papers": papers, "map": laid_out, "made": made})
