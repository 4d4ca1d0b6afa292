"""Filled forms: data as a table, the risk of bias as robvis reads it and as traffic lights."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from reviewer.render.escape import escape
from reviewer.render.json import dump
from reviewer.render.markdown import table_row
from reviewer.text import clean
from reviewer.text.spreadsheet import escape_formula
from reviewer.types.forms import FilledField, FilledForm, FilledPaper, Sheet, SheetRow

_OVERALL = "overall"
# A sign beside each colour, so that nobody needs to tell colours apart; by the place of a judgement
# among the levels, from the best to the worst.
_SIGNS = ("+", "-", "x", "!")
_UNKNOWN = "?"
_CLASSES = ("low", "some", "high", "critical")


def form_csv(filled: FilledForm) -> str:
    """A line a paper: a column a field; of the risk of bias Study, each domain and Overall, as the
    R package robvis reads it. A field on which people differ, and an open one, is empty."""
    columns = _columns(filled)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_head(filled), *(_title(name) for name in columns)])
    for own in filled.papers:
        by_key = _by_key(own)
        writer.writerow(map(escape_formula, [own.paper.key, *(by_key[c].value for c in columns)]))
    return out.getvalue()


def _columns(filled: FilledForm) -> list[str]:
    domains = [domain.key for domain in filled.form.domains]
    return [*domains, _OVERALL] if domains else [field.key for field in filled.form.fields]


def _head(filled: FilledForm) -> str:
    return "Study" if filled.form.domains else "key"


def _title(name: str) -> str:
    return "Overall" if name == _OVERALL else name


def _by_key(own: FilledPaper) -> dict[str, FilledField]:
    return {field.field: field for field in own.fields}


def form_markdown(filled: FilledForm) -> str:
    """The form as a table, and under it the quotes that values and judgements rest on."""
    columns = _columns(filled)
    is_bias = bool(filled.form.domains)
    head = [_head(filled), *(_title(name) for name in columns)]
    lines = [table_row(head), table_row(["---"] * len(head))]
    for own in filled.papers:
        by_key = _by_key(own)
        cells = [_shown(filled, by_key[name], is_bias) for name in columns]
        lines.append(table_row([escape(own.paper.key), *map(escape, cells)]))
    lines += ["", *(f"{d.key}: {escape(d.title)}  " for d in filled.form.domains)]
    for own in filled.papers:
        lines += ["", f"**{escape(own.paper.key)}**: {escape(clean(own.paper.title))}", ""]
        lines += [f"- {escape(line)}" for line in _proof_lines(own, columns)]
    return "\n".join(lines) + "\n"


def _shown(filled: FilledForm, field: FilledField, is_bias: bool) -> str:
    if not field.value:
        return {"differs": "reviewers differ", "open": ""}.get(field.state, "")
    return f"{_sign(filled, field.value)} {field.value}" if is_bias else field.value


def _proof_lines(own: FilledPaper, columns: Sequence[str]) -> list[str]:
    """What each value rests on, and what has no quote."""
    by_key, lines = _by_key(own), list[str]()
    for name in columns:
        field = by_key[name]
        said = "; ".join(
            f'"{clean(quote.text)}"' + (f" (p. {quote.page})" if quote.page else "")
            for quote in field.quotes
        )
        notes = f" {'; '.join(field.notes)}" if field.notes else ""
        if field.value and name != _OVERALL:
            state = f" [{field.state}]"
            lines.append(f"{name}: {field.value}{state} {said or 'no quote'}{notes}")
        elif field.state == "differs":
            lines.append(f"{name}: reviewers differ")
    return lines


def _sign(filled: FilledForm, value: str) -> str:
    return _SIGNS[_place(filled, value)] if value != "No information" else _UNKNOWN


def _place(filled: FilledForm, value: str) -> int:
    levels = [level for level in filled.form.levels if level != "No information"]
    return min(levels.index(value), len(_SIGNS) - 1) if value in levels else 0


def form_html(filled: FilledForm) -> str:
    """The form as a page; the risk of bias as traffic lights, each with its word and its quotes."""
    from reviewer.render.html.page import render_page

    columns = _columns(filled)
    is_bias = bool(filled.form.domains)
    rows = []
    for own in filled.papers:
        by_key = _by_key(own)
        cells = [
            {
                "text": _shown(filled, by_key[name], is_bias=False),
                "sign": _sign(filled, by_key[name].value) if by_key[name].value else "",
                "class": _class(filled, by_key[name].value),
                "state": by_key[name].state,
                "notes": by_key[name].notes,
                "quotes": by_key[name].quotes,
            }
            for name in columns
        ]
        rows.append({"paper": own.paper, "cells": cells})
    titles = {domain.key: domain.title for domain in filled.form.domains}
    return render_page(
        "form",
        {
            "title": f"{filled.form.title or filled.form.name}: {filled.screen}",
            "head": _head(filled),
            "columns": [(_title(name), titles.get(name, "")) for name in columns],
            "rows": rows,
            "is_bias": is_bias,
        },
        styles=["form"],
    )


def _class(filled: FilledForm, value: str) -> str:
    if not value or not filled.form.domains:
        return ""
    return "unknown" if value == "No information" else _CLASSES[_place(filled, value)]


def form_json(filled: FilledForm) -> str:
    """All fields of all papers, with their states and quotes."""
    papers = [
        {"key": own.paper.key, "id": own.paper.id, "title": clean(own.paper.title),
         "fields": [field.model_dump(mode="json") for field in own.fields]}
        for own in filled.papers
    ]  # fmt: skip
    form = filled.form.model_dump(mode="json")
    return dump("screen-form", {"screen": filled.screen, "form": form, "papers": papers})


def sheet_csv(sheet: Sheet) -> str:
    """A line a field of a paper, to be filled in with any program and read in again."""
    heads = list(SheetRow.model_fields)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    for row in sheet.rows:
        writer.writerow([escape_formula(str(getattr(row, name))) for name in heads])
    return out.getvalue()
