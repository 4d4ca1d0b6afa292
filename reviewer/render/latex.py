"""Comparison tables as LaTeX: booktabs, a citation in each row, the quotes as comments."""

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
from reviewer.types import Table
from reviewer.types.tables import Cell, Row

_WIDTH = 0.86  # of the line that the columns share; the rest is the space between them
_SMALL_FROM = 4  # columns


def table_latex(table: Table) -> str:
    """A `table*` for `\\input`. Text from papers and writers stays text. Letters that pdfLaTeX does
    not have need LuaLaTeX or XeLaTeX, and a font with them."""
    names = [column.name for column in table.columns]
    names_of_rows = row_names(table)
    share = _WIDTH / (len(names) + 1)
    has_own = any(is_in_own_words(cell) for row in table.rows for cell in row.cells)
    legend = r" $\circ$: in the writer's own words, not judged." if has_own else ""
    lines = [
        "% Made by review. Needs \\usepackage{booktabs} and \\usepackage[T1]{fontenc}.",
        f"% {escape_comment(table_head(table))}",
        OTHER_SCRIPT_DEFINITION,
        r"\begin{table*}[t]",
        r"\centering",
        r"\scriptsize" if len(names) > _SMALL_FROM else r"\footnotesize",
        rf"\caption{{{escape_latex(table_title(table))}}}",
        rf"\begin{{tabular}}{{*{{{len(names) + 1}}}{{p{{{share:.3f}\linewidth}}}}}}",
        r"\toprule",
        " & ".join(["Paper", *(escape_latex(name) for name in names)]) + r" \\",
        r"\midrule",
        *(_row(row, names_of_rows[row.paper_id]) for row in table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\par\smallskip\raggedright " + escape_latex(tally_line(table)) + legend,
        r"\end{table*}",
        *_comments(table),
    ]
    return "\n".join(lines) + "\n"


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
