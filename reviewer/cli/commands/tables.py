"""`review tables`: tables that the library keeps, shown, corrected, filled further, taken back."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    EmbeddingOptions,
    JsonOption,
    LibraryOptions,
    ModelOptions,
    OutputOptions,
    QuietOption,
    RunOptions,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import print_error, print_out
from reviewer.errors import UsageError
from reviewer.text import clean, counted
from reviewer.text.views import shorten

if TYPE_CHECKING:
    from reviewer.tasks.tables.kept import OpenedTable

TableArgument = Annotated[
    str, typer.Argument(help="The table, by the beginning of its id: see review tables list.")
]
CellKeyArgument = Annotated[str, typer.Argument(help="The paper's key.")]
ColumnArgument = Annotated[str, typer.Argument(help="The column's name.")]


@command("list", "review tables list")
def list_all(
    count: Annotated[int, typer.Option("-n", help="How many to list.", min=1)] = 20,
    json: JsonOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """List kept tables, the one that was changed last first."""
    from reviewer.render.json import records_json
    from reviewer.tasks.tables.kept import list_tables

    with opened(settings_of(common)) as shelf:
        found = list_tables(shelf, count)
    if json:
        print_out(records_json("tables", found))
        return
    for kept in found:
        about = shorten(clean(kept.about), 90)
        print_out(f"{kept.id}  {kept.changed}  {about}  ({counted(kept.edits, 'edit')})\n")
    if not found:
        print_error("No table is kept. Make one: review table TOPIC --column NAME")


@command("show", "review tables show 20261130-2150 -o table.xlsx", has_page=True)
def show(
    table: TableArgument,
    after: Annotated[
        int | None, option(help="As it was after this edit: see review tables history.")
    ] = None,
    quotes: Annotated[bool, option(help="Show the quotes on a terminal too.")] = False,
    style: Annotated[str, option(help="Cite in Word as numeric, author-year, note, apa, ...")] = "",
    form: Annotated[
        str, option("--format", "-f", help="markdown, csv, xlsx, latex, html, docx or json.")
    ] = "",
    *,
    result: OutputOptions,
    common: LibraryOptions,
) -> None:
    """Write a kept table as it is now, in any form."""
    from reviewer.cli.table_output import choose_look, write_table
    from reviewer.tasks.tables.kept import open_table

    form, look = choose_look(form, style, result)
    with opened(settings_of(common)) as shelf:
        found = open_table(table, shelf, after=after)
    write_table(found.table, form, result.output, look, with_quotes=quotes)


@command("history", "review tables history 20261130-2150")
def history(table: TableArgument, json: JsonOption = False, *, common: LibraryOptions) -> None:
    """List every edit of a table, oldest first; those that were undone are marked."""
    from reviewer.render.json import records_json
    from reviewer.tasks.tables.edits import counting
    from reviewer.tasks.tables.kept import open_table

    with opened(settings_of(common)) as shelf:
        found = open_table(table, shelf)
    if json:
        print_out(records_json("edits", found.edits))
        return
    now = {edit.number for edit in counting(found.edits)}
    for edit in found.edits:
        undone = "" if edit.number in now or edit.kind == "back" else "  (undone)"
        print_out(f"{edit.number:>3}  {edit.made}  {clean(edit.said)}{undone}\n")


@command(
    "set",
    "review tables set 20261130-2150 song-2025-r1 gain '14 points' --quote 'by 14 points over'",
)
def set_value(
    table: TableArgument,
    key: CellKeyArgument,
    column: ColumnArgument,
    value: Annotated[str, typer.Argument(help="What it says, or 'not stated'.")],
    quote: Annotated[
        str, option(help="The words of the paper that show it: else it is marked 'no proof'.")
    ] = "",
    quiet: QuietOption = False,
    *,
    common: EmbeddingOptions,
) -> None:
    """Correct a cell. It stays so over every redo and update, marked as done by hand."""
    from reviewer.tasks.tables.edits import cell_of, row_named
    from reviewer.tasks.tables.kept import Correction, set_cell

    with opened(settings_of(common)) as shelf:
        found = set_cell(table, Correction(key, column, value, quote), shelf)
    if not quiet:
        from reviewer.grounding.columns import column_named
        from reviewer.render.describe import cell_text, support_words

        cell = cell_of(row_named(key, found.table), column_named(column, found.table.columns))
        said = [support_words(value) for value in cell.values]
        print_error(clean(f"{key}, {cell.column}: {cell_text(cell)}. {'; '.join(said)}".strip()))


@command("unset", "review tables unset 20261130-2150 song-2025-r1 gain")
def unset(
    table: TableArgument,
    key: CellKeyArgument,
    column: ColumnArgument,
    example: Annotated[
        bool,
        option("--example", help="Keep the correction; show it to no model."),
    ] = False,
    quiet: QuietOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Take a correction back: the cell is again what the writer gave."""
    from reviewer.tasks.tables.kept import forget_correction, unset_cell

    take_back = forget_correction if example else unset_cell
    with opened(settings_of(common)) as shelf:
        _say(take_back(table, key, column, shelf), quiet=quiet)


@command("corrections", "review tables corrections")
def corrections(json: JsonOption = False, *, common: LibraryOptions) -> None:
    """List corrected cells of all tables, the newest first. The prompt of a table shows a model the
    3 nearest as examples; to take one out: review tables unset ID KEY COLUMN --example."""
    from reviewer.render.json import records_json
    from reviewer.tasks.tables.corrections import find_corrections

    with opened(settings_of(common)) as shelf:
        found = find_corrections(shelf)
    if json:
        print_out(records_json("corrections", found))
        return
    for own in found:
        change = f"{shorten(own.before, 60) or 'empty'} -> {shorten(own.value, 60)}"
        use = f"no example: {own.unused}" if own.unused else "example"
        place = clean(f"{own.key}, {own.column.name}: {change}")
        print_out(f"{own.table_id}  {place}  ({use})\n")
    if not found:
        print_error("No cell was corrected. Correct one: review tables set ID KEY COLUMN VALUE")


@command("drop", "review tables drop 20261130-2150 --column limits")
def drop(
    table: TableArgument,
    key: Annotated[str, typer.Argument(help="The key of a paper to take out.")] = "",
    column: Annotated[str, option(help="The column to take out.")] = "",
    quiet: QuietOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Take a column or a paper out of a table."""
    from reviewer.tasks.tables.kept import drop_column, drop_paper

    if bool(key) == bool(column):
        raise UsageError("name a paper, or a column", hint="review tables drop ID KEY")
    with opened(settings_of(common)) as shelf:
        found = drop_column(table, column, shelf) if column else drop_paper(table, key, shelf)
    _say(found, quiet=quiet)


@command("order", "review tables order 20261130-2150 gain reward")
def order(
    table: TableArgument,
    columns: Annotated[list[str], typer.Argument(help="The columns that come first.")],
    quiet: QuietOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Put columns first, in this order."""
    from reviewer.tasks.tables.kept import order_columns

    with opened(settings_of(common)) as shelf:
        _say(order_columns(table, columns, shelf), quiet=quiet)


@command("sort", "review tables sort 20261130-2150 gain --reverse")
def sort(
    table: TableArgument,
    by: Annotated[str, typer.Argument(help="relevance, year, title, key or a column's name.")],
    reverse: Annotated[bool, option(help="Sort the other way round.")] = False,
    quiet: QuietOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Sort the rows; numbers by size, whatever their units."""
    from reviewer.tasks.tables.kept import sort_rows

    with opened(settings_of(common)) as shelf:
        _say(sort_rows(table, by, shelf, is_reversed=reverse), quiet=quiet)


@command("redo", "review tables redo 20261130-2150 song-2025-r1 --column gain")
def redo(
    table: TableArgument,
    keys: Annotated[
        list[str] | None, typer.Argument(help="The papers; none is every paper of the table.")
    ] = None,
    column: Annotated[
        list[str] | None, option(help="The columns; none is every column. Again for each.")
    ] = None,
    *,
    model: ModelOptions,
    common: RunOptions,
) -> None:
    """Ask again for a paper's row, a column, or single cells, and for nothing else. Kept replies
    are not used."""
    from reviewer.tasks.tables.redo import Asked

    _fill(table, Asked(tuple(column or ()), tuple(keys or ())), model, common, use_cache=False)


@command("add", "review tables add 20261130-2150 'gain (number)' 'ratio = gain / size'")
def add_columns(
    table: TableArgument,
    columns: Annotated[
        list[str] | None, typer.Argument(help="As --column of review table.")
    ] = None,
    suggest: Annotated[
        int, typer.Option(help="Let this many columns be suggested.", min=0, max=20)
    ] = 0,
    *,
    model: ModelOptions,
    common: RunOptions,
) -> None:
    """Add columns. One with the name of a column that is there takes its place."""
    from reviewer.cli.table_inputs import columns_of
    from reviewer.tasks.tables.redo import Asked

    new = columns_of(columns, "", quiet=common.quiet)
    if not new and not suggest:
        raise UsageError("no column is named", hint="review tables add ID 'gain (number)'")
    asked = Asked(new=new, suggest=suggest)
    _fill(table, asked, model, common, use_cache=not model.no_cache)


def _fill(
    table: str,
    asked: Any,  # noqa: ANN401  an Asked, whose module loads slowly
    model: ModelOptions,
    common: RunOptions,
    *,
    use_cache: bool,
) -> None:
    from reviewer.cli.model import say_budget
    from reviewer.tasks.tables.redo import fill_again
    from reviewer.writers import writer_of

    settings = settings_of(common, model)
    with (
        common.progress() as progress,
        opened(settings, progress) as shelf,
        closing(writer_of(settings, shelf, use_cache=use_cache)) as writer,
    ):
        found = fill_again(table, asked, shelf, writer, progress)
    _say(found, quiet=common.quiet)
    if not common.quiet:
        say_budget(found.table.usage, has_budget=settings.budget_usd is not None)


@command("undo", "review tables undo 20261130-2150")
def undo(table: TableArgument, quiet: QuietOption = False, *, common: LibraryOptions) -> None:
    """Take the newest edit back; again, the one before."""
    from reviewer.tasks.tables.kept import undo as take_back

    with opened(settings_of(common)) as shelf:
        _say(take_back(table, shelf), quiet=quiet)


@command("back", "review tables back 20261130-2150 3")
def back(
    table: TableArgument,
    number: Annotated[int, typer.Argument(help="The edit: see review tables history.")],
    quiet: QuietOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Make the table again what it was after an edit. Nothing is lost: what came later stays in the
    history."""
    from reviewer.tasks.tables.kept import go_back

    with opened(settings_of(common)) as shelf:
        _say(go_back(table, number, shelf), quiet=quiet)


def _say(found: OpenedTable, *, quiet: bool) -> None:
    """Say what was done, and what became of the cells."""
    if not quiet:
        from reviewer.render.describe import tally_line

        print_error(clean(f"Edit {found.edits[-1].number}: {found.edits[-1].said}."))
        print_error(tally_line(found.table))
