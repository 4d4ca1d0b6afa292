"""What the edits of a kept table come to: which count, and the table after them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from reviewer.errors import UsageError
from reviewer.grounding.cells import with_computed
from reviewer.grounding.columns import checked_columns, column_named
from reviewer.grounding.formulas import names_in, read_formula
from reviewer.tasks.tables.left_out import counted_again
from reviewer.tasks.tables.sort import check_order, in_order
from reviewer.types import Table
from reviewer.types.tables import Cell, Column, Row, TableEdit


def counting(edits: Sequence[TableEdit]) -> tuple[TableEdit, ...]:
    """The edits that the table is made of, oldest first: all but those that a step back took
    away."""
    after: dict[int, tuple[TableEdit, ...]] = {0: ()}
    now: tuple[TableEdit, ...] = ()
    for edit in edits:
        now = after[edit.to] if edit.kind == "back" else (*now, edit)
        after[edit.number] = now
    return now


def edited(table: Table, edits: Sequence[TableEdit]) -> Table:
    """The table after these edits, none of which brings in a run."""
    for edit in edits:
        table = _EDITORS[edit.kind](table, edit)
    return table


def row_named(key: str, table: Table) -> Row:
    """The row of the paper with this key, or with this key in the user's bibliography. Raises
    UsageError that lists the keys."""
    found = next((row for row in table.rows if key in (row.key, row.cited_as)), None)
    if found is None:
        keys = ", ".join(row.key for row in table.rows)
        raise UsageError(f"the table has no paper '{key}'", hint=f"Papers: {keys}.")
    return found


def cell_of(row: Row, column: Column) -> Cell:
    return next(cell for cell in row.cells if cell.column == column.name)


def computed_from(name: str, columns: Sequence[Column]) -> list[str]:
    """The names of the columns that are computed from the column of this name."""
    return [
        column.name
        for place, column in enumerate(columns)
        if column.formula and name in names_in(read_formula(column, columns[:place]))
    ]


def with_cells(table: Table, cells: Mapping[str, Mapping[str, Cell]]) -> Table:
    """The table with these cells, by paper id and column name, in place of its own, and with its
    computed cells computed again. Raises KeyError for a column without a cell."""
    rows = []
    for row in table.rows:
        known = {cell.column: cell for cell in row.cells} | dict(cells.get(row.paper_id, {}))
        given = {c.name: known[c.name] for c in table.columns if not c.formula}
        own = with_computed(given, table.columns)
        rows.append(row.model_copy(update={"cells": tuple(own[c.name] for c in table.columns)}))
    return counted_again(table.model_copy(update={"rows": tuple(rows)}), table)


def _with_cell(table: Table, edit: TableEdit) -> Table:
    if edit.cell is None or all(row.paper_id != edit.paper_id for row in table.rows):
        return table
    return with_cells(table, {edit.paper_id: {edit.column: edit.cell}})


def _without_correction(table: Table, edit: TableEdit) -> Table:
    column = column_named(edit.column, table.columns)
    rows = [row for row in table.rows if row.paper_id == edit.paper_id]
    before = {row.paper_id: cell_of(row, column).before for row in rows}
    given = {i: {column.name: c or Cell(column=column.name)} for i, c in before.items()}
    return with_cells(table, given)


def _without_column(table: Table, edit: TableEdit) -> Table:
    columns = tuple(column for column in table.columns if column.name != edit.column)
    rows = tuple(
        row.model_copy(update={"cells": tuple(c for c in row.cells if c.column != edit.column)})
        for row in table.rows
    )
    return counted_again(table.model_copy(update={"columns": columns, "rows": rows}), table)


def _without_paper(table: Table, edit: TableEdit) -> Table:
    rows = tuple(row for row in table.rows if row.paper_id != edit.paper_id)
    papers = tuple(paper for paper in table.papers if paper.id != edit.paper_id)
    without = tuple(dict.fromkeys([*table.without, edit.paper_id]))
    changed = table.model_copy(update={"rows": rows, "papers": papers, "without": without})
    return counted_again(changed, table)


def _in_columns(table: Table, edit: TableEdit) -> Table:
    columns = columns_first(edit.columns, table.columns)
    rows = tuple(
        row.model_copy(update={"cells": tuple(cell_of(row, column) for column in columns)})
        for row in table.rows
    )
    return table.model_copy(update={"columns": columns, "rows": rows})


def columns_first(names: Sequence[str], columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns with those of these names first. Raises UsageError for an unknown name, and where
    a computed column would come before one that it is computed from."""
    first = [column_named(name, columns) for name in names]
    return checked_columns([*first, *(c for c in columns if c not in first)])


def _sorted(table: Table, edit: TableEdit) -> Table:
    check_order(edit.column, table.columns)
    rows = in_order(table.rows, table.papers, edit.column, is_reversed=edit.is_reversed)
    return table.model_copy(update={"rows": rows})


def _unchanged(table: Table, _: TableEdit) -> Table:
    return table


_EDITORS: dict[str, Callable[[Table, TableEdit], Table]] = {
    "set": _with_cell,
    "unset": _without_correction,
    "forget": _unchanged,
    "drop": _without_column,
    "drop paper": _without_paper,
    "order": _in_columns,
    "sort": _sorted,
}
