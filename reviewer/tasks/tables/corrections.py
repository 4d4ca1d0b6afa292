"""Corrections of all kept tables, as a list, and as examples for the prompts of later tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reviewer.errors import NotFoundError
from reviewer.grounding.columns import is_not_stated
from reviewer.library import Library
from reviewer.library.table_store import TableStore
from reviewer.tasks.tables.edits import counting
from reviewer.tasks.tables.kept import OpenedTable, open_table
from reviewer.text import clean, sentence_spans
from reviewer.types import Citation, Paper
from reviewer.types.tables import Cell, Column, CorrectedCell, Row, Value

MOST_EXAMPLES = 3  # of a prompt: about 600 tokens, which a small model has beside its texts
_LEAST_LIKENESS = 0.5  # of columns with different names
_WORD = re.compile(r"\w{4,}")

_FORGOTTEN = "you took it out"
_NO_QUOTE = "no quote shows it"


def find_corrections(library: Library) -> tuple[CorrectedCell, ...]:
    """The cells of kept tables that a person corrected with an edit, as they are now, the newest
    first. A correction that was taken back, or whose row or column was, is none."""
    found: list[CorrectedCell] = []
    for table_id in TableStore(library.database).corrected():
        try:
            found += _corrections_of(open_table(table_id, library))
        except NotFoundError:  # its runs were removed
            continue
    return tuple(sorted(found, key=lambda own: own.made, reverse=True))


def _corrections_of(opened: OpenedTable) -> list[CorrectedCell]:
    table = opened.table
    papers = {paper.id: paper for paper in table.papers}
    made: dict[tuple[str, str], str] = {}
    forgotten: set[tuple[str, str]] = set()
    for edit in counting(opened.edits):
        place = edit.paper_id, edit.column
        if edit.kind == "set":
            made[place] = edit.made
            forgotten.discard(place)
        elif edit.kind == "forget":
            forgotten.add(place)
    return [
        _correction(opened, row, column, cell, papers[row.paper_id]).model_copy(
            update={"made": made[place]} | ({"unused": _FORGOTTEN} if place in forgotten else {})
        )
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=True)
        if cell.is_by_hand and (place := (row.paper_id, column.name)) in made
    ]


def _correction(
    opened: OpenedTable, row: Row, column: Column, cell: Cell, paper: Paper
) -> CorrectedCell:
    """The correction, with the sentence that shows how the column is read: of the value, or of
    what the writer wrongly took for one. Without such a sentence it is no example."""
    before = cell.before.values if cell.before else ()
    quote = _sentence_of(cell.values if cell.state == "filled" else (), paper)
    if cell.state == "not stated":
        quote = _sentence_of(before, paper)
    return CorrectedCell(
        table_id=opened.id,
        about=opened.table.topic,
        key=row.key,
        title=paper.title,
        year=paper.year,
        column=column,
        value="; ".join(value.text for value in cell.values) or "not stated",
        before="; ".join(value.text for value in before) or (_state_words(cell.before)),
        quote=quote,
        unused="" if quote else _NO_QUOTE,
    )


def _state_words(cell: Cell | None) -> str:
    """What a writer said with a cell without values; a cell that failed says nothing."""
    return cell.state if cell and is_not_stated(cell.state) else ""


def _sentence_of(values: Sequence[Value], paper: Paper) -> str:
    """The sentence that the first value with a citation rests on; its quote where the paper does
    not have it any more."""
    cited = next((value.citation for value in values if value.citation), None)
    return _whole_sentence(cited, paper) if cited else ""


def _whole_sentence(cited: Citation, paper: Paper) -> str:
    text = paper.text_of(cited.part)
    if text[cited.start : cited.end] != cited.quote:
        return clean(cited.quote)
    for start, end in sentence_spans(text):
        if start <= cited.start and cited.end <= end:
            return clean(text[start:end])
    return clean(cited.quote)


def nearest_examples(
    columns: Sequence[Column],
    topic: str,
    known: Sequence[CorrectedCell],
    most: int = MOST_EXAMPLES,
) -> tuple[CorrectedCell, ...]:
    """At most `most` corrections of columns like one of these: of the same type, and with the same
    name or half of the words of name and question (as a share of the words of both). First those of
    the same name, then by words that the columns share, then by words of the topic, then the
    newest, which comes first in `known`."""
    topic_words = _words(topic)
    ranked: list[tuple[tuple[bool, float, float], CorrectedCell]] = []
    for own in known:
        likeness = max((_likeness(own.column, c) for c in columns), default=(False, 0.0))
        if not own.unused and (likeness[0] or likeness[1] >= _LEAST_LIKENESS):
            ranked.append(((*likeness, _share(_words(own.about), topic_words)), own))
    ranked.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(own for _, own in ranked[:most])


def _likeness(one: Column, other: Column) -> tuple[bool, float]:
    """Whether both have one name, and the share of their words that both have; nothing for columns
    of different types."""
    if one.kind != other.kind:
        return False, 0.0
    words = [_words(f"{column.name} {column.question}") for column in (one, other)]
    return one.name.casefold() == other.name.casefold(), _share(*words)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(clean(text).casefold()))


def _share(some: set[str], others: set[str]) -> float:
    """The Jaccard index of two sets; 0 for two empty ones."""
    return len(some & others) / len(some | others) if some | others else 0.0
