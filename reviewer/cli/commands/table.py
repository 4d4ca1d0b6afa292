"""`review table`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import opened, split_question, words_alone_note
from reviewer.cli.options import (
    DryRunOption,
    KeyFilterOptions,
    ListingYearOption,
    ModelOptions,
    OutputOptions,
    RerankerOptions,
    RunOptions,
    command,
    filters_of,
    option,
    settings_of,
)
from reviewer.cli.output import print_error
from reviewer.errors import UsageError
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.tasks.tables.update import Changes
    from reviewer.types import Table


@command(
    "table",
    'review table "RL for search" --column reward --column "base model: which model is '
    'trained?" --column "gain (number)" --column "trained (yes/no)" -o table.html',
    has_page=True,
)
def table(
    topic: Annotated[list[str] | None, typer.Argument(help="What the papers are about.")] = None,
    column: Annotated[
        list[str] | None,
        option(
            help="NAME, 'NAME: QUESTION' or 'NAME (TYPE): QUESTION', where TYPE is text, number, "
            "yes/no or 'one of a,b,c'; or 'NAME = FORMULA' over number columns. Again for each."
        ),
    ] = None,
    columns: Annotated[str, option(help="A file with a column a line.")] = "",
    suggest: Annotated[
        int, typer.Option(help="Let this many columns be suggested.", min=0, max=20)
    ] = 0,
    papers: Annotated[list[str] | None, option(help="Compare these files or folders.")] = None,
    named_by: Annotated[str, option("--from", help="Compare the papers of this .bib file.")] = "",
    count: Annotated[
        int | None, option("-k", help="How many papers at most (12 by topic).", min=1)
    ] = None,
    sort: Annotated[str, option(help="relevance, year, title, key or a column's name.")] = "",
    reverse: Annotated[bool, option(help="Sort the other way round.")] = False,
    update: Annotated[
        str, option(help="Bring this JSON table, or a kept table by its id, up to date.")
    ] = "",
    redo_column: Annotated[
        list[str] | None, option(help="With --update: make this column again.")
    ] = None,
    redo: Annotated[
        list[str] | None, option(help="With --update: make this paper's row again.")
    ] = None,
    strict: Annotated[bool, option(help="Leave out values without proof, and exit 3.")] = False,
    quotes: Annotated[bool, option(help="Show the quotes on a terminal too.")] = False,
    style: Annotated[str, option(help="Cite in Word as numeric, author-year, note, apa, ...")] = "",
    dry_run: DryRunOption = False,
    form: Annotated[
        str, option("--format", "-f", help="markdown, csv, xlsx, latex, html, docx or json.")
    ] = "",
    listing_year: ListingYearOption = None,
    *,
    filters: KeyFilterOptions,
    result: OutputOptions,
    reranking: RerankerOptions,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Compare papers in a table, with the quote that each cell rests on."""
    from pathlib import Path

    from reviewer.cli.model import say_budget, say_planned, warm_up
    from reviewer.cli.table_inputs import columns_of, selected, with_earlier
    from reviewer.cli.table_output import choose_look, write_table
    from reviewer.grounding.cells import tally
    from reviewer.render import render, write_whole
    from reviewer.tasks import compare_papers
    from reviewer.tasks.tables.table import TableOptions, estimate_calls
    from reviewer.tasks.tables.update import Redo, changes
    from reviewer.writers import writer_of

    form, look = choose_look(form, style, result)
    quiet, use_cache = common.quiet, not model.no_cache
    wanted = filters_of(**vars(filters))
    about, papers = split_question(topic, papers, quiet=quiet)
    if not about.strip() and wanted.is_empty and not (papers or named_by or update):
        raise UsageError(
            "nothing says which papers to compare",
            hint="Give a topic, or --keys a,b, --tag NAME, --from FILE.bib or --papers PATH.",
        )
    options = TableOptions(
        columns=columns_of(column, columns, quiet=quiet),
        suggest=suggest,
        papers=count,
        sort=sort,
        is_reversed=reverse,
        is_strict=strict,
        redo=Redo(tuple(redo_column or ()), tuple(redo or ())),
    )
    settings = settings_of(common, model, reranking)
    with common.progress() as progress, opened(settings, progress, papers, listing_year) as shelf:
        options = with_earlier(options, update, shelf, quiet=quiet)
        about, options = selected(about, options, wanted, named_by, shelf, progress)
        if dry_run:
            return say_planned(estimate_calls(about, shelf, settings.model, options), settings)
        with closing(writer_of(settings, shelf, use_cache=use_cache)) as writer:
            warm_up(about, shelf, writer, use_cache=use_cache)
            made = compare_papers(about, shelf, writer, options, progress)
        note = words_alone_note(shelf, is_at_hand=bool(papers)) if about else ""
    if update and not options.is_kept:
        write_whole(Path(update).expanduser(), render(made, "json"))
    write_table(made, form, result.output, look, with_quotes=quotes, quiet=quiet)
    if not quiet:
        if options.earlier is not None:
            print_error(
                f"{update} is up to date: {_changed(changes(options.earlier, made, options.redo))}"
            )
        _say_summary(made, note, has_line=form == "markdown" and not result.output)
        say_budget(made.usage, has_budget=settings.budget_usd is not None)
    counts = tally(made)
    if counts.failed:
        return 1
    return 3 if made.is_strict and counts.no_proof else 0


def _changed(done: Changes) -> str:
    """What an update did, in words."""
    from reviewer.text import counted

    said = [
        (done.rows_added, f"{counted(done.rows_added, 'row')} added"),
        (done.columns_added, f"{counted(done.columns_added, 'column')} added"),
        (done.asked_again, f"{counted(done.asked_again, 'cell')} asked again"),
        (done.rows_gone, f"{counted(done.rows_gone, 'row')} gone"),
    ]
    news = [words for count, words in said if count] or ["nothing new"]
    return f"{', '.join(news)}, {counted(done.kept, 'cell')} kept."


def _say_summary(table: Table, note: str, *, has_line: bool) -> None:
    """Print what became of the cells (`has_line`: the table itself says it) and the cost."""
    from reviewer.cli.model import cost_line
    from reviewer.render.describe import tally_line

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
