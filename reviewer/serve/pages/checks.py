"""The pages of checks: a draft is given, read beside its papers, mended and checked again."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from reviewer.errors import NotFoundError
from reviewer.render.check import check_head, check_line
from reviewer.render.html.live_check import (
    draft_pieces,
    entry_cards,
    kinds_of,
    sentence_cards,
)
from reviewer.render.suggestions import said_of
from reviewer.serve.desk import AtDesk
from reviewer.serve.exports import as_file, suffixes_of_kind
from reviewer.serve.pages.frame import page
from reviewer.serve.pages.jobs import state_words
from reviewer.serve.works.checks import MOST_CHARS, CheckedDraft, CheckIn, check_work
from reviewer.tasks.checks.fixes import fixed_name, sure_fixes
from reviewer.tasks.jobs.desk import Desk
from reviewer.text.option_notes import without_options

COULD_CITE = "could cite"  # the kind of the sentences that papers are suggested for

router = APIRouter(include_in_schema=False)


@router.get("/checks")
def listed(request: Request, desk: AtDesk) -> Response:
    """Where a draft is given; the checks that this process still has."""
    jobs = [job for job in reversed(desk.jobs.own()) if job.kind == "check"]
    can_look_up = not desk.settings.offline
    return page(request, "live/checks.html.jinja", jobs=jobs, can_look_up=can_look_up)


class CheckForm(BaseModel):
    """A draft and a bibliography, each pasted or sent as a file."""

    text: str = Field(default="", max_length=MOST_CHARS)
    bib: str = Field(default="", max_length=MOST_CHARS)
    draft_file: UploadFile | None = None
    bib_file: UploadFile | None = None
    every_sentence: bool = False
    online: bool = False
    suggest: bool = False


@router.post("/checks")
def check(
    desk: AtDesk, form: Annotated[CheckForm, Form(media_type="multipart/form-data")]
) -> Response:
    """Check a draft that was pasted or sent as a file."""
    pasted = CheckIn(**form.model_dump(exclude={"draft_file", "bib_file", "suggest"})).given()
    draft_name, draft = _sent(form.draft_file)
    bib_name, bib = _sent(form.bib_file)
    given = replace(
        pasted,
        name=draft_name or (pasted.name if form.text.strip() else ""),
        data=draft if draft_name else pasted.data,
        bib_name=bib_name or pasted.bib_name,
        bib=bib if bib_name else pasted.bib,
        suggest=form.suggest,
    )
    job = desk.jobs.start(check_work(desk, given))
    return RedirectResponse(f"/checks/{job.id}", 303)


def _sent(file: UploadFile | None) -> tuple[str, bytes]:
    if file is None or not file.filename:
        return "", b""
    return file.filename, file.file.read()


@router.get("/checks/{job_id}.{suffix}")
def export(desk: AtDesk, job_id: str, suffix: str) -> Response:
    """The report as the command line writes it, to be saved."""
    return as_file(_checked(desk, job_id).report, f"check-{job_id}", suffix)


@router.get("/checks/{job_id}/texts/{name}")
def edited(desk: AtDesk, job_id: str, name: str) -> Response:
    """A text with the fixes that were taken, to be saved."""
    texts = _checked(desk, job_id).edited()
    if name not in texts:
        raise NotFoundError(f"this check has no text '{name[:80]}'", hint="Open the check's page.")
    suffix = fixed_name(name).rpartition(".")[2]
    stem = fixed_name(name).rpartition(".")[0]
    headers = {
        "Content-Disposition": f'attachment; filename="{stem}.{suffix}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(texts[name], headers=headers, media_type="text/plain; charset=utf-8")


@router.get("/checks/{job_id}")
def show(request: Request, desk: AtDesk, job_id: str, kind: str = "", at: int = 0) -> Response:
    """The check while it works, and what it found."""
    job = desk.jobs.job(job_id)
    if job.kind != "check":
        raise NotFoundError(f"job {job_id} is no check", hint="See the page of runs.")
    result = desk.jobs.result(job_id)
    if not isinstance(result, CheckedDraft):
        said = state_words(job)
        if job.state in ("done", "interrupted"):
            said = "drafts are not kept when the program ends: check this one again"
        return page(request, "live/check_running.html.jinja", job=job, said=said)
    report = result.report
    cards = sentence_cards(report, kind)
    lacking = [s for s in result.suggested.lacking if s.suggestions] if result.suggested else []
    own = next((text for name, text in result.texts.items() if name == report.file), "")
    every = sentence_cards(report)
    return page(
        request,
        "live/check.html.jinja",
        job=job,
        report=report,
        notes=[without_options(note) for note in report.notes],
        line=check_line(report),
        head=check_head(report),
        cards=cards,
        entries=entry_cards(report, kind),
        lacking=lacking,
        could_cite=COULD_CITE,
        said_of=said_of,
        offered=result.offered,
        pieces=draft_pieces(own, every, report, result.taken),
        shown={card.place for card in cards},
        kinds=kinds_of(report),
        kind=kind,
        at=at,
        taken=set(result.taken),
        sure=[n for n in sure_fixes(report.fixes) if n not in result.taken],
        texts=result.edited() if result.taken else result.texts,
        fixed={name: fixed_name(name) for name in result.texts},
        suffixes=suffixes_of_kind("CheckReport"),
    )


@router.post("/checks/{job_id}/fix")
def fix(
    desk: AtDesk,
    job_id: str,
    number: Annotated[int, Form()],
    kind: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Take a fix, or give it back."""
    _checked(desk, job_id).take(number)
    return _to_check(job_id, kind)


@router.post("/checks/{job_id}/sure")
def fix_sure(
    desk: AtDesk, job_id: str, kind: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    """Take every fix that is sure."""
    checked = _checked(desk, job_id)
    checked.take_all(sure_fixes(checked.report.fixes))
    return _to_check(job_id, kind)


@router.post("/checks/{job_id}/again")
def again(
    desk: AtDesk,
    job_id: str,
    text: Annotated[str, Form()] = "",
    at: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """Check the text as it is now: with the fixes that were taken, or as it was edited here."""
    checked = _checked(desk, job_id)
    given, texts = checked.given, checked.edited()
    own = text.replace("\r\n", "\n") if text.strip() else texts.get(checked.report.file, "")
    bib = next((name for name in texts if name != checked.report.file), "")
    now = replace(
        given,
        data=own.encode() if own else given.data,
        bib_name=bib or given.bib_name,
        bib=texts[bib].encode() if bib else given.bib,
    )
    job = desk.jobs.start(check_work(desk, now))
    return RedirectResponse(f"/checks/{job.id}?at={at}" if at else f"/checks/{job.id}", 303)


def _checked(desk: Desk, job_id: str) -> CheckedDraft:
    result = desk.jobs.result(job_id)
    if not isinstance(result, CheckedDraft):
        raise NotFoundError("this check is not there any more", hint="Check the draft again.")
    return result


def _to_check(job_id: str, kind: str) -> Response:
    asked = f"?{urlencode({'kind': kind})}" if kind else ""
    return RedirectResponse(f"/checks/{job_id}{asked}", 303)
