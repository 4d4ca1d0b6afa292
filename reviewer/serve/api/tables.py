"""Kept tables: made, read, corrected, filled further, taken back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from reviewer.render import render
from reviewer.serve.answering import started
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document, gives
from reviewer.serve.works.tables import TableIn, TableMoreIn, more_work, table_work
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
from reviewer.types.tables import KeptTable, TableEdit

router = APIRouter(tags=["tables"])
_Name = Annotated[str, Field(max_length=500)]


class CellIn(BaseModel):
    """A correction by hand."""

    model_config = ConfigDict(extra="forbid")

    key: _Name
    column: _Name
    value: str = Field(max_length=4000, description="'not stated' for what the paper does not say.")
    quote: str = Field(default="", max_length=10_000)


class PlaceIn(BaseModel):
    """A cell."""

    model_config = ConfigDict(extra="forbid")

    key: _Name
    column: _Name


class OrderIn(BaseModel):
    """The columns that come first."""

    model_config = ConfigDict(extra="forbid")

    columns: list[_Name] = Field(min_length=1, max_length=20)


class SortIn(BaseModel):
    """relevance, year, title, key or a column's name."""

    model_config = ConfigDict(extra="forbid")

    by: _Name
    reverse: bool = False


class MoreIn(BaseModel):
    """As TableMoreIn, of the table that the address names."""

    model_config = ConfigDict(extra="forbid")

    keys: list[_Name] = Field(default=[], max_length=500)
    redone: list[_Name] = Field(default=[], max_length=20)
    columns: list[_Name] = Field(default=[], max_length=20)
    suggest: int = Field(default=0, ge=0, le=20)
    update: bool = False


@router.post("/tables", status_code=202, responses=gives("table"))
def make(request: Request, desk: AtDesk, asked: TableIn) -> Response:
    """Compare papers. Gives the job; with `Prefer: wait=SECONDS` the table, if it is there."""
    return started(request, table_work(desk, asked))


@router.get("/tables")
def listed(
    desk: AtDesk, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> dict[str, list[KeptTable]]:
    """The kept tables, the one that was changed last first."""
    return {"tables": list_tables(desk.at_hand, limit)}


@router.get("/tables/{table_id}", responses=gives("table"))
def show(request: Request, desk: AtDesk, table_id: str, after: int | None = None) -> Response:
    """The table as it is now, or as it was after an edit."""
    return _record(request, open_table(table_id, desk.at_hand, after=after))


@router.get("/tables/{table_id}/edits")
def history(desk: AtDesk, table_id: str) -> dict[str, list[TableEdit]]:
    """Every edit, oldest first."""
    return {"edits": list(open_table(table_id, desk.at_hand).edits)}


@router.patch("/tables/{table_id}/cells", responses=gives("table"))
def correct(request: Request, desk: AtDesk, table_id: str, given: CellIn) -> Response:
    """Correct a cell by hand."""
    correction = Correction(given.key, given.column, given.value, given.quote)
    return _record(request, set_cell(table_id, correction, desk.library))


@router.delete("/tables/{table_id}/cells", responses=gives("table"))
def take_back(request: Request, desk: AtDesk, table_id: str, place: PlaceIn) -> Response:
    """Take a correction back."""
    return _record(request, unset_cell(table_id, place.key, place.column, desk.at_hand))


@router.delete("/tables/{table_id}/columns/{column}", responses=gives("table"))
def without_column(request: Request, desk: AtDesk, table_id: str, column: str) -> Response:
    return _record(request, drop_column(table_id, column, desk.at_hand))


@router.delete("/tables/{table_id}/papers/{key}", responses=gives("table"))
def without_paper(request: Request, desk: AtDesk, table_id: str, key: str) -> Response:
    return _record(request, drop_paper(table_id, key, desk.at_hand))


@router.post("/tables/{table_id}/order", responses=gives("table"))
def order(request: Request, desk: AtDesk, table_id: str, given: OrderIn) -> Response:
    return _record(request, order_columns(table_id, given.columns, desk.at_hand))


@router.post("/tables/{table_id}/sort", responses=gives("table"))
def sort(request: Request, desk: AtDesk, table_id: str, given: SortIn) -> Response:
    return _record(request, sort_rows(table_id, given.by, desk.at_hand, is_reversed=given.reverse))


@router.post("/tables/{table_id}/more", status_code=202, responses=gives("table"))
def more(request: Request, desk: AtDesk, table_id: str, given: MoreIn) -> Response:
    """Ask again for cells, for new columns, or for all that an update asks for."""
    asked = TableMoreIn(table=table_id, **given.model_dump())
    return started(request, more_work(desk, asked))


@router.post("/tables/{table_id}/undo", responses=gives("table"))
def step_back(request: Request, desk: AtDesk, table_id: str) -> Response:
    return _record(request, undo(table_id, desk.at_hand))


@router.post("/tables/{table_id}/back/{number}", responses=gives("table"))
def back(request: Request, desk: AtDesk, table_id: str, number: int) -> Response:
    """Make the table what it was after this edit."""
    return _record(request, go_back(table_id, number, desk.at_hand))


def _record(request: Request, opened: OpenedTable) -> Response:
    return document(request, str(render(opened.table, "json")))
