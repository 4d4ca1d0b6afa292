"""compare_papers: a table with a row a paper and a column an aspect, its cells made by code."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial

from reviewer.grounding import fill
from reviewer.grounding.cells import with_computed, without_proofless
from reviewer.grounding.columns import DEFAULT, checked_columns
from reviewer.library import Library, keep_run
from reviewer.library.run_log import Request, new_run_id
from reviewer.tasks.tables.select import Chosen, choose_papers, texts_of
from reviewer.tasks.tables.sort import check_order, in_order
from reviewer.tasks.tables.update import Cells, Redo, checked_again, kept_cells, quoted_chunks
from reviewer.text import counted
from reviewer.text.views import one_line, shorten
from reviewer.types import Evidence, Table
from reviewer.types.claims import NeedsModel
from reviewer.types.evidence import by_paper
from reviewer.types.progress import Progress, silent
from reviewer.types.runs import Coverage
from reviewer.types.searches import Filters
from reviewer.types.tables import Column, Row, RowDraft
from reviewer.types.writer import Writer
from reviewer.writers.prompted.tables import row_batches

_MOST_KEYS_CHARS = 200  # of the keys of a table without a topic, in the list of runs
_PROMPT_TOKENS = 700  # of a table's prompt without its texts
_CALLS_A_BATCH = 2  # fill and judge
_MOST_NAMED = 4  # papers whose cells were not answered
FillRows = Callable[[str, Sequence[Column], Sequence[Evidence], Progress], Sequence[RowDraft]]
"""As `fill_rows` of a `Writer`."""


@dataclass(frozen=True)
class TableOptions:
    """What to compare and how. Without columns and suggestions the default columns are used.

    `papers` bounds the rows; `cited_as` holds the user's own keys by paper id, and `left_out` what
    was given and is not in the library; `sort` is one of ORDERS or a column's name. `earlier` is a
    table to update: its cells stay, except those to `redo` and those that failed. With `is_part`
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
    is_part: bool = False
    fill_rows: FillRows | None = None


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
    ask = partial(options.fill_rows or writer.fill_rows, topic)
    cells = _filled(columns, evidence, kept, ask, progress)
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
    key_by_id = {paper.id: paper.key for paper in chosen.papers}
    lost = _lost(cells, key_by_id, options)
    writers = [*(options.earlier.writer.split(", ") if options.earlier else []), writer.name]
    table = Table(
        topic=topic,
        columns=columns,
        rows=in_order(rows, chosen.papers, options.sort, is_reversed=options.is_reversed),
        papers=chosen.papers or chosen.nearest,
        filters=options.filters,
        most=options.papers,
        is_strict=options.is_strict,
        coverage=Coverage(
            papers=in_library,
            matched=chosen.matched,
            read=len(rows),
            cited=sum(any(cell.state == "filled" for cell in row.cells) for row in rows),
            left_out=(*chosen.left_out, *options.left_out, *writer.notes(), *lost),
            reason=chosen.reason,
            understood=chosen.understood,
        ),
        writer=", ".join(dict.fromkeys(writers)),
        run_id=new_run_id(),
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )
    if not options.is_part:
        keys = ", ".join(row.key for row in table.rows)
        about = topic or shorten(keys, _MOST_KEYS_CHARS) or "no paper"
        settings = {"columns": len(columns), "strict": options.is_strict, "sort": options.sort}
        request = Request("table", about, settings, writer.prompt_hashes())
        keep_run(table, request, library, progress)
    return table


def _chosen(topic: str, library: Library, options: TableOptions) -> Chosen:
    """The papers of the selection, and those of the earlier table that are still there."""
    chosen = choose_papers(topic, library, options.filters, options.papers)
    if options.earlier is None:
        return chosen
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
    ask: Callable[[Sequence[Column], Sequence[Evidence], Progress], Sequence[RowDraft]],
    progress: Progress,
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
    for asked, paper_ids in missing.items():
        shown = [item for paper_id in paper_ids for item in of_paper[paper_id]]
        for draft in ask(asked, shown, progress):
            made = fill(draft, asked, of_paper[draft.paper_id])
            cells[draft.paper_id] |= {cell.column: cell for cell in made}
    return {paper_id: with_computed(own, columns) for paper_id, own in cells.items()}


def _lost(cells: Cells, key_by_id: Mapping[str, str], options: TableOptions) -> list[str]:
    """In words, what writers gave and the table does not show."""
    every = [cell for own in cells.values() for cell in own.values()]
    lost = []
    unsaid = {p: sum(c.state == "not answered" for c in own.values()) for p, own in cells.items()}
    if names := [key_by_id[paper_id] for paper_id, count in unsaid.items() if count]:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        count = counted(sum(unsaid.values()), "cell")
        lost.append(f"{count} not answered by the model: {', '.join(names[:_MOST_NAMED])}{more}")
    told = ("failed", "not computed", "not answered")
    if dropped := sum(len(c.dropped) for c in every if c.state not in told):
        lost.append(f"{counted(dropped, 'value')} without a quote, or beside a proven one")
    if options.is_strict and (bad := sum(cell.state == "no proof" for cell in every)):
        lost.append(f"{counted(bad, 'cell')} without proof (strict)")
    return lost


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
