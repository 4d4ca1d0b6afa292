"""Says in words what writers gave and a table does not show. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.text import counted
from reviewer.types import Table
from reviewer.types.tables import Row

_MOST_NAMED = 4  # papers whose cells were not answered


def lost_in(rows: Sequence[Row], *, is_strict: bool) -> list[str]:
    """Cells that were not answered, values that were left out, cells that strictness empties."""
    every = [cell for row in rows for cell in row.cells]
    lost = []
    unsaid = {row.key: sum(cell.state == "not answered" for cell in row.cells) for row in rows}
    if names := [key for key, count in unsaid.items() if count]:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        count = counted(sum(unsaid.values()), "cell")
        lost.append(f"{count} not answered by the model: {', '.join(names[:_MOST_NAMED])}{more}")
    told = ("failed", "not computed", "not answered")
    if dropped := sum(len(c.dropped) for c in every if c.state not in told):
        lost.append(f"{counted(dropped, 'value')} without a quote, or beside a proven one")
    if is_strict and (bad := sum(c.state == "no proof" and not c.is_by_hand for c in every)):
        lost.append(f"{counted(bad, 'cell')} without proof (strict)")
    return lost


def counted_again(table: Table, before: Table) -> Table:
    """A table that was made of the table `before` by other rows, cells or columns, with its
    coverage counted again."""
    stale = lost_in(before.rows, is_strict=before.is_strict)
    kept = [said for said in before.coverage.left_out if said not in stale]
    coverage = before.coverage.model_copy(
        update={
            "read": len(table.rows),
            "cited": cited_rows(table.rows),
            "left_out": (*kept, *lost_in(table.rows, is_strict=table.is_strict)),
        }
    )
    return table.model_copy(update={"coverage": coverage})


def cited_rows(rows: Sequence[Row]) -> int:
    """The count of rows that have a value with proof."""
    return sum(any(cell.state == "filled" for cell in row.cells) for row in rows)
