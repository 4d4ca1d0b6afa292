"""Comparison tables as Markdown, each value with its quote in a footnote."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from reviewer.grounding.cells import EMPTY
from reviewer.render.cited_sentence import joined
from reviewer.render.citing import NUMERIC, Citing
from reviewer.render.describe import cell_remark, cell_text, quoted_place, support_words, tally_line
from reviewer.render.escape import escape
from reviewer.render.markdown import paper_line, table_row
from reviewer.render.styles import CitationStyle
from reviewer.render.table_words import (
    nothing_found,
    row_names,
    table_head,
    table_quotes,
    table_title,
)
from reviewer.types import Citation, Table
from reviewer.types.tables import Cell, Value


def table_markdown(
    table: Table, style: CitationStyle | None = None, *, for_word: bool = False
) -> str:
    """A table in GitHub's Markdown, the line under it, the papers, and the footnotes. With a
    `style` each row cites its paper. `for_word` as for Citing."""
    lines = [f"# {escape(table_title(table))}", ""]
    if not table.rows:
        lines += [nothing_found(table), ""]
        if table.papers:
            lines += ["Nearest papers:", "", *(f"- {paper_line(p)}" for p in table.papers[:3]), ""]
        return "\n".join([*lines, escape(tally_line(table)), ""])
    names = [escape(column.name) for column in table.columns]
    lines += [escape(table_head(table)), "", table_row(["Paper", "Year", *names])]
    lines.append(table_row(["---"] * (len(names) + 2)))
    numbers = count(1)
    papers = {paper.id: paper for paper in table.papers}
    short = row_names(table)
    own = [papers[row.paper_id] for row in table.rows]
    citing = Citing(own, style or NUMERIC, for_word=for_word)
    for row in table.rows:
        year = str(papers[row.paper_id].year or "unknown")
        cells = [_cell(cell, numbers) for cell in row.cells]
        mark = citing.marks.mark([row.paper_id]) if style else ""
        name = joined([(escape(short[row.paper_id]), mark)], citing.marks)
        lines.append(table_row([name, year, *cells]))
    lines += ["", escape(tally_line(table)), ""]
    lines += ["## References" if style else "## Papers", ""]
    if style:
        lines += [part for line, _ in citing.references() for part in (line, "")]
    else:
        lines += [f"- {paper_line(paper)}" for paper in own]
    for number, quote in enumerate(table_quotes(table), start=1):
        lines += ["", _footnote(number, quote.value)]
    return "\n".join([*lines, "", *citing.note_lines()])


def _cell(cell: Cell, numbers: Iterator[int]) -> str:
    """The cell with the mark of a footnote on each value, numbered in reading order."""
    if not cell.values:
        return escape(cell_text(cell)) if cell.state in EMPTY else f"*{cell.state}*"
    joined = "; ".join(f"{escape(value.text)}[^{next(numbers)}]" for value in cell.values)
    remark = cell_remark(cell).strip()
    return f"{joined} *{remark}*" if remark else joined


def _footnote(number: int, value: Value) -> str:
    quoted = [f'"{escape(value.quote)}"{_place(value.citation)}'] if value.quote else []
    quoted += [f'"{escape(citation.quote)}"{_place(citation)}' for citation in value.more]
    said = [*(["; ".join(quoted)] if quoted else []), escape(support_words(value))]
    return f"[^{number}]: {': '.join(said)}."


def _place(citation: Citation | None) -> str:
    return f" ({quoted_place(citation)})" if citation else ""
