"""Drafts: kept from their plan to their versions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from reviewer.render.json import kept_draft_json, kept_drafts_json
from reviewer.serve.answering import started
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document, gives
from reviewer.serve.works.drafts import DraftIn, DraftStep, EditIn, draft_work, new_draft
from reviewer.tasks.drafts.kept import edit_kept

router = APIRouter(tags=["drafts"])


@router.get("/drafts", responses=gives("drafts"))
def listed(
    request: Request, desk: AtDesk, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> Response:
    """The drafts, the latest changed first."""
    return document(request, kept_drafts_json(desk.at_hand.drafts.all(limit)))


@router.post("/drafts", status_code=202)
def begin(request: Request, desk: AtDesk, asked: DraftIn) -> Response:
    """Keep a new draft and plan it. Gives the job; with `Prefer: wait=SECONDS` the draft with its
    plan, if that is there by then."""
    draft = new_draft(desk, asked)
    return started(request, draft_work(desk, DraftStep(draft=draft.id, do="plan")))


@router.get("/drafts/{draft_id}", responses=gives("kept-draft"))
def show(request: Request, desk: AtDesk, draft_id: str) -> Response:
    """One draft, with its plan and its versions."""
    return document(request, kept_draft_json(desk.at_hand.drafts.find(draft_id)))


@router.post("/drafts/{draft_id}/edits", responses=gives("kept-draft"))
def edit(request: Request, desk: AtDesk, draft_id: str, asked: EditIn) -> Response:
    """Edit the plan. Gives the draft as it is then."""
    library = desk.at_hand
    changed = edit_kept(draft_id, asked.edits(library), library, asked.version)
    return document(request, kept_draft_json(changed))


@router.post("/drafts/{draft_id}/steps", status_code=202)
def step(request: Request, desk: AtDesk, draft_id: str, asked: DraftStep) -> Response:
    """Plan the draft, write it, or have a part written again. Gives the job, or what it made."""
    own = asked.model_copy(update={"draft": draft_id})
    return started(request, draft_work(desk, own))


@router.delete("/drafts/{draft_id}", responses=gives("kept-draft"))
def remove(request: Request, desk: AtDesk, draft_id: str) -> Response:
    """Forget the draft. Its versions stay as runs."""
    return document(request, kept_draft_json(desk.at_hand.drafts.remove(draft_id)))
