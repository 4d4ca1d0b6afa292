"""Asks a writer for some cells of a kept table again, or for new columns; all else stays."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass

from reviewer.errors import UsageError
from reviewer.grounding.cells import without_proofless
from reviewer.grounding.columns import checked_columns, column_named
from reviewer.library import Library
from reviewer.library.run_log import new_run_id
from reviewer.tasks.tables.edits import cell_of, row_named, with_cells
from reviewer.tasks.tables.kept import OpenedTable, open_table
from reviewer.tasks.tables.select import texts_of
from reviewer.tasks.tables.table import (
    Watch,
    asked_cells,
    asking,
    joined_writers,
    keep_table,
)
from reviewer.tasks.tables.update import Cells
from reviewer.text import counted
from reviewer.types import Paper, Table
from reviewer.types.claims import NeedsModel
from reviewer.types.progress import Progress, silent
from reviewer.types.tables import Cell, Column
from reviewer.types.writer import Writer


@dataclass(frozen=True)
class Asked:
    """What is asked for: the cells of the columns `redone` (all, if none is named) of the papers
    with these `keys` (all, if none is named); or `new` columns, which take the place of those of
    their name, and as many as `suggest` of the writer's own."""

    redone: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    new: tuple[Column, ...] = ()
    suggest: int = 0


def fill_again(
    name: str,
    asked: Asked,
    library: Library,
    writer: Writer,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> OpenedTable:
    """The kept table with what was asked for, as its next version. What a person corrected stays.

    Raises UsageError where nothing is asked for, or only what was corrected; ModelError when every
    call fails.
    """
    started = time.monotonic()
    table = open_table(name, library).table
    progress("Searching", 0, 0)
    papers = _papers_in_library(table, library)
    if asked.new or asked.suggest:
        columns, wanted = _with_new(table, asked, papers, library, writer)
    else:
        columns, wanted = table.columns, _redone(table, asked)
    if watch:
        watch.begun(columns, table.papers)
    blank = _with_columns(table, columns)
    known: Cells = {row.paper_id: {c.column: c for c in row.cells} for row in blank.rows}
    cells: Cells = {}
    ask = asking(writer, table.topic, library)
    for own, of_group in _groups(wanted, papers).items():
        with library.alone:
            evidence = texts_of(of_group, own, library)
        for paper_id, found in asked_cells(own, evidence, known, ask, progress, watch).items():
            shown = without_proofless(found.values()) if table.is_strict else found.values()
            cells[paper_id] = {cell.column: cell for cell in shown}
    count = sum(map(len, wanted.values()))
    made = with_cells(blank, cells)
    usage = writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)})
    left_out = tuple(dict.fromkeys([*made.coverage.left_out, *writer.notes()]))
    coverage = made.coverage.model_copy(update={"left_out": left_out})
    made = made.model_copy(
        update={
            "coverage": coverage,
            "writer": joined_writers(table, writer),
            "run_id": new_run_id(),
            "usage": usage,
        }
    )
    keep_table(made, _said(asked, count), library, writer, progress)
    return open_table(made.table_id, library)


def _papers_in_library(table: Table, library: Library) -> dict[str, Paper]:
    """The papers of the rows that the library still has, by the ids of the rows."""
    return {p.id: p for p in table.papers if library.catalogue.number_of(p.id) is not None}


def _redone(table: Table, asked: Asked) -> dict[str, tuple[Column, ...]]:
    """The columns that each paper is asked for again, by its id."""
    rows = [row_named(key, table) for key in asked.keys] or table.rows
    columns = [column_named(name, table.columns) for name in asked.redone] or table.columns
    if not asked.keys and not asked.redone:
        raise UsageError("nothing to redo is named", hint="Name a paper's key, or a --column.")
    for column in columns:
        if column.formula and asked.redone:
            raise UsageError(
                f"'{column.name}' is computed", hint="Redo what it is computed from instead."
            )
    given = [column for column in columns if not column.formula]
    wanted = {
        row.paper_id: tuple(c for c in given if not cell_of(row, c).is_by_hand) for row in rows
    }
    if not any(wanted.values()):
        raise UsageError(
            "only cells that were corrected by hand are named, and these stay",
            hint="Take a correction back first: review tables unset ID KEY COLUMN",
        )
    return wanted


def _with_new(
    table: Table, asked: Asked, papers: dict[str, Paper], library: Library, writer: Writer
) -> tuple[tuple[Column, ...], dict[str, tuple[Column, ...]]]:
    """The columns with the new ones, and which of them each paper is asked for."""
    named = {column.name.casefold(): column for column in asked.new}
    if len(named) < len(asked.new):
        checked_columns(asked.new)
    columns = [named.pop(column.name.casefold(), column) for column in table.columns]
    columns += named.values()
    if asked.suggest and papers:
        taken = {column.name.casefold() for column in columns}
        texts = texts_of([*papers.values()], (), library)
        ideas = writer.suggest_columns(table.topic, texts, asked.suggest + len(taken))
        if not isinstance(ideas, NeedsModel):
            fresh = [idea for idea in ideas if idea.name.casefold() not in taken]
            columns += fresh[: asked.suggest]
    whole = checked_columns(columns)
    new = tuple(column for column in whole if column not in table.columns)
    if not new:
        raise UsageError("the table has these columns already", hint="Name another column.")
    given = tuple(column for column in new if not column.formula)
    by_hand = {
        (row.paper_id, cell.column) for row in table.rows for cell in row.cells if cell.is_by_hand
    }
    return whole, {
        row.paper_id: tuple(c for c in given if (row.paper_id, c.name) not in by_hand)
        for row in table.rows
    }


def _with_columns(table: Table, columns: tuple[Column, ...]) -> Table:
    """The table with these columns, whose new cells are empty still."""
    rows = []
    for row in table.rows:
        known = {cell.column: cell for cell in row.cells}
        cells = tuple(known.get(c.name, Cell(column=c.name, state="not answered")) for c in columns)
        rows.append(row.model_copy(update={"cells": cells}))
    return table.model_copy(update={"columns": columns, "rows": tuple(rows)})


def _groups(
    wanted: dict[str, tuple[Column, ...]], papers: dict[str, Paper]
) -> dict[tuple[Column, ...], list[Paper]]:
    """The papers that are asked for the same columns, by these."""
    groups: dict[tuple[Column, ...], list[Paper]] = defaultdict(list)
    for paper_id, own in wanted.items():
        if own and paper_id in papers:
            groups[own].append(papers[paper_id])
    return groups


def _said(asked: Asked, count: int) -> str:
    if asked.new or asked.suggest:
        names = ", ".join(column.name for column in asked.new)
        return f"columns added: {names}" if names else "suggested columns added"
    return f"{counted(count, 'cell')} asked again"
