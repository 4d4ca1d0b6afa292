"""Lets a model fill a table's cells and suggest its columns. Its replies are not trusted here."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.errors import ModelError, UsageError
from reviewer.grounding import read_column
from reviewer.grounding.columns import TAKEN, column_lines
from reviewer.llm import Asking
from reviewer.llm.ask import REPLY_TOKENS, batched, tokens
from reviewer.llm.prompts import Prompt
from reviewer.types import Evidence
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress
from reviewer.types.tables import CellDraft, Column, RowDraft

# Several short papers a call save the words of the prompt; with more cells than this, replies are
# cut at a small model's longest length.
CELLS_A_CALL = 24
MOST_PAPERS_A_CALL = 4
SHORT_TOKENS = 1200  # an abstract; a longer paper has a call of its own
LOCAL_ROOM = 8192 - 2 * REPLY_TOKENS  # tokens, for a model of which nothing is known
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
    """The evidence of each call, of at most `room` tokens: a long paper alone, short ones
    together."""
    short, long = list[Evidence](), list[Evidence]()
    for own in by_paper(evidence).values():
        is_short = sum(tokens(item.chunk.text) for item in own) <= SHORT_TOKENS
        (short if is_short else long).extend(own)
    most = max(1, min(MOST_PAPERS_A_CALL, CELLS_A_CALL // max(1, columns)))
    return [*batched(short, most, room), *batched(long, 1, room)]


class TableWriter(Asking):
    """The part of a `Writer` that makes tables."""

    def fill_rows(
        self,
        topic: str,
        columns: Sequence[Column],
        evidence: Sequence[Evidence],
        progress: Progress,
    ) -> tuple[RowDraft, ...]:
        """One draft a paper, in the evidence's order. Calls run side by side, a long paper in a
        call of its own, short ones together. A call that fails leaves its papers `failed`. Raises
        the first ModelError if every call fails. Tags and columns not shown are ignored."""
        batches = row_batches(evidence, len(columns), self.room())
        papers = list(dict.fromkeys(item.paper.id for item in evidence))
        # All are made before the first call: calls side by side would wait for each other's
        # rendering.
        prompts = [
            self.prompts.render(
                "table",
                topic=topic,
                columns=column_lines(columns),
                evidence=self.fit([self.fence(item) for item in batch]),
            )
            for batch in batches
        ]
        calls = list(zip(prompts, batches, strict=True))
        done: set[str] = set()

        def call(item: tuple[Prompt, Sequence[Evidence]]) -> TableReply:
            return self.send(item[0], TableReply)

        def ended(item: tuple[Prompt, Sequence[Evidence]]) -> None:
            done.update(text.paper.id for text in item[1])
            progress("Filling", len(done), len(papers))

        cells: dict[str, list[CellDraft]] = {paper_id: [] for paper_id in papers}
        failed: dict[str, str] = {}
        for batch, reply in zip(batches, self.tried(call, calls, ended), strict=True):
            own = {item.tag: item.paper.id for item in batch}
            if isinstance(reply, ModelError):
                failed |= dict.fromkeys(own.values(), reply.message)
                continue
            for cell in reply.cells:
                if cell.tag in own and 1 <= cell.column <= len(columns):
                    name = columns[cell.column - 1].name
                    draft = CellDraft(column=name, **cell.model_dump(exclude={"column"}))
                    cells[own[cell.tag]].append(draft)
        return tuple(
            RowDraft(paper_id=p, cells=tuple(cells[p]), failed=failed.get(p, "")) for p in papers
        )

    def suggest_columns(
        self, topic: str, evidence: Sequence[Evidence], most: int
    ) -> tuple[Column, ...]:
        """At most `most` columns, those first that most papers can fill. Names that a table cannot
        have are left out."""
        papers = list(by_paper(evidence).values())[:SUGGEST_FROM]
        texts = self.fit([self.fence(item) for own in papers for item in own])
        reply = self.ask(
            "suggest_columns", ColumnsReply, topic=topic, evidence=texts, most_columns=most
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
