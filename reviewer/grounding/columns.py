"""Columns of a table, as a user writes them, and their values in one spelling. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import get_args

from reviewer.errors import UsageError
from reviewer.text import clean
from reviewer.text.numbers import figures_in
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
_SIZE = re.compile(  # a small m would be metres
    r"(?:^|(?<=[\s~≈(]))(?P<digits>\d+(?:\.\d+)?)"
    r"(?:[\s-]?(?P<unit>billion|million|thousand|trillion|[BMKT])|(?P<small>[bk]))(?![A-Za-z])"
    r"(?:[\s-]param(?:eter)?s?\b)?"
)
_UNITS = {"thousand": "K", "million": "M", "billion": "B", "trillion": "T"}
_SPELT = re.compile(r"-?(?P<digits>\d+(?:\.\d+)*)(?P<rest>.*)", re.DOTALL)


def read_column(written: str) -> Column:
    """A column as a user writes it: `NAME`, `NAME: QUESTION`, `NAME (TYPE)`, `NAME (TYPE): ...`,
    where the type is text, number, yes/no, or `one of a,b,c`.

    Raises UsageError for an empty, too long or reserved name, and for a mistyped type.
    """
    match = _WRITTEN.fullmatch(" ".join(clean(written).split()))
    name, bracket, question = match.group("name", "kind", "question") if match else ("", None, "")
    untyped: tuple[ColumnKind, tuple[str, ...]] = ("text", ())
    found = untyped if bracket is None else _kind_of(bracket.strip(), name)
    if found is None:  # a bracket of the name, as in "accuracy (%)"
        name = f"{name} ({bracket})".strip()
    kind, choices = found or untyped
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
    question = (question or "").strip()[:MOST_QUESTION_CHARS]
    return Column(name=name, question=question, kind=kind, choices=choices)


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
    """The columns. Raises UsageError for too many of them, or for two with the same name."""
    names: set[str] = set()
    for column in columns:
        if column.name.casefold() in names:
            raise UsageError(f"the column '{column.name}' is there twice", hint="Name it once.")
        names.add(column.name.casefold())
    if len(columns) > MOST_COLUMNS:
        raise UsageError(
            f"{len(columns)} columns are too many", hint=f"Use up to {MOST_COLUMNS} columns."
        )
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
    figures = figures_in(with_short_sizes(plain))
    if column.kind == "number" and not figures:
        return "", "it is not a number"
    is_figure = column.kind == "number" or re.fullmatch(
        r"[~≈<>≤≥+−-]*[\d.,]+\s?\w*(?:\s(?:params|parameters))?%?", plain
    )
    return next(iter(figures)) if is_figure and len(figures) == 1 else "", ""


def with_short_sizes(text: str) -> str:
    """The text with counts that have a unit in one spelling: `7B` for 7b and for 7 billion."""

    def short_size(match: re.Match[str]) -> str:
        unit = match["unit"] or match["small"]
        return f"{match['digits']}{_UNITS.get(unit, unit.upper())}"

    return _SIZE.sub(short_size, text)


def number_of(normal: str) -> float | None:
    """A normalised figure as a number, to sort by. `8.4%` is 8.4. None where it is not a number."""
    match = _SPELT.fullmatch(normal)
    if match is None or match["digits"].count(".") > 1:
        return None
    number = float(match["digits"]) * (-1 if normal.startswith("-") else 1)
    factor = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(match["rest"], 1.0)
    return number * factor
