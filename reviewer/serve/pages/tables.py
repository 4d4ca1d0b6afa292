"""The pages of tables: the list with the form of a new one, one that is made, and a kept one."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote as quoted

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from reviewer.errors import UsageError
from reviewer.grounding.columns import column_named
from reviewer.render.describe import tally_line
from reviewer.render.html.live_table import (
    Filling,
    blank_table,
    grid_rows,
    place_of,
    read_place,
    so_far,
    values_beside,
    written_column,
)
from reviewer.render.table_words import nothing_found, table_head, table_title
from reviewer.serve.desk import AtDesk
from reviewer.serve.exports import as_file, suffixes_of
from reviewer.serve.pages.frame import page
from reviewer.serve.pages.jobs import state_words
from reviewer.serve.works import work_again
from reviewer.serve.works.tables import (
    TableIn,
    TableMoreIn,
    more_work,
    planned_calls,
    table_work,
)
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.tables.edits import cell_of, counting, row_named
from reviewer.tasks.tables.kept import (
    Correction,
    OpenedTable,
    drop_column,
    drop_paper,
    go_back,
    list_tables,
    open_table,
    order_columns,
    set_cell,
    sort_rows,
    undo,
    unset_cell,
)
from reviewer.text.option_notes import without_options
from reviewer.types import Table
from reviewer.types.jobs import Job
from reviewer.types.tables import Cell, Column

router = APIRouter(include_in_schema=False)

_Short = Annotated[str, Form(max_length=500)]


@router.get("/tables")
def listed(
    request: Request, desk: AtDesk, topic: str = "", tags: str = "", keys: str = ""
) -> Response:
    asked = TableIn(topic=topic, tags=[tags], keys=[keys])
    return _new(request, desk, asked)


@router.post("/tables")
def make(
    request: Request, desk: AtDesk, asked: Annotated[TableIn, Form()], plan: str = ""
) -> Response:
    """Begin to make a table; with `plan` say what it would take."""
    if plan:
        return _new(request, desk, asked, planned_calls(desk, asked))
    job = desk.jobs.start(table_work(desk, asked))
    return RedirectResponse(f"/tables/making/{job.id}", 303)


def _new(request: Request, desk: Desk, asked: TableIn, planned: str = "") -> Response:
    library = desk.at_hand
    tags = sorted({tag for paper in library.papers() for tag in paper.tags})
    tables = list_tables(library)
    return page(
        request, "live/tables.html.jinja", asked=asked, planned=planned, tags=tags, tables=tables
    )


@router.get("/tables/making/{job_id}")
def making(
    request: Request, desk: AtDesk, job_id: str, at: Annotated[list[int] | None, Query()] = None
) -> Response:
    """A table while it is made; one that is done leads to its page."""
    job = desk.jobs.job(job_id)
    if job.state == "done":
        return RedirectResponse(f"/tables/{job.run_id}", 303)
    filling = _so_far(desk, job, None)
    return page(
        request,
        "live/table_making.html.jinja",
        job=job,
        said=state_words(job),
        columns=filling.table.columns,
        rows=grid_rows(filling, at or ()),
        can_go_on=work_again(desk, job) is not None,
    )


def _so_far(desk: Desk, job: Job, table: Table | None) -> Filling:
    """The table that a job fills, a kept one or a new one, as the job's events tell it."""
    columns: list[Column] = [*(table.columns if table else ())]
    ids: list[str] = []
    given: dict[str, tuple[Cell, ...]] = {}
    for event in desk.jobs.events(job.id):
        if event.kind == "columns":
            columns = [Column.model_validate(column) for column in event.data["columns"]]
            ids = event.data["papers"]
        elif event.kind == "row":
            cells = tuple(Cell.model_validate(cell) for cell in event.data["cells"])
            given[event.data["paper_id"]] = cells
    if table is None:
        named = [desk.at_hand.catalogue.paper_named(paper_id) for paper_id in ids]
        table = blank_table([paper for paper in named if paper is not None])
    return so_far(table, columns, given)


@router.get("/tables/{table_id}.{suffix}")
def export(desk: AtDesk, table_id: str, suffix: str, after: int | None = None) -> Response:
    """The table as the command line writes it, to be saved."""
    table = open_table(table_id, desk.at_hand, after=after).table
    return as_file(table, f"table-{table.table_id}", suffix)


@router.get("/tables/{table_id}")
def show(request: Request, desk: AtDesk, table_id: str, after: int | None = None) -> Response:
    """The table as it is now, or as it was after an edit."""
    return _page(request, desk, open_table(table_id, desk.at_hand, after=after), after=after)


@router.get("/tables/{table_id}/rows")
def rows(
    request: Request, desk: AtDesk, table_id: str, at: Annotated[list[int] | None, Query()] = None
) -> Response:
    """Some rows of a table that is being filled further."""
    return _page(request, desk, open_table(table_id, desk.at_hand), numbers=at or [0])


@router.get("/tables/{table_id}/cell")
def cell(request: Request, desk: AtDesk, table_id: str, at: str) -> Response:
    """The table with what stands behind a cell, a paper or a column beside it."""
    return _page(request, desk, open_table(table_id, desk.at_hand), at=at)


@router.post("/tables/{table_id}/cell")
def correct(
    desk: AtDesk,
    table_id: str,
    at: _Short,
    value: Annotated[str, Form(max_length=4000)] = "",
    quote: Annotated[str, Form(max_length=10_000)] = "",
) -> Response:
    """Correct a cell by hand."""
    key, column = read_place(at)
    given = Correction(key, column, value.strip() or "not stated", quote)
    set_cell(table_id, given, desk.library)
    return _to_cell(table_id, at)


@router.post("/tables/{table_id}/unset")
def take_back(desk: AtDesk, table_id: str, at: _Short) -> Response:
    key, column = read_place(at)
    unset_cell(table_id, key, column, desk.at_hand)
    return _to_cell(table_id, at)


@router.post("/tables/{table_id}/drop")
def drop(desk: AtDesk, table_id: str, at: _Short) -> Response:
    """Take out a paper, or a column."""
    key, column = read_place(at)
    if key:
        drop_paper(table_id, key, desk.at_hand)
    else:
        drop_column(table_id, column, desk.at_hand)
    return _to_table(table_id)


@router.post("/tables/{table_id}/move")
def move(desk: AtDesk, table_id: str, at: _Short, to: _Short) -> Response:
    """Move a column: `to` is left, right or first."""
    opened = open_table(table_id, desk.at_hand)
    names = [column.name for column in opened.table.columns]
    name = column_named(read_place(at)[1], opened.table.columns).name
    place = names.index(name)
    names.remove(name)
    names.insert({"left": max(0, place - 1), "right": place + 1}.get(to, 0), name)
    order_columns(table_id, names, desk.at_hand)
    return _to_cell(table_id, at)


@router.post("/tables/{table_id}/sort")
def sort(desk: AtDesk, table_id: str, by: _Short, reverse: bool = Form(default=False)) -> Response:
    sort_rows(table_id, by, desk.at_hand, is_reversed=reverse)
    return _to_table(table_id)


@router.post("/tables/{table_id}/undo")
def step_back(desk: AtDesk, table_id: str) -> Response:
    undo(table_id, desk.at_hand)
    return _to_table(table_id)


@router.post("/tables/{table_id}/back")
def back(desk: AtDesk, table_id: str, number: Annotated[int, Form()]) -> Response:
    go_back(table_id, number, desk.at_hand)
    return _to_table(table_id)


@router.post("/tables/{table_id}/redo")
def redo(desk: AtDesk, table_id: str, at: _Short) -> Response:
    """Ask again for a cell, a paper's row or a column."""
    key, column = read_place(at)
    wanted = TableMoreIn(
        table=table_id, keys=[key] if key else [], redone=[column] if column else []
    )
    desk.jobs.start(more_work(desk, wanted))
    return _to_cell(table_id, at)


@router.post("/tables/{table_id}/add")
def add(
    desk: AtDesk,
    table_id: str,
    columns: Annotated[str, Form(max_length=8000)] = "",
    suggest: Annotated[int, Form(ge=0, le=20)] = 0,
) -> Response:
    """Add columns, or change one of the same name."""
    wanted = TableMoreIn(table=table_id, columns=[columns], suggest=suggest)
    if not wanted.columns and not suggest:
        raise UsageError("no column is named", hint="Write one a line, such as: gain (number)")
    desk.jobs.start(more_work(desk, wanted))
    return _to_table(table_id)


@router.post("/tables/{table_id}/update")
def update(desk: AtDesk, table_id: str) -> Response:
    """Ask for new papers and for what was not answered."""
    desk.jobs.start(more_work(desk, TableMoreIn(table=table_id, update=True)))
    return _to_table(table_id)


def _to_table(table_id: str) -> Response:
    return RedirectResponse(f"/tables/{table_id}", 303)


def _to_cell(table_id: str, at: str) -> Response:
    return RedirectResponse(f"/tables/{table_id}/cell?at={quoted(at, safe='')}", 303)


def _page(
    request: Request,
    desk: Desk,
    opened: OpenedTable,
    *,
    at: str = "",
    numbers: list[int] | None = None,
    after: int | None = None,
) -> Response:
    """The page of a table. A script that swaps parts in is given only the rows that it needs."""
    beside = _beside(opened, at) if at else {}
    job = _job_of(desk, opened.id)
    is_filled = job is not None and not job.has_ended and after is None
    filling = _so_far(desk, job, opened.table) if is_filled and job else Filling(opened.table)
    table = filling.table
    if at and beside["key"] and request.headers.get("sec-fetch-dest") == "empty":
        numbers = [[row.key for row in table.rows].index(beside["key"]) + 1]
    now = {edit.number for edit in counting(opened.edits)}
    return page(
        request,
        "live/table.html.jinja",
        table=table,
        title=table_title(table),
        head=without_options(table_head(table)),
        tally=without_options(tally_line(table)),
        nothing=nothing_found(table) if not table.rows else "",
        rows=grid_rows(filling, numbers or ()),
        is_whole=numbers is None,
        edits=[(edit, edit.number in now) for edit in reversed(opened.edits)],
        can_undo=opened.can_undo,
        after=after,
        suffixes=suffixes_of("table"),
        job=job,
        work=state_words(job) if job else "",
        at=at,
        **({"key": "", "column": None, "cell": None, "paper": None, "values": ()} | beside),
    )


def _job_of(desk: Desk, table_id: str) -> Job | None:
    """The newest job of this process that fills the table, unless it went well."""
    own = [job for job in desk.jobs.own() if job.asked.get("table") == table_id]
    return own[-1] if own and own[-1].state != "done" else None


def _beside(opened: OpenedTable, at: str) -> dict[str, Any]:
    """What stands beside the table for a cell, a paper or a column."""
    key, name = read_place(at)
    table = opened.table
    column = column_named(name, table.columns) if name else None
    row = row_named(key, table) if key else None
    paper = next((p for p in table.papers if row and p.id == row.paper_id), None)
    found = cell_of(row, column) if row and column else None
    return {
        "key": row.key if row else "",
        "column": column,
        "written": written_column(column) if column else "",
        "cell": found,
        "paper": paper,
        "values": values_beside(found, paper) if found and paper else (),
        "before": values_beside(found.before, paper) if found and found.before and paper else (),
        "at_row": place_of(row.key, "") if row else "",
        "at_column": place_of("", column.name) if column else "",
    }
