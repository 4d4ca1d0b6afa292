"""Columns that are computed from other columns: `ratio = a / b`. Pure.

A formula has names of number columns, numbers, `+ - * /` and parentheses. It is read by this
parser and is never run as code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reviewer.errors import UsageError
from reviewer.text.numbers import PERCENT, base_of, measure_of, spell_number
from reviewer.types import Citation
from reviewer.types.claims import Support
from reviewer.types.tables import Cell, Column, Value

_EXAMPLE = 'For example: --column "a (number)" --column "b (number)" --column "ratio = a / b"'
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?![\w])")
_SIGNS = "+-*/()"
_MOST_NESTED = 20
_DIGITS = 4  # significant digits that a computed value is shown with


@dataclass(frozen=True)
class Operation:
    """A sign and what stands left and right of it: a column's name, a number, or an operation."""

    sign: str
    left: Operation | Decimal | str
    right: Operation | Decimal | str


Formula = Operation | Decimal | str


def check_signs(formula: str) -> None:
    """Raises UsageError for a formula whose parentheses or signs cannot be read, whatever its
    columns are called."""
    if formula.count("(") != formula.count(")"):
        raise UsageError(
            f"the formula '{formula}' has an open parenthesis", hint="Close each one: (a + b) / c"
        )
    if not re.search(r"[^\W\d_]", formula):
        raise UsageError(f"the formula '{formula}' names no column", hint=_EXAMPLE)


def read_formula(
    column: Column, before: Sequence[Column], all_columns: Sequence[Column] = ()
) -> Formula:
    """The formula of a column over the columns `before` it. Raises UsageError that names what
    cannot be read, or the column that is missing or holds no numbers."""
    names = sorted((c.name for c in before), key=len, reverse=True)
    reader = _Reader(column, names, [c.name for c in all_columns])
    found = reader.whole()
    kinds = {c.name: c.kind for c in before}
    for name in names_in(found):
        if kinds[name] != "number":
            raise UsageError(
                f"the column '{column.name}' is computed from '{name}', which holds no numbers",
                hint=f'Say that it does: --column "{name} (number)"',
            )
    if not names_in(found):
        raise UsageError(f"the formula '{column.formula}' names no column", hint=_EXAMPLE)
    return found


def names_in(formula: Formula) -> list[str]:
    """The columns of a formula, each once, in order."""
    if isinstance(formula, str):
        return [formula]
    if isinstance(formula, Decimal):
        return []
    return list(dict.fromkeys([*names_in(formula.left), *names_in(formula.right)]))


class _Reader:
    """Reads a formula from left to right. A name is the longest that is there."""

    def __init__(self, column: Column, names: Sequence[str], later: Sequence[str]) -> None:
        self.column, self.text, self.names, self.later = column, column.formula, names, later
        self.at = self.depth = 0

    def whole(self) -> Formula:
        found = self._sum()
        if self._next():
            raise self._fault(f"'{self.text[self.at :]}' cannot be read")
        return found

    def _sum(self) -> Formula:
        found = self._product()
        while (sign := self._next()) and sign in "+-":
            self.at += 1
            found = Operation(sign, found, self._product())
        return found

    def _product(self) -> Formula:
        found = self._term()
        while (sign := self._next()) and sign in "*/":
            self.at += 1
            found = Operation(sign, found, self._term())
        return found

    def _term(self) -> Formula:
        following = self._next()
        if following in ("-", "("):
            self.depth += 1
            if self.depth > _MOST_NESTED:
                raise self._fault("it is nested too deeply")
            self.at += 1
            if following == "-":
                found: Formula = Operation("-", Decimal(0), self._term())
            else:
                found = self._sum()
                if self._next() != ")":
                    raise self._fault("a parenthesis stays open")
                self.at += 1
            self.depth -= 1
            return found
        return self._operand()

    def _operand(self) -> Formula:
        rest = self.text[self.at :]
        for name in self.names:
            if rest.casefold().startswith(name.casefold()) and not (
                rest[len(name) : len(name) + 1].isalnum() and name[-1].isalnum()
            ):
                self.at += len(name)
                return name
        if match := _NUMBER.match(rest):
            self.at += match.end()
            return Decimal(match[0])
        raise self._fault(self._why_not_read(rest))

    def _why_not_read(self, rest: str) -> str:
        named = re.split(r"[-+*/()]", rest)[0].strip()
        if not named:
            return (
                f"a name or a number is missing before '{rest}'" if rest else "its end is missing"
            )
        if any(named.casefold() == name.casefold() for name in self.later):
            return f"the column '{named}' comes after it, or is itself"
        return f"the table has no column '{named}'"

    def _fault(self, why: str) -> UsageError:
        return UsageError(
            f"the column '{self.column.name}' cannot be computed by '{self.text}': {why}",
            hint=f"Columns before it: {', '.join(sorted(self.names))}." if self.names else _EXAMPLE,
        )

    def _next(self) -> str:
        """The next sign, after white space; empty at the end."""
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        return self.text[self.at : self.at + 1]


class _CannotComputeError(Exception):
    """Why a value cannot be computed, in words."""


@dataclass(frozen=True)
class _Amount:
    """A number with its unit on the way through a formula."""

    number: Decimal
    unit: str = ""


def compute(column: Column, formula: Formula, cells: Mapping[str, Cell]) -> Cell:
    """The cell of a computed column, from the other cells of its row by name. Its value cites what
    its inputs cite; without a value it says why."""
    try:
        inputs = {name: _input(cells[name]) for name in names_in(formula)}
        amounts = {name: _amount(value) for name, value in inputs.items()}
        made = _computed(formula, amounts)
    except _CannotComputeError as why:
        return Cell(column=column.name, state="not computed", dropped=(str(why),))
    values = list(inputs.values())
    citations = tuple(dict.fromkeys(c for v in values for c in _citations(v)))
    shown = _shown(formula, {name: value.text for name, value in inputs.items()})
    number = _rounded(made.number)
    supports = {value.support for value in values}
    support: Support = "supported" if supports == {"supported"} else "unchecked"
    value = Value(
        text=f"{_written(number)}{made.unit if made.unit in _CLOSE else ' ' + made.unit}".strip(),
        normal=f"{spell_number(number)} {made.unit}".strip(),
        number=float(made.number),
        unit=made.unit,
        quote=citations[0].quote if citations else "",
        citation=citations[0] if citations else None,
        more=citations[1:],
        support=support,
        computed=f"{column.formula} = {shown}",
        is_by_hand=any(value.is_by_hand for value in values),
    )
    return Cell(column=column.name, state="filled", values=(value,))


_POINTS = "percentage points"
_CLOSE = ("%", "×")  # units that stand at the number


def _citations(value: Value) -> list[Citation]:
    return [*([value.citation] if value.citation else []), *value.more]


def _input(cell: Cell) -> Value:
    if cell.state != "filled":
        why = "has no proof" if cell.state == "no proof" else f"is {cell.state}"
        raise _CannotComputeError(f"'{cell.column}' {why.replace('is needs', 'needs')}")
    if len(cell.values) > 1:
        raise _CannotComputeError(f"'{cell.column}' has several values")
    if cell.values[0].number is None:
        raise _CannotComputeError(f"'{cell.column}' is no single number")
    return cell.values[0]


def _amount(value: Value) -> _Amount:
    return _Amount(Decimal(str(value.number)), value.unit)


def _computed(formula: Formula, amounts: Mapping[str, _Amount]) -> _Amount:
    if isinstance(formula, str):
        return amounts[formula]
    if isinstance(formula, Decimal):
        return _Amount(formula)
    left, right = (_computed(part, amounts) for part in (formula.left, formula.right))
    if formula.sign in "+-":
        return _added(left, right, formula.sign)
    if formula.sign == "*" and Decimal in (type(formula.left), type(formula.right)):
        return _Amount(left.number * right.number, left.unit or right.unit)
    if formula.sign == "*":
        return _multiplied(left, right)
    return _divided(left, right)


def _added(left: _Amount, right: _Amount, sign: str) -> _Amount:
    if not left.number and not left.unit:  # as before a sign
        left = _Amount(left.number, right.unit)
    its = _in_unit(right, left.unit)
    if its is None:
        raise _CannotComputeError(
            f"one number is in {left.unit or 'no unit'}, the other in {right.unit or 'no unit'}"
        )
    if sign == "+":
        return _Amount(left.number + its, left.unit)
    # 61% less 52% are 9 percentage points, and not 9% less.
    unit = _POINTS if left.unit == PERCENT else left.unit
    return _Amount(left.number - its, unit)


def _multiplied(left: _Amount, right: _Amount) -> _Amount:
    """A percentage of something is a part of it: 50% * 8 hours are 4 hours."""
    left, right = _part_of_one(left), _part_of_one(right)
    unit = " × ".join(unit for unit in (left.unit, right.unit) if unit)
    return _Amount(left.number * right.number, unit)


def _divided(left: _Amount, right: _Amount) -> _Amount:
    if not right.number:
        raise _CannotComputeError("it would divide by zero")
    its = _in_unit(right, left.unit)
    if its is not None:
        return _Amount(left.number / its)
    right = _part_of_one(right)
    if not right.unit:
        return _Amount(left.number / right.number, left.unit)
    return _Amount(left.number / right.number, f"{left.unit} per {right.unit}".strip())


def _part_of_one(amount: _Amount) -> _Amount:
    return _Amount(amount.number / 100) if amount.unit == PERCENT else amount


def _in_unit(amount: _Amount, unit: str) -> Decimal | None:
    """The number in another unit of the same measure; None where there is none."""
    if amount.unit == unit:
        return amount.number
    if not amount.unit or measure_of(amount.unit) is None:
        return None
    if measure_of(amount.unit) != measure_of(unit):
        return None
    return amount.number * base_of(amount.unit) / base_of(unit)


def _shown(formula: Formula, texts: Mapping[str, str], *, is_inner: bool = False) -> str:
    if isinstance(formula, str):
        return texts[formula]
    if isinstance(formula, Decimal):
        return spell_number(formula)
    left, right = (_shown(p, texts, is_inner=True) for p in (formula.left, formula.right))
    said = f"{left} {formula.sign} {right}"
    return f"({said})" if is_inner else said


def _rounded(number: Decimal) -> Decimal:
    if not number:
        return Decimal(0)
    places = max(0, _DIGITS - 1 - number.adjusted())
    return round(number, places)


def _written(number: Decimal) -> str:
    """As people write it: `1,250`, `0.333`, `1.2 billion`."""
    short = spell_number(number)
    for letter, name in (("T", "trillion"), ("B", "billion"), ("M", "million")):
        if short.endswith(letter):
            return f"{short[:-1]} {name}"
    whole, _, rest = short.partition(".")
    return f"{int(whole):,}" if not rest and abs(int(whole)) >= 1000 else short
