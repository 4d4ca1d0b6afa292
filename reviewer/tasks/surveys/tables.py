"""Makes the tables of a report, each kept; one that fails says why, and the others stay."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from reviewer.errors import ModelError
from reviewer.tasks.surveys.context import PreparedReport, tried
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
    """By its own topic over the library, else over the report's own papers, the best first. Where
    rows failed it is not kept, so that the next run asks for them again."""
    run, plan = prepared.run, prepared.plan
    keys = () if planned.topic else tuple(paper.key for paper in papers[: planned.papers])
    filters = Filters(keys=keys) if keys else plan.filters
    topic = planned.topic or plan.topic
    hashes = run.writer.prompt_hashes(("table",))
    parts = [topic, planned, filters, run.writer.name, hashes, run.library.database.generation]

    def make() -> Table:
        options = TableOptions(
            columns=planned.columns,
            papers=planned.papers,
            filters=filters,
            is_strict=run.options.is_strict,
            earlier=earlier,
            is_part=True,
        )
        made = compare_papers(topic, run.library, run.writer, options)
        # What the writer left out of the prompts of other parts depends on what ran beside them.
        left_out = tuple(n for n in made.coverage.left_out if n not in run.writer.notes())
        coverage = made.coverage.model_copy(update={"left_out": left_out})
        return made.model_copy(
            update={"run_id": "", "usage": Usage(), "filters": filters, "coverage": coverage}
        )

    def is_whole(table: Table) -> bool:
        """False where rows failed: calls that an interrupt or a limit ended leave them so too."""
        return not any(cell.state == "failed" for row in table.rows for cell in row.cells)

    return run.steps.done("table", [*parts, [p.id for p in papers]], Table, make, is_whole)
