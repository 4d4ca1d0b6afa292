"""The pages of screenings: the list with the form of a new one, and the record that comes next."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from reviewer.errors import ReviewError, UsageError
from reviewer.library.screen_store import ScreenStore
from reviewer.render.html.live_screen import record_sentences, shown_criteria
from reviewer.serve.desk import AtDesk
from reviewer.serve.forms import checked
from reviewer.serve.pages.frame import page
from reviewer.serve.pages.library import names_of
from reviewer.serve.screens import (
    SHOW_MODEL,
    keep_choice,
    reader_of,
    require_reader,
    screens_of,
    show_model_of,
    user_of,
)
from reviewer.serve.works.screens import ScreenIn, screen_work
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.pages import files_of, picture_of
from reviewer.tasks.screening.outcomes import alive
from reviewer.tasks.screening.record_view import (
    bearing_sentences,
    marked_words,
    model_says,
    sentences_of,
)
from reviewer.tasks.screening.screening import Given, Screening, Shown
from reviewer.types import Paper
from reviewer.types.screening import Decision, LocatedQuote, Verdict

router = APIRouter(include_in_schema=False)

_MOST_CRITERIA = 200_000  # bytes of a file of criteria
_FIELDS = tuple(ScreenIn.model_fields)


@router.get("/screens")
def listed(request: Request, desk: AtDesk) -> Response:
    return _list(request, desk, {})


@router.post("/screens")
async def make(request: Request, desk: AtDesk) -> Response:
    """Begin a screening; the criteria are a text or a file."""
    async with request.form(max_files=1, max_fields=40) as form:
        given = {name: value for name in _FIELDS if isinstance(value := form.get(name), str)}
        file = form.get("file")
        if isinstance(file, UploadFile) and file.filename:
            data = await file.read(_MOST_CRITERIA + 1)
            if len(data) > _MOST_CRITERIA:
                raise UsageError("the file of criteria is too large", hint="Send a text or YAML.")
            given["criteria"] = data.decode("utf-8-sig", "replace")
    try:
        asked = checked(ScreenIn, given)
        work = await run_in_threadpool(screen_work, desk, asked)
    except RequestValidationError as error:
        fault = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors())
        return await run_in_threadpool(_list, request, desk, given, fault)
    except ReviewError as error:
        fault = f"{error.message}. {error.hint}"
        return await run_in_threadpool(_list, request, desk, given, fault)
    job = await run_in_threadpool(desk.jobs.start, work)
    return RedirectResponse(f"/jobs/{job.id}", 303)


def _list(request: Request, desk: Desk, given: dict[str, Any], fault: str = "") -> Response:
    library = desk.at_hand
    store = ScreenStore(library.database)
    screens = [(store.screen(name), len(store.records(name))) for name in store.names()]
    return page(
        request,
        "live/screens.html.jinja",
        422 if fault else 200,
        screens=screens,
        given={**dict.fromkeys(_FIELDS, ""), **given},
        fault=fault,
        tags=sorted(library.catalogue.tags()),
        files=names_of(sorted(library.catalogue.files()))[:30],
    )


class _Asked(BaseModel):
    """Which record is shown: one that is named, or the next one; what was done just before; and the
    page of its PDF beside it."""

    model_config = ConfigDict(extra="ignore")

    paper: str = Field(default="", max_length=300)
    after: str = Field(default="", max_length=300)
    page: int = Field(default=0, ge=0, le=100_000)


@router.get("/screens/{name}")
def read(request: Request, name: str, asked: Annotated[_Asked, Query()]) -> Response:
    """The record that comes next for who reads, or the one that is named."""
    people = screens_of(request).people(name)
    reviewer = reader_of(request, people)
    with screens_of(request).opened(name, reviewer) as screening:
        if not reviewer:
            return page(
                request, "live/screen_reader.html.jinja", **head_values(request, screening, "")
            )
        return _card(request, screening, reviewer, asked)


class _Reader(BaseModel):
    model_config = ConfigDict(extra="ignore")

    reviewer: str = Field(default="", max_length=200)
    models: str = Field(default="", max_length=10)


@router.post("/screens/{name}/reader")
def choose(request: Request, name: str, given: Annotated[_Reader, Form()]) -> Response:
    """Keep in this browser who reads, and when models are shown."""
    people = screens_of(request).people(name)
    response = RedirectResponse(f"/screens/{quoted(name)}", 303)
    if given.reviewer:
        keep_choice(request, response, "reader", require_reader(request, people, given.reviewer))
    if given.models in SHOW_MODEL:
        keep_choice(request, response, "models", given.models)
    return response


class _Decided(BaseModel):
    """A verdict on the paper that was shown. `stands` is the id of the reviewer's decision on it
    that stood then, so that a page which is behind decides nothing twice. `why` is one reason, by
    its own button. `keep` says what is kept without a decision: `note`, `proof`, or both."""

    model_config = ConfigDict(extra="ignore")

    paper: str = Field(max_length=300)
    verdict: Verdict = "exclude"
    why: str = Field(default="", max_length=60)
    reasons: list[str] = Field(default=[], max_length=50)
    proof: str = Field(default="", max_length=8)
    note: str = Field(default="", max_length=10_000)
    stands: str = Field(default="", max_length=80)
    versions: bool = False
    keep: str = Field(default="", max_length=8)


@router.post("/screens/{name}/decide")
def decide(request: Request, name: str, given: Annotated[_Decided, Form()]) -> Response:
    """Keep the verdict, then show the next record."""
    reviewer = require_reader(request, screens_of(request).people(name))
    with screens_of(request).opened(name, reviewer) as screening:
        paper = screening.paper_named(given.paper)
        own = screening.own(paper.id, reviewer, screening.stage)
        if (own.id if own else "") != given.stands:
            asked = _Asked(paper=paper.key)
            fault = "You decided on this record in another window. This is how it stands."
            return _card(request, screening, reviewer, asked, fault=fault)
        try:
            _keep(screening, paper, reviewer, given)
        except UsageError as error:
            fault = f"{error.message}. {error.hint.partition(': review ')[0]}"
            return _card(request, screening, reviewer, _Asked(paper=paper.key), given, fault)
    return RedirectResponse(f"/screens/{quoted(name)}?{urlencode({'after': paper.key})}", 303)


@router.post("/screens/{name}/note")
def note(request: Request, name: str, given: Annotated[_Decided, Form()]) -> Response:
    """Keep the note or the proof at once, and decide nothing. All that was filled in stays."""
    reviewer = require_reader(request, screens_of(request).people(name))
    fault = ""
    with screens_of(request).opened(name, reviewer) as screening:
        paper = screening.paper_named(given.paper)
        try:
            quote = _quote_of(screening, paper, given.proof) if given.keep != "note" else None
            words = given.note.strip() if given.keep != "proof" else ""
            if not words and quote is None:
                raise UsageError("nothing was kept", hint="Write a note, or choose a sentence.")
            screening.add_note(paper, reviewer, Given(quote=quote, note=words))
        except UsageError as error:
            fault = f"{error.message}. {error.hint}"
        return _card(request, screening, reviewer, _Asked(paper=paper.key), given, fault)


def _keep(screening: Screening, paper: Paper, reviewer: str, given: _Decided) -> None:
    reasons = (given.why,) if given.why else tuple(given.reasons)
    quote = _quote_of(screening, paper, given.proof)
    shown = screening.next_record(reviewer)
    is_next = shown is not None and shown.paper.id == paper.id
    said = Given(
        reasons=reasons if given.verdict == "exclude" else (), quote=quote, note=given.note.strip()
    )
    ranking = shown.ranking if shown and is_next else None
    screening.decide(paper, given.verdict, reviewer, said, ranking)
    for other in _versions(screening, paper) if given.versions else ():
        if screening.own(other.id, reviewer, screening.stage) is None:
            own = Given(reasons=said.reasons, note=said.note)
            screening.decide(other, given.verdict, reviewer, own)


def _quote_of(screening: Screening, paper: Paper, number: str) -> LocatedQuote | None:
    """The sentence of this number as proof. Raises UsageError for one that is not there."""
    if not number:
        return None
    sentences = sentences_of(paper, screening.stage)
    if not number.isdecimal() or int(number) >= len(sentences):
        raise UsageError(
            f"there is no sentence {number[:8]}", hint=f"Sentences are 0 to {len(sentences) - 1}."
        )
    part, start, end, _ = sentences[int(number)]
    return screening.quoted(paper, paper.text_of(part)[start:end])


def _versions(screening: Screening, paper: Paper) -> list[Paper]:
    """The other versions of this paper that are records of the screening too."""
    ids = [screening.present_id(one) for one in paper.versions]
    return [screening.library.paper(one) for one in ids if one in screening.papers]


class _Undone(BaseModel):
    """The decision that is taken back: the last one when the page was shown."""

    model_config = ConfigDict(extra="ignore")

    decision: str = Field(max_length=80)


@router.post("/screens/{name}/undo")
def undo(request: Request, name: str, given: Annotated[_Undone, Form()]) -> Response:
    """Take back the last decision, and show its record again. A decision that was taken back or
    followed by another one meanwhile stays as it is."""
    reviewer = require_reader(request, screens_of(request).people(name))
    with screens_of(request).opened(name, reviewer) as screening:
        last = _last_of(screening, reviewer)
        if last is None or last.id != given.decision:
            fault = "You decided or took back something in another window. Nothing was done here."
            return _card(request, screening, reviewer, _Asked(), fault=fault)
        screening.undo(reviewer)
        present = screening.present_id(last.paper_id)
        if present not in screening.papers:
            return RedirectResponse(f"/screens/{quoted(name)}", 303)
        paper = screening.library.paper(present)
        own = {one.id for one in _versions(screening, paper)}
        while (beside := _last_of(screening, reviewer)) and _is_twin(beside, last, own, screening):
            screening.undo(reviewer)
    return RedirectResponse(f"/screens/{quoted(name)}?{urlencode({'paper': paper.key})}", 303)


def _is_twin(one: Decision, last: Decision, own: set[str], screening: Screening) -> bool:
    """True for a decision that was made with the last one, on another version of its paper."""
    is_version = screening.present_id(one.paper_id) in own
    is_same = (one.verdict, one.reasons, one.note) == (last.verdict, last.reasons, last.note)
    return is_version and is_same and one.at[:19] == last.at[:19]


def _last_of(screening: Screening, reviewer: str) -> Decision | None:
    """What an undo of this reviewer takes back."""
    own = [
        one
        for one in alive(screening.decisions)
        if one.reviewer == reviewer and one.source in ("person", "resolve")
    ]
    return own[-1] if own else None


def head_values(request: Request, screening: Screening, tab: str) -> dict[str, Any]:
    """What all pages of a screening show."""
    return {
        "screen": screening.name,
        "address": f"/screens/{quoted(screening.name)}",
        "question": screening.screen.question.partition("\n")[0],
        "stage": screening.stage,
        "people": screening.people,
        "user": user_of(request),
        "reviewer": reader_of(request, screening.people),
        "tab": tab,
    }


def _card(
    request: Request,
    screening: Screening,
    reviewer: str,
    asked: _Asked,
    given: _Decided | None = None,
    fault: str = "",
) -> Response:
    shown = _shown(screening, reviewer, asked.paper)
    show_model = show_model_of(request)
    last = _last_of(screening, reviewer)
    values: dict[str, Any] = {
        "shown": shown,
        "fault": fault,
        "given": given,
        "last": last,
        "last_paper": _paper_of(screening, last) if last else None,
        "show_model": show_model,
        "models": screening.suggestions.models(screening.stage),
        "ranks": screening.ranking_model,
        "said": (),
        "suggested": (),
        "is_named": bool(asked.paper),
    }
    if asked.after and show_model == "after":
        done = screening.paper_named(asked.after)
        values["said"] = _said_by_models(screening, done)
    if shown is not None:
        values |= _record(screening, reviewer, shown.paper, asked.page)
        own = values["own"]
        if show_model == "before" or (own and show_model == "after"):
            values["suggested"] = _said_by_models(screening, shown.paper)
    return page(
        request,
        "live/screen.html.jinja",
        422 if fault else 200,
        **head_values(request, screening, "read"),
        **values,
    )


def _shown(screening: Screening, reviewer: str, key: str) -> Shown | None:
    """The named record, or the next one."""
    if not key:
        return screening.next_record(reviewer)
    return Shown(screening.paper_named(key), screening.count_waiting(reviewer))


def _paper_of(screening: Screening, decision: Decision) -> Paper | None:
    present = screening.present_id(decision.paper_id)
    return screening.library.paper(present) if present in screening.papers else None


def _said_by_models(screening: Screening, paper: Paper) -> list[Any]:
    models = screening.suggestions.models(screening.stage)
    return [said for model in models if (said := model_says(screening, paper, model))]


def _record(screening: Screening, reviewer: str, paper: Paper, page_number: int) -> dict[str, Any]:
    """What a card shows of a record. What others decided is among it once the reviewer may see
    it."""
    stage = screening.stage
    texts = [words for *_, words in sentences_of(paper, stage)]
    criteria = screening.criteria.criteria
    bearing = bearing_sentences(criteria, texts)
    marked = marked_words(screening.screen.question, " ".join(texts))
    others = [
        decision
        for decision in alive(screening.of_paper(paper.id))
        if decision.reviewer != reviewer and screening.may_see(decision, reviewer)
    ]
    pdf = next((file for file in files_of(screening.library, paper) if file.path), None)
    number = page_number if pdf and 1 <= page_number <= pdf.pages else 0
    return {
        "paper": paper,
        "sentences": record_sentences(texts, marked, bearing),
        "criteria": shown_criteria(criteria, bearing),
        "own": screening.own(paper.id, reviewer, stage),
        "others": others,
        "notes": [
            one
            for one in alive(screening.of_paper(paper.id))
            if one.reviewer == reviewer and one.verdict == "note"
        ],
        "versions": _versions(screening, paper),
        "pdf": pdf,
        "page_number": number,
        "page_size": picture_of(screening.library, paper, number)[0] if number else None,
        "retrieval": screening.retrievals().get(paper.id, "") if stage == "full-text" else "",
    }
