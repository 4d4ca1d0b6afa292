"""The pages of drafts: what is asked for, the plan as cards, the text with its proof beside it."""

from __future__ import annotations

import io
import zipfile
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from reviewer.errors import NotFoundError, ReviewError, SourceError
from reviewer.library import Library
from reviewer.render import render
from reviewer.render.bibtex import bibtex
from reviewer.render.claim_notes import cited_papers, is_annotated
from reviewer.render.html.draft import draft_values
from reviewer.render.json import kept_draft_json
from reviewer.render.registry import FORMATS
from reviewer.render.styles import style_for
from reviewer.serve.desk import AtDesk
from reviewer.serve.forms import checked
from reviewer.serve.pages.frame import page
from reviewer.serve.pages.jobs import state_words
from reviewer.serve.pages.work_at import job_at
from reviewer.serve.works import work_again
from reviewer.serve.works.drafts import (
    DraftIn,
    DraftStep,
    EditIn,
    cost_of,
    draft_work,
    new_draft,
)
from reviewer.sources.text_file import text_of
from reviewer.tasks.drafts.kept import (
    edit_kept,
    go_back,
    latest_of,
    papers_of,
    plan_of,
    take_plan,
    work_of,
)
from reviewer.tasks.drafts.related_work import estimate_calls
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.yaml_plan import plan_yaml, read_plan
from reviewer.types import RelatedWork
from reviewer.types.drafts import KeptDraft

router = APIRouter(include_in_schema=False)

FORMS = ("markdown", "latex", "docx", "html", "json")
KINDS = {
    "markdown": "text/markdown; charset=utf-8",
    "latex": "application/x-tex",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "bib": "application/x-bibtex; charset=utf-8",
    "yaml": "application/yaml; charset=utf-8",
    "zip": "application/zip",
}
_MOST_UPLOAD = 4 * 1024 * 1024  # bytes of the user's own work
_STEM = "related-work"


class StepForm(BaseModel):
    """The fields of a form that begins a step; empty ones are not given."""

    do: Literal["plan", "write", "redo"]
    part: str = ""
    wish: str = ""
    budget_usd: str = ""


@router.get("/drafts")
def listed(request: Request, desk: AtDesk) -> Response:
    return _begin(request, desk, DraftIn())


def _begin(request: Request, desk: Desk, asked: DraftIn, cost: str = "") -> Response:
    drafts = desk.at_hand.drafts.all(50)
    return page(request, "live/drafts.html.jinja", drafts=drafts, asked=asked, cost=cost)


@router.post("/drafts")
async def begin(request: Request, desk: AtDesk) -> Response:
    """A new draft, whose plan is begun; with `cost` only what that would cost."""
    form = await request.form(max_files=1, max_fields=20)
    upload = form.get("own")
    own_text, own_file = "", ""
    if isinstance(upload, UploadFile) and upload.filename:
        own_text, own_file = _own_of(await upload.read(_MOST_UPLOAD + 1), upload.filename)
    fields = {name: str(value) for name, value in form.items() if isinstance(value, str) and value}
    asks_cost = fields.pop("cost", "") != ""
    is_quick_look = fields.pop("write", "") != ""
    own = {"own_text": own_text, "own_file": own_file} if own_text else {}
    asked = checked(DraftIn, {**fields, **own})

    def answer() -> Response:
        if asks_cost:
            cost = estimate_calls(
                asked.about, desk.library, desk.settings.model, asked.options(desk.library)
            )
            return _begin(request, desk, asked, cost)
        draft = new_draft(desk, asked)
        step = DraftStep(draft=draft.id, do="write" if is_quick_look else "plan")
        desk.jobs.start(draft_work(desk, step))
        return RedirectResponse(f"/drafts/{draft.id}", 303)

    return await anyio.to_thread.run_sync(answer)


def _own_of(data: bytes, name: str) -> tuple[str, str]:
    """The text of an uploaded file, and its name without folders. Raises SourceError."""
    shown = name.replace("\\", "/").rpartition("/")[2][:200] or "the file"
    hint = "Give a .md, .tex or .txt file with an abstract."
    if len(data) > _MOST_UPLOAD:
        raise SourceError(f"{shown} is larger than {_MOST_UPLOAD >> 20} MB", hint=hint)
    found = None if data.startswith((b"%PDF-", b"PK\x03\x04")) else text_of(data)
    if found is None:
        raise SourceError(f"{shown} is not a text", hint=hint)
    return found.text, shown


@router.get("/drafts/{draft_id}.{form}")
def export(desk: AtDesk, draft_id: str, form: str, version: str = "", style: str = "") -> Response:
    """The draft as the command line writes it, to be saved: `zip` has the Markdown, LaTeX and Word
    files with their bibliography and their proof."""
    library = desk.at_hand
    draft = library.drafts.find(draft_id)
    if form == "yaml":
        text = plan_yaml(plan_of(draft), list(papers_of(draft, library).values()))
        return attached(text, "yaml", "plan.yaml")
    work = _shown(draft, version, library)
    if form == "json" and work is None:
        return attached(kept_draft_json(draft), "json", "draft.json")
    if work is None:
        raise NotFoundError("this draft is not written yet", hint="Write it on its page.")
    if form == "zip":
        return attached(_archive(work), "zip", f"{_STEM}.zip")
    if form == "bib":
        return attached(bibtex(cited_papers(work)), "bib", f"{_STEM}.bib")
    named = next((own for own in FORMS if form in (own, FORMATS[own][0][1:])), "")
    if not named:
        raise NotFoundError(f"a draft has no form '{form[:20]}'", hint=f"Use {', '.join(FORMS)}.")
    return attached(_rendered(work, named, style), named, f"{_STEM}{FORMATS[named][0]}")


def _rendered(work: RelatedWork, form: str, style: str = "") -> str | bytes:
    options: dict[str, Any] = {}
    if form in ("markdown", "latex", "docx"):
        options |= {"style": style_for(form, style, ""), "with_marks": False}
    if form == "latex":
        options["bibliography"] = f"{_STEM}.bib"
    return render(work, form, **options)


def _archive(work: RelatedWork) -> bytes:
    """All that the command line would write: texts, bibliography and proof."""
    holder = io.BytesIO()
    with zipfile.ZipFile(holder, "w", zipfile.ZIP_DEFLATED) as archive:
        for form in ("markdown", "latex", "docx"):
            archive.writestr(f"{_STEM}{FORMATS[form][0]}", _rendered(work, form))
        archive.writestr(f"{_STEM}.bib", bibtex(cited_papers(work)))
        for form in ("html", "json"):
            archive.writestr(f"{_STEM}.proof{FORMATS[form][0]}", _rendered(work, form))
    return holder.getvalue()


def attached(content: str | bytes, kind: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, headers=headers, media_type=KINDS[kind])


def _shown(draft: KeptDraft, version: str, library: Library) -> RelatedWork | None:
    if version and version in draft.run_ids:
        return work_of(library.ledger.run(version), library)
    return latest_of(draft, library)


@router.get("/drafts/{draft_id}")
def show(request: Request, desk: AtDesk, draft_id: str) -> Response:
    """The draft's plan before it is written; then its text."""
    draft = desk.at_hand.drafts.find(draft_id)
    if latest_of(draft, desk.at_hand) is not None:
        return RedirectResponse(f"/drafts/{draft.id}/text", 303)
    return _plan_page(request, desk, draft)


@router.get("/drafts/{draft_id}/plan")
def show_plan(request: Request, desk: AtDesk, draft_id: str) -> Response:
    return _plan_page(request, desk, desk.at_hand.drafts.find(draft_id))


def _plan_page(request: Request, desk: Desk, draft: KeptDraft) -> Response:
    has_plan = draft.plan is not None and bool(draft.plan.themes)
    return page(
        request,
        "live/draft_plan.html.jinja",
        **_work_values(desk, draft),
        papers_by_id=papers_of(draft, desk.at_hand),
        cost=_cost(desk, draft) if has_plan else "",
        is_written=bool(draft.run_ids),
        own_claims=draft.plan.own_claims if draft.plan else (),
    )


@router.get("/drafts/{draft_id}/text")
def show_text(request: Request, desk: AtDesk, draft_id: str, version: str = "") -> Response:
    draft = desk.at_hand.drafts.find(draft_id)
    work = _shown(draft, version, desk.at_hand)
    if work is None:
        return RedirectResponse(f"/drafts/{draft.id}", 303)
    return page(
        request,
        "live/draft_text.html.jinja",
        **_work_values(desk, draft),
        **draft_values(work),
        is_annotated=is_annotated(work),
    )


def _work_values(desk: Desk, draft: KeptDraft) -> dict[str, Any]:
    """The draft, and the job that works at it."""
    job = job_at(desk, "draft", draft.id)
    return {
        "draft": draft,
        "job": job,
        "said": state_words(job) if job else "",
        "can_go_on": bool(job and work_again(desk, job)),
    }


def _cost(desk: Desk, draft: KeptDraft) -> str:
    """What writing would cost; a library that is still being opened is not waited for."""
    if not desk.is_ready:
        return ""
    try:
        return cost_of(desk, draft)
    except ReviewError as error:
        return error.message


@router.post("/drafts/{draft_id}/edits")
def edit(
    desk: AtDesk,
    draft_id: str,
    asked: Annotated[EditIn, Form()],
) -> Response:
    """Edit the plan, and show it."""
    edit_kept(draft_id, asked.edits(desk.at_hand), desk.at_hand, asked.version)
    return RedirectResponse(f"/drafts/{draft_id}/plan", 303)


@router.post("/drafts/{draft_id}/plan")
def take(desk: AtDesk, draft_id: str, plan: Annotated[str, Form(max_length=1_000_000)]) -> Response:
    """Take a whole plan, as YAML."""
    take_plan(draft_id, read_plan(plan, "the plan", desk.at_hand.paper), desk.at_hand)
    return RedirectResponse(f"/drafts/{draft_id}/plan", 303)


@router.post("/drafts/{draft_id}/steps")
def step(desk: AtDesk, draft_id: str, asked: Annotated[StepForm, Form()]) -> Response:
    """Plan, write, or have a part written again."""
    fields = {name: value for name, value in asked.model_dump().items() if value}
    made = checked(DraftStep, {**fields, "draft": draft_id})
    desk.jobs.start(draft_work(desk, made))
    return RedirectResponse(f"/drafts/{draft_id}", 303)


@router.post("/drafts/{draft_id}/back")
def back(desk: AtDesk, draft_id: str, run: Annotated[str, Form(max_length=60)]) -> Response:
    """Make an earlier version the latest."""
    go_back(draft_id, run, desk.at_hand)
    return RedirectResponse(f"/drafts/{draft_id}", 303)


@router.post("/drafts/{draft_id}/remove")
def remove(desk: AtDesk, draft_id: str) -> Response:
    """Forget the draft; its versions stay as runs."""
    desk.at_hand.drafts.remove(draft_id)
    return RedirectResponse("/drafts", 303)
