"""Lets a model fill in a form, with the sentence of each value. It counts for nothing."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.errors import UsageError
from reviewer.library.screen_store import new_id
from reviewer.tasks.extraction.filling import MODEL_SOURCE, Filling, checked_value
from reviewer.tasks.screening.screening import now
from reviewer.tasks.tables.select import texts_of
from reviewer.types import Paper
from reviewer.types.forms import Entry, FormField
from reviewer.types.progress import Progress, silent
from reviewer.types.screening import MODEL, LocatedQuote
from reviewer.types.tables import CellDraft, Column
from reviewer.types.writer import Writer


def fields_of_calls(filling: Filling) -> list[list[FormField]]:
    """The fields that are asked for together: those of a domain, else all columns."""
    domains = [domain.key for domain in filling.form.domains] or [""]
    fields = filling.form.fields
    return [[field for field in fields if field.domain == key] for key in domains]


def fill_by_model(
    filling: Filling,
    writer: Writer,
    model: str,
    papers: Sequence[Paper],
    progress: Progress = silent,
) -> int:
    """Ask the model for the fields of these papers and keep what it gives beside what people fill
    in; gives how many values. One without a sentence that is in the paper is not kept, nor one that
    the field cannot have.

    Raises ModelError when its provider fails.
    """
    kept = 0
    for fields in fields_of_calls(filling):
        columns = [
            Column(name=own.key, question=own.question, kind=own.kind, choices=own.choices)
            for own in fields
        ]
        evidence = texts_of(papers, columns, filling.screening.library)
        rows = writer.fill_rows("", columns, evidence, progress)
        by_key = {own.key: own for own in fields}
        made = [
            entry
            for row in rows
            for cell in row.cells
            if (entry := _entry(filling, row.paper_id, by_key.get(cell.column), cell, model))
        ]
        filling.keep(made)
        kept += len(made)
    return kept


def _entry(
    filling: Filling, paper_id: str, field: FormField | None, cell: CellDraft, model: str
) -> Entry | None:
    cited = next(iter(cell.citations), None)
    if field is None or cited is None:
        return None
    try:
        value = checked_value(field, cell.value)
    except UsageError:
        return None
    quote = LocatedQuote(
        part=cited.part, start=cited.start, end=cited.end, text=cited.quote, page=cited.page
    )
    return Entry(
        id=new_id(), paper_id=paper_id, reviewer=f"{MODEL}{model}", field=field.key, value=value,
        quote=quote, version=filling.form.version, at=now(), source=MODEL_SOURCE,
    )  # fmt: skip
