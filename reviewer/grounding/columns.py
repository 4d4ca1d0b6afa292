"""Columns of a table, as a user writes them, and their values in one spelling. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import get_args

from reviewer.errors import UsageError
from reviewer.grounding.formulas import check_signs, read_formula
from reviewer.text import clean
from reviewer.text.numbers import (
    ABOUT,
    MAJORITY,
    ORDINAL,
    PERCENT_POINTS,
    SHARE,
    Figure,
    read_figures,
)
from reviewer.types.tables import Column, ColumnKind

MOST_COLUMNS = 20
MOST_NAME_CHARS = 80
MOST_QUESTION_CHARS = 300
TAKEN = ("paper", "key", "title", "year")  # every table has these of each paper
DEFAULT = (
    Column(name="task", question="Which task or problem is worked on?"),
    Column(name="method", question="What is proposed or done?"),
    Column(name="data", question="Which data or benchmarks are used?"),
    Column(name="main result", question="What is the main finding, with its figure?"),
    Column(name="limits", question="Which limits or failures are named?"),
)
KINDS: tuple[ColumnKind, ...] = get_args(ColumnKind)
_WRITTEN = re.compile(r"(?P<name>[^:]*?)\s*(?:\((?P<kind>[^()]*)\)\s*)?(?::(?P<question>.*))?")
_ONE_OF = re.compile(r"one\s?of\b[\s:]*(?P<choices>.*)", re.IGNORECASE)
_ALIASES = {"yesno": "yes/no", "yes-no": "yes/no", "yes or no": "yes/no", "numbers": "number"}
_LIKE_A_KIND = 0.7  # a bracket this similar to a kind is a mistyped kind, not part of the name
_EXAMPLE = 'For example: --column "reward", --column "base model: which model is trained?"'

_NOT_STATED = re.compile(
    r"\W*(?:(?:is )?not (?:stated|specified|reported|mentioned|given|available|applicable|clear)"
    r"|unstated|unspecified|n/?a|null)?\W*",
    re.IGNORECASE,
)
_YES, _NO = re.compile(r"(?:yes|true)\b", re.I), re.compile(r"(?:no|false)\b(?!\.\s?\d)", re.I)
# What may stand beside a figure in a value that is nothing but it.
_BESIDE_A_FIGURE = re.compile(r"[~≈<>≤≥+\s]*(?:points?|params|parameters)?\.?", re.IGNORECASE)
_COMPUTED = re.compile(r"(?P<name>[^=:()]+?)\s*=\s*(?P<formula>[^:=]+?)\s*(?::(?P<question>.*))?")


def read_column(written: str) -> Column:
    """A column as a user writes it: `NAME`, `NAME: QUESTION`, `NAME (TYPE)`, `NAME (TYPE): ...`,
    where the type is text, number, yes/no, or `one of a,b,c`.

    `NAME = FORMULA` is a column that is computed from number columns: `ratio = a / b`. Raises
    UsageError for an empty, too long or reserved name, for a mistyped type, and for a formula that
    cannot be read.
    """
    plain = " ".join(clean(written).split())
    if computed := _COMPUTED.fullmatch(plain):
        check_signs(computed["formula"])
        question = (computed["question"] or "").strip()[:MOST_QUESTION_CHARS]
        name = checked_name(computed["name"], written)
        return Column(name=name, question=question, kind="number", formula=computed["formula"])
    match = _WRITTEN.fullmatch(plain)
    name, bracket, question = match.group("name", "kind", "question") if match else ("", None, "")
    untyped: tuple[ColumnKind, tuple[str, ...]] = ("text", ())
    found = untyped if bracket is None else _kind_of(bracket.strip(), name)
    if found is None:  # a bracket of the name, as in "accuracy (%)"
        name = f"{name} ({bracket})".strip()
    kind, choices = found or untyped
    question = (question or "").strip()[:MOST_QUESTION_CHARS]
    name = checked_name(name, written)
    return Column(name=name, question=question, kind=kind, choices=choices)


def checked_name(name: str, written: str) -> str:
    """The name of the column that is `written` so. Raises UsageError if no column can have it."""
    if not re.search(r"\w", name):
        raise UsageError(f"the column '{written}' has no name", hint=_EXAMPLE)
    if len(name) > MOST_NAME_CHARS:
        raise UsageError(
            f"the column's name '{name[:40]}…' has {len(name)} characters",
            hint=f'Use up to {MOST_NAME_CHARS}, and put the rest behind a colon: "NAME: QUESTION".',
        )
    if name.casefold() in TAKEN:
        raise UsageError(
            f"a column cannot be called '{name}'", hint="Every row has its paper's key and year."
        )
    return name


def _kind_of(written: str, name: str) -> tuple[ColumnKind, tuple[str, ...]] | None:
    """The type and choices in a bracket, or None where it is part of the column's `name`."""
    one_of = _ONE_OF.fullmatch(written)
    if one_of:
        choices = tuple(dict.fromkeys(c.strip() for c in re.split("[,;]", one_of["choices"])))
        if len(choices) < 2 or not all(choices):
            raise UsageError(
                f"the column '{name}' has nothing to choose from in ({written})",
                hint=f'Write two or more with commas: "{name} (one of online,offline)".',
            )
        return "one of", choices
    low = _ALIASES.get(written.casefold(), written.casefold())
    for kind in KINDS:
        if kind == low and kind != "one of":
            return kind, ()
    if near := difflib.get_close_matches(low, [*KINDS, *_ALIASES], 1, _LIKE_A_KIND):
        raise UsageError(
            f"the column '{name}' has the unknown type '{written}'",
            hint=f"Did you mean ({_ALIASES.get(near[0], near[0])})? "
            "Types: text, number, yes/no, one of a,b,c.",
        )
    return None


def read_columns(text: str) -> tuple[Column, ...]:
    """The columns of a file, one on each line. Empty lines and lines that begin with # are skipped.

    Raises UsageError that names the line.
    """
    columns = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                columns.append(read_column(line))
            except UsageError as error:
                raise UsageError(f"line {number}: {error.message}", hint=error.hint) from error
    return tuple(columns)


def checked_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns. Raises UsageError for too many of them, for two with the same name, and for a
    formula over a column that is not there before it or holds no numbers."""
    names: set[str] = set()
    for column in columns:
        if column.name.casefold() in names:
            raise UsageError(f"the column '{column.name}' is there twice", hint="Name it once.")
        names.add(column.name.casefold())
    if len(columns) > MOST_COLUMNS:
        raise UsageError(
            f"{len(columns)} columns are too many", hint=f"Use up to {MOST_COLUMNS} columns."
        )
    for place, column in enumerate(columns):
        if column.formula:
            read_formula(column, columns[:place], columns)
    return tuple(columns)


def column_named(name: str, columns: Sequence[Column]) -> Column:
    """The column of this name, in any case. Raises UsageError that lists the known names."""
    wanted = " ".join(name.split()).casefold()
    found = next((column for column in columns if column.name.casefold() == wanted), None)
    if found is None:
        known = ", ".join(column.name for column in columns)
        raise UsageError(f"unknown column '{name}'", hint=f"Columns: {known}.")
    return found


def column_query(column: Column) -> str:
    """The column's words, to search by."""
    return f"{column.name}: {column.question}" if column.question else column.name


def column_lines(columns: Sequence[Column]) -> list[str]:
    """The columns as a writer is shown them, a line each: `1. reward (text) What is optimised?`."""
    kinds = [f"{c.kind}: {', '.join(c.choices)}" if c.choices else c.kind for c in columns]
    return [
        f"{number}. {column.name} ({kind}) {column.question}".rstrip()
        for number, (column, kind) in enumerate(zip(columns, kinds, strict=True), start=1)
    ]


def is_not_stated(value: str) -> bool:
    """True for a value that says that the paper does not state it, or says nothing."""
    return _NOT_STATED.fullmatch(clean(value)) is not None


def normalise(value: str, column: Column) -> tuple[str, str]:
    """The value in one spelling, and why it does not fit its column's type (empty if it fits).

    Percentages, counts, years and model sizes get one spelling: `7 billion` is `7B`, `8.40 percent`
    is `8.4%`. A text is normalised only if it is such a figure and nothing more.
    """
    plain = clean(value)
    if column.kind == "yes/no":
        normal = "yes" if _YES.match(plain) else "no" if _NO.match(plain) else ""
        return normal, "" if normal else "it is neither yes nor no"
    if column.kind == "one of":
        low = plain.casefold().rstrip(".")
        chosen = next((c for c in column.choices if c.casefold() == low), "")
        return chosen, "" if chosen else f"it is not one of {', '.join(column.choices)}"
    if column.kind == "number" and not read_figures(plain):
        return "", "it is not a number"
    figure = figure_of(plain, column)
    return figure.spelling if figure else "", ""


def figure_of(value: str, column: Column) -> Figure | None:
    """The one figure that the value is, in a number column also the one that it has; None if it is
    none, or several."""
    plain = clean(value)
    figures = read_figures(plain)
    if len({figure.spelling for figure in figures}) != 1:
        return None
    rest = plain[: figures[0].start] + plain[figures[0].end :]
    is_alone = _BESIDE_A_FIGURE.fullmatch(rest) is not None
    return figures[0] if column.kind == "number" or is_alone else None


def measured(value: str, column: Column) -> tuple[float | None, str]:
    """The value as a number with its unit: 175 billion is 175,000,000,000 and "", 8.4 points are
    8.4 and "points". None and "" where it is no single number."""
    figure = figure_of(value, column)
    if figure is None or figure.unit in (ABOUT, MAJORITY, ORDINAL):
        return None, ""
    if figure.unit == SHARE:
        return float(figure.amount), ""
    names = {PERCENT_POINTS: "percentage points"}
    unit = figure.written_unit or names.get(figure.unit, figure.unit)
    return float(figure.number), unit
