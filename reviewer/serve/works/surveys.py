"""Surveys, as the page and the API ask for them: a plan, and the steps of its work."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from reviewer.errors import LibraryError, UsageError
from reviewer.library import Library
from reviewer.serve.works.budgets import BudgetIn, writer_within
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Work
from reviewer.tasks.surveys.kept import keep_plan, outline_kept, plan_of, run_kept
from reviewer.tasks.surveys.lengths import survey_calls
from reviewer.tasks.surveys.plan import MOST_REPORT_WORDS, read_survey_plan, survey_yaml
from reviewer.tasks.surveys.run import SurveyOptions
from reviewer.tasks.yaml_plan import LEAST_WORDS, MOST_CHARS
from reviewer.types.surveys import Batch, Depth, KeptSurvey


class SurveyIn(BaseModel):
    """A plan as YAML, or topics, one a line. With topics `papers`, `words` and `depth` hold for
    each report."""

    model_config = ConfigDict(extra="forbid")

    plan: str = Field(min_length=1, max_length=MOST_CHARS)
    papers: int | None = Field(default=None, ge=1, le=500)
    words: int | None = Field(default=None, ge=LEAST_WORDS, le=MOST_REPORT_WORDS)
    depth: Depth | None = None


class SurveyStep(BudgetIn):
    """A step of a kept survey's work: `outline` its sections, `run` it, `update` it after new
    papers came, or `retry` its failed sections, with a title only that one."""

    survey: str = Field(default="", max_length=60)
    do: Literal["outline", "run", "update", "retry"]
    section: str = Field(default="", max_length=500)
    strict: bool = False


def new_survey(library: Library, asked: SurveyIn) -> KeptSurvey:
    """A survey with this plan, kept. Raises UsageError that names the line of what is wrong."""
    given = read_survey_plan(asked.plan, "the plan", library.paper)
    chosen = {n: v for n in ("papers", "words", "depth") if (v := getattr(asked, n)) is not None}
    reports = tuple(report.model_copy(update=chosen) for report in given.reports)
    plan = given.model_copy(update={"reports": reports})
    is_yaml = plan == given and ":" in asked.plan and "reports" in asked.plan
    text = asked.plan if is_yaml else survey_yaml(plan, ())
    return keep_plan(plan, text, library)


def cost_of(desk: Desk, survey: KeptSurvey) -> str:
    """About how many calls a run of the survey takes, in words. Raises UsageError for a plan that
    cannot be read."""
    return survey_calls(plan_of(survey, desk.at_hand), desk.settings.model)


def survey_work(desk: Desk, step: SurveyStep) -> Work:
    """The work of a step. Raises NotFoundError for an unknown survey, UsageError for a plan that
    cannot be read."""
    survey = desk.at_hand.surveys.find(step.survey)
    plan_of(survey, desk.at_hand)
    if not desk.at_hand.catalogue.count():
        raise LibraryError("the library is empty", hint="Add papers on the page Library.")
    if step.section and step.do != "retry":
        raise UsageError("only a retry is of one section", hint="Retry it.")
    options = SurveyOptions(
        jobs=desk.settings.jobs,
        is_strict=step.strict,
        is_update=step.do == "update",
        is_retry=step.do == "retry",
        retry_title=step.section,
    )

    def do(control: Control) -> Batch | KeptSurvey:
        if not desk.is_ready:
            control.progress("Opening the library", 0, 0)
        writer = writer_within(desk, control, step.budget_usd)
        library = desk.library
        if step.do == "outline":
            return outline_kept(survey.id, library, writer, control.progress)
        return run_kept(survey.id, library, writer, options, control.progress)

    title = {"outline": "Outline", "run": "Write", "update": "Update", "retry": "Retry"}[step.do]
    asked = step.model_copy(update={"survey": survey.id}).model_dump(exclude_defaults=True)
    need = "model" if desk.settings.model else "words"
    return Work("survey", f"{title}: {survey.title}", do, asked, need)  # type: ignore[arg-type]
