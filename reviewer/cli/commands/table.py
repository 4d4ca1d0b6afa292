"""`review table`."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.options import (
    ApiBaseOption,
    BudgetOption,
    CallsOption,
    DryRunOption,
    EmbeddingOption,
    JobsOption,
    JsonOption,
    KeysOption,
    LibraryOption,
    ModelOption,
    NoCacheOption,
    OfflineOption,
    OutputOption,
    PromptsOption,
    QuietOption,
    TagOption,
    TimeoutOption,
    VenueOption,
    VerboseOption,
    YearOption,
    filters_of,
    settings_of,
)
from reviewer.cli.output import deliver, print_error

if TYPE_CHECKING:
    from reviewer.types import Table

_EPILOG = (
    'Example: review table "RL for search" --column reward --column "base model: which model is '
    'trained?" --column "gain (number)" --column "trained (yes/no)" -o table.html'
)


def register(app: typer.Typer) -> None:
    app.command("table", epilog=_EPILOG)(table)


def table(
    topic: Annotated[
        list[str] | None, typer.Argument(help="What the papers are about.", show_default=False)
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            help="NAME, 'NAME: QUESTION' or 'NAME (TYPE): QUESTION', where TYPE is text, number, "
            "yes/no or 'one of a,b,c'. Again for each column.",
            show_default=False,
        ),
    ] = None,
    columns: Annotated[
        str, typer.Option("--columns", help="A file with a column a line.", show_default=False)
    ] = "",
    suggest: Annotated[
        int, typer.Option("--suggest", help="Let so many columns be suggested.", min=0, max=20)
    ] = 0,
    papers: Annotated[
        list[str] | None,
        typer.Option("--papers", help="Compare these files or folders.", show_default=False),
    ] = None,
    named_by: Annotated[
        str,
        typer.Option("--from", help="Compare the papers of this .bib file.", show_default=False),
    ] = "",
    keys: KeysOption = "",
    tag: TagOption = None,
    year: YearOption = "",
    venue: VenueOption = "",
    count: Annotated[
        int | None,
        typer.Option("-k", help="How many papers at most (12 by topic).", min=1),
    ] = None,
    sort: Annotated[
        str,
        typer.Option(help="relevance, year, title, key or a column's name.", show_default=False),
    ] = "",
    reverse: Annotated[bool, typer.Option("--reverse", help="Sort the other way round.")] = False,
    update: Annotated[
        str,
        typer.Option(help="Bring this JSON table up to date, in its place.", show_default=False),
    ] = "",
    redo_column: Annotated[
        list[str] | None,
        typer.Option(help="With --update: make this column anew.", show_default=False),
    ] = None,
    redo: Annotated[
        list[str] | None,
        typer.Option(help="With --update: make this paper's row anew.", show_default=False),
    ] = None,
    model: ModelOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave out values without proof, and exit 3.")
    ] = False,
    quotes: Annotated[
        bool, typer.Option("--quotes", help="Show the quotes on a terminal too.")
    ] = False,
    dry_run: DryRunOption = False,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="markdown, csv, xlsx, latex, html or json.",
            show_default=False,
        ),
    ] = "",
    json: JsonOption = False,
    output: OutputOption = "",
    library: LibraryOption = None,
    embedding: EmbeddingOption = None,
    api_base: ApiBaseOption = None,
    jobs: JobsOption = None,
    budget: BudgetOption = None,
    max_calls: CallsOption = None,
    timeout: TimeoutOption = None,
    no_cache: NoCacheOption = False,
    prompts: PromptsOption = None,
    listing_year: Annotated[
        int | None, typer.Option(help="The year of dates without one, with --papers.")
    ] = None,
    offline: OfflineOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Compare papers in a table, with the quote that each cell rests on."""
    from reviewer.cli.library import asked_over, opened, words_alone_note
    from reviewer.cli.model import say_budget, say_planned, warm_up, writer_of
    from reviewer.cli.progress import ShownProgress
    from reviewer.cli.table_inputs import check_rows, columns_of, earlier_table, selected
    from reviewer.tasks import compare_papers
    from reviewer.tasks.tables.table import TableOptions, estimate_calls
    from reviewer.tasks.tables.update import Redo

    form = _form(form, output, json=json)
    earlier = earlier_table(update, quiet=quiet)
    filters = filters_of(year, venue, tag, keys)
    about, papers = asked_over(topic, papers, quiet=quiet)
    check_rows(about, filters, bool(papers or named_by or earlier))
    options = TableOptions(
        columns=columns_of(column, columns, quiet=quiet), suggest=suggest, papers=count, sort=sort,
        is_reversed=reverse, is_strict=strict, earlier=earlier,
        redo=Redo(tuple(redo_column or ()), tuple(redo or ())),
    )  # fmt: skip
    settings = settings_of(
        library=library, embedding=embedding, model=model, api_base=api_base, jobs=jobs,
        budget_usd=budget, max_calls=max_calls, timeout_s=timeout, prompts=prompts, offline=offline,
    )  # fmt: skip
    with (
        ShownProgress(quiet=quiet, verbose=verbose) as progress,
        opened(settings, papers, listing_year, progress) as shelf,
    ):
        about, options = selected(about, options, filters, named_by, shelf, progress)
        if dry_run:
            planned = estimate_calls(about, shelf, settings.model, options)
            return say_planned(planned, settings)
        with closing(writer_of(settings, shelf, use_cache=not no_cache)) as writer:
            warm_up(about, shelf, writer, use_cache=not no_cache)
            made = compare_papers(about, shelf, writer, options, progress)
        note = words_alone_note(shelf, is_at_hand=bool(papers)) if about else ""
    _show(made, form, output, update, with_quotes=quotes)
    if not quiet:
        if update:
            print_error(f"{update} is up to date.")
        _say_summary(made, note, has_line=form == "markdown" and not output)
        say_budget(made.usage, has_budget=settings.budget_usd is not None)
    return _exit_code(made)


def _form(form: str, output: str, *, json: bool) -> str:
    """The format. Raises UsageError for a workbook that has no file to go to."""
    from reviewer.errors import UsageError
    from reviewer.render import choose_format, forms_of

    chosen = choose_format("json" if json else form, output, forms_of("Table"))
    if chosen == "xlsx" and output in ("", "-"):
        raise UsageError("a workbook needs a file", hint="Name one: -o table.xlsx")
    return chosen


def _show(table: Table, form: str, output: str, update: str, *, with_quotes: bool) -> None:
    """Write the table where it is wanted, and back into the table that was brought up to date."""
    from pathlib import Path

    from reviewer.render import render, write_whole

    if update:
        write_whole(Path(update).expanduser(), render(table, "json"))
    if form == "markdown" and output in ("", "-") and sys.stdout.isatty():
        from reviewer.cli.table_view import show_table

        show_table(table, with_quotes=with_quotes)
    else:
        deliver(render(table, form), output)


def _say_summary(table: Table, note: str, *, has_line: bool) -> None:
    """What became of the cells, unless the reader has just seen it, and what it cost."""
    from reviewer.cli.model import cost_line
    from reviewer.render.describe import tally_line
    from reviewer.text import counted

    if note and table.papers:
        print_error(note)
    if not table.coverage.papers:
        print_error("The library is empty. Add papers: review add PATH")
    failed = [c for row in table.rows for c in row.cells if c.state == "failed"]
    if failed:
        print_error(f"{counted(len(failed), 'cell')} failed: {failed[0].dropped[0]}")
        print_error("The same command tries them again; what was answered is kept.")
    if not has_line:
        print_error(tally_line(table))
    papers, usage = counted(len(table.rows), "paper"), table.usage
    print_error(f"{papers}, {cost_line(usage)}, {usage.seconds:.1f} s")


def _exit_code(table: Table) -> int:
    """1 when cells failed, 3 when --strict left values out."""
    from reviewer.grounding.cells import tally

    counts = tally(table)
    if counts.failed:
        return 1
    return 3 if table.is_strict and counts.no_proof else 0
