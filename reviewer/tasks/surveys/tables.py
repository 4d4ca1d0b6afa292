"""Makes the tables of a report; one that fails says why, and the others stay."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from reviewer.errors import ModelError
from reviewer.tasks.surveys.context import PreparedReport, tried
from reviewer.tasks.surveys.kept_cells import CellKeeper
from reviewer.tasks.tables.table import TableOptions, compare_papers
from reviewer.types import Paper, Table
from reviewer.types.runs import Usage
from reviewer.types.searches import Filters
from reviewer.types.surveys import TablePlan


def make_tables(
    prepared: PreparedReport, papers: Sequence[Paper]
) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """The tables that could be made, and in words why the others could not. An update asks for the
    new rows alone."""
    plan, latest = prepared.plan, prepared.latest
    tables, failed = [], []
    for n, planned in enumerate(plan.tables):
        earlier = latest.tables[n] if latest and n < len(latest.tables) else None
        made = tried(partial(_table, planned, prepared, papers, earlier))
        if isinstance(made, ModelError):
            failed.append(f"{planned.topic or plan.title}: {made.message}")
        else:
            tables.append(made)
    return tuple(tables), tuple(failed)


def _table(
    planned: TablePlan, prepared: PreparedReport, papers: Sequence[Paper], earlier: Table | None
) -> Table:
    """By its own topic over the library, else over the report's own papers, the best first."""
    run, plan = prepared.run, prepared.plan
    keys = () if planned.topic else tuple(paper.key for paper in papers[: planned.papers])
    filters = Filters(keys=keys) if keys else plan.filters
    options = TableOptions(
        columns=planned.columns,
        papers=planned.papers,
        filters=filters,
        is_strict=run.options.is_strict,
        earlier=earlier,
        is_part=True,
        # Without a model every row is made again: that costs nothing.
        fill_rows=None if run.writer.name == "extractive" else CellKeeper(run).fill_rows,
    )
    made = compare_papers(planned.topic or plan.topic, run.library, run.writer, options)
    # What the writer left out of the prompts of other parts depends on what ran beside them.
    left_out = tuple(n for n in made.coverage.left_out if n not in run.writer.notes())
    coverage = made.coverage.model_copy(update={"left_out": left_out})
    return made.model_copy(
        update={"run_id": "", "usage": Usage(), "filters": filters, "coverage": coverage}
    )
