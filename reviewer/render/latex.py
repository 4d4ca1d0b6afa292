"""Comparison tables as LaTeX: over as many pages as they need, with a citation in each row."""

from __future__ import annotations

from reviewer.grounding.cells import is_in_own_words
from reviewer.render.describe import (
    cell_text,
    cited_quotes,
    quoted_place,
    support_words,
    tally_line,
)
from reviewer.render.escape import OTHER_SCRIPT_DEFINITION, escape_comment, escape_latex
from reviewer.render.in_text import citation_key
from reviewer.render.table_words import row_names, table_head, table_quotes, table_title
from reviewer.types import Paper, Table
from reviewer.types.tables import Cell, Row

_WIDTH = 0.86  # of the line that the columns share; the rest is the space between them
# A longtable stops in two columns; it is set in one, and the columns go on behind it.
_ONE_COLUMN = (
    r"\makeatletter\if@twocolumn\onecolumn\let\reviewcolumns\twocolumn"
    r"\else\let\reviewcolumns\relax\fi\makeatother"
)
_COLUMNS_AGAIN = r"\reviewcolumns"
_SMALL_FROM = 4  # columns


def table_latex(table: Table) -> str:
    """A `longtable` for `\\input`, which no page cuts: its head stands on each page. A document in
    two columns has it on pages of its own. Text from papers and writers stays text; the quotes are
    comments. Letters that pdfLaTeX does not have need LuaLaTeX or XeLaTeX, and a font with them."""
    names = [column.name for column in table.columns]
    names_of_rows = row_names(table)
    share = _WIDTH / (len(names) + 1)
    has_own = any(is_in_own_words(cell) for row in table.rows for cell in row.cells)
    legend = r" $\circ$: in the writer's own words, not judged." if has_own else ""
    head = " & ".join(["Paper", *(escape_latex(name) for name in names)]) + r" \\"
    lines = [
        "% Made by review. Needs \\usepackage{booktabs,longtable} and \\usepackage[T1]{fontenc}.",
        f"% {escape_comment(table_head(table))}",
        OTHER_SCRIPT_DEFINITION,
        _ONE_COLUMN,
        r"\begingroup\scriptsize" if len(names) > _SMALL_FROM else r"\begingroup\footnotesize",
        rf"\begin{{longtable}}{{*{{{len(names) + 1}}}{{p{{{share:.3f}\linewidth}}}}}}",
        rf"\caption{{{escape_latex(table_title(table))}}}\\",
        r"\toprule",
        head,
        r"\midrule",
        r"\endfirsthead",
        r"\toprule",
        head,
        r"\midrule",
        r"\endhead",
        r"\bottomrule",
        r"\endfoot",
        *(_row(row, names_of_rows[row.paper_id]) for row in table.rows),
        r"\end{longtable}",
        r"\par\smallskip\raggedright " + escape_latex(tally_line(table)) + legend + r"\par",
        r"\endgroup",
        _COLUMNS_AGAIN,
        *_comments(table),
    ]
    return "\n".join(lines) + "\n"


def cited_in_table(table: Table) -> list[Paper]:
    """The papers of the rows, each with the key by which its row cites it."""
    papers = {paper.id: paper for paper in table.papers}
    return [
        papers[row.paper_id].model_copy(update={"key": citation_key(row.cited_as or row.key)})
        for row in table.rows
    ]


def _row(row: Row, name: str) -> str:
    cited = rf"\cite{{{citation_key(row.cited_as or row.key)}}}"
    paper = rf"{{\raggedright {escape_latex(name)}~{cited}\par}}"
    return " & ".join([paper, *map(_cell, row.cells)]) + r" \\"


def _cell(cell: Cell) -> str:
    text = escape_latex(cell_text(cell))
    text = text if cell.state == "filled" else rf"\textit{{{text}}}"
    mark = r"\textsuperscript{$\circ$}" if is_in_own_words(cell) else ""
    return rf"{{\raggedright {text}{mark}\par}}"


def _comments(table: Table) -> list[str]:
    lines = []
    for quote in table_quotes(table):
        value = quote.value
        place = quoted_place(value.citation) if value.citation else "not located"
        quoted = " ".join(f'"{said}"' for said in cited_quotes(value))
        words = f"{quoted} ({place}; {support_words(value)})"
        lines.append(f"% {escape_comment(f'{quote.row.key}, {quote.column}: {words}')}")
    return lines
