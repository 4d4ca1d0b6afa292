"""Screenings: what comes next, what reviewers decide, conflicts, status, flow, a model beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from reviewer.errors import UsageError
from reviewer.library.screen_store import ScreenStore
from reviewer.render import render
from reviewer.render.json import dump
from reviewer.serve.answering import started
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document, gives
from reviewer.serve.exports import as_file
from reviewer.serve.screens import require_reader, screens_of, user_of
from reviewer.serve.works.screens import (
    ScreenIn,
    SuggestIn,
    UpdateIn,
    screen_work,
    suggest_work,
    update_work,
)
from reviewer.tasks.screening.conflicts import find_conflicts, find_model_conflicts
from reviewer.tasks.screening.flow import make_flow
from reviewer.tasks.screening.record_view import record_data
from reviewer.tasks.screening.screened_records import screened_records
from reviewer.tasks.screening.screening import Given, Screening
from reviewer.tasks.screening.status import make_status, sign_stop
from reviewer.tasks.screening.stopping import rule_named
from reviewer.types import Paper
from reviewer.types.screening import Screen, Verdict

router = APIRouter(tags=["screens"])
_Name = Annotated[str, Field(max_length=300)]
_Reader = Annotated[str, Query(max_length=200, description="Who reads.")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReaderIn(_In):
    """Who does it; the only reviewer without it."""

    reviewer: str = Field(default="", max_length=200)


class ScreenDecisionIn(ReaderIn):
    """A verdict on a paper: `quote` are words of it, `reasons` keys of criteria."""

    key: _Name
    verdict: Verdict
    reasons: list[_Name] = Field(default=[], max_length=50)
    quote: str = Field(default="", max_length=10_000)
    note: str = Field(default="", max_length=10_000)


class NoteIn(ReaderIn):
    """A note, a quote of the paper, or both, without a decision."""

    key: _Name
    quote: str = Field(default="", max_length=10_000)
    note: str = Field(default="", max_length=10_000)


class ChangeIn(ReaderIn):
    """A change of the stage or of the stopping rule, with the reason that is kept."""

    kind: Literal["stage", "rule"]
    value: str = Field(max_length=40)
    why: str = Field(default="", max_length=2000)


class StopIn(ReaderIn):
    """A signed stop."""

    why: str = Field(min_length=1, max_length=2000)


class RetrievalIn(ReaderIn):
    """A full text that was retrieved, or why it was not."""

    key: _Name
    not_retrieved: str = Field(default="", max_length=2000)


class AskModelIn(_In):
    """As SuggestIn, for the screening that the address names."""

    do: Literal["suggest", "calibrate"]
    most: int | None = Field(default=None, ge=1, le=1_000_000)
    budget_usd: float | None = Field(default=None, gt=0, le=10_000)


@router.get("/screens")
def listed(desk: AtDesk) -> dict[str, list[Screen]]:
    """The screenings, as they were made."""
    store = ScreenStore(desk.at_hand.database)
    return {"screens": [store.screen(name) for name in store.names()]}


@router.post("/screens", status_code=202)
def make(request: Request, desk: AtDesk, asked: ScreenIn) -> Response:
    """Begin a screening. Gives the job; with `Prefer: wait=SECONDS` its name, if it is there."""
    return started(request, screen_work(desk, asked))


@router.get("/screens/{name}", responses=gives("screen-status"))
def status(request: Request, name: str, reviewer: _Reader = "") -> Response:
    """How far everybody is, and what the stopping rule says; with a reviewer by what that one may
    see."""
    with screens_of(request).opened(name) as screening:
        return _status(request, screening, reviewer)


@router.get("/screens/{name}/next", responses=gives("screen-record"))
def show_next(
    request: Request, name: str, reviewer: _Reader = "", models: bool = False
) -> Response:
    """The record that this reviewer is to read next; with `models` what they suggest on it."""
    reader = require_reader(request, screens_of(request).people(name), reviewer)
    with screens_of(request).opened(name, reader) as screening:
        shown = screening.next_record(reader)
        return _document(request, "screen-record", record_data(
            screening, reader, shown, with_models=models
        ))  # fmt: skip


@router.post("/screens/{name}/decisions", responses=gives("screen-history"))
def decide(request: Request, name: str, given: ScreenDecisionIn) -> Response:
    """Keep a verdict: when this answers, it is on the disk."""
    reader = require_reader(request, screens_of(request).people(name), given.reviewer)
    with screens_of(request).opened(name, reader) as screening:
        paper = screening.paper_named(given.key)
        shown = screening.next_record(reader)
        ranking = shown.ranking if shown and shown.paper.id == paper.id else None
        said = _given(screening, paper, given)
        done = screening.decide(paper, given.verdict, reader, said, ranking)
        return _history(request, [done])


@router.post("/screens/{name}/notes", responses=gives("screen-history"))
def note(request: Request, name: str, given: NoteIn) -> Response:
    """Keep a note or a quote without a decision: when this answers, it is on the disk."""
    reader = require_reader(request, screens_of(request).people(name), given.reviewer)
    with screens_of(request).opened(name, reader) as screening:
        paper = screening.paper_named(given.key)
        quote = screening.quoted(paper, given.quote) if given.quote else None
        said = Given(quote=quote, note=given.note.strip())
        return _history(request, [screening.add_note(paper, reader, said)])


@router.post("/screens/{name}/undo", responses=gives("screen-history"))
def undo(request: Request, name: str, given: ReaderIn) -> Response:
    """Take back the reviewer's last decision; gives it."""
    reader = require_reader(request, screens_of(request).people(name), given.reviewer)
    with screens_of(request).opened(name, reader) as screening:
        return _history(request, [screening.undo(reader)])


@router.get("/screens/{name}/decisions", responses=gives("screen-history"))
def history(
    request: Request,
    name: str,
    reviewer: _Reader = "",
    key: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Every decision, note, undo and event; with a reviewer what that one may see."""
    with screens_of(request).opened(name) as screening:
        reader = _seen_by(request, screening, reviewer)
        paper = screening.paper_named(key).id if key else ""
        own = screening.of_paper(paper) if key else screening.decisions
        own = [d for d in own if not reader or screening.may_see(d, reader)]
        return _history(request, own, screening.events_of(paper, reader))


@router.get("/screens/{name}/decisions.{suffix}")
def decisions_file(request: Request, name: str, suffix: str, reviewer: _Reader = "") -> Response:
    """All records with what was decided on them, as a file (csv, ris or jsonl); with a reviewer
    what that one may see."""
    with screens_of(request).opened(name) as screening:
        reader = _seen_by(request, screening, reviewer)
        return as_file(screened_records(screening, reader), f"{name}-decisions", suffix)


@router.get("/screens/{name}/conflicts", responses=gives("screen-conflicts"))
def conflicts(
    request: Request,
    name: str,
    model: Annotated[str, Query(max_length=200)] = "",
    reviewer: _Reader = "",
) -> Response:
    """Where reviewers disagree; with a model where people and it do. With a reviewer what that one
    may see."""
    with screens_of(request).opened(name) as screening:
        reader = _seen_by(request, screening, reviewer)
        readers = (reader,) if reader else ()
        beside = find_model_conflicts(screening, model, readers) if model else []
        found = beside or ([] if model else find_conflicts(screening, reader))
        fields = [one.model_dump(mode="json") for one in found]
        return _document(request, "screen-conflicts", {"conflicts": fields})


@router.post("/screens/{name}/conflicts", responses=gives("screen-history"))
def resolve(request: Request, name: str, given: ScreenDecisionIn) -> Response:
    """End a conflict, under any name."""
    by = user_of(request) or given.reviewer.strip()
    if not by:
        raise UsageError("who ends the conflict?", hint="Give reviewer.")
    with screens_of(request).opened(name) as screening:
        paper = screening.paper_named(given.key)
        said = _given(screening, paper, given)
        return _history(request, [screening.resolve(paper, given.verdict, by, said)])


@router.post("/screens/{name}/changes", responses=gives("screen-status"))
def change(request: Request, name: str, given: ChangeIn) -> Response:
    """Go on to full texts or back, or change the stopping rule for a reason."""
    by = require_reader(request, screens_of(request).people(name), given.reviewer)
    with screens_of(request).opened(name) as screening:
        if given.kind == "rule":
            if not given.why.strip():
                raise UsageError("a stopping rule changes only for a reason", hint="Give why.")
            rule_named(given.value, len(screening.papers))
        elif given.value not in Screening.STAGES:
            raise UsageError(f"unknown stage '{given.value}'", hint="Use title or full-text.")
        screening.change(given.kind, given.value, by, given.why.strip())
        return _status(request, screening)


@router.post("/screens/{name}/stop", responses=gives("screen-status"))
def stop(request: Request, name: str, given: StopIn) -> Response:
    """Sign that reading stops here. It excludes nothing."""
    by = require_reader(request, screens_of(request).people(name), given.reviewer)
    with screens_of(request).opened(name) as screening:
        sign_stop(screening, given.why, by)
        return _status(request, screening)


@router.post("/screens/{name}/retrievals", responses=gives("screen-status"))
def retrieve(request: Request, name: str, given: RetrievalIn) -> Response:
    """Say that a full text was retrieved, or why it was not."""
    by = require_reader(request, screens_of(request).people(name), given.reviewer)
    with screens_of(request).opened(name) as screening:
        screening.retrieve(screening.paper_named(given.key), given.not_retrieved.strip(), by)
        return _status(request, screening)


@router.post("/screens/{name}/update", status_code=202)
def update(request: Request, desk: AtDesk, name: str, given: UpdateIn) -> Response:
    """Take in the records that the library has gained. Gives the job."""
    screens_of(request).people(name)
    by = require_reader(request, screens_of(request).people(name), given.by) if given.by else ""
    return started(request, update_work(desk, given.model_copy(update={"screen": name, "by": by})))


@router.get("/screens/{name}/flow", responses=gives("flow"))
def flow(request: Request, name: str, reviewer: _Reader = "") -> Response:
    """The PRISMA flow's numbers, with the papers of each box; with a reviewer by what that one may
    see."""
    with screens_of(request).opened(name) as screening:
        found = make_flow(screening, reader=_seen_by(request, screening, reviewer))
        return document(request, str(render(found, "json")))


@router.post("/screens/{name}/model", status_code=202, responses=gives("screen-model"))
def ask_model(request: Request, desk: AtDesk, name: str, given: AskModelIn) -> Response:
    """Ask the model of the server for suggestions, or calibrate it. Gives the job."""
    screens_of(request).people(name)
    asked = SuggestIn(screen=name, do=given.do, most=given.most, budget_usd=given.budget_usd)
    return started(request, suggest_work(desk, asked))


def _given(screening: Screening, paper: Paper, given: ScreenDecisionIn) -> Given:
    quote = screening.quoted(paper, given.quote) if given.quote else None
    return Given(reasons=tuple(given.reasons), quote=quote, note=given.note.strip())


def _seen_by(request: Request, screening: Screening, named: str) -> str:
    """The reviewer by whose eyes it is shown: whom the proxy names, else the named one; all is
    shown to who is no reviewer."""
    name = user_of(request) or named
    return name if name in screening.people else ""


def _status(request: Request, screening: Screening, reviewer: str = "") -> Response:
    found = make_status(screening, _seen_by(request, screening, reviewer))
    return _document(request, "screen-status", found.model_dump(mode="json"))


def _history(request: Request, decisions: Sequence[Any], events: Sequence[Any] = ()) -> Response:
    fields = {
        "decisions": [own.model_dump(mode="json") for own in decisions],
        "events": [event.model_dump(mode="json") for event in events],
    }
    return _document(request, "screen-history", fields)


def _document(request: Request, kind: str, fields: dict[str, Any]) -> Response:
    return document(request, dump(kind, fields))
