"""A comparison table for a terminal: a grid where it fits, else one block a paper."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from reviewer.grounding.cells import is_in_own_words, tally
from reviewer.render.describe import (
    cell_text,
    cited_quotes,
    quoted_place,
    support_words,
    tally_line,
)
from reviewer.render.table_words import (
    nothing_found,
    row_names,
    table_head,
    table_quotes,
    table_title,
)
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Table
from reviewer.types.tables import Cell

LEAST_WIDTH = 16  # of a column; narrower ones are hard to read
LONGEST = 400  # characters of a cell on screen; files have the whole cell
_STYLES = {"filled": "", "no proof": "red italic", "failed": "red italic"}


def show_table(table: Table, *, with_quotes: bool) -> None:
    """Print the table to the terminal, and under it a line on what became of its cells. Words of a
    paper or a writer are text: they cannot be markup, nor steer the terminal."""
    console = Console()
    console.print(Text(clean(table_title(table)), "bold"))
    if not table.rows:
        console.print(nothing_found(table))
        if table.papers:
            console.print("Nearest:")
        for paper in table.papers[:3]:
            console.print(Text(f"  {paper.key}  {clean(paper.title)}"))
    else:
        console.print(Text(clean(table_head(table)), "dim"))
        fits = console.width // (len(table.columns) + 1) >= LEAST_WIDTH
        (_show_grid if fits else _show_blocks)(table, console)
        if with_quotes:
            _show_quotes(table, console)
    console.print(Text(clean(tally_line(table))))
    if tally(table).in_own_words:
        console.print(Text("° in the writer's own words, not judged", "dim"))


def _cell(cell: Cell) -> Text:
    mark = " °" if is_in_own_words(cell) else ""
    return Text(
        shorten(clean(cell_text(cell)), LONGEST) + mark, _STYLES.get(cell.state, "dim italic")
    )


def _names(table: Table) -> dict[str, str]:
    """The short title and the year of each row, by paper id."""
    years = {paper.id: paper.year for paper in table.papers}
    names = row_names(table)
    return {i: f"{name} ({years[i]})" if years[i] else name for i, name in names.items()}


def _show_grid(table: Table, console: Console) -> None:
    grid = Grid(box=box.SIMPLE_HEAD, show_lines=True, pad_edge=False)
    grid.add_column("Paper", overflow="fold", min_width=12, max_width=24)
    for column in table.columns:
        grid.add_column(Text(clean(column.name)), overflow="fold", min_width=8)
    names = _names(table)
    for row in table.rows:
        paper = Text.assemble(names[row.paper_id], "\n", (row.key, "dim"))
        grid.add_row(paper, *map(_cell, row.cells))
    console.print(grid)


def _show_blocks(table: Table, console: Console) -> None:
    names = _names(table)
    for row in table.rows:
        console.print()
        console.print(Text.assemble((names[row.paper_id], "bold"), (f"  {row.key}", "dim")))
        for cell in row.cells:
            line = Text.assemble((f"{clean(cell.column)}: ", "bold dim"), _cell(cell))
            console.print(Padding(line, (0, 0, 0, 2)))
    console.print()


def _show_quotes(table: Table, console: Console) -> None:
    for quote in table_quotes(table):
        found = quote.value.citation
        said = " […] ".join(clean(words) for words in cited_quotes(quote.value))
        place = quoted_place(found) if found else "not located"
        head = f"{quote.row.key}, {clean(quote.column)}: "
        line = f'"{said}" ({place}; {clean(support_words(quote.value))})'
        console.print(Text.assemble((head, "bold dim"), line))
