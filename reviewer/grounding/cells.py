"""Makes the cells of a table from drafts. A value counts only with its located quote. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from reviewer.grounding.columns import is_not_stated, measured, normalise
from reviewer.grounding.formulas import compute, read_formula
from reviewer.grounding.quotes import SHOWN_CHARS, cite, locate
from reviewer.text import clean, figures_without_proof
from reviewer.text.numbers import HYPHENS, base_of, measure_of, read_figures
from reviewer.text.sanitize import without_addresses, without_citations
from reviewer.text.views import shorten
from reviewer.types import Citation, Evidence, Table
from reviewer.types.claims import Quote, Support
from reviewer.types.frozen import Frozen
from reviewer.types.tables import Cell, CellDraft, CellState, Column, RowDraft, Value

NO_QUOTE = "it has no quote"
MOST_VALUES = 4  # of one cell; a paper that gives more gives none of them clearly
EMPTY: frozenset[CellState] = frozenset(
    {"not stated", "not answered", "not found by rules", "needs a model", "not computed"}
)
# GPT-4, Qwen2.5-7B, v2.1, H100
_NAME = re.compile(rf"(?<![^\W_])[^\W\d_]+[{HYPHENS}]?\d[\w.]*(?:[{HYPHENS}]\w+)*(?<!\.)")
_RUNS = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
_GAP = rf"[{HYPHENS}\s.]?"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"(?<=\d)[, ](?=\d{3}(?!\d))")


class Tally(Frozen):
    """How many cells of a table are in each state. `in_own_words` counts the filled cells whose
    value is in the writer's own words and was not judged, `computed` those that code computed;
    `by_hand` are the cells that a person corrected, in any state."""

    filled: int = 0
    in_own_words: int = 0
    computed: int = 0
    not_stated: int = 0
    not_answered: int = 0
    not_found_by_rules: int = 0
    needs_a_model: int = 0
    not_computed: int = 0
    no_proof: int = 0
    failed: int = 0
    by_hand: int = 0


def fill(
    draft: RowDraft, columns: Sequence[Column], evidence: Sequence[Evidence]
) -> tuple[Cell, ...]:
    """One cell for each column, in order, from what a writer found in the paper of this evidence.

    A value has proof when its sentences are in the paper, hold every number of the value, and no
    judge found that they say something else. A value without a sentence is left out. Drafts for
    other columns are ignored, and computed columns have no cell here.
    """
    asked = [column for column in columns if not column.formula]
    if draft.failed:
        why = (draft.failed,)
        return tuple(Cell(column=c.name, state="failed", dropped=why) for c in asked)
    shown = {item.tag: item for item in evidence if item.paper.id == draft.paper_id}
    return tuple(_cell(column, draft, shown) for column in asked)


def corrected(
    column: Column, drafts: Sequence[CellDraft], evidence: Sequence[Evidence], before: Cell | None
) -> Cell:
    """The cell of a person who corrects what the cell `before` says. `drafts` are its values, none
    for "not stated". A value has proof as a writer's has: if its quote stands in the paper and has
    its numbers. One without a quote is kept, and has no proof."""
    shown = {item.tag: item for item in evidence}
    values = tuple(_value(draft, column, shown) for draft in drafts)
    values = tuple(_given_by_hand(value) for value in values)
    state: CellState = "not stated"
    if values:
        state = "no proof" if any(value.doubts for value in values) else "filled"
    own = before.before if before is not None and before.is_by_hand else before
    return Cell(column=column.name, state=state, values=values, is_by_hand=True, before=own)


def _given_by_hand(value: Value) -> Value:
    """The value, with a doubt if it has no quote. What stands in its place says nothing more."""
    doubts = value.doubts if value.quote else (NO_QUOTE,)
    return value.model_copy(update={"doubts": doubts, "is_by_hand": True})


def has_value(cell: Cell) -> bool:
    """True where the table says something: a value with proof, or one that a person gave."""
    return cell.state == "filled" or (cell.is_by_hand and bool(cell.values))


def with_computed(cells: Mapping[str, Cell], columns: Sequence[Column]) -> dict[str, Cell]:
    """The cells of one row by their column's name, with those of the computed columns."""
    row = dict(cells)
    for place, column in enumerate(columns):
        if column.formula:
            row[column.name] = compute(column, read_formula(column, columns[:place]), row)
    return row


def _cell(column: Column, row: RowDraft, shown: Mapping[str, Evidence]) -> Cell:
    values: dict[tuple[str, bool], Value] = {}
    dropped: list[str] = []
    drafts = [draft for draft in row.cells if draft.column == column.name]
    for draft in drafts:
        if is_not_stated(draft.value):
            continue
        if not draft.citations and not re.search(r"\w", draft.quote):
            dropped.append(f"'{_short(draft.value)}' has no quote")
            continue
        value = _value(draft, column, shown)
        values.setdefault((value.normal or value.text.casefold(), bool(value.doubts)), value)
    proven = [value for value in values.values() if not value.doubts]
    doubted = [value for value in values.values() if value.doubts]
    if proven:
        dropped += [f"'{_short(v.text)}': {'; '.join(v.doubts)}" for v in doubted]
    # A value without a quote says nothing of the paper, nor that it does not state one.
    state: CellState = "not stated" if drafts and not dropped else "not answered"
    if values:
        state = "filled" if proven else "no proof"
    elif row.by_rules:  # which do not show that the paper does not state it
        state = "needs a model" if column.kind == "yes/no" else "not found by rules"
    elif not drafts and row.unanswered:
        dropped.append(row.unanswered)
    kept = (proven or doubted)[:MOST_VALUES]
    return Cell(column=column.name, state=state, values=tuple(kept), dropped=tuple(dropped))


def _value(draft: CellDraft, column: Column, shown: Mapping[str, Evidence]) -> Value:
    text = clean(draft.value)
    citations, doubts = _located(draft, shown)
    quotes = [citation.quote for citation in citations]
    # The text is the paper's words when a quote, or its cleaned view, holds them whole and leaves
    # out no negation before them.
    is_quoted = any(locate(text, view) is not None for q in quotes for view in (q, clean(q)))
    if not is_quoted:
        own = {name for e in shown.values() for name in (e.tag, e.paper.key)}
        text = without_addresses(without_citations(text, own)[0]) or "(citation removed)"
    if citations and not is_quoted:
        doubts += [f"{f} is not in its quote" for f in numbers_without_proof(text, quotes)]
    normal, misfit = normalise(text, column)
    doubts += [misfit] if misfit else []
    if draft.judged in _REFUSED and citations:
        doubts.append(f"a judge says: {_short(draft.reason) or _REFUSED[draft.judged]}")
    number, unit = measured(text, column)
    is_shown = draft.judged == "supported" or (is_quoted and column.kind != "yes/no")
    proven: Support = "supported" if is_shown else "unchecked"
    return Value(
        text=text,
        normal=normal,
        number=number,
        unit=unit,
        quote=quotes[0] if quotes else draft.quote,
        citation=citations[0] if citations else None,
        more=tuple(citations[1:]),
        support="uncited" if not citations else "unsupported" if doubts else proven,
        judged=draft.judged if citations else "unchecked",
        reason=draft.reason if citations else "",
        doubts=tuple(without_addresses(doubt) for doubt in doubts),
    )


_REFUSED: dict[Support, str] = {
    "partial": "the quote says only part of it",
    "unsupported": "the quote does not say it",
    "contradicted": "the quote says otherwise",
}


def _located(draft: CellDraft, shown: Mapping[str, Evidence]) -> tuple[list[Citation], list[str]]:
    """What the draft rests on, as far as it stands in the paper, and in words what does not."""
    if not draft.citations:
        text = clean(draft.value)
        is_part = locate(text, draft.quote) is not None or locate(draft.quote, text) is not None
        located = _cited(draft, shown, may_be_short=is_part)
        return ([located], []) if isinstance(located, Citation) else ([], [located])
    found = [_again(citation, draft.tag, shown) for citation in dict.fromkeys(draft.citations)]
    citations = [citation for citation in found if citation is not None]
    return citations, [] if citations else ["its sentences are not in the paper"]


def _again(citation: Citation, tag: str, shown: Mapping[str, Evidence]) -> Citation | None:
    """The citation if it holds in the papers as they are now, or where its words stand now."""
    papers = {item.paper.id: item.paper for item in shown.values()}
    paper = papers.get(citation.paper_id)
    if paper is None:
        return None
    if paper.text_of(citation.part)[citation.start : citation.end] == citation.quote:
        return citation
    moved = _cited(
        CellDraft(column="", value="", tag=tag, quote=citation.quote), shown, may_be_short=True
    )
    return moved if isinstance(moved, Citation) else None


def _cited(
    draft: CellDraft, shown: Mapping[str, Evidence], *, may_be_short: bool
) -> Citation | str:
    """The quote located in the text of its tag, else in another text of the same paper. Without a
    citation, the reason that holds for the tag."""
    tags = [draft.tag, *(t for t in shown if t != draft.tag)] if draft.tag in shown else [draft.tag]
    tried = [cite(Quote(tag=t, quote=draft.quote), shown, may_be_short=may_be_short) for t in tags]
    return next((found for found in tried if isinstance(found, Citation)), tried[0])


def numbers_without_proof(value: str, quotes: Sequence[str]) -> list[str]:
    """What has a number in the value and is in none of the quotes: figures (7B is in "7 billion"),
    names such as GPT-4, and every other number that is written in digits."""
    plain, sources = _ascii_digits(value), [_ascii_digits(quote) for quote in quotes]
    source = " \n ".join(sources)
    found = figures_without_proof(plain, sources, (), papers=1)
    found += [name for name in _NAME.findall(plain) if not _has_name(name, source)]
    rest = plain
    for figure in read_figures(plain):  # which were looked for above
        rest = rest[: figure.start] + " " * len(figure.text) + rest[figure.end :]
    loose = _numbers(rest) - _numbers(source)
    return [*dict.fromkeys(found), *sorted(n for n in loose if not any(n in f for f in found))]


def _has_name(name: str, source: str) -> bool:
    """True when the whole name is there: GPT4 is GPT-4, but neither GPT-40 nor GPT-4.1."""
    spelt = _GAP.join(re.escape(run) for run in _RUNS.findall(name))
    pattern = rf"(?<![^\W_]){spelt}(?![^\W_])(?!\.\d)"
    return re.search(pattern, source, re.IGNORECASE) is not None


def _numbers(text: str) -> set[str]:
    """The numbers written in digits, 1,000 as 1000 and 8.40 as 8.4."""
    found = (n.partition(".") for n in _NUMBER.findall(_THOUSANDS.sub("", text)))
    return {f"{whole}.{rest.rstrip('0')}".rstrip(".") for whole, _, rest in found}


def _ascii_digits(text: str) -> str:
    return "".join(str(int(c)) if c.isdecimal() else c for c in clean(text))


def _short(text: str) -> str:
    return shorten(without_addresses(clean(text)), SHOWN_CHARS)


def without_proofless(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """The cells as `--strict` shows them: without values of a writer that have no proof."""
    return tuple(
        cell.model_copy(update={"values": ()})
        if cell.state == "no proof" and not cell.is_by_hand
        else cell
        for cell in cells
    )


def disagrees(cell: Cell) -> bool:
    """True when the paper gives several values of one kind, each with its quote."""
    normal = {value.normal for value in cell.values}
    return cell.state == "filled" and len(normal) > 1 and "" not in normal


def is_in_own_words(cell: Cell) -> bool:
    """True when the value that a writer gave is neither its quote's own words nor computed, and no
    judge said whether the quote supports it."""
    return (
        cell.state == "filled"
        and not cell.is_by_hand
        and any(v.support != "supported" and not v.computed for v in cell.values)
    )


def tally(table: Table) -> Tally:
    cells = [cell for row in table.rows for cell in row.cells]
    states = Counter(cell.state.replace(" ", "_") for cell in cells)
    computed = sum(any(value.computed for value in cell.values) for cell in cells)
    return Tally(
        in_own_words=sum(map(is_in_own_words, cells)),
        computed=computed,
        by_hand=sum(cell.is_by_hand for cell in cells),
        **states,
    )


def sort_value(cell: Cell) -> tuple[int, float, str]:
    """A key that sorts numbers by size, whatever their units, then texts by the alphabet, then
    cells without a value."""
    if not has_value(cell):
        return 2, 0.0, ""
    value = cell.values[0]
    if value.number is None:
        return 1, 0.0, value.text.casefold()
    base = base_of(value.unit) if measure_of(value.unit) else 1
    return 0, value.number * float(base), ""


def unit_of(column: str, table: Table) -> str:
    """The unit in which the numbers of a column can be compared: the one that most of its values
    have. Empty for counts."""
    cells = [c for row in table.rows for c in row.cells if c.column == column]
    values = [value for cell in cells if has_value(cell) for value in cell.values]
    units = Counter(value.unit for value in values if value.number is not None)
    return units.most_common(1)[0][0] if units else ""


def number_in(unit: str, cell: Cell) -> float | None:
    """The number of a filled cell's only value in a unit of its column: 90 minutes are 1.5 hours.
    None where there is no single number, or one of another measure."""
    if not has_value(cell) or len(cell.values) != 1:
        return None
    value = cell.values[0]
    if value.number is None or value.unit == unit:
        return value.number
    measure = measure_of(value.unit)
    if measure is None or measure != measure_of(unit):
        return None
    return value.number * float(base_of(value.unit) / base_of(unit))
