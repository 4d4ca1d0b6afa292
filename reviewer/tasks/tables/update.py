"""Brings an earlier table up to date: which cells stay, checked against the papers of now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewer.errors import UsageError
from reviewer.grounding import fill
from reviewer.grounding.columns import column_named
from reviewer.types import Evidence, Paper, Table
from reviewer.types.tables import Cell, CellDraft, Column, RowDraft

Cells = dict[str, dict[str, Cell]]
"""By paper id and column's name."""


@dataclass(frozen=True)
class Redo:
    """Columns by name and papers by key whose cells are made anew."""

    columns: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


def kept_cells(
    earlier: Table | None, columns: Sequence[Column], papers: Sequence[Paper], redo: Redo
) -> Cells:
    """Cells of the earlier table that are not to be made anew. Raises UsageError for a column, and
    for a paper, to redo that the table does not have."""
    kept: Cells = {}
    if earlier is None:
        if redo.columns or redo.papers:
            raise UsageError("only an earlier table can be redone", hint="Name it with --update.")
        return kept
    redone = {column_named(name, columns).name for name in redo.columns}
    keys = {paper.key: paper.id for paper in papers}
    for key in redo.papers:
        if key not in keys:
            raise UsageError(f"the table has no paper '{key}'", hint=f"Papers: {', '.join(keys)}.")
    anew = {keys[key] for key in redo.papers}
    defined = {column.name: column for column in earlier.columns}
    same = {c.name for c in columns if defined.get(c.name) == c} - redone
    for row in earlier.rows:
        own = {cell.column: cell for cell in row.cells if cell.column in same and _is_made(cell)}
        kept[row.paper_id] = {} if row.paper_id in anew else own
    return kept


def _is_made(cell: Cell) -> bool:
    return cell.state == "not stated" or bool(cell.values)


def checked_again(
    cells: Mapping[str, Cell], columns: Sequence[Column], evidence: Sequence[Evidence]
) -> dict[str, Cell]:
    """The cells of one paper as its evidence proves them now, like any writer's words."""
    item = evidence[0]
    drafts = _drafts(cells.values(), item.tag)
    checked = fill(RowDraft(paper_id=item.paper.id, cells=drafts), columns, evidence)
    return {
        cell.column: cell.model_copy(
            update={"dropped": tuple(dict.fromkeys([*cells[cell.column].dropped, *cell.dropped]))}
        )
        for cell in checked
    }


def _drafts(cells: Iterable[Cell], tag: str) -> tuple[CellDraft, ...]:
    return tuple(
        CellDraft(column=cell.column, value=value.text, tag=tag, quote=value.quote)
        for cell in cells
        for value in cell.values
    )


def quoted_chunks(kept: Cells) -> dict[str, list[str]]:
    """The ids of the chunks that cells quote, by paper."""
    return {
        paper_id: [v.citation.chunk_id for c in own.values() for v in c.values if v.citation]
        for paper_id, own in kept.items()
    }
