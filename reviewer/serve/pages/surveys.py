"""The pages of surveys: topics, the plan as a form over YAML, progress by section, reports."""

from __future__ import annotations

import html
import re
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from reviewer.errors import NotFoundError, ReviewError, SourceError, UsageError
from reviewer.render.bibtex import bibtex
from reviewer.render.html.survey_report import report_html
from reviewer.render.json import kept_survey_json
from reviewer.render.markdown_survey import survey_markdown, survey_papers
from reviewer.render.word.results import survey_docx
from reviewer.serve.desk import AtDesk
from reviewer.serve.forms import checked
from reviewer.serve.pages.drafts import KINDS, attached
from reviewer.serve.pages.frame import page
from reviewer.serve.pages.jobs import state_words
from reviewer.serve.pages.work_at import job_at
from reviewer.serve.works import work_again
from reviewer.serve.works.surveys import SurveyIn, SurveyStep, cost_of, new_survey, survey_work
from reviewer.sources.text_file import text_of
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.surveys.kept import latest_of, plan_of, take_plan
from reviewer.tasks.surveys.plan import survey_yaml
from reviewer.tasks.yaml_plan import MOST_CHARS
from reviewer.types import SurveyReport
from reviewer.types.surveys import KeptSurvey, ReportPlan, SectionPlan, SurveyPlan

router = APIRouter(include_in_schema=False)

_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


class StepForm(BaseModel):
    """The fields of a form that begins a step; empty ones are not given."""

    do: Literal["outline", "run", "update", "retry"]
    section: str = ""
    budget_usd: str = ""


@router.get("/surveys")
def listed(request: Request, desk: AtDesk) -> Response:
    surveys = desk.at_hand.surveys.all(50)
    return page(request, "live/surveys.html.jinja", surveys=surveys)


@router.post("/surveys")
async def begin(request: Request, desk: AtDesk) -> Response:
    """Keep a plan: topics a line, or YAML. Nothing is written yet."""
    form = await request.form(max_files=1, max_fields=10)
    plan, upload = str(form.get("plan", "")), form.get("file")
    if isinstance(upload, UploadFile) and upload.filename:
        found = text_of(await upload.read(MOST_CHARS + 1))
        if found is None:
            raise SourceError("the file is not a text", hint="Give a .yaml or .txt file.")
        plan = found.text
    fields = {n: v for n in ("papers", "words", "depth") if (v := form.get(n))}
    asked = checked(SurveyIn, {"plan": plan, **fields})
    survey = await anyio.to_thread.run_sync(new_survey, desk.at_hand, asked)
    return RedirectResponse(f"/surveys/{survey.id}", 303)


@router.get("/surveys/{survey_id}.yaml")
def export_plan(desk: AtDesk, survey_id: str) -> Response:
    """The plan, word for word."""
    return attached(desk.at_hand.surveys.find(survey_id).plan, "yaml", "plan.yaml")


@router.get("/surveys/{survey_id}.json")
def export_json(desk: AtDesk, survey_id: str) -> Response:
    return attached(kept_survey_json(desk.at_hand.surveys.find(survey_id)), "json", "survey.json")


@router.get("/surveys/{survey_id}")
def show(request: Request, desk: AtDesk, survey_id: str) -> Response:
    """The survey: its plan, how far it is, its reports, what an update changed."""
    library = desk.at_hand
    survey = library.surveys.find(survey_id)
    job = job_at(desk, "survey", survey.id)
    batch = latest_of(survey, library)
    values: dict[str, Any] = {"plan": None, "fault": "", "cost": ""}
    try:
        values |= {"plan": plan_of(survey, library), "cost": cost_of(desk, survey)}
    except ReviewError as error:
        values["fault"] = f"{error.message}. {error.hint}".strip()
    return page(
        request,
        "live/survey.html.jinja",
        survey=survey,
        job=job,
        said=state_words(job) if job else "",
        can_go_on=bool(job and work_again(desk, job)),
        reports=batch.reports if batch else (),
        has_failed=any(s.state == "failed" for report in survey.reports for s in report.sections),
        **values,
    )


@router.post("/surveys/{survey_id}/plan")
async def change(request: Request, desk: AtDesk, survey_id: str) -> Response:
    """Take the plan of the form, or of its YAML."""
    form = await request.form(max_files=0, max_fields=2000)
    given = str(form.get("version", ""))
    version = int(given) if given.isdecimal() else None

    def answer() -> Response:
        library = desk.at_hand
        text = str(form.get("yaml", ""))
        if not text:
            survey = library.surveys.find(survey_id)
            plan = _plan_of_form(form, plan_of(survey, library))
            text = survey_yaml(plan, library.papers())
        take_plan(survey_id, text, library, version)
        return RedirectResponse(f"/surveys/{survey_id}", 303)

    return await anyio.to_thread.run_sync(answer)


def _plan_of_form(form: FormData, before: SurveyPlan) -> SurveyPlan:
    """The plan with what the fields of the form say; what the form does not show stays."""
    reports = tuple(
        _report_of_form(form, f"r{n}", report)
        for n, report in enumerate(before.reports, start=1)
        if not form.get(f"r{n}-remove")
    )
    more = tuple(
        ReportPlan(title=topic[:1].upper() + topic[1:], topic=topic)
        for topic in _lines(form, "more-topics")
    )
    if not reports and not more:
        raise UsageError("a plan needs a report", hint="Keep one, or add a topic.")
    return SurveyPlan(title=_said(form, "title") or before.title, reports=(*reports, *more))


def _report_of_form(form: FormData, own: str, before: ReportPlan) -> ReportPlan:
    sections = tuple(
        section.model_copy(update={"title": _said(form, f"{own}-s{n}") or section.title})
        for n, section in enumerate(before.sections, start=1)
        if not form.get(f"{own}-s{n}-remove")
    )
    more = tuple(SectionPlan(title=title) for title in _lines(form, f"{own}-more"))
    changes: dict[str, Any] = {"sections": (*sections, *more)}
    for name in ("title", "topic"):
        changes[name] = _said(form, f"{own}-{name}") or getattr(before, name)
    for name in ("papers", "words"):
        said = _said(form, f"{own}-{name}")
        changes[name] = int(said) if said.isdecimal() and len(said) < 7 else getattr(before, name)
    depth = _said(form, f"{own}-depth")
    changes["depth"] = depth if depth in ("quick", "normal", "thorough") else before.depth
    return before.model_copy(update=changes)


def _said(form: FormData, name: str) -> str:
    return " ".join(str(form.get(name, "")).split())


def _lines(form: FormData, name: str) -> list[str]:
    lines = (" ".join(line.split()) for line in str(form.get(name, "")).splitlines())
    return [line for line in lines if line]


@router.post("/surveys/{survey_id}/steps")
def step(desk: AtDesk, survey_id: str, asked: Annotated[StepForm, Form()]) -> Response:
    """Outline, write, update or retry."""
    fields = {name: value for name, value in asked.model_dump().items() if value}
    made = checked(SurveyStep, {**fields, "survey": survey_id})
    desk.jobs.start(survey_work(desk, made))
    return RedirectResponse(f"/surveys/{survey_id}", 303)


@router.post("/surveys/{survey_id}/remove")
def remove(desk: AtDesk, survey_id: str) -> Response:
    """Forget the survey; its runs stay."""
    desk.at_hand.surveys.remove(survey_id)
    return RedirectResponse("/surveys", 303)


@router.get("/surveys/{survey_id}/reports/{name}.{form}")
def report(desk: AtDesk, survey_id: str, name: str, form: str) -> Response:
    """A report: as a page to read (`html`), or to be saved."""
    found = _report(desk, desk.at_hand.surveys.find(survey_id), name)
    match form:
        case "html":
            return _readable(report_html(found, f"/surveys/{survey_id}"))
        case "md":
            return attached(survey_markdown(found), "markdown", f"{name}.md")
        case "bib":
            return attached(bibtex(survey_papers(found)), "bib", f"{name}.bib")
        case "docx":
            return attached(survey_docx(found), "docx", f"{name}.docx")
    raise NotFoundError(f"a report has no form '{form[:20]}'", hint="Use html, md, bib or docx.")


def _report(desk: Desk, survey: KeptSurvey, name: str) -> SurveyReport:
    batch = latest_of(survey, desk.at_hand)
    found = [own for own in batch.reports if own.name == name] if batch else []
    if not found:
        raise NotFoundError("there is no such report", hint="Write it on the survey's page.")
    return found[0]


def _readable(text: str) -> Response:
    """A page that has its styles and scripts in itself: the policy that it names by their hashes
    holds for the answer."""
    named = _POLICY.search(text)
    policy = html.unescape(named[1]) if named else "default-src 'none'"
    headers = {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}
    return Response(text, headers=headers, media_type=KINDS["html"])
