"""A table, and more of a kept one, as the page and the API ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from reviewer.errors import UsageError
from reviewer.grounding import read_column
from reviewer.serve.works.asks import FiltersIn
from reviewer.tasks import compare_papers
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Need, Work
from reviewer.tasks.tables.kept import open_table
from reviewer.tasks.tables.redo import Asked, fill_again
from reviewer.tasks.tables.sort import check_order
from reviewer.tasks.tables.table import TableOptions, Watch, estimate_calls
from reviewer.text.views import one_line
from reviewer.types import Paper, Table
from reviewer.types.tables import Cell, Column
from reviewer.writers import writer_of


def _lines(given: object) -> object:
    """The lines of a text field; a list as it is."""
    lines = given.splitlines() if isinstance(given, str) else given
    if isinstance(lines, list):
        split = [line for item in lines for line in str(item).splitlines()]
        return [line.strip() for line in split if line.strip()]
    return lines


def _names(given: object) -> object:
    """What commas part, of one field or several."""
    parts = given if isinstance(given, list) else [given]
    return [name.strip() for part in parts for name in str(part).split(",") if name.strip()]


Lines = Annotated[list[str], BeforeValidator(_lines)]
Names = Annotated[list[str], BeforeValidator(_names)]


class TableIn(FiltersIn):
    """What `review table` takes."""

    topic: str = Field(default="", max_length=4000)
    tags: Names = Field(default=[], max_length=50)
    keys: Names = Field(default=[], max_length=500)
    columns: Lines = Field(default=[], max_length=20, description="As --column; a line each.")
    suggest: int = Field(default=0, ge=0, le=20)
    papers: int | None = Field(default=None, ge=1, le=500, description="How many at most.")
    sort: str = Field(default="", max_length=100)
    strict: bool = False


class TableMoreIn(BaseModel):
    """What `review tables redo`, `review tables add` and `review table --update` take. With
    `update` the whole table is brought up to date."""

    model_config = ConfigDict(extra="forbid")

    table: str = Field(min_length=1, max_length=60)
    keys: Names = Field(default=[], max_length=500)
    redone: list[str] = Field(default=[], max_length=20, description="Names of columns.")
    columns: Lines = Field(default=[], max_length=20)
    suggest: int = Field(default=0, ge=0, le=20)
    update: bool = False


def table_work(desk: Desk, asked: TableIn) -> Work:
    """The work of making a table. Raises UsageError for one that cannot be made."""
    topic, options = _options(desk, asked)

    def do(control: Control) -> Table:
        if not desk.is_ready:
            control.progress("Opening the library", 0, 0)
        writer = desk.writer(control)
        watched = replace(options, watch=watch_of(control))
        return compare_papers(topic, desk.library, writer, watched, control.progress)

    title = topic or ", ".join([*asked.tags, *asked.keys][:6]) or "all papers"
    return Work("table", title, do, asked.model_dump(exclude_defaults=True), need_of(desk))


def planned_calls(desk: Desk, asked: TableIn) -> str:
    """How many calls the table would take, in words."""
    topic, options = _options(desk, asked)
    return estimate_calls(topic, desk.library, desk.settings.model, options)


def _options(desk: Desk, asked: TableIn) -> tuple[str, TableOptions]:
    topic, filters = one_line(asked.topic), asked.filters(desk.at_hand)
    if not topic and filters.is_empty:
        raise UsageError(
            "nothing says which papers to compare", hint="Give a topic, a tag, or keys of papers."
        )
    columns = tuple(map(read_column, asked.columns))
    if not asked.suggest:  # else the name may be of a column that is suggested
        check_order(asked.sort, columns)
    return topic, TableOptions(
        columns=columns,
        suggest=asked.suggest,
        papers=asked.papers,
        filters=filters,
        sort=asked.sort,
        is_strict=asked.strict,
    )


def more_work(desk: Desk, asked: TableMoreIn) -> Work:
    """The work of asking again for cells of a kept table, or for new columns. Raises NotFoundError
    for a table that is not kept, UsageError for what cannot be asked."""
    opened = open_table(asked.table, desk.at_hand)
    new = tuple(map(read_column, asked.columns))
    wanted = Asked(tuple(asked.redone), tuple(asked.keys), new, asked.suggest)

    def do(control: Control) -> Table:
        is_redo = not (asked.update or new or asked.suggest)
        writer = control.use(writer_of(desk.settings, desk.library, use_cache=not is_redo))
        with closing(writer):
            if asked.update:
                table = open_table(opened.id, desk.library).table
                options = TableOptions(
                    earlier=table,
                    is_kept=True,
                    is_strict=table.is_strict,
                    filters=table.filters,
                    papers=table.most,
                    watch=watch_of(control),
                )
                return compare_papers(table.topic, desk.library, writer, options, control.progress)
            watch = watch_of(control)
            return fill_again(
                opened.id, wanted, desk.library, writer, control.progress, watch
            ).table

    kept = asked.model_copy(update={"table": opened.id})
    title = opened.table.topic or "Comparison of papers"
    return Work("table more", title, do, kept.model_dump(exclude_defaults=True), need_of(desk))


def need_of(desk: Desk) -> Need:
    return "model" if desk.settings.model else "words"


def watch_of(control: Control) -> Watch:
    """Tells the job's events what stands of a table: its columns and papers, then each row."""

    def begun(columns: Sequence[Column], papers: Sequence[Paper]) -> None:
        control.tell(
            "columns",
            {
                "columns": [column.model_dump(mode="json") for column in columns],
                "papers": [paper.id for paper in papers],
            },
        )

    def made(paper_id: str, cells: Sequence[Cell]) -> None:
        kept = [cell.model_dump(mode="json", exclude_defaults=True) for cell in cells]
        control.tell("row", {"paper_id": paper_id, "cells": kept})

    return Watch(begun, made)
