"""What a table is made of, from flags and files: its papers, its columns and an earlier table."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.cli.library import file_named
from reviewer.errors import NotFoundError, UsageError
from reviewer.grounding import read_column
from reviewer.grounding.columns import read_columns
from reviewer.render.json import read_table
from reviewer.tasks.tables.kept import open_table
from reviewer.tasks.tables.select import match_bibtex
from reviewer.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.library import Library
    from reviewer.tasks.tables.table import TableOptions
    from reviewer.types.progress import Progress
    from reviewer.types.searches import Filters
    from reviewer.types.tables import Column


_RUN_ID = re.compile(r"\d{8}-\d{4,6}(?:-[0-9a-f]{0,4})?")


def with_earlier(
    options: TableOptions, update: str, shelf: Library, *, quiet: bool
) -> TableOptions:
    """The options with the table to update: one that the library keeps, by the beginning of its id,
    or that of a JSON file."""
    if not update:
        return options
    if _RUN_ID.fullmatch(update):
        return replace(options, earlier=open_table(update, shelf).table, is_kept=True)
    hint = "Make a table first: review table TOPIC -o FILE.json"
    text = file_named(update, hint, UsageError, quiet=quiet).text
    return replace(options, earlier=read_table(text, update))


def columns_of(written: Sequence[str] | None, file: str, *, quiet: bool) -> tuple[Column, ...]:
    """The columns of the file, then those written as options. Raises UsageError for a column that
    cannot be read."""
    columns: tuple[Column, ...] = ()
    if file:
        hint = "--columns takes a file with a column a line; --column takes a column."
        text = file_named(file, hint, UsageError, quiet=quiet).text
        try:
            columns = read_columns(text)
        except UsageError as error:
            raise UsageError(f"{file}, {error.message}", hint=error.hint) from error
    return (*columns, *map(read_column, written or ()))


def selected(
    topic: str,
    options: TableOptions,
    filters: Filters,
    named_by: str,
    shelf: Library,
    progress: Progress,
) -> tuple[str, TableOptions]:
    """The topic, and the options with the papers to compare: those of the filters and of the .bib
    file, else those of the earlier table. Raises NotFoundError when no paper of the .bib file is in
    the library."""
    from reviewer.search import with_known_keys

    filters = with_known_keys(filters, shelf)
    if named_by:
        named, notes = match_bibtex(named_by, shelf, progress)
        for line in notes:
            progress(line, -1, 0)
        if not named:
            raise NotFoundError(
                f"no paper of {named_by} is in {shelf.folder}", hint="Add them: review add PATH"
            )
        own = tuple(shelf.paper(paper_id).key for paper_id in named)
        filters = filters.model_copy(update={"keys": (*filters.keys, *own)})
        lost = (f"{counted(len(notes), 'entry', 'entries')} of {named_by} not found",)
        options = replace(options, cited_as=named, left_out=lost if notes else ())
    earlier = options.earlier
    if earlier and not topic.strip() and filters.is_empty:
        most = options.papers or earlier.most
        return earlier.topic, replace(options, filters=earlier.filters, papers=most)
    return topic, replace(options, filters=filters)
