"""Lets a model fill a table's cells and suggest its columns. What it says is not trusted here."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.errors import ModelError, UsageError
from reviewer.grounding import read_column
from reviewer.grounding.columns import TAKEN, column_lines
from reviewer.llm import Asking
from reviewer.llm.ask import REPLY_TOKENS, batched, tokens
from reviewer.llm.prompts import Prompt, Shown
from reviewer.types import Evidence
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress
from reviewer.types.tables import CellDraft, Column, RowDraft

# Several short papers a call save the prompt's own words; more cells than this make replies that
# are cut at a small model's longest length.
CELLS_A_CALL = 24
MOST_PAPERS_A_CALL = 4
SHORT_TOKENS = 1200  # an abstract; a longer paper has a call of its own
LOCAL_ROOM = 8192 - 2 * REPLY_TOKENS  # of a model of which nothing is known
SUGGEST_FROM = 12  # papers that columns are suggested from


class FoundCell(Frozen):
    tag: str
    column: int
    value: str
    quote: str = ""


class TableReply(Frozen):
    cells: tuple[FoundCell, ...]


class ColumnIdea(Frozen):
    name: str
    question: str = ""
    kind: str = "text"
    tags: tuple[str, ...] = ()


class ColumnsReply(Frozen):
    columns: tuple[ColumnIdea, ...]


def row_batches(
    evidence: Sequence[Evidence], columns: int, room: float = LOCAL_ROOM
) -> list[list[Evidence]]:
    """The evidence of each call: a long paper alone, short ones together."""
    sizes: dict[str, float] = {}
    for item in evidence:
        sizes[item.paper.id] = sizes.get(item.paper.id, 0.0) + tokens(item.chunk.text)
    short = [item for item in evidence if sizes[item.paper.id] <= SHORT_TOKENS]
    long = [item for item in evidence if sizes[item.paper.id] > SHORT_TOKENS]
    most = max(1, min(MOST_PAPERS_A_CALL, CELLS_A_CALL // max(1, columns)))
    return [*batched(short, most, room), *batched(long, 1, room)]


def fill_rows(
    asking: Asking,
    topic: str,
    columns: Sequence[Column],
    evidence: Sequence[Evidence],
    progress: Progress,
) -> tuple[RowDraft, ...]:
    """One draft a paper, in the evidence's order. Calls run side by side; a call that fails leaves
    its papers `failed`. Raises the first ModelError when every call fails."""
    batches = row_batches(evidence, len(columns), asking.room())
    papers = list(dict.fromkeys(item.paper.id for item in evidence))
    # All are made before the first call: calls side by side would wait for each other's rendering.
    calls = [(_prompt(asking, topic, columns, batch), batch) for batch in batches]
    done: set[str] = set()

    def call(asked: tuple[Prompt, Sequence[Evidence]]) -> TableReply:
        return asking.answer_to(asked[0], TableReply)

    def ended(asked: tuple[Prompt, Sequence[Evidence]]) -> None:
        done.update(item.paper.id for item in asked[1])
        progress("Filling", len(done), len(papers))

    cells: dict[str, list[CellDraft]] = {paper_id: [] for paper_id in papers}
    failed: dict[str, str] = {}
    for batch, reply in zip(batches, asking.tried(call, calls, ended), strict=True):
        own = {item.tag: item.paper.id for item in batch}
        if isinstance(reply, ModelError):
            failed |= dict.fromkeys(own.values(), reply.message)
            continue
        for draft, paper_id in _drafts(reply, own, columns):
            cells[paper_id].append(draft)
    return tuple(
        RowDraft(paper_id=p, cells=tuple(cells[p]), failed=failed.get(p, "")) for p in papers
    )


def _prompt(
    asking: Asking, topic: str, columns: Sequence[Column], batch: Sequence[Evidence]
) -> Prompt:
    shown = asking.fit([_shown(asking, item) for item in batch])
    listed = column_lines(columns)
    return asking.prompts.render("table", topic=topic, columns=listed, evidence=shown)


def _drafts(
    reply: TableReply, own: dict[str, str], columns: Sequence[Column]
) -> list[tuple[CellDraft, str]]:
    """What the call found, each with its paper. Tags and columns not shown are ignored."""
    return [
        (
            CellDraft(
                column=columns[cell.column - 1].name,
                value=cell.value,
                tag=cell.tag,
                quote=cell.quote,
            ),
            own[cell.tag],
        )
        for cell in reply.cells
        if cell.tag in own and 1 <= cell.column <= len(columns)
    ]


def suggest_columns(
    asking: Asking, topic: str, evidence: Sequence[Evidence], most: int
) -> tuple[Column, ...]:
    """At most so many columns, those first that most papers can fill. Names that cannot stand in a
    table are left out."""
    papers = list(dict.fromkeys(item.paper.id for item in evidence))[:SUGGEST_FROM]
    shown = asking.fit([_shown(asking, item) for item in evidence if item.paper.id in papers])
    reply = asking.ask(
        "suggest_columns", ColumnsReply, topic=topic, evidence=shown, most_columns=most
    )
    paper_of = {item.tag: item.paper.id for item in evidence}
    fillable: dict[str, tuple[int, Column]] = {}
    for idea in reply.columns:
        column = _column(idea)
        if column is not None and column.name.casefold() not in fillable:
            count = len({paper_of[tag] for tag in idea.tags if tag in paper_of})
            fillable[column.name.casefold()] = count, column
    ranked = sorted(fillable.values(), key=lambda pair: -pair[0])
    return tuple(column for count, column in ranked if count)[:most]


def _column(idea: ColumnIdea) -> Column | None:
    name = idea.name.replace(":", " ").replace("(", " ").replace(")", " ")
    if name.strip().casefold() in TAKEN:
        return None
    kind = idea.kind if idea.kind in ("number", "yes/no") else "text"
    try:
        return read_column(f"{name} ({kind}): {idea.question}")
    except UsageError:
        return None


def _shown(asking: Asking, item: Evidence) -> Shown:
    return asking.prompts.shown(item.tag, item.paper.title, item.paper.year, item.chunk.text)
