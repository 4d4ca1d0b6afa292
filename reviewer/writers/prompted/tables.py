"""Lets a model fill a table's cells and suggest its columns. Its replies are not trusted here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BeforeValidator, WithJsonSchema

from reviewer.errors import ModelError, UsageError
from reviewer.grounding import Numbers, read_column
from reviewer.grounding.columns import TAKEN, column_lines, is_not_stated
from reviewer.llm import Asking, LimitError, StoppedError, is_form_fault
from reviewer.llm.ask import REPLY_TOKENS, batched, tokens
from reviewer.llm.form import Form, at_most, at_most_items, with_choices
from reviewer.llm.prompts import FencedText, Prompt
from reviewer.text import clean, counted
from reviewer.text.views import one_line, shorten
from reviewer.types import Evidence
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress
from reviewer.types.tables import CellDraft, Column, CorrectedCell, RowDraft
from reviewer.types.writer import OnRow, unseen
from reviewer.writers.prompted.judging import as_verdict
from reviewer.writers.prompted.numbered_texts import fence_numbered, smaller_batches
from reviewer.writers.prompted.reading import Item, as_list, tag_of, with_tag

# Several short papers a call save the words of the prompt; with more cells than this, replies are
# cut at a small model's longest length.
CELLS_A_CALL = 24
MOST_PAPERS_A_CALL = 4
SHORT_TOKENS = 1200  # an abstract; a longer paper has a call of its own
LOCAL_ROOM = 8192 - 2 * REPLY_TOKENS  # tokens, for a model of which nothing is known
_ROOM_OF_TEXTS = 0.85  # the numbers of sentences take the rest
SUGGEST_FROM = 12  # papers that columns are suggested from
CELL_TOKENS = 110  # of one cell in a reply; a paper may say two things
VERDICT_TOKENS = 90
COLUMN_TOKENS = 120
_SPARE_TOKENS = 300
_MOST_REASON_CHARS = 200
_MOST_VALUE_CHARS = 120
_MOST_EXAMPLE_CHARS = 300  # of a sentence or a column in an example
_SECOND_VALUES = 3  # of cells for which a paper says two things
_MOST_NAME_CHARS = 60
SENTENCES_OF_A_CELL = 3

Judged = Literal["supported", "partial", "contradicted", "unsupported"]


class FoundCell(Item):
    column: Annotated[int | str, WithJsonSchema({"type": "integer"})]
    value: Annotated[str, at_most(_MOST_VALUE_CHARS)]
    sentences: Annotated[
        tuple[str, ...], BeforeValidator(as_list), at_most_items(SENTENCES_OF_A_CELL)
    ] = ()


class TableReply(Frozen):
    cells: tuple[FoundCell, ...]


class CellVerdict(Item):
    support: Annotated[Judged, BeforeValidator(as_verdict)]
    reason: Annotated[str, at_most(_MOST_REASON_CHARS)] = ""


class JudgeCellsReply(Frozen):
    verdicts: tuple[CellVerdict, ...]


class ColumnIdea(Frozen):
    name: Annotated[str, at_most(_MOST_NAME_CHARS)]
    question: Annotated[str, at_most(_MOST_REASON_CHARS)] = ""
    kind: Annotated[str, at_most(_MOST_NAME_CHARS)] = "text"
    tags: Annotated[tuple[str, ...], at_most_items(SUGGEST_FROM)] = ()


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
    own_room = _ROOM_OF_TEXTS * room
    return [*batched(short, most, own_room), *batched(long, 1, own_room)]


@dataclass
class _Answered:
    """What the replies on one batch gave: the drafts by paper id and column name, and why cells are
    missing."""

    drafts: dict[tuple[str, str], list[CellDraft]] = field(default_factory=dict)
    fault: str = ""

    def missing(
        self, papers: Iterable[str], columns: Sequence[Column]
    ) -> dict[str, tuple[Column, ...]]:
        """The columns of each paper without a draft."""
        left = {p: tuple(c for c in columns if (p, c.name) not in self.drafts) for p in papers}
        return {paper_id: own for paper_id, own in left.items() if own}


def _joined(parts: Sequence[_Answered | ModelError]) -> _Answered:
    """What the parts of a batch gave. Raises the first error if all failed."""
    answered = [part for part in parts if isinstance(part, _Answered)]
    failed = [part for part in parts if isinstance(part, ModelError)]
    if failed and not answered:
        raise failed[0]
    faults = [part.fault for part in answered] + [error.message for error in failed]
    drafts = {key: own for part in answered for key, own in part.drafts.items()}
    return _Answered(drafts, next(filter(None, faults), ""))


class TableWriter(Asking):
    """The part of a `Writer` that makes tables."""

    def fill_rows(
        self,
        topic: str,
        columns: Sequence[Column],
        evidence: Sequence[Evidence],
        progress: Progress,
        on_row: OnRow = unseen,
        *,
        examples: Sequence[CorrectedCell] = (),
    ) -> tuple[RowDraft, ...]:
        """One draft a paper, in the evidence's order. Batches of papers run side by side, a long
        paper alone. Cells that a reply leaves out are asked for once more, then each batch's values
        are judged in one call.

        A batch whose replies cannot be used costs its own papers alone: they are `unanswered`. A
        call that fails leaves its papers `failed`; the first ModelError is raised if every call
        fails. Tags, columns and numbers that were not shown are ignored and counted.
        """
        room = self.room()
        batches = row_batches(evidence, len(columns), room)
        papers = list(dict.fromkeys(item.paper.id for item in evidence))
        done: set[str] = set()
        learnt = [self._example(number, own) for number, own in enumerate(examples, start=1)]

        # The first prompts are made before the first call: calls side by side would wait for each
        # other's rendering.
        firsts = [self._table_prompt(topic, columns, batch, learnt) for batch in batches]
        calls = list(zip(firsts, batches, strict=True))

        def call(item: tuple[Prompt, list[Evidence]]) -> _Answered:
            prompt, batch = item

            def fill(own: list[Evidence]) -> _Answered:
                found = _Answered()
                is_made = len(own) == len(batch) and self.room() == room
                first = prompt if is_made else self._table_prompt(topic, columns, own, learnt)
                self._ask_cells(first, columns, own, found)
                self._ask_again(topic, columns, own, found, learnt)
                self._judge_cells(columns, own, found)
                return found

            parts = self.in_parts(fill, batch, lambda own: smaller_batches(own, self.room()), room)
            joined = _joined([found for _, found in parts])
            for paper_id in by_paper(batch):
                on_row(_row(paper_id, columns, joined))
            return joined

        def ended(item: tuple[Prompt, list[Evidence]]) -> None:
            done.update(text.paper.id for text in item[1])
            progress("Filling", len(done), len(papers))

        rows: dict[str, RowDraft] = {}
        for batch, found in zip(batches, self.tried(call, calls, ended), strict=True):
            for paper_id in by_paper(batch):
                rows[paper_id] = (
                    RowDraft(paper_id=paper_id, failed=found.message)
                    if isinstance(found, ModelError)
                    else _row(paper_id, columns, found)
                )
        return tuple(rows[paper_id] for paper_id in papers)

    def _ask_again(
        self,
        topic: str,
        columns: Sequence[Column],
        batch: Sequence[Evidence],
        found: _Answered,
        examples: Sequence[FencedText],
    ) -> None:
        """Ask once more for the cells without a draft, and for no others. A call that fails leaves
        them as they are."""
        own = by_paper(batch)
        missing = found.missing(own, columns)
        if not missing:
            return
        left = [c for c in columns if any(c in cells for cells in missing.values())]
        texts = [text for paper_id in missing for text in own[paper_id]]
        lines = [
            f"{own[paper_id][0].tag}: columns {', '.join(str(left.index(c) + 1) for c in cells)}"
            for paper_id, cells in missing.items()
        ]
        try:
            prompt = self._table_prompt(topic, left, texts, examples, lines)
            self._ask_cells(prompt, left, texts, found)
        except ModelError as error:
            found.fault = found.fault or error.message

    def _table_prompt(
        self,
        topic: str,
        columns: Sequence[Column],
        batch: Sequence[Evidence],
        examples: Sequence[FencedText],
        missing: Sequence[str] = (),
    ) -> Prompt:
        return self.prompts.render(
            "table",
            topic=topic,
            columns=column_lines(columns),
            missing=missing,
            examples=examples,
            evidence=self.fit([fence_numbered(self, item) for item in batch]),
        )

    def _example(self, number: int, corrected: CorrectedCell) -> FencedText:
        """A correction as data, with what it is about in at most a few hundred characters: a value
        that a person gives may be long, and may hold what others wrote."""
        (line,) = column_lines([corrected.column])
        return self.prompts.fence(
            f"X{number}",
            corrected.title,
            corrected.year,
            f"Column: {shorten(_without_number(line), _MOST_EXAMPLE_CHARS)}",
            f"Sentence: {shorten(one_line(corrected.quote), _MOST_EXAMPLE_CHARS)}",
            f"Given: {shorten(one_line(corrected.before), _MOST_VALUE_CHARS) or 'nothing'}",
            f"Corrected to: {shorten(one_line(corrected.value), _MOST_VALUE_CHARS)}",
        )

    def _ask_cells(
        self,
        prompt: Prompt,
        columns: Sequence[Column],
        batch: Sequence[Evidence],
        found: _Answered,
    ) -> None:
        """Add what the reply says of cells that have no draft yet. Raises ModelError for a call
        that fails; a reply that cannot be used is the `fault` of what was found."""
        try:
            reply = self.send(prompt, _table_form(columns, batch))
        except ModelError as error:
            if not is_form_fault(error):
                raise
            found.fault = error.message
            return
        answered = dict[tuple[str, str], list[CellDraft]]()
        for cell in reply.cells:
            column = _column_of(cell.column, columns) if not cell.fault else None
            own = [item for item in batch if item.tag == tag_of(cell.tag)]
            if column is None or not own:
                continue
            paper_id = own[0].paper.id
            texts = [item for item in batch if item.paper.id == paper_id]
            if (draft := self._draft(cell, column, texts)) is not None:
                answered.setdefault((paper_id, column.name), []).append(draft)
        found.drafts = answered | found.drafts

    def _draft(
        self, cell: FoundCell, column: Column, texts: Sequence[Evidence]
    ) -> CellDraft | None:
        """The cell with its citations; None for a value without a sentence that is there."""
        if is_not_stated(cell.value):
            is_said = re.search(r"\w", cell.value) is not None
            return CellDraft(column=column.name, value="not stated") if is_said else None
        numbers = Numbers(texts)
        named = " , ".join(with_tag(one, tag_of(cell.tag)) for one in cell.sentences)
        known, unknown = numbers.read(named)
        if unknown:
            self.note(f"{counted(len(unknown), 'number')} that named no sentence")
        citations = [c for n in known[:SENTENCES_OF_A_CELL] if (c := numbers.cite(n)) is not None]
        if not citations:
            return None
        return CellDraft(
            column=column.name, value=cell.value, tag=tag_of(cell.tag), citations=tuple(citations)
        )

    def _judge_cells(
        self, columns: Sequence[Column], batch: Sequence[Evidence], found: _Answered
    ) -> None:
        """Give each value a verdict, all in one call. Values of which no verdict can be read stay
        unchecked."""
        papers = {item.paper.id: item.paper for item in batch}
        kinds = dict(zip((c.name for c in columns), column_lines(columns), strict=True))
        places = [
            (key, n)
            for key, drafts in found.drafts.items()
            for n, draft in enumerate(drafts)
            if draft.citations
        ]
        values = [
            self.prompts.fence(
                f"V{number}",
                papers[paper_id].title,
                papers[paper_id].year,
                f"Column: {_without_number(kinds[name])}",
                f"Value: {found.drafts[paper_id, name][n].value}",
                *(f"Sentence: {c.quote}" for c in found.drafts[paper_id, name][n].citations),
            )
            for number, ((paper_id, name), n) in enumerate(places, start=1)
        ]
        if not values:
            return
        try:
            reply = self.narrowing(
                lambda: self.ask("judge_cells", _judge_form(values), values=self.fit(values))
            )
        except (LimitError, StoppedError):
            self.note(f"{counted(len(values), 'value')} not judged: no more calls are allowed")
            return
        except ModelError as error:
            self.note(f"{counted(len(values), 'value')} not judged: {error.message}")
            return
        given = {_verdict_place(v.tag): v for v in reply.verdicts if not v.fault}
        for number, (key, n) in enumerate(places, start=1):
            if (verdict := given.get(number)) is not None:
                reason = shorten(clean(verdict.reason), _MOST_REASON_CHARS)
                found.drafts[key][n] = found.drafts[key][n].model_copy(
                    update={"judged": verdict.support, "reason": reason}
                )

    def suggest_columns(
        self, topic: str, evidence: Sequence[Evidence], most: int
    ) -> tuple[Column, ...]:
        """At most `most` columns, those first that most papers can fill. Names that a table cannot
        have are left out."""
        papers = list(by_paper(evidence).values())[:SUGGEST_FROM]
        texts = [self.fence(item) for own in papers for item in own]
        form = Form(ColumnsReply, most_tokens=COLUMN_TOKENS * most + _SPARE_TOKENS)
        try:
            reply = self.narrowing(
                lambda: self.ask(
                    "suggest_columns",
                    form,
                    topic=topic,
                    evidence=self.fit(texts),
                    most_columns=most,
                )
            )
        except ModelError as error:
            if not is_form_fault(error):
                raise
            self.note(f"no column was suggested: {error.message}")
            return ()
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


def _row(paper_id: str, columns: Sequence[Column], found: _Answered) -> RowDraft:
    drafts = [d for c in columns for d in found.drafts.get((paper_id, c.name), ())]
    why = found.fault or "the reply left it out, twice"
    is_missing = bool(found.missing([paper_id], columns))
    return RowDraft(paper_id=paper_id, cells=tuple(drafts), unanswered=why if is_missing else "")


def _column_of(said: int | str, columns: Sequence[Column]) -> Column | None:
    """The column that a reply means by its number, by "2. gain" or by its name."""
    if isinstance(said, str) and (match := re.match(r"\s*#?(\d+)\b", said)):
        said = int(match[1])
    if isinstance(said, int):
        return columns[said - 1] if 1 <= said <= len(columns) else None
    wanted = " ".join(said.split()).casefold()
    return next((column for column in columns if column.name.casefold() == wanted), None)


def _verdict_place(tag: str) -> int:
    match = re.fullmatch(r"\W*[Vv]?(\d+)\W*", tag)
    return int(match[1]) if match else 0


def _without_number(line: str) -> str:
    """`reward (text) What is optimised?` of the line of a column."""
    return line.partition(". ")[2]


def _table_form(columns: Sequence[Column], batch: Sequence[Evidence]) -> Form[TableReply]:
    numbers = Numbers(batch).all()
    tags = [item.tag for item in batch]
    schema = with_choices(TableReply, {"sentences": numbers, "tag": tags})
    cells = len(by_paper(batch)) * len(columns)
    schema["properties"]["cells"]["maxItems"] = cells + _SECOND_VALUES
    return Form(TableReply, schema, CELL_TOKENS * cells + _SPARE_TOKENS)


def _judge_form(values: Sequence[FencedText]) -> Form[JudgeCellsReply]:
    choices = {"tag": [value.tag for value in values]}
    schema = with_choices(JudgeCellsReply, choices, {"verdicts": len(values)})
    return Form(JudgeCellsReply, schema, VERDICT_TOKENS * len(values) + _SPARE_TOKENS)
