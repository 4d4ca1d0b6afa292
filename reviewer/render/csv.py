"""Comparison tables and lists of papers as CSV. No cell is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from reviewer.render.describe import cell_text, standing, web_address
from reviewer.render.escape import escape_formula
from reviewer.text.entry_types import marked_title
from reviewer.types import Citation, Paper, Table
from reviewer.types.tables import Cell

_COLUMNS = (
    "key title authors author_note organisation year date venue doi arxiv_id pmid url keywords "
    "tags abstract"
).split()


def table_csv(table: Table) -> str:
    """One line a paper: key, title, year and the cells; then for each column its quotes and how
    its values stand to them."""
    papers = {paper.id: paper for paper in table.papers}
    names = [column.name for column in table.columns]
    proofs = [f"{name}: {what}" for name in names for what in ("quote", "support")]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(escape_formula, ["key", "title", "year", *names, *proofs]))
    for row in table.rows:
        paper = papers[row.paper_id]
        line = [row.key, marked_title(paper), str(paper.year or ""), *map(cell_text, row.cells)]
        line += [piece for cell in row.cells for piece in _proof(cell)]
        writer.writerow(map(escape_formula, line))
    return out.getvalue()


def _proof(cell: Cell) -> tuple[str, str]:
    quotes = [
        f"{value.citation.quote}{_page_note(value.citation)}" if value.citation else value.quote
        for value in cell.values
    ]
    stands = [standing(value) for value in cell.values] or [cell.state]
    return " | ".join(quotes), " | ".join(stands)


def _page_note(citation: Citation) -> str:
    """` (p. 3)` where the page is known."""
    return f" (p. {citation.page})" if citation.page else ""


def papers_csv(papers: Sequence[Paper]) -> str:
    """One line a paper; authors and keywords are parted by semicolons."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for paper in papers:
        line = [
            paper.key, paper.title, "; ".join(paper.authors), paper.author_note,
            paper.organisation, str(paper.year or ""), paper.date, paper.venue, paper.doi,
            paper.arxiv_id, paper.pmid, web_address(paper), "; ".join(paper.keywords),
            "; ".join(paper.tags), paper.abstract,
        ]  # fmt: skip
        writer.writerow(map(escape_formula, line))
    return out.getvalue()
