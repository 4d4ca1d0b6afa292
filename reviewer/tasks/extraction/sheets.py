"""A form as a table that one reviewer fills in with any program, and reads in again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reviewer.errors import UsageError
from reviewer.sources import read_text_file
from reviewer.tasks.extraction.filling import Filling
from reviewer.tasks.screening.label_rows import csv_rows
from reviewer.text import clean
from reviewer.text.spreadsheet import unescape_formula
from reviewer.types.forms import Entry, Sheet, SheetRow

_HINT = "Make the file with: review screen sheet FORM --as NAME -o FILE.csv"
_NEEDED = ("key", "field", "value")


def make_sheet(filling: Filling, reviewer: str) -> Sheet:
    """A row for each field of each included paper, with what this reviewer filled in, and with what
    a model suggests. It shows nothing of what others filled in."""
    standing, suggested = filling.standing(), filling.suggested()
    rows = []
    for paper in filling.papers():
        for field in filling.form.fields:
            own = standing.get((paper.id, field.key), {}).get(reviewer)
            said = suggested.get((paper.id, field.key))
            rows.append(
                SheetRow(
                    key=paper.key,
                    title=clean(paper.title),
                    field=field.key,
                    question=field.question,
                    choices=" / ".join(field.choices),
                    value=own.value if own else "",
                    quote=clean(own.quote.text) if own and own.quote else "",
                    note=own.note if own else "",
                    suggested=said.value if said else "",
                    suggested_quote=clean(said.quote.text) if said and said.quote else "",
                )
            )
    return Sheet(rows=tuple(rows))


def read_sheet(filling: Filling, file: Path, reviewer: str) -> list[Entry]:
    """The entries of a sheet that are new or changed for this reviewer; empty values are left out.
    Raises UsageError that names the row of what is wrong, so that nothing is kept of it."""
    text = read_text_file(str(file), _HINT, UsageError).text
    rows = list(csv_rows(text))
    if not rows or any(name not in rows[0] for name in _NEEDED):
        raise UsageError(f"{file} has no columns key, field and value", hint=_HINT)
    standing = filling.standing()
    found = []
    for number, row in _filled_rows(rows):
        try:
            paper = filling.paper_named(row["key"])
            said = (row["field"], row["value"])
            quote, note = row.get("quote", ""), row.get("note", "")
            entry = filling.made_entry(paper, said, reviewer, quote, note)
        except UsageError as error:
            raise UsageError(f"{file}, row {number}: {error.message}", hint=error.hint) from error
        before = standing.get((paper.id, entry.field), {}).get(reviewer)
        same = ("value", "quote", "note")
        if before is None or any(getattr(before, n) != getattr(entry, n) for n in same):
            found.append(entry)
    return found


def _filled_rows(rows: list[dict[str, str]]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with a value, with their numbers in the file; the head is row 1."""
    for number, row in enumerate(rows, 2):
        if row["value"].strip():
            yield number, {name: unescape_formula(value) for name, value in row.items()}
