"""compare_papers: a table with a row a paper and a column an aspect, its cells made by code."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from reviewer.errors import LibraryError
from reviewer.grounding import fill
from reviewer.grounding.cells import with_computed, without_proofless
from reviewer.grounding.columns import DEFAULT, checked_columns
from reviewer.library import Library, keep_run
from reviewer.library.run_log import Request, new_run_id
from reviewer.library.table_store import TableStore
from reviewer.tasks.answers.gather import reads
from reviewer.tasks.tables.corrections import find_corrections, nearest_examples
from reviewer.tasks.tables.left_out import cited_rows, lost_in
from reviewer.tasks.tables.select import Chosen, choose_papers, texts_of
from reviewer.tasks.tables.sort import check_order, in_order
from reviewer.tasks.tables.update import Cells, Redo, checked_again, kept_cells, quoted_chunks
from reviewer.text import counted
from reviewer.text.views import one_line, shorten
from reviewer.types import Evidence, Paper, Table
from reviewer.types.claims import NeedsModel
from reviewer.types.evidence import by_paper
from reviewer.types.progress import Progress, silent
from reviewer.types.runs import Coverage
from reviewer.types.searches import Filters
from reviewer.types.tables import Cell, Column, Row, RowDraft, TableEdit
from reviewer.types.writer import OnRow, Writer
from reviewer.writers.prompted.tables import row_batches

_MOST_KEYS_CHARS = 200  # of the keys of a table without a topic, in the list of runs
_PROMPT_TOKENS = 700  # of a table's prompt without its texts
_CALLS_A_BATCH = 2  # fill and judge


class AskRows(Protocol):
    """As `fill_rows` of a `Writer`, about a known topic."""

    def __call__(
        self,
        columns: Sequence[Column],
        evidence: Sequence[Evidence],
        progress: Progress,
        on_row: OnRow,
        /,
    ) -> Sequence[RowDraft]: ...


FillRows = Callable[[str, Sequence[Column], Sequence[Evidence], Progress], Sequence[RowDraft]]
"""As `fill_rows` of a `Writer`."""


@dataclass(frozen=True)
class Watch:
    """Who is shown a table while it is made: first its columns and papers, then the cells of a
    paper as soon as they stand. These are called in any thread."""

    begun: Callable[[Sequence[Column], Sequence[Paper]], None]
    made: Callable[[str, Sequence[Cell]], None]


@dataclass(frozen=True)
class TableOptions:
    """What to compare and how. Without columns and suggestions the default columns are used.

    `papers` bounds the rows; `cited_as` holds the user's own keys by paper id, and `left_out` what
    was given and is not in the library; `sort` is one of ORDERS or a column's name. `earlier` is a
    table to update: its cells stay, except those to `redo` and those that failed. With `is_kept`
    the earlier table is one that the library keeps, and this is its next version. With `is_part`
    the table belongs to a report, whose run keeps it; `fill_rows` then takes the place of the
    writer's own, to find again what an earlier run was given.
    """

    columns: tuple[Column, ...] = ()
    suggest: int = 0
    papers: int | None = None
    filters: Filters = field(default_factory=Filters)
    cited_as: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    sort: str = ""
    is_reversed: bool = False
    is_strict: bool = False
    earlier: Table | None = None
    redo: Redo = field(default_factory=Redo)
    is_kept: bool = False
    is_part: bool = False
    fill_rows: FillRows | None = None
    watch: Watch | None = None


def compare_papers(
    topic: str,
    library: Library,
    writer: Writer,
    options: TableOptions | None = None,
    progress: Progress = silent,
) -> Table:
    """Choose papers, let the writer fill their cells, and keep what its quotes prove.

    When nothing in the library is near the topic the writer is not asked, the table has no rows and
    its `papers` are the nearest. Raises UsageError for columns and orders that do not fit,
    ModelError when every call fails.
    """
    options = options or TableOptions()
    started = time.monotonic()
    topic = one_line(topic)
    progress("Searching", 0, 0)
    # One state of the library for all that is read, unless a model is asked for columns between.
    with nullcontext() if options.suggest else library.alone:
        chosen = _chosen(topic, library, options)
        in_library = library.catalogue.count()
        columns = _columns(topic, library, writer, options, chosen)
        check_order(options.sort, columns)
        kept = kept_cells(options.earlier, columns, chosen.papers, options.redo)
        evidence = texts_of(chosen.papers, columns, library, quoted_chunks(kept))
    watch = options.watch
    if watch:
        watch.begun(columns, chosen.papers)
    ask = asking(writer, topic, library, options.fill_rows)
    cells = _filled(columns, evidence, kept, ask, progress, watch)
    cited_as = {r.paper_id: r.cited_as for r in options.earlier.rows} if options.earlier else {}
    cited_as |= options.cited_as
    rows = []
    for paper in chosen.papers:
        own = tuple(cells[paper.id][column.name] for column in columns)
        row = Row(
            paper_id=paper.id,
            key=paper.key,
            cited_as=cited_as.get(paper.id) or paper.key,
            relevance=chosen.relevance.get(paper.id),
            cells=without_proofless(own) if options.is_strict else own,
        )
        rows.append(row)
    lost = lost_in(rows, is_strict=options.is_strict)
    run_id = new_run_id()
    table = Table(
        topic=topic,
        columns=columns,
        rows=in_order(rows, chosen.papers, options.sort, is_reversed=options.is_reversed),
        papers=chosen.papers or chosen.nearest,
        filters=options.filters,
        most=options.papers,
        without=options.earlier.without if options.earlier else (),
        is_strict=options.is_strict,
        coverage=Coverage(
            papers=in_library,
            matched=chosen.matched,
            read=len(rows),
            cited=cited_rows(rows),
            left_out=(*chosen.left_out, *options.left_out, *writer.notes(), *lost),
            reason=chosen.reason,
            understood=chosen.understood,
        ),
        writer=joined_writers(options.earlier, writer),
        run_id=run_id,
        table_id=_kept_as(options, run_id),
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )
    if not options.is_part:
        said = "updated" if options.is_kept else "made"
        keep_table(table, said, library, writer, progress, sort=options.sort)
    return table


def _kept_as(options: TableOptions, run_id: str) -> str:
    """The id of the kept table that this run belongs to; empty for a part of another result."""
    if options.is_part:
        return ""
    return options.earlier.table_id if options.earlier and options.is_kept else run_id


def keep_table(
    table: Table, said: str, library: Library, writer: Writer, progress: Progress, sort: str = ""
) -> None:
    """Keep the table as a run, and as a version of the table that it belongs to; `said` is what
    became of it, in words."""
    keys = ", ".join(row.key for row in table.rows)
    about = table.topic or shorten(keys, _MOST_KEYS_CHARS) or "no paper"
    settings = {"columns": len(table.columns), "strict": table.is_strict, "sort": sort}
    request = Request("table", about, settings, writer.prompt_hashes())
    keep_run(table, request, library, progress)
    with suppress(LibraryError):  # keep_run has said that it cannot be kept
        edit = TableEdit(kind="run", run_id=table.run_id, said=said)
        TableStore(library.database).add(table.table_id, edit)


def joined_writers(earlier: Table | None, writer: Writer) -> str:
    """The names of all that wrote the table, with commas."""
    before = earlier.writer.split(", ") if earlier else []
    return ", ".join(dict.fromkeys([*before, writer.name]))


def asking(
    writer: Writer, topic: str, library: Library, fill_rows: FillRows | None = None
) -> AskRows:
    """The writer's `fill_rows` about a topic, with the corrections of the library that are nearest
    to what is asked; or what takes its place."""
    known = find_corrections(library) if fill_rows is None and reads(writer) else ()

    def ask(
        columns: Sequence[Column], evidence: Sequence[Evidence], progress: Progress, on_row: OnRow
    ) -> Sequence[RowDraft]:
        if fill_rows is not None:
            return fill_rows(topic, columns, evidence, progress)
        examples = nearest_examples(columns, topic, known)
        return writer.fill_rows(topic, columns, evidence, progress, on_row, examples=examples)

    return ask


def _chosen(topic: str, library: Library, options: TableOptions) -> Chosen:
    """The papers of the selection, and those of the earlier table that are still there."""
    chosen = choose_papers(topic, library, options.filters, options.papers)
    if options.earlier is None:
        return chosen
    kept = tuple(p for p in chosen.papers if p.id not in options.earlier.without)
    chosen = replace(chosen, papers=kept)
    rows, known = options.earlier.rows, {paper.id for paper in chosen.papers}
    found = [library.catalogue.paper_named(r.paper_id) for r in rows if r.paper_id not in known]
    old = [paper for paper in found if paper is not None]
    gone = len(found) - len(old)
    note = (f"{counted(gone, 'paper')} no longer in the library",) if gone else ()
    relevance = {r.paper_id: r.relevance for r in rows if r.relevance is not None}
    return Chosen(
        (*chosen.papers, *old),
        chosen.matched + len(old),
        {**relevance, **chosen.relevance},
        chosen.nearest,
        (*chosen.left_out, *note),
    )


def _columns(
    topic: str, library: Library, writer: Writer, options: TableOptions, chosen: Chosen
) -> tuple[Column, ...]:
    """The earlier table's columns, those of the options, and those that the writer suggests."""
    named = {column.name.casefold(): column for column in options.columns}
    if len(named) < len(options.columns):
        checked_columns(options.columns)
    earlier = options.earlier.columns if options.earlier else ()
    columns = [named.pop(column.name.casefold(), column) for column in earlier]
    columns += named.values()
    if options.suggest and chosen.papers:
        texts = texts_of(chosen.papers, (), library)
        ideas = writer.suggest_columns(topic, texts, options.suggest)
        taken = {column.name.casefold() for column in columns}
        if not isinstance(ideas, NeedsModel):
            columns += [idea for idea in ideas if idea.name.casefold() not in taken]
    return checked_columns(columns or DEFAULT)


def _filled(
    columns: Sequence[Column],
    evidence: Sequence[Evidence],
    kept: Cells,
    ask: AskRows,
    progress: Progress,
    watch: Watch | None,
) -> Cells:
    """Every cell: kept cells are checked again against the paper as it is now; the writer is asked
    for just those columns of a paper that are missing."""
    of_paper = by_paper(evidence)
    given = [column for column in columns if not column.formula]
    cells: Cells = {}
    missing: dict[tuple[Column, ...], list[str]] = defaultdict(list)
    for paper_id, texts in of_paper.items():
        own = kept.get(paper_id, {})
        known = [column for column in given if column.name in own]
        cells[paper_id] = checked_again(own, known, texts)
        if asked := tuple(column for column in given if column.name not in own):
            missing[asked].append(paper_id)
        elif watch:
            watch.made(paper_id, tuple(with_computed(cells[paper_id], columns).values()))
    for asked, paper_ids in missing.items():
        shown = [item for paper_id in paper_ids for item in of_paper[paper_id]]
        for paper_id, made in asked_cells(asked, shown, cells, ask, progress, watch).items():
            cells[paper_id] |= made
    return {paper_id: with_computed(own, columns) for paper_id, own in cells.items()}


def asked_cells(
    columns: Sequence[Column],
    evidence: Sequence[Evidence],
    known: Cells,
    ask: AskRows,
    progress: Progress,
    watch: Watch | None,
) -> Cells:
    """The cells of these columns from the writer, for the papers of the evidence. `known` are the
    cells that these papers have already, for who watches."""
    of_paper = by_paper(evidence)

    def cells_of(draft: RowDraft) -> dict[str, Cell]:
        made = fill(draft, columns, of_paper[draft.paper_id])
        return {cell.column: cell for cell in made}

    def show(draft: RowDraft) -> None:
        if watch:
            own = {**known.get(draft.paper_id, {}), **cells_of(draft)}
            watch.made(draft.paper_id, tuple(own.values()))

    return {draft.paper_id: cells_of(draft) for draft in ask(columns, evidence, progress, show)}


def estimate_calls(topic: str, library: Library, model: str, options: TableOptions) -> str:
    """How many model calls a table would take at most, in words. Searches, but calls no model."""
    chosen = _chosen(topic, library, options)
    if not model:
        return f"No model is set: 0 calls for {counted(len(chosen.papers), 'paper')}."
    if not chosen.papers:
        return "No paper in the library fits: 0 calls."
    earlier = options.earlier.columns if options.earlier else ()
    columns = {column.name: column for column in (*earlier, *options.columns)}
    named = tuple(c for c in columns.values() if not c.formula)
    named = named or (() if options.suggest else DEFAULT)
    count = len(named) + options.suggest
    kept = kept_cells(options.earlier, named, chosen.papers, options.redo)
    asked = [paper for paper in chosen.papers if len(kept.get(paper.id, {})) < count]
    texts = texts_of(asked, named, library)
    calls = _CALLS_A_BATCH * len(row_batches(texts, count)) + bool(options.suggest)
    size = sum(len(item.chunk.text) + len(item.paper.title) for item in texts) // 4
    first = ", 1 of them to suggest columns" if options.suggest else ""
    return (
        f"{counted(calls, 'call')} to {model}{first}, for {count} columns of "
        f"{counted(len(asked), 'paper')}. About {size + _PROMPT_TOKENS * calls:,} tokens of input."
    )
