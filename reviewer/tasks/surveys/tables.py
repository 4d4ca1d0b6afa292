"""Makes the tables of a report, each kept; one that fails says why, and the others stand."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.errors import ModelError
from reviewer.llm import LimitError, StoppedError
from reviewer.tasks.surveys.context import Desk, Latest
from reviewer.tasks.tables.table import TableOptions, compare_papers
from reviewer.types import Paper, Table
from reviewer.types.runs import Usage
from reviewer.types.searches import Filters
from reviewer.types.surveys import ReportPlan, TablePlan


def make_tables(
    plan: ReportPlan, papers: Sequence[Paper], desk: Desk, latest: Latest | None
) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """The tables that stand, and what is said of those that do not. An update asks for the new
    rows alone."""
    tables, failed = [], []
    for n, wanted in enumerate(plan.tables):
        earlier = latest.tables[n] if latest and n < len(latest.tables) else None
        try:
            tables.append(_table(wanted, plan, papers, desk, earlier))
        except (LimitError, StoppedError):
            raise
        except ModelError as error:
            failed.append(f"{wanted.topic or plan.title}: {error.message}")
    return tuple(tables), tuple(failed)


def _table(
    wanted: TablePlan,
    plan: ReportPlan,
    papers: Sequence[Paper],
    desk: Desk,
    earlier: Table | None,
) -> Table:
    """By its own topic over the library, else over the report's own papers, the best first. Where
    rows failed it is not kept, so that the next run asks for them again."""
    keys = () if wanted.topic else tuple(paper.key for paper in papers[: wanted.papers])
    filters = Filters(keys=keys) if keys else plan.filters
    topic = wanted.topic or plan.topic
    hashes = desk.writer.prompt_hashes(("table",))
    parts = [topic, wanted, filters, desk.writer.name, hashes, desk.library.database.generation]

    def make() -> Table:
        options = TableOptions(
            columns=wanted.columns,
            papers=wanted.papers,
            filters=filters,
            is_strict=desk.is_strict,
            earlier=earlier,
            is_part=True,
        )
        made = compare_papers(topic, desk.library, desk.writer, options)
        coverage = made.coverage.model_copy(update={"left_out": _own(made.coverage.left_out, desk)})
        return made.model_copy(
            update={"run_id": "", "usage": Usage(), "filters": filters, "coverage": coverage}
        )

    return desk.steps.done("table", [*parts, [p.id for p in papers]], Table, make, _is_whole)


def _is_whole(table: Table) -> bool:
    """False where rows failed: calls that an interrupt or a limit ended leave them so too."""
    return not any(cell.state == "failed" for row in table.rows for cell in row.cells)


def _own(left_out: Sequence[str], desk: Desk) -> tuple[str, ...]:
    """Without what the writer left out of the prompts of other parts, which depends on what ran
    beside them."""
    return tuple(said for said in left_out if said not in desk.writer.notes())
