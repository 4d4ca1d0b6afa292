"""Drafts: kept from their plan to their versions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from reviewer.render.json import kept_draft_json, kept_drafts_json
from reviewer.serve.answering import started
from reviewer.serve.desk import AtDesk
from reviewer.serve.works.drafts import DraftIn, DraftStep, EditIn, draft_work, new_draft
from reviewer.tasks.drafts.kept import edit_kept

router = APIRouter(tags=["drafts"])
_JSON = "application/json"

Prefer = Annotated[str, Header(max_length=100)]


@router.get("/drafts")
def listed(desk: AtDesk, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> Response:
    """The drafts, the latest changed first."""
    return Response(kept_drafts_json(desk.at_hand.drafts.all(limit)), media_type=_JSON)


@router.post("/drafts", status_code=202)
def begin(desk: AtDesk, asked: DraftIn, prefer: Prefer = "") -> Response:
    """Keep a new draft and plan it. Gives the job; with `Prefer: wait=SECONDS` the draft with its
    plan, if that is there by then."""
    draft = new_draft(desk, asked)
    return started(desk, draft_work(desk, DraftStep(draft=draft.id, do="plan")), prefer)


@router.get("/drafts/{draft_id}")
def show(desk: AtDesk, draft_id: str) -> Response:
    """One draft, with its plan and its versions."""
    return Response(kept_draft_json(desk.at_hand.drafts.find(draft_id)), media_type=_JSON)


@router.post("/drafts/{draft_id}/edits")
def edit(desk: AtDesk, draft_id: str, asked: EditIn) -> Response:
    """Edit the plan. Gives the draft as it is then."""
    library = desk.at_hand
    changed = edit_kept(draft_id, asked.edits(library), library, asked.version)
    return Response(kept_draft_json(changed), media_type=_JSON)


@router.post("/drafts/{draft_id}/steps", status_code=202)
def step(desk: AtDesk, draft_id: str, asked: DraftStep, prefer: Prefer = "") -> Response:
    """Plan the draft, write it, or have a part written again. Gives the job, or what it made."""
    own = asked.model_copy(update={"draft": draft_id})
    return started(desk, draft_work(desk, own), prefer)


@router.delete("/drafts/{draft_id}")
def remove(desk: AtDesk, draft_id: str) -> Response:
    """Forget the draft. Its versions stay as runs."""
    return Response(kept_draft_json(desk.at_hand.drafts.remove(draft_id)), media_type=_JSON)
