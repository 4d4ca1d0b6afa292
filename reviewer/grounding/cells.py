"""Makes the cells of a table from drafts. A value counts only with its located quote. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from reviewer.grounding.columns import is_not_stated, normalise, number_of
from reviewer.grounding.quotes import SHOWN_CHARS, cite, locate
from reviewer.text import clean, figures_without_proof
from reviewer.text.numbers import HYPHENS, read_figures
from reviewer.text.sanitize import without_addresses, without_citations
from reviewer.text.views import shorten
from reviewer.types import Citation, Evidence, Table
from reviewer.types.claims import Quote, Support
from reviewer.types.frozen import Frozen
from reviewer.types.tables import Cell, CellDraft, CellState, Column, RowDraft, Value

MOST_VALUES = 4  # of one cell; a paper that gives more gives none of them clearly
EMPTY: frozenset[CellState] = frozenset({"not stated", "not found by rules", "needs a model"})
# GPT-4, Qwen2.5-7B, v2.1, H100
_NAME = re.compile(rf"(?<![^\W_])[^\W\d_]+[{HYPHENS}]?\d[\w.]*(?:[{HYPHENS}]\w+)*(?<!\.)")
_RUNS = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
_GAP = rf"[{HYPHENS}\s.]?"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"(?<=\d)[, ](?=\d{3}(?!\d))")


class Tally(Frozen):
    """How many cells of a table are in each state. `in_own_words` counts the filled cells whose
    value is in the writer's own words."""

    filled: int = 0
    in_own_words: int = 0
    not_stated: int = 0
    not_found_by_rules: int = 0
    needs_a_model: int = 0
    no_proof: int = 0
    failed: int = 0


def fill(
    draft: RowDraft, columns: Sequence[Column], evidence: Sequence[Evidence]
) -> tuple[Cell, ...]:
    """One cell for each column, in order, from what a writer found in the paper of this evidence.

    A value has proof when its quote is in the paper and holds every number of the value. A value
    without a quote is left out. Drafts for other columns are ignored.
    """
    if draft.failed:
        why = (draft.failed,)
        return tuple(Cell(column=c.name, state="failed", dropped=why) for c in columns)
    shown = {item.tag: item for item in evidence if item.paper.id == draft.paper_id}
    return tuple(_cell(column, draft, shown) for column in columns)


def _cell(column: Column, row: RowDraft, shown: Mapping[str, Evidence]) -> Cell:
    values: dict[tuple[str, bool], Value] = {}
    dropped: list[str] = []
    for draft in row.cells:
        if draft.column != column.name or is_not_stated(draft.value):
            continue
        if not re.search(r"\w", draft.quote):
            dropped.append(f"'{_short(draft.value)}' has no quote")
            continue
        value = _value(draft, column, shown)
        values.setdefault((value.normal or value.text.casefold(), bool(value.doubts)), value)
    proven = [value for value in values.values() if not value.doubts]
    doubted = [value for value in values.values() if value.doubts]
    if proven:
        dropped += [f"'{_short(v.text)}': {'; '.join(v.doubts)}" for v in doubted]
    state: CellState = "not stated"
    if values:
        state = "filled" if proven else "no proof"
    elif row.by_rules:  # which do not show that the paper does not state it
        state = "needs a model" if column.kind == "yes/no" else "not found by rules"
    kept = (proven or doubted)[:MOST_VALUES]
    return Cell(column=column.name, state=state, values=tuple(kept), dropped=tuple(dropped))


def _value(draft: CellDraft, column: Column, shown: Mapping[str, Evidence]) -> Value:
    text, quote = clean(draft.value), draft.quote
    is_part = locate(text, quote) is not None or locate(quote, text) is not None
    found = _cited(draft, shown, may_be_short=is_part)
    citation, doubts = (found, []) if isinstance(found, Citation) else (None, [found])
    # The text is the paper's words when the quote, or its cleaned view, holds them whole and
    # leaves out no negation before them.
    is_quoted = citation is not None and any(
        locate(text, view) is not None for view in (citation.quote, clean(citation.quote))
    )
    if not is_quoted:
        own = {name for e in shown.values() for name in (e.tag, e.paper.key)}
        text = without_addresses(without_citations(text, own)[0]) or "(citation removed)"
    if citation is not None and not is_quoted:
        doubts += [f"{f} is not in its quote" for f in numbers_without_proof(text, citation.quote)]
    normal, misfit = normalise(text, column)
    doubts += [misfit] if misfit else []
    proven: Support = "supported" if is_quoted and column.kind != "yes/no" else "unchecked"
    return Value(
        text=text,
        normal=normal,
        quote=citation.quote if citation else quote,
        citation=citation,
        support="uncited" if citation is None else "unsupported" if doubts else proven,
        doubts=tuple(without_addresses(doubt) for doubt in doubts),
    )


def _cited(
    draft: CellDraft, shown: Mapping[str, Evidence], *, may_be_short: bool
) -> Citation | str:
    """The quote located in the text of its tag, else in another text of the same paper. Without a
    citation, the reason that holds for the tag."""
    tags = [draft.tag, *(t for t in shown if t != draft.tag)] if draft.tag in shown else [draft.tag]
    tried = [cite(Quote(tag=t, quote=draft.quote), shown, may_be_short=may_be_short) for t in tags]
    return next((found for found in tried if isinstance(found, Citation)), tried[0])


def numbers_without_proof(value: str, quote: str) -> list[str]:
    """What has a number in the value and is not in the quote: figures (7B is in "7 billion"), names
    such as GPT-4, and every other number that is written in digits."""
    plain, source = _ascii_digits(value), _ascii_digits(quote)
    found = figures_without_proof(plain, [source], (), papers=1)
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
    """The cells as `--strict` shows them: without values that have no proof."""
    return tuple(
        cell.model_copy(update={"values": ()}) if cell.state == "no proof" else cell
        for cell in cells
    )


def disagrees(cell: Cell) -> bool:
    """True when the paper gives several values of one kind, each with its quote."""
    normal = {value.normal for value in cell.values}
    return cell.state == "filled" and len(normal) > 1 and "" not in normal


def is_in_own_words(cell: Cell) -> bool:
    """True when the value of a filled cell is not its quote's own words. Then nobody judged whether
    the quote supports it."""
    return cell.state == "filled" and any(v.support != "supported" for v in cell.values)


def tally(table: Table) -> Tally:
    cells = [cell for row in table.rows for cell in row.cells]
    states = Counter(cell.state.replace(" ", "_") for cell in cells)
    return Tally(in_own_words=sum(map(is_in_own_words, cells)), **states)


def sort_value(cell: Cell) -> tuple[int, float, str]:
    """A key that sorts numbers by size, then texts by the alphabet, then cells without a value."""
    if cell.state != "filled":
        return 2, 0.0, ""
    number = number_of(cell.values[0].normal)
    return (1, 0.0, cell.values[0].text.casefold()) if number is None else (0, number, "")
