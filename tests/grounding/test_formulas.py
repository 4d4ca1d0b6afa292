"""Columns that are computed from others: what is read and computed, and why a cell is empty."""

import re

import pytest

from reviewer.errors import UsageError
from reviewer.grounding import read_column
from reviewer.grounding.cells import with_computed
from reviewer.grounding.columns import checked_columns, measured
from reviewer.render.describe import cell_text, support_words
from reviewer.types import Citation
from reviewer.types.tables import Cell, Column, Value

A, B = Column(name="a", kind="number"), Column(name="b", kind="number")


def cell(column, text, place=0, state="filled"):
    number, unit = measured(text, column)
    at = Citation(
        paper_id="p", chunk_id="c", part="abstract", start=place, end=place + 1, quote="x"
    )
    value = Value(text=text, number=number, unit=unit, citation=at, support="supported")
    values = (value,) if state in ("filled", "no proof") else ()
    return Cell(column=column.name, state=state, values=values)


def computed(formula, a="10", b="4", state="filled", columns=(A, B)):
    named = [*columns, read_column(f"ratio = {formula}")]
    texts = {"a": cell(columns[0], a), "b": cell(columns[1], b, 1, state)}
    row = {c.name: texts[key] for c, key in zip(columns, ("a", "b"), strict=True)}
    return with_computed(row, checked_columns(named))["ratio"]


@pytest.mark.parametrize(
    ("formula", "a", "b", "text"),
    [
        ("a / b", "10", "4", "2.5"), ("a + b * 2", "10", "4", "18"),
        ("(a + b) * 2", "10", "4", "28"),
        ("a - b - 1", "10", "4", "5"), ("a / b / 2", "10", "4", "1.25"),
        ("-a + b", "10", "4", "-6"),
        ("a / b", "175 billion", "7B", "25"), ("a / b", "1", "3", "0.3333"),
        ("a - b", "61.2%", "52.8%", "8.4 percentage points"),
        ("a - b", "2 hours", "30 minutes", "1.5 hours"),
        ("a / b", "2 hours", "30 minutes", "4"), ("a / b", "600", "2 hours", "300 per hours"),
        ("a * b", "50%", "8 hours", "4 hours"), ("a * 2", "8.4%", "1", "16.8%"),
        ("a * b", "70 billion", "20", "1.4 trillion"), ("a * b", "1,000", "4", "4,000"),
        ("a / 3", "$1", "2", "0.3333"), ("A/B", "9", "3", "3"),
    ],
)  # fmt: skip
def test_a_formula_is_computed_with_its_units(formula, a, b, text):
    made = computed(formula, a, b)
    assert made.state == "filled"
    assert made.values[0].text == text


def test_a_computed_value_says_so_and_cites_what_its_inputs_cite():
    made = computed("a / b", "175 billion", "7 billion")
    (value,) = made.values
    assert value.computed == "a / b = 175 billion / 7 billion"
    assert [c.start for c in (value.citation, *value.more)] == [0, 1]
    assert support_words(value) == "computed: a / b = 175 billion / 7 billion"
    assert cell_text(made) == "25 (computed)"


@pytest.mark.parametrize(
    ("b", "state", "why"),
    [
        ("0", "filled", "it would divide by zero"), ("4", "not stated", "'b' is not stated"),
        ("4", "not answered", "'b' is not answered"), ("4", "no proof", "'b' has no proof"),
        ("3 to 5", "filled", "'b' is no single number"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_computed_is_empty_and_says_why(b, state, why):
    made = computed("a / b", b=b, state=state)
    assert (made.state, made.values, made.dropped) == ("not computed", (), (why,))
    assert cell_text(made) == f"not computed: {why}"


def test_numbers_of_other_units_are_not_added():
    assert computed("a + b", "5%", "2 hours").dropped == (
        "one number is in %, the other in hours",
    )  # fmt: skip


def test_a_formula_may_use_a_computed_column_before_it_and_names_with_signs():
    size = Column(name="F1-score (new)", kind="number")
    made = computed("F1-score (new) / b", columns=(size, B))
    assert made.values[0].text == "2.5"
    columns = [A, B, read_column("sum = a + b"), read_column("share = a / sum")]
    row = with_computed({"a": cell(A, "10"), "b": cell(B, "30")}, checked_columns(columns))
    assert [row[name].values[0].text for name in ("sum", "share")] == ["40", "0.25"]


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("a / c", "the table has no column 'c'"), ("a / text", "which holds no numbers"),
        ("a /", "its end is missing"), ("a b", "'b' cannot be read"),
        ("(a + b", "open parenthesis"),
        ("2 + 3", "names no column"), ("a / late", "the column 'late' comes after it"),
        ("a ** b", "a name or a number is missing"), ("__import__('os')", "has no column"),
        ("(" * 30 + "a" + ")" * 30, "nested too deeply"), ("ratio + a", "comes after it"),
    ],
)  # fmt: skip
def test_a_formula_that_cannot_be_read_is_one_error(formula, said):
    late = Column(name="late", kind="number")

    def read():
        ratio = read_column(f"ratio = {formula}")
        checked_columns([A, B, Column(name="text"), ratio, late])

    with pytest.raises(UsageError, match=re.escape(said)):
        read()


def test_a_sign_in_a_bracket_or_a_question_makes_no_formula():
    assert read_column("accuracy (k=5)").formula == ""
    assert read_column("size: is n = 5?").formula == ""
    column = read_column("ratio = a / b: how much larger?")
    assert (column.name, column.formula, column.kind) == ("ratio", "a / b", "number")
    assert column.question == "how much larger?"
