"""Comparison tables as Markdown, each value with its quote in a footnote."""

from __future__ import annotations

from reviewer.grounding.cells import EMPTY
from reviewer.render.describe import cell_text, quoted_place, standing, tally_line
from reviewer.render.escape import escape
from reviewer.render.markdown import paper_line
from reviewer.render.table_words import (
    TableQuote,
    nothing_found,
    table_head,
    table_quotes,
    table_title,
)
from reviewer.types import Paper, Table
from reviewer.types.tables import Cell


def table_markdown(table: Table) -> str:
    """A table in GitHub's Markdown, the line under it, the papers, and the footnotes."""
    lines = [f"# {escape(table_title(table))}", ""]
    if not table.rows:
        return "\n".join([*lines, *_nothing(table), "", escape(tally_line(table)), ""])
    quotes = table_quotes(table)
    names = [escape(column.name) for column in table.columns]
    lines += [escape(table_head(table)), "", _line(["Paper", "Year", *names])]
    lines.append(_line(["---"] * (len(names) + 2)))
    numbers = iter(quote.number for quote in quotes)
    years = {paper.id: paper.year for paper in table.papers}
    for row in table.rows:
        year = years[row.paper_id]
        cells = [_cell(cell, [next(numbers) for _ in cell.values]) for cell in row.cells]
        lines.append(_line([row.key, str(year) if year else "unknown", *cells]))
    lines += ["", escape(tally_line(table)), "", "## Papers", ""]
    lines += [f"- {paper_line(paper)}" for paper in _in_order(table)]
    lines += ["", *(line for quote in quotes for line in (_footnote(quote), ""))]
    return "\n".join(lines).rstrip() + "\n"


def _in_order(table: Table) -> list[Paper]:
    papers = {paper.id: paper for paper in table.papers}
    return [papers[row.paper_id] for row in table.rows]


def _nothing(table: Table) -> list[str]:
    lines = [nothing_found(table)]
    if table.papers:
        lines += ["", "Nearest papers:", "", *(f"- {paper_line(p)}" for p in table.papers[:3])]
    return lines


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell, numbers: list[int]) -> str:
    if not cell.values:
        return cell_text(cell) if cell.state in EMPTY else f"*{cell_text(cell)}*"
    marked = [f"{escape(v.text)}[^{n}]" for v, n in zip(cell.values, numbers, strict=True)]
    joined = "; ".join(marked)
    remark = cell_text(cell).removeprefix("; ".join(value.text for value in cell.values))
    return f"{joined} *{remark.strip()}*" if remark else joined


def _footnote(quote: TableQuote) -> str:
    value = quote.value
    place = f" ({quoted_place(value.citation)})" if value.citation else ""
    said = value.citation.quote if value.citation else value.quote
    return f'[^{quote.number}]: "{escape(said)}"{place}: {escape(standing(value))}.'
