"""The pages of kept results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from reviewer.errors import UsageError
from reviewer.render.diff import compare_runs
from reviewer.render.json import runs_json
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document
from reviewer.serve.exports import exported, suffixes_of
from reviewer.serve.pages.asking import answer_page, day_words
from reviewer.serve.pages.frame import page
from reviewer.serve.pages.jobs import state_words
from reviewer.serve.works.asks import ask_work, asked_by
from reviewer.types.runs import Run

router = APIRouter(include_in_schema=False)

KIND_NAMES = {
    "ask": "Answer",
    "table": "Table",
    "draft": "Draft",
    "survey": "Survey",
    "revise": "Revision",
    "check": "Check",
    "cite": "Citing",
}

_A_PAGE = 50


@router.get("/runs")
def listed(request: Request, desk: AtDesk, kind: str = "", after: int = 0) -> Response:
    """The kept results, newest first, and the jobs that have none yet."""
    ledger = desk.at_hand.ledger
    runs = ledger.runs(_A_PAGE + 1, kind, max(after, 0))
    jobs = [job for job in desk.jobs.jobs(20) if job.state != "done"]
    return page(
        request,
        "live/runs.html.jinja",
        rows=[_row(run) for run in runs[:_A_PAGE]],
        jobs=[] if after else [(job, state_words(job), day_words(job.made)) for job in jobs],
        kinds=KIND_NAMES,
        kind=kind,
        earlier=max(after - _A_PAGE, 0) if after else None,
        later=after + _A_PAGE if len(runs) > _A_PAGE else None,
    )


@router.get("/runs.json")
def twin(request: Request, desk: AtDesk, kind: str = "", after: int = 0) -> Response:
    """The same runs as `review runs --json` has them."""
    return document(request, runs_json(desk.at_hand.ledger.runs(_A_PAGE, kind, max(after, 0))))


@router.get("/runs/compare")
def compare(request: Request, desk: AtDesk, run: Annotated[list[str], Query()]) -> Response:
    """What two runs say and cite differently."""
    if len(run) != 2:
        raise UsageError("two runs can be compared", hint="Choose two on the page of runs.")
    one, other = (desk.at_hand.ledger.run(run_id) for run_id in run)
    found = compare_runs(one, other)
    papers = {
        paper_id: desk.at_hand.catalogue.paper_named(paper_id)
        for paper_id in (*found.papers.first, *found.papers.second)
    }
    rows = [_row(one), _row(other)]
    return page(request, "live/compare.html.jinja", found=found, rows=rows, named=papers)


@router.get("/runs/{run_id}.{suffix}")
def export(desk: AtDesk, run_id: str, suffix: str) -> Response:
    """The result as the command line writes it, to be saved."""
    return exported(desk, run_id, suffix)


@router.get("/runs/{run_id}")
def show(request: Request, desk: AtDesk, run_id: str, quote: str = "", asked: str = "") -> Response:
    run = desk.at_hand.ledger.run(run_id)
    if run.command == "table":
        return RedirectResponse(f"/tables/{run.id}", 303)
    if run.command != "ask":
        suffixes = suffixes_of(run.command)
        return page(request, "live/run.html.jinja", row=_row(run), suffixes=suffixes)
    before = day_words(run.started) if asked == "before" else ""
    values = answer_page(desk, run, quote)
    return page(request, "live/answer.html.jinja", **values, asked_before=before)


@router.post("/runs/{run_id}/again")
def again(desk: AtDesk, run_id: str) -> Response:
    """Ask the same again, in the same way."""
    run = desk.at_hand.ledger.run(run_id)
    if run.command != "ask":
        raise UsageError("only a question is asked again here", hint="Open the run's page.")
    job = desk.jobs.start(ask_work(desk, asked_by(run)))
    return RedirectResponse(f"/jobs/{job.id}", 303)


@router.post("/runs/remove")
def remove(desk: AtDesk, run: Annotated[list[str], Form()]) -> Response:
    """Forget runs; replies that were paid for stay."""
    with desk.shared.writing() as library, library.writing():
        for run_id in run:
            library.ledger.remove(run_id)
    return RedirectResponse("/runs", 303)


@dataclass(frozen=True)
class RunRow:
    """A run as a list of runs shows it."""

    run: Run
    kind: str
    title: str
    day: str
    facts: str
    can_ask_again: bool


def _row(run: Run) -> RunRow:
    reports = run.result.get("reports", [])
    of_reports = sum(report.get("flow", {}).get("cited", 0) for report in reports)
    cited = run.result.get("coverage", {}).get("cited", of_reports)
    usage = run.usage
    writer = "quoted without a model" if run.writer == "extractive" else run.writer
    facts = [f"{cited} cited", writer, f"{usage.seconds:.1f} s"]
    if usage.cost_usd:
        facts.append(f"${usage.cost_usd:.2f}" if usage.cost_usd >= 0.01 else "under $0.01")
    elif usage.calls and usage.cost_usd is None:
        facts.append("price not known")
    named = KIND_NAMES.get(run.command, run.command)
    title = run.question or run.result.get("title", "") or run.id
    return RunRow(
        run, named, title, day_words(run.started), " · ".join(facts), run.command == "ask"
    )
