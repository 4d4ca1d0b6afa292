"""The other pages of a screening: conflicts, how far it is, a model beside it, files in and out."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from reviewer.errors import ReviewError, UsageError
from reviewer.serve.desk import AtDesk
from reviewer.serve.exports import as_file, suffixes_of_kind
from reviewer.serve.pages.frame import page
from reviewer.serve.pages.jobs import state_words
from reviewer.serve.pages.screens import head_values
from reviewer.serve.screens import reader_of, require_reader, screens_of, user_of
from reviewer.serve.works import work_again
from reviewer.serve.works.screens import (
    SuggestIn,
    UpdateIn,
    planned_update,
    suggest_work,
    update_fields,
    update_work,
)
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.screening.calibrate import estimate_calibration
from reviewer.tasks.screening.conflicts import find_conflicts, find_model_conflicts
from reviewer.tasks.screening.criteria import parse_criteria, without_double_negative
from reviewer.tasks.screening.flow import FlowError, make_flow
from reviewer.tasks.screening.import_labels import Imported, import_labels
from reviewer.tasks.screening.labels import MAPPED, Labels, read_labels
from reviewer.tasks.screening.screened_records import screened_records
from reviewer.tasks.screening.screening import Given, Screening
from reviewer.tasks.screening.status import make_status, sign_stop
from reviewer.tasks.screening.stopping import rule_named
from reviewer.tasks.screening.suggest import estimate_calls, papers_to_ask
from reviewer.text.filenames import file_names
from reviewer.types.jobs import Job
from reviewer.types.screening import Stage, Verdict

router = APIRouter(include_in_schema=False)

_LOOKED_AT = 50  # newest jobs
_MOST_SHOWN = 200  # conflicts on one page
_MOST_UPLOAD = 16 * 1024 * 1024  # bytes, as the guard lets in
_Short = Annotated[str, Form(max_length=2000)]


@router.get("/screens/{name}/conflicts")
def conflicts(request: Request, name: str) -> Response:
    """The records on which reviewers disagree, to be settled."""
    with screens_of(request).opened(name) as screening:
        found = find_conflicts(screening, reader_of(request, screening.people))
        return page(
            request,
            "live/screen_conflicts.html.jinja",
            **head_values(request, screening, "conflicts"),
            conflicts=found[:_MOST_SHOWN],
            count=len(found),
            order=screening.order,
            by=_who(request, screening),
            is_blind=screening.is_blind,
        )


class _Resolved(BaseModel):
    """How a conflict ends, and who ends it: any name."""

    model_config = ConfigDict(extra="ignore")

    paper: str = Field(max_length=300)
    verdict: Verdict
    reason: str = Field(default="", max_length=60)
    note: str = Field(default="", max_length=10_000)
    by: str = Field(default="", max_length=200)


@router.post("/screens/{name}/resolve")
def resolve(request: Request, name: str, given: Annotated[_Resolved, Form()]) -> Response:
    with screens_of(request).opened(name) as screening:
        by = user_of(request) or given.by.strip()
        if not by:
            raise UsageError("who ends the conflict?", hint="Give a name.")
        reasons = (given.reason,) if given.verdict == "exclude" and given.reason else ()
        said = Given(reasons=reasons, note=given.note.strip())
        screening.resolve(screening.paper_named(given.paper), given.verdict, by, said)
    return RedirectResponse(f"/screens/{quoted(name)}/conflicts", 303)


@router.get("/screens/{name}/progress")
def progress(request: Request, name: str) -> Response:
    """How far everybody is, what the stopping rule says, agreement, criteria and the flow."""
    with screens_of(request).opened(name) as screening:
        reader = reader_of(request, screening.people)
        status, flow, fault = make_status(screening, reader), None, ""
        try:
            flow = make_flow(screening, reader=reader)
        except FlowError as error:
            fault = f"{error.message}. {error.hint}"
        return page(
            request,
            "live/screen_progress.html.jinja",
            **head_values(request, screening, "progress"),
            found=status,
            flow=flow,
            flow_fault=fault,
            flow_suffixes=suffixes_of_kind("Flow"),
            versions=screening.store.criteria(screening.name),
            by=_who(request, screening),
        )


@router.post("/screens/{name}/stop")
def stop(request: Request, name: str, why: _Short = "") -> Response:
    """Sign that reading stops here. It excludes nothing."""
    by = require_reader(request, screens_of(request).people(name))
    if not why.strip():
        raise UsageError("a stop is signed with a reason", hint="Say who agreed, and when.")
    with screens_of(request).opened(name) as screening:
        sign_stop(screening, why.strip(), by)
    return _to_progress(name)


@router.post("/screens/{name}/stage")
def change_stage(
    request: Request, name: str, stage: Annotated[Stage, Form()], why: _Short = ""
) -> Response:
    """Go on to full texts, or back."""
    by = require_reader(request, screens_of(request).people(name))
    with screens_of(request).opened(name) as screening:
        screening.change("stage", stage, by, why.strip())
    return _to_progress(name)


@router.post("/screens/{name}/rule")
def change_rule(
    request: Request,
    name: str,
    rule: Annotated[str, Form(max_length=40)],
    why: _Short = "",
) -> Response:
    """Change the stopping rule for a reason."""
    by = require_reader(request, screens_of(request).people(name))
    if not why.strip():
        raise UsageError("a stopping rule changes only for a reason", hint="Say it.")
    with screens_of(request).opened(name) as screening:
        rule_named(rule, len(screening.papers))
        screening.change("rule", rule, by, why.strip())
    return _to_progress(name)


@router.post("/screens/{name}/criteria")
def change_criteria(
    request: Request,
    name: str,
    criteria: Annotated[str, Form(max_length=200_000)],
    why: _Short = "",
) -> Response:
    """Keep a new version of the criteria for a reason."""
    by = require_reader(request, screens_of(request).people(name))
    rules = [without_double_negative(own) for own in parse_criteria(criteria)[1]]
    with screens_of(request).opened(name) as screening:
        screening.change_criteria(rules, by, why)
    return _to_progress(name)


@router.post("/screens/{name}/retrieve")
def retrieve(
    request: Request,
    name: str,
    paper: Annotated[str, Form(max_length=300)],
    why: _Short = "",
    state: Annotated[Literal["retrieved", "not-retrieved"], Form()] = "retrieved",
) -> Response:
    """Say that a full text was retrieved, or why it was not."""
    by = require_reader(request, screens_of(request).people(name))
    is_lacking = state == "not-retrieved"
    if is_lacking and not why.strip():
        raise UsageError("why was it not retrieved?", hint="Say it: library closed.")
    with screens_of(request).opened(name) as screening:
        screening.retrieve(screening.paper_named(paper), why.strip() if is_lacking else "", by)
    asked = "" if is_lacking else f"?{urlencode({'paper': paper})}"
    return RedirectResponse(f"/screens/{quoted(name)}{asked}", 303)


@router.get("/screens/{name}/flow.{suffix}")
def flow_file(request: Request, name: str, suffix: str) -> Response:
    """The PRISMA flow as a file."""
    with screens_of(request).opened(name) as screening:
        reader = reader_of(request, screening.people)
        return as_file(make_flow(screening, reader=reader), f"{name}-flow", suffix)


@router.get("/screens/{name}/decisions.{suffix}")
def decisions_file(request: Request, name: str, suffix: str) -> Response:
    """All records with what was decided on them, as a file: to a reviewer what that one may see."""
    with screens_of(request).opened(name) as screening:
        reader = reader_of(request, screening.people)
        return as_file(screened_records(screening, reader), f"{name}-decisions", suffix)


@router.get("/screens/{name}/files")
def files(request: Request, name: str) -> Response:
    return _files(request, name)


@router.post("/screens/{name}/files")
async def take_file(request: Request, name: str) -> Response:
    """Take the decisions of a file."""
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise UsageError("no file was sent", hint="Choose one.")
        data, sent = await file.read(_MOST_UPLOAD), file.filename
        said = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_take, request, name, sent, data, said)


def _take(request: Request, name: str, sent: str, data: bytes, said: dict[str, str]) -> Response:
    stage: Stage = "full-text" if said.get("stage") == "full-text" else "title"
    every = said.get("every", "")
    if every not in ("", "include", "exclude", "maybe"):
        raise UsageError(f"unknown verdict '{every[:40]}'", hint="Use include, exclude or maybe.")
    plain = Path(sent.replace("\\", "/")).name
    with TemporaryDirectory(prefix="review-labels-") as folder:
        place = Path(folder) / file_names([Path(plain).stem], Path(plain).suffix.lower())[0]
        place.write_bytes(data)
        try:
            found = read_labels(place, _mapped(said.get("map", "")), every)
        except UsageError as error:
            raise UsageError(error.message.replace(f"{folder}/", ""), hint=error.hint) from error
        with screens_of(request).opened(name) as screening:
            needs_name = any(not label.reviewer for label in found.labels)
            by = said.get("reviewer", "")
            reviewer = require_reader(request, screening.people, by) if needs_name else ""
            done = import_labels(screening, place, found, reviewer, stage)
    return _files(request, name, (plain, found, done))


def _mapped(words: str) -> dict[str, str]:
    """`COLUMN=WHAT` pairs, with commas or one a line."""
    found = dict[str, str]()
    for pair in words.replace(",", "\n").splitlines():
        column, _, what = pair.strip().rpartition("=")
        if pair.strip() and (not column or what not in MAPPED):
            raise UsageError(
                f"'{pair.strip()[:60]}' cannot be read",
                hint=f"Write COLUMN=WHAT; what it may hold: {', '.join(MAPPED)}.",
            )
        if column:
            found[column] = what
    return found


def _files(
    request: Request,
    name: str,
    taken: tuple[str, Labels, Imported] | None = None,
    update: dict[str, Any] | None = None,
) -> Response:
    with screens_of(request).opened(name) as screening:
        return page(
            request,
            "live/screen_files.html.jinja",
            422 if update and update["fault"] else 200,
            **head_values(request, screening, "files"),
            taken=taken,
            update=update or {**_Update().model_dump(), "found": None, "fault": ""},
            is_blind=screening.is_blind,
            suffixes=suffixes_of_kind("ScreenedRecords"),
            mapped=MAPPED,
        )


class _Update(BaseModel):
    """Which records an update takes in, and whether it is only looked at."""

    model_config = ConfigDict(extra="ignore")

    do: Literal["look", "take"] = "look"
    tags: str = Field(default="", max_length=4000)
    files: str = Field(default="", max_length=20_000)
    sources: str = Field(default="", max_length=20_000)


@router.post("/screens/{name}/update")
def update(
    request: Request, desk: AtDesk, name: str, given: Annotated[_Update, Form()]
) -> Response:
    """Say how many records are new; take them in by a job."""
    fields = given.model_dump(exclude={"do"})
    found, fault = None, ""
    with screens_of(request).opened(name) as screening:
        by = _who(request, screening)
        asked = UpdateIn(screen=name, by=by if by in screening.people else "", **fields)
        try:
            found = planned_update(screening, asked)
        except ReviewError as error:
            fault = f"{error.message}. {error.hint}"
    if found is not None and given.do == "take":
        return RedirectResponse(f"/jobs/{desk.jobs.start(update_work(desk, asked)).id}", 303)
    fresh = update_fields(found) if found else None
    return _files(request, name, update={**fields, "found": fresh, "fault": fault})


@router.get("/screens/{name}/model")
def model(request: Request, desk: AtDesk, name: str) -> Response:
    """What the model suggests, what asking it takes, and where people disagree with it."""
    return _model(request, desk, name)


@router.post("/screens/{name}/model")
def ask_model(
    request: Request,
    desk: AtDesk,
    name: str,
    do: Annotated[Literal["suggest", "calibrate"], Form()],
    most: Annotated[str, Form(max_length=10)] = "",
    budget_usd: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Begin to ask the model."""
    try:
        wanted, budget = int(most) if most else None, float(budget_usd) if budget_usd else None
    except ValueError as error:
        raise UsageError("a number cannot be read", hint="Write it as 100, or 0.50.") from error
    asked = SuggestIn(screen=name, do=do, most=wanted, budget_usd=budget)
    screens_of(request).people(name)
    desk.jobs.start(suggest_work(desk, asked))
    return RedirectResponse(f"/screens/{quoted(name)}/model", 303)


def _model(request: Request, desk: Desk, name: str) -> Response:
    own = desk.settings.model
    job = _job_of(desk, name)
    with screens_of(request).opened(name) as screening:
        reader = reader_of(request, screening.people)
        status = make_status(screening, reader)
        planned = estimate_calls(screening, len(papers_to_ask(screening, own))) if own else ""
        calibration = _calibration_planned(screening, own) if own else ""
        names = screening.suggestions.models(screening.stage)
        values = head_values(request, screening, "model")
        readers = (reader,) if reader else screening.people
        beside = [one for model in names for one in find_model_conflicts(screening, model, readers)]
    return page(
        request,
        "live/screen_model.html.jinja",
        **values,
        model_name=own,
        planned=planned,
        calibration=calibration,
        progress=status.models,
        agreements=[one for one in status.agreements if one.one == "people"],
        worth=job.record.fields if job and job.record and job.asked["do"] == "calibrate" else None,
        conflicts=beside[:_MOST_SHOWN],
        count=len(beside),
        job=job,
        said=state_words(job) if job else "",
        can_go_on=job is not None and work_again(desk, job) is not None,
    )


def _calibration_planned(screening: Screening, model: str) -> str:
    try:
        return estimate_calibration(screening, model)
    except UsageError as error:
        return f"not yet: {error.message}"


def _job_of(desk: Desk, name: str) -> Job | None:
    """The newest job that asks a model for this screening."""
    for job in desk.jobs.jobs(_LOOKED_AT):
        if job.kind == "screen model" and job.asked.get("screen") == name:
            return job
    return None


def _who(request: Request, screening: Screening) -> str:
    """The name under which this browser signs and settles; empty where it is not known."""
    return user_of(request) or reader_of(request, screening.people)


def _to_progress(name: str) -> Response:
    return RedirectResponse(f"/screens/{quoted(name)}/progress", 303)
