"""Methods by problems as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.render.escape import escape
from reviewer.render.json import dump
from reviewer.text import clean, counted
from reviewer.types.gaps import EmptyCell, FullCell, GapPaper, Gaps

_KEYS_IN_CELL = 2
EMPTY = "-"


def gaps_json(gaps: Gaps) -> str:
    """Terms, full cells with their papers, and the ranked empty ones, as docs/output.md says."""
    return dump("gaps", gaps.model_dump(mode="json"))


def gaps_markdown(gaps: Gaps) -> str:
    """The table with its papers, then the empty cells that are likeliest to be filled."""
    lines = [f"# Methods by problems: {escape(gaps.topic)}", "", gaps_line(gaps), ""]
    lines += [f"> {escape(note)}" for note in gaps.notes] + [""] * bool(gaps.notes)
    if gaps.reason:
        return "\n".join([*lines, escape(gaps.reason), ""])
    lines += [*_table(gaps), ""]
    if gaps.empty:
        shown = counted(len(gaps.empty), "empty cell")
        lines += [f"## The {shown} that papers may fill first, of {gaps.empty_cells}", ""]
        lines += [line for n, cell in enumerate(gaps.empty, 1) for line in _empty(n, cell, gaps)]
    if gaps.full:
        lines += ["## Full cells", "", *map(_full, gaps.full), ""]
    return "\n".join(lines)


def gaps_line(gaps: Gaps) -> str:
    """What was read, and what an empty cell says."""
    return (
        f"{counted(gaps.looked_at, 'abstract')} on this topic, of {counted(gaps.papers, 'paper')} "
        "in the library. An empty cell says that none of these abstracts has both terms; other "
        "words and other papers may fill it."
    )


def cell_of(gaps: Gaps, method: str, problem: str) -> FullCell | None:
    """The full cell of these terms; None for an empty one."""
    own = (c for c in gaps.full if (c.method, c.problem) == (method, problem))
    return next(own, None)


def none_words(cell: EmptyCell, gaps: Gaps) -> str:
    """What is known of an empty cell."""
    return (
        f"None of the {gaps.looked_at} abstracts has both {clean(cell.method)} and "
        f"{clean(cell.problem)}."
    )


def _table(gaps: Gaps) -> Iterator[str]:
    heads = [f"{escape(p.name)} ({p.papers})" for p in gaps.problems]
    yield f"| | {' | '.join(map(_in_cell, heads))} |"
    yield "|---" * (len(heads) + 1) + "|"
    for method in gaps.methods:
        cells = [_cell(cell_of(gaps, method.name, p.name)) for p in gaps.problems]
        head = _in_cell(f"{escape(method.name)} ({method.papers})")
        yield f"| **{head}** | {' | '.join(map(_in_cell, cells))} |"


def _cell(cell: FullCell | None) -> str:
    if cell is None:
        return EMPTY
    keys = ", ".join(escape(paper.key) for paper in cell.papers[:_KEYS_IN_CELL])
    more = len(cell.papers) - _KEYS_IN_CELL
    return f"{keys} +{more}" if more > 0 else keys


def _in_cell(text: str) -> str:
    return text.replace("|", "\\|")


def _empty(number: int, cell: EmptyCell, gaps: Gaps) -> Iterator[str]:
    yield f"{number}. **{escape(cell.method)}** for **{escape(cell.problem)}**"
    yield f"   - {escape(none_words(cell, gaps))}"
    yield from _near("Nearest with the method", cell.of_method)
    yield from _near("Nearest with the problem", cell.of_problem)
    for limit in cell.limits:
        yield f'   - A stated limit: "{escape(clean(limit.quote))}" ({escape(limit.key)})'
    yield ""


def _near(head: str, papers: Sequence[GapPaper]) -> Iterator[str]:
    for paper in papers:
        quote = escape(clean(paper.citation.quote))
        yield f'   - {head}: {escape(paper.key)}, "{quote}"'


def _full(cell: FullCell) -> str:
    papers = ", ".join(escape(paper.key) for paper in cell.papers)
    return f"- {escape(cell.method)}, {escape(cell.problem)}: {papers}"
