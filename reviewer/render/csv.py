"""Comparison tables and lists of papers as CSV. No spreadsheet reads a cell as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from reviewer.grounding.cells import number_in
from reviewer.render.describe import (
    cell_text,
    cited_quotes,
    ocr_words,
    support_words,
    web_address,
)
from reviewer.render.table_words import number_head, number_units
from reviewer.text.entry_types import KIND, details_of, marked_title, protected_words
from reviewer.text.names import EDITORS, TRANSLATORS, are_more, authors_of, people_of, ris_name
from reviewer.text.spreadsheet import (
    DETAIL_COLUMNS,
    FORMER_COLUMNS,
    PAPER_COLUMNS,
    escape_formula,
)
from reviewer.types import Paper, Table
from reviewer.types.tables import Cell


def table_csv(table: Table) -> str:
    """One line for each paper: key, title, year and the cells, beside each cell of a number column
    its number, in the unit that the head names; then for each column its quotes and how well they
    support its values."""
    papers = {paper.id: paper for paper in table.papers}
    names = [column.name for column in table.columns]
    units = number_units(table)
    heads = [head for name in names for head in (name, number_head(name, units)) if head]
    proofs = [f"{name}: {what}" for name in names for what in ("quote", "support")]
    lines = [["key", "title", "year", *heads, *proofs]]
    for row in table.rows:
        paper = papers[row.paper_id]
        line = [row.key, marked_title(paper), str(paper.year or "")]
        for cell in row.cells:
            line.append(cell_text(cell))
            if cell.column in units:
                line.append(_number(number_in(units[cell.column], cell)))
        lines.append(line + [text for cell in row.cells for text in _proof(cell)])
    return _csv(lines)


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:.15g}" if number % 1 else f"{number:.0f}"


def _csv(lines: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(map(escape_formula, line) for line in lines)
    return out.getvalue()


def _proof(cell: Cell) -> tuple[str, str]:
    """The quotes of a cell, with ` (p. 3)` where the page is known, and what they support."""
    quotes = []
    for value in cell.values:
        page = value.citation.page if value.citation else None
        quote = " […] ".join(cited_quotes(value))
        quotes.append(f"{quote} (p. {page})" if page else quote)
    support = [support_words(value) for value in cell.values] or [cell.state]
    return " | ".join(quotes), " | ".join(support)


def papers_csv(papers: Sequence[Paper]) -> str:
    """One line for each paper. Semicolons separate names, and keywords; a group that could be taken
    for a person ends with a comma, and `et al.` stands for authors that are not named."""
    return _csv([PAPER_COLUMNS, *map(_line, papers)])


def _line(paper: Paper) -> list[str]:
    details = details_of(paper)
    more = ["et al."] if are_more(paper) else []
    fields: dict[str, Any] = {
        **{name: getattr(paper, name) for name in FORMER_COLUMNS},
        **{head: details.get(name, "") for head, name in DETAIL_COLUMNS.items()},
        "authors": [*map(ris_name, authors_of(paper)), *more],
        "editors": [ris_name(name) for name in people_of(paper, EDITORS)],
        "translators": [ris_name(name) for name in people_of(paper, TRANSLATORS)],
        "type": paper.extra.get(KIND) or "",
        "protected_capitals": protected_words(paper),
        "retracted": "yes" if paper.retracted else "",
        "read_by_a_machine": ocr_words(paper),
        "url": web_address(paper),
    }
    values = (fields[head] for head in PAPER_COLUMNS)
    return ["; ".join(v) if isinstance(v, list | tuple) else str(v or "") for v in values]
