"""Updates an earlier table: which cells stay, checked against the papers as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewer.errors import UsageError
from reviewer.grounding import fill
from reviewer.grounding.cells import corrected
from reviewer.grounding.columns import column_named
from reviewer.types import Evidence, Paper, Table
from reviewer.types.tables import Cell, CellDraft, Column, RowDraft

Cells = dict[str, dict[str, Cell]]
"""By paper id and column name."""


@dataclass(frozen=True)
class Redo:
    """Columns by name and papers by key whose cells are made again. What a person corrected
    stays."""

    columns: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changes:
    """What an update did: rows and columns that are new, rows that are gone, cells of the earlier
    table that were asked again, and cells that stay."""

    rows_added: int
    rows_gone: int
    columns_added: int
    asked_again: int
    kept: int


def changes(earlier: Table, table: Table, redo: Redo) -> Changes:
    """What an update made of the earlier table."""
    kept = kept_cells(earlier, table.columns, table.papers, redo)
    columns = {column.name for column in table.columns}
    before = {column.name for column in earlier.columns}
    rows, old = ({row.paper_id for row in t.rows} for t in (table, earlier))
    stay = sum(len(kept[paper_id]) for paper_id in rows & old)
    return Changes(
        rows_added=len(rows - old),
        rows_gone=len(old - rows),
        columns_added=len(columns - before),
        asked_again=len(rows & old) * len(columns & before) - stay,
        kept=stay,
    )


def kept_cells(
    earlier: Table | None, columns: Sequence[Column], papers: Sequence[Paper], redo: Redo
) -> Cells:
    """The cells of the earlier table that are not made again, with all that a person corrected.
    Raises UsageError for a column or a paper to redo that the table does not have."""
    if earlier is None:
        if redo.columns or redo.papers:
            raise UsageError("no earlier table to redo is given", hint="Name it with --update.")
        return {}
    redone = {column_named(name, columns).name for name in redo.columns}
    keys = {paper.key: paper.id for paper in papers}
    for key in redo.papers:
        if key not in keys:
            raise UsageError(f"the table has no paper '{key}'", hint=f"Papers: {', '.join(keys)}.")
    redone_ids = {keys[key] for key in redo.papers}
    given = {c.name for c in columns if not c.formula}
    same = {c.name for c in columns if c in earlier.columns and not c.formula} - redone
    kept: Cells = {row.paper_id: {} for row in earlier.rows}
    for row in earlier.rows:
        for cell in row.cells:
            is_same = cell.column in same and row.paper_id not in redone_ids
            is_answered = cell.state == "not stated" or bool(cell.values)
            if (is_same and is_answered) or (cell.is_by_hand and cell.column in given):
                kept[row.paper_id][cell.column] = cell
    return kept


def checked_again(
    cells: Mapping[str, Cell], columns: Sequence[Column], evidence: Sequence[Evidence]
) -> dict[str, Cell]:
    """The cells of one paper, checked against its evidence now as any writer's words are."""
    item = evidence[0]
    by_writers = [column for column in columns if not cells[column.name].is_by_hand]
    drafts = tuple(draft for c in by_writers for draft in _drafts_of(cells[c.name], item.tag))
    checked = {}
    for cell in fill(RowDraft(paper_id=item.paper.id, cells=drafts), by_writers, evidence):
        dropped = tuple(dict.fromkeys([*cells[cell.column].dropped, *cell.dropped]))
        checked[cell.column] = cell.model_copy(update={"dropped": dropped})
    for column in columns:
        if column not in by_writers:
            cell = cells[column.name]
            checked[column.name] = corrected(column, _drafts_of(cell, item.tag), evidence, cell)
    return checked


def _drafts_of(cell: Cell, tag: str) -> list[CellDraft]:
    """The values of a cell as a writer would give them."""
    return [
        CellDraft(
            column=cell.column,
            value=value.text,
            tag=tag,
            quote=value.quote,
            citations=() if value.citation is None else (value.citation, *value.more),
            judged=value.judged,
            reason=value.reason,
        )
        for value in cell.values
    ]


def quoted_chunks(kept: Cells) -> dict[str, list[str]]:
    """The ids of the chunks that cells quote, by paper id."""
    return {
        paper_id: [v.citation.chunk_id for c in own.values() for v in c.values if v.citation]
        for paper_id, own in kept.items()
    }
