"""Writes a table in its form: to a terminal, a file, and a bibliography beside it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from reviewer.cli.output import deliver
from reviewer.errors import UsageError

if TYPE_CHECKING:
    from reviewer.cli.options import OutputOptions
    from reviewer.types import Table


def choose_look(form: str, style: str, result: OutputOptions) -> tuple[str, dict[str, Any]]:
    """The form, and the options of the writer of this form. Raises UsageError for what the form or
    the output cannot have."""
    from reviewer.cli.draft_run import check_bibliography
    from reviewer.render import choose_format, forms_of
    from reviewer.render.styles import style_for

    form = choose_format("json" if result.json else form, result.output, forms_of("Table"))
    if style and form != "docx":
        raise UsageError("--style is for Word files", hint="Name one: -o table.docx")
    if form == "xlsx" and result.output in ("", "-"):
        raise UsageError("--format xlsx needs a file", hint="Name one: -o table.xlsx")
    check_bibliography(_bibliography_of(result.output, form))
    look = {"style": style_for("docx", style, usual="numeric")} if form == "docx" else {}
    return form, look


def write_table(
    table: Table,
    form: str,
    output: str,
    look: dict[str, Any],
    *,
    with_quotes: bool,
    quiet: bool = False,
) -> None:
    """Write the table to its output; a LaTeX table with its bibliography beside it."""
    from reviewer.cli.draft_run import write_bibliography
    from reviewer.render import render

    if form == "markdown" and output in ("", "-") and sys.stdout.isatty():
        from reviewer.cli.table_view import show_table

        show_table(table, with_quotes=with_quotes)
    else:
        deliver(render(table, form, **look), output, quiet=quiet)
    beside = _bibliography_of(output, form)
    if beside and table.rows:
        from reviewer.render.latex import cited_in_table

        write_bibliography(beside, output, cited_in_table(table))


def _bibliography_of(output: str, form: str) -> str:
    """The .bib file beside a LaTeX table; empty where none is written."""
    from reviewer.cli.draft_run import bibliography_of

    return bibliography_of(output, form) if form == "latex" else ""
