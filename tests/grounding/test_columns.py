"""Columns as users write them, and values in one spelling."""

import pytest

from reviewer.errors import UsageError
from reviewer.grounding import read_column
from reviewer.grounding.columns import (
    MOST_COLUMNS,
    checked_columns,
    column_named,
    is_not_stated,
    measured,
    normalise,
    read_columns,
)
from reviewer.types.tables import Column

NUMBER, TEXT = Column(name="n", kind="number"), Column(name="t")
YES_NO = Column(name="y", kind="yes/no")
ONE_OF = Column(name="o", kind="one of", choices=("online", "offline"))


@pytest.mark.parametrize(
    ("written", "name", "question", "kind", "choices"),
    [
        ("reward", "reward", "", "text", ()),
        (" base  model ", "base model", "", "text", ()),
        ("reward: what is optimised?", "reward", "what is optimised?", "text", ()),
        ("pass@1 (number)", "pass@1", "", "number", ()),
        ("trained (yes/no): is it: so?", "trained", "is it: so?", "yes/no", ()),
        ("mode (one of online, offline)", "mode", "", "one of", ("online", "offline")),
        ("mode (One of: a;b): which?", "mode", "which?", "one of", ("a", "b")),
        ("accuracy (%)", "accuracy (%)", "", "text", ()),
        ("cost (in USD): how much?", "cost (in USD)", "how much?", "text", ()),
        ("Daten größe (text)", "Daten größe", "", "text", ()),
    ],
)
def test_a_column_is_read_as_it_is_written(written, name, question, kind, choices):
    column = read_column(written)
    assert (column.name, column.question) == (name, question)
    assert (column.kind, column.choices) == (kind, choices)


@pytest.mark.parametrize(
    ("written", "said", "hint"),
    [
        ("gain (nubmer)", "the unknown type 'nubmer'", r"\(number\)"),
        ("gain (yes-or-no)", "the unknown type", "yes/no"),
        ("mode (one of a)", "nothing to choose from", "one of online,offline"),
        ("mode (one of a,,b)", "nothing to choose from", "two or more"),
        ("", "has no name", "--column"),
        (": what?", "has no name", "--column"),
        ("(number)", "has no name", "--column"),
        ("x" * 81, "81 characters", "colon"),
        ("Year", "cannot be called 'Year'", "year"),
    ],
)
def test_a_slip_in_a_column_is_named_with_what_to_write(written, said, hint):
    with pytest.raises(UsageError, match=said) as error:
        read_column(written)
    assert __import__("re").search(hint, error.value.hint)


def test_a_columns_file_has_one_a_line_and_names_the_line_of_a_slip():
    text = "\ufeff# what we compare\n\nreward: what is optimised?\n  gain (number)\r\n"
    assert [column.name for column in read_columns(text)] == ["reward", "gain"]
    with pytest.raises(UsageError, match="line 3: the column 'gain'"):
        read_columns("\nreward\ngain (numbr)\n")


def test_two_columns_of_one_name_and_too_many_columns_are_refused():
    with pytest.raises(UsageError, match="'Reward' is there twice"):
        checked_columns([Column(name="reward"), Column(name="Reward")])
    many = [Column(name=f"c{n}") for n in range(MOST_COLUMNS + 1)]
    with pytest.raises(UsageError, match="21 columns are too many"):
        checked_columns(many)
    assert column_named(" C3 ", many).name == "c3"
    with pytest.raises(UsageError, match="unknown column 'reward'"):
        column_named("reward", many)


@pytest.mark.parametrize(
    ("value", "normal"),
    [
        ("7B", "7B"), ("7 billion", "7B"), ("7b parameters", "7B"), ("about 7-billion", "7B"),
        ("0.5B", "500M"), ("500 million", "500M"), ("8.40 percent", "8.4%"), ("8.4 %", "8.4%"),
        ("1,234 papers", "1234"), ("in 2025", "2025"), ("-0.5 points", "-0.5"), ("3x", "3×"),
        ("three tasks", "3"), ("3.8% to 13.8%", ""), ("10 m", "10 m"),
    ],
)  # fmt: skip
def test_numbers_get_one_spelling(value, normal):
    assert normalise(value, NUMBER) == (normal, "")


@pytest.mark.parametrize(
    ("value", "normal"),
    [("7 billion", "7B"), ("8.40%", "8.4%"), ("a 7B model", ""), ("GRPO", ""), ("2025", "2025")],
)
def test_a_text_is_normalised_only_if_it_is_nothing_but_a_figure(value, normal):
    assert normalise(value, TEXT) == (normal, "")


def test_a_value_that_does_not_fit_its_type_is_told():
    assert normalise("plenty", NUMBER) == ("", "it is not a number")
    assert normalise("Yes, by GRPO", YES_NO) == ("yes", "")
    assert normalise("false", YES_NO) == ("no", "")
    assert normalise("No. 5", YES_NO)[1] == "it is neither yes nor no"
    assert normalise("perhaps", YES_NO)[1] == "it is neither yes nor no"
    assert normalise("Online.", ONE_OF) == ("online", "")
    assert normalise("both", ONE_OF)[1] == "it is not one of online, offline"


@pytest.mark.parametrize(
    ("value", "number", "unit"),
    [
        ("175 billion", 175e9, ""), ("7B parameters", 7e9, ""), ("8.4%", 8.4, "%"),
        ("-0.5 points", -0.5, "points"), ("6.7 percentage points", 6.7, "percentage points"),
        ("2 hours", 2.0, "hours"), ("3x", 3.0, "×"), ("half", 0.5, ""),
        ("about 40 tasks", 40.0, ""),
        ("1,250", 1250.0, ""), ("3 to 5", None, ""), ("5-10%", None, ""), ("GPT-4", None, ""),
    ],
)  # fmt: skip
def test_a_value_is_a_number_with_its_unit(value, number, unit):
    assert measured(value, NUMBER) == (number, unit)


def test_a_text_is_a_number_only_if_it_is_nothing_else():
    assert measured("7 billion", TEXT) == (7e9, "")
    assert measured("a 7B model", TEXT) == (None, "")


@pytest.mark.parametrize(
    "value", ["not stated", "Not reported.", "N/A", "-", "", "unspecified", "null", "(not given)"]
)
def test_ways_to_say_that_nothing_is_stated(value):
    assert is_not_stated(value)


@pytest.mark.parametrize("value", ["none: zero-shot", "no", "0", "not trained", "stated"])
def test_a_value_that_only_looks_like_nothing_is_a_value(value):
    assert not is_not_stated(value)
