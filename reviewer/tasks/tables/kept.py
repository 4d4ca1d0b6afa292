"""Kept tables: opened as they are now, corrected by hand, rearranged, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.errors import NotFoundError, UsageError
from reviewer.grounding.cells import corrected
from reviewer.grounding.columns import column_named, is_not_stated, normalise
from reviewer.grounding.near_quotes import locate_nearly
from reviewer.library import Library
from reviewer.library.table_store import TableStore
from reviewer.tasks.answers.kept import paper_as_cited
from reviewer.tasks.paper_chunks import chunks_of, evidence_of
from reviewer.tasks.tables.edits import (
    cell_of,
    columns_first,
    computed_from,
    counting,
    edited,
    row_named,
)
from reviewer.tasks.tables.sort import check_order
from reviewer.text import clean
from reviewer.text.views import one_line, shorten
from reviewer.types import Citation, Evidence, Paper, Table
from reviewer.types.evidence import Score, tagged
from reviewer.types.papers import Chunk, Part
from reviewer.types.runs import Run
from reviewer.types.tables import CellDraft, Column, KeptTable, Row, TableEdit, Value

MOST_VALUE_CHARS = 2000  # of a value that a person gives
_SAID_CHARS = 80


@dataclass(frozen=True)
class OpenedTable:
    """A kept table as it is now, with every edit of it, oldest first."""

    table: Table
    edits: tuple[TableEdit, ...]

    @property
    def id(self) -> str:
        return self.table.table_id

    @property
    def can_undo(self) -> bool:
        return len(counting(self.edits)) > 1


def list_tables(library: Library, most: int = 100) -> list[KeptTable]:
    """The kept tables of the library, the one that was changed last first."""
    return TableStore(library.database).tables(most)


def open_table(name: str, library: Library, *, after: int | None = None) -> OpenedTable:
    """The table whose id, or that of one of its runs, begins with `name`, as it is now, or as it
    was after the edit `after`. Raises NotFoundError for what is no table, UsageError for an unknown
    edit."""
    table_id, edits = _named(name, library)
    known = edits
    if after is not None:
        if after not in {edit.number for edit in edits}:
            raise UsageError(
                f"the table has no edit {after}", hint=f"See them: review tables history {table_id}"
            )
        known = [edit for edit in edits if edit.number <= after]
    kept, since = _newest_run(counting(known), library)
    return OpenedTable(edited(_table_of(kept, table_id, library), since), tuple(edits))


def _newest_run(made: Sequence[TableEdit], library: Library) -> tuple[Run, Sequence[TableEdit]]:
    """The newest run that the library still has, and the edits after it. A run that was removed
    takes the edits after it with it. Raises NotFoundError where all were removed."""
    places = [place for place, edit in enumerate(made) if edit.kind == "run"]
    end = len(made)
    for place in reversed(places):
        try:
            return library.ledger.run(made[place].run_id), made[place + 1 : end]
        except NotFoundError:
            end = place
    raise NotFoundError("the runs of this table were removed", hint="Make it again: review table")


def _named(name: str, library: Library) -> tuple[str, list[TableEdit]]:
    """The id of the table and its edits. The run of the id may have been removed. A table of a
    release without edits has its run alone."""
    store = TableStore(library.database)
    table_ids = store.ids_that_begin(name) if name else []
    if len(table_ids) == 1:
        return table_ids[0], store.edits(table_ids[0])
    run = library.ledger.run(name)
    if run.command != "table":
        raise NotFoundError(f"run {run.id} is no table", hint="See them: review tables list")
    table_id = str(run.result.get("table_id") or run.id)
    first = TableEdit(kind="run", number=1, made=run.started, said="made", run_id=table_id)
    return table_id, store.edits(table_id) or [first]


def _table_of(run: Run, table_id: str, library: Library) -> Table:
    """The table of a run, with the papers of its rows as the library has them now. Of a paper that
    is gone, or whose text has changed, the key and the quotes are left."""
    table = Table.model_validate({**run.result, "usage": run.usage, "table_id": table_id})
    numbers = {row.paper_id: library.catalogue.number_of(row.paper_id) for row in table.rows}
    known = library.catalogue.papers_numbered([n for n in numbers.values() if n is not None])
    papers = tuple(
        _paper_of(row, known.get(numbers[row.paper_id] or 0), library) for row in table.rows
    )
    return table.model_copy(update={"papers": papers})


def _paper_of(row: Row, paper: Paper | None, library: Library) -> Paper:
    citations = [c for cell in row.cells for value in cell.values for c in _citations_of(value)]
    if citations and (paper is None or not all(_stands(c, paper) for c in citations)):
        return paper_as_cited(citations, library)
    if paper is None:
        title = Part(name="title", text=f"{row.key} (no longer in the library)")
        return Paper(id=row.paper_id, key=row.key, parts=(title,))
    return paper if paper.id == row.paper_id else paper.model_copy(update={"id": row.paper_id})


def _citations_of(value: Value) -> list[Citation]:
    return [*([value.citation] if value.citation else []), *value.more]


def _stands(citation: Citation, paper: Paper) -> bool:
    return paper.text_of(citation.part)[citation.start : citation.end] == citation.quote


@dataclass(frozen=True)
class Correction:
    """A value that a person gives for the cell of a paper, by its key, and of a column, by its
    name; and the quote that shows it, if one does."""

    key: str
    column: str
    value: str
    quote: str = ""


def set_cell(name: str, given: Correction, library: Library) -> OpenedTable:
    """Correct a cell of a kept table. The value counts as proven only if its quote stands in the
    paper and holds its numbers.

    Raises UsageError for a computed column, a value that its column cannot have, and a quote that
    the paper does not have; then nothing is changed.
    """
    opened = open_table(name, library)
    row, column = _place(opened.table, given.key, given.column)
    value, quote = one_line(given.value), one_line(given.quote)
    _check_value(value, column)
    drafts: list[CellDraft] = []
    evidence: tuple[Evidence, ...] = ()
    if not is_not_stated(value):
        evidence = _whole_texts(library.paper(row.paper_id), library)
        draft = CellDraft(column=column.name, value=value, tag=evidence[0].tag, quote=quote)
        drafts = [draft]
    elif quote:
        raise UsageError("what is not stated has no quote", hint="Leave the quote out.")
    cell = corrected(column, drafts, evidence, cell_of(row, column))
    if quote and cell.values and cell.values[0].citation is None:
        raise UsageError(f"the quote does not stand in {row.key}", hint=_nearest(quote, evidence))
    edit = TableEdit(
        kind="set",
        said=f"{row.key}, {column.name}: {shorten(value, _SAID_CHARS) or 'not stated'}",
        paper_id=row.paper_id,
        column=column.name,
        cell=cell,
    )
    return _added(opened, edit, library)


def _place(table: Table, key: str, name: str) -> tuple[Row, Column]:
    """The row and the column of a cell that a person may correct."""
    row, column = row_named(key, table), column_named(name, table.columns)
    if column.formula:
        raise UsageError(
            f"'{column.name}' is computed", hint="Correct what it is computed from instead."
        )
    return row, column


def _check_value(value: str, column: Column) -> None:
    if len(value) > MOST_VALUE_CHARS:
        raise UsageError(
            f"the value has {len(value):,} characters", hint=f"Give {MOST_VALUE_CHARS:,} at most."
        )
    if is_not_stated(value):
        return
    _, misfit = normalise(value, column)
    if misfit:
        raise UsageError(
            f"'{shorten(value, _SAID_CHARS)}' does not fit the column '{column.name}': {misfit}",
            hint="Give a value of its type, or 'not stated'.",
        )


def _whole_texts(paper: Paper, library: Library) -> tuple[Evidence, ...]:
    """All texts of a paper: its chunks, and its parts, for quotes that two chunks share."""
    chunks = [evidence_of(paper, chunk) for chunk in chunks_of(paper, library)]
    parts = [
        Evidence(
            tag="",
            paper=paper,
            chunk=Chunk(
                paper_id=paper.id, part=part.name, start=0, end=len(part.text), text=part.text
            ),
            score=Score(total=0.0),
        )
        for part in paper.own_parts
        if part.text
    ]
    return tagged([*chunks, *parts])


def _nearest(quote: str, evidence: Sequence[Evidence]) -> str:
    """The words of the paper that are nearest to a quote that it does not have."""
    for item in evidence:
        if near := locate_nearly(quote, item.chunk.text):
            words = clean(item.chunk.text[near.start : near.end])
            return f'Nearest in the paper: "{shorten(words, 300)}"'
    return "Give at least three words exactly as they stand there, or no quote."


def unset_cell(name: str, key: str, column: str, library: Library) -> OpenedTable:
    """Take a correction back: the cell is again what the writer gave. Raises UsageError for a cell
    that was not corrected."""
    opened = open_table(name, library)
    row, found = _corrected_place(opened.table, key, column)
    said = f"{row.key}, {found.name}: as the writer gave it"
    edit = TableEdit(kind="unset", said=said, paper_id=row.paper_id, column=found.name)
    return _added(opened, edit, library)


def forget_correction(name: str, key: str, column: str, library: Library) -> OpenedTable:
    """Leave a correction in its table, and show it to no model as an example of its column. To
    correct the cell again, or to undo this, makes it one again. Raises UsageError for a cell that
    was not corrected."""
    opened = open_table(name, library)
    row, found = _corrected_place(opened.table, key, column)
    said = f"{row.key}, {found.name}: no example for later tables"
    edit = TableEdit(kind="forget", said=said, paper_id=row.paper_id, column=found.name)
    return _added(opened, edit, library)


def _corrected_place(table: Table, key: str, name: str) -> tuple[Row, Column]:
    row, found = _place(table, key, name)
    if not cell_of(row, found).is_by_hand:
        raise UsageError(f"{row.key}, {found.name} was not corrected by hand")
    return row, found


def drop_column(name: str, column: str, library: Library) -> OpenedTable:
    """Take a column out. Raises UsageError for one that another is computed from, and for the
    last."""
    opened = open_table(name, library)
    found = column_named(column, opened.table.columns)
    if used := computed_from(found.name, opened.table.columns):
        raise UsageError(
            f"'{used[0]}' is computed from '{found.name}'", hint=f"Drop '{used[0]}' first."
        )
    if len(opened.table.columns) == 1:
        raise UsageError("a table needs a column", hint="Add another first.")
    edit = TableEdit(kind="drop", said=f"without the column {found.name}", column=found.name)
    return _added(opened, edit, library)


def drop_paper(name: str, key: str, library: Library) -> OpenedTable:
    """Take the row of a paper out; an update does not bring it back."""
    opened = open_table(name, library)
    row = row_named(key, opened.table)
    edit = TableEdit(kind="drop paper", said=f"without {row.key}", paper_id=row.paper_id)
    return _added(opened, edit, library)


def order_columns(name: str, columns: Sequence[str], library: Library) -> OpenedTable:
    """Put these columns first, in this order."""
    opened = open_table(name, library)
    arranged = columns_first(columns, opened.table.columns)
    named = tuple(column.name for column in arranged[: len(columns)])
    edit = TableEdit(kind="order", said=f"{', '.join(named)} first", columns=named)
    return _added(opened, edit, library)


def sort_rows(name: str, order: str, library: Library, *, is_reversed: bool = False) -> OpenedTable:
    """Sort the rows by relevance, year, title, key or a column."""
    opened = open_table(name, library)
    check_order(order, opened.table.columns)
    said = f"sorted by {order}{', reversed' if is_reversed else ''}"
    edit = TableEdit(kind="sort", said=said, column=order, is_reversed=is_reversed)
    return _added(opened, edit, library)


def undo(name: str, library: Library) -> OpenedTable:
    """Take the newest edit back that still counts. Raises UsageError where none does."""
    opened = open_table(name, library)
    made = counting(opened.edits)
    if len(made) < 2:
        raise UsageError("there is nothing to undo", hint=f"See: review tables history {opened.id}")
    return _added(
        opened, TableEdit(kind="back", said=f"undone: {made[-1].said}", to=made[-2].number), library
    )


def go_back(name: str, number: int, library: Library) -> OpenedTable:
    """Make the table again what it was after the edit of this number; later edits are kept in its
    history, so that this can be undone by going to them."""
    opened = open_table(name, library)
    open_table(name, library, after=number)
    return _added(opened, TableEdit(kind="back", said=f"as after {number}", to=number), library)


def _added(opened: OpenedTable, edit: TableEdit, library: Library) -> OpenedTable:
    """The table after one more edit, which is kept."""
    store = TableStore(library.database)
    if not store.edits(opened.id):
        store.add(opened.id, opened.edits[0])
    store.add(opened.id, edit)
    return open_table(opened.id, library)
