"""Makes the tables of a report; one that fails says why, and the others stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from reviewer.errors import ModelError
from reviewer.grounding import fill
from reviewer.grounding.columns import DEFAULT
from reviewer.tasks.answers.gather import reads
from reviewer.tasks.surveys.context import Outline, PreparedReport, tried
from reviewer.tasks.surveys.kept_cells import CellKeeper
from reviewer.tasks.tables.table import TableOptions, compare_papers
from reviewer.types import Paper, Table
from reviewer.types.drafts import Card
from reviewer.types.evidence import by_paper
from reviewer.types.runs import Coverage, Usage
from reviewer.types.searches import Filters
from reviewer.types.surveys import TablePlan
from reviewer.types.tables import CellDraft, Row, RowDraft

# The columns of the comparison of all papers, and the lines of a card that fill them.
_LINES: Mapping[str, str] = {
    "task": "problem",
    "method": "approach",
    "data": "data",
    "main result": "result",
    "limits": "limit",
}
_COMPARED = tuple(column for column in DEFAULT if column.name != "task")
_QUOTED = tuple(column for column in DEFAULT if column.name in ("method", "main result"))


def make_tables(
    prepared: PreparedReport, outline: Outline, cards: Mapping[str, Card]
) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """The comparison of all papers by section, then the tables of the plan, as far as they could be
    made; and in words why the others could not. An update asks for the new rows alone. Raises
    LimitError and StoppedError."""
    plan, latest = prepared.plan, prepared.latest
    papers = _in_sections(prepared, outline)
    wanted = [partial(_comparison, prepared, outline, cards)] if papers else []
    names = [plan.title] * len(wanted)
    for n, planned in enumerate(plan.tables, start=len(wanted)):
        earlier = latest.tables[n] if latest and n < len(latest.tables) else None
        wanted.append(partial(_planned, planned, prepared, papers, earlier))
        names.append(planned.topic or plan.title)
    tables, failed = [], []
    for name, make in zip(names, wanted, strict=True):
        made = tried(make)
        if isinstance(made, ModelError):
            failed.append(f"{name}: {made.message}")
        else:
            tables.append(made)
    return tuple(tables), tuple(failed)


def _in_sections(prepared: PreparedReport, outline: Outline) -> list[Paper]:
    """The papers of the sections, in the order of the search."""
    told = {i for section in outline.sections for i in section.paper_ids}
    return [paper for paper in prepared.collected.papers if paper.id in told]


def _comparison(prepared: PreparedReport, outline: Outline, cards: Mapping[str, Card]) -> Table:
    """All papers of the sections, grouped by them, each once: from their cards, so that no call is
    made; without a model from the papers' own sentences."""
    known = {paper.id: paper for paper in prepared.collected.papers}
    group: dict[str, str] = {}
    for section in outline.sections:
        for paper_id in section.paper_ids:
            if paper_id in known:
                group.setdefault(paper_id, section.title)
    if reads(prepared.run.writer):
        made = _of_cards(prepared, [known[i] for i in group], cards)
    else:
        keys = tuple(known[i].key for i in group)
        options = TableOptions(_QUOTED, papers=len(keys), filters=Filters(keys=keys), is_part=True)
        made = compare_papers("", prepared.run.library, prepared.run.writer, options)
    by_id = {row.paper_id: row for row in made.rows}
    rows = (by_id[i].model_copy(update={"group": group[i]}) for i in group if i in by_id)
    return made.model_copy(
        update={"topic": "", "rows": tuple(rows), "run_id": "", "usage": Usage()}
    )


def _of_cards(
    prepared: PreparedReport, papers: Sequence[Paper], cards: Mapping[str, Card]
) -> Table:
    """A row a paper from the lines of its card, each checked against its sentences by code. A
    column that no card fills is left out."""
    texts = by_paper(prepared.collected.evidence)
    drafts = {paper.id: _row_draft(paper.id, cards.get(paper.id)) for paper in papers}
    filled = {cell.column for draft in drafts.values() for cell in draft.cells}
    columns = tuple(column for column in _COMPARED if column.name in filled)
    rows = tuple(
        Row(
            paper_id=paper.id,
            key=paper.key,
            cells=fill(drafts[paper.id], columns, texts.get(paper.id, [])),
        )
        for paper in papers
    )
    writer = prepared.run.writer.name
    count = prepared.collected.library_papers
    coverage = Coverage(papers=count, matched=len(papers), read=len(papers), cited=len(papers))
    return Table(columns=columns, rows=rows, papers=tuple(papers), coverage=coverage, writer=writer)


def _row_draft(paper_id: str, card: Card | None) -> RowDraft:
    if card is None or card.unread:
        why = card.unread if card else "it has no card"
        return RowDraft(paper_id=paper_id, unanswered=why)
    cells = []
    for column in _COMPARED:
        line = card.lines.get(_LINES[column.name])
        cells.append(
            CellDraft(column=column.name, value=line.text, citations=line.citations)
            if line
            else CellDraft(column=column.name, value="not stated")
        )
    return RowDraft(paper_id=paper_id, cells=tuple(cells))


def _planned(
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
        fill_rows=CellKeeper(run).fill_rows if reads(run.writer) else None,
    )
    made = compare_papers(planned.topic or plan.topic, run.library, run.writer, options)
    # What the writer left out of the prompts of other parts depends on what ran beside them.
    left_out = tuple(n for n in made.coverage.left_out if n not in run.writer.notes())
    coverage = made.coverage.model_copy(update={"left_out": left_out})
    return made.model_copy(
        update={"run_id": "", "usage": Usage(), "filters": filters, "coverage": coverage}
    )
