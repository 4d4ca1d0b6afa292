"""Figures are compared in one spelling, and a figure that no quote states is always named."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reviewer.text import figures_without_proof
from reviewer.text.numbers import figures_in


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("a gain of 8.40 points", {"8.4"}),
        ("a gain of 8.4 points", {"8.4"}),
        (".5 of them, 0.50 of all", {"0.5"}),
        ("on 1,000 tasks", {"1000"}),
        ("on 10 000 tasks", {"10000"}),
        ("on 1,234,567.8 tasks", {"1234567.8"}),
        ("sets 1,2,3", {"1", "2", "3"}),
        ("um 8,4 % besser", {"8.4%"}),
        ("5%, 5 %, 5\u202f%, 5 percent, 5 per cent", {"5%"}),
        (r"gains of 80\%", {"80%"}),
        ("5 percentage points, 5 p.p., 5 pp", {"5 percentage points"}),
        ("a 7B model", {"7B"}),
        ("a 540B-parameter model", {"540B"}),
        ("3x, 3×, 3-fold, threefold and 3 times", {"3×"}),
        ("2×4 and 3x5 grids", {"2", "3", "4", "5"}),
        ("a change of -0.5", {"-0.5"}),
        ("a change of −0.5", {"-0.5"}),
        ("a change of +0.5", {"0.5"}),
        ("5-10 points", {"5", "10"}),
        ("5–10 points", {"5", "10"}),
        ("5-10%", {"5%", "10%"}),
        ("from 5 to 10%", {"5%", "10%"}),
        ("5² and 10⁻⁵", {"25", "0.00001"}),
        ("1e-5, 10^-5, $10^{-5}$ and 1.5E+3", {"0.00001", "1500"}),
        ("pass@8 with k=5", {"8", "5"}),
        ("in 2024, 25 papers", {"2024", "25"}),
        ("It rose to 5.", {"5"}),
        ("found...5 more", {"5"}),
        ("007", {"7"}),
        ("提升了5%，在２个任务上", {"5%", "2"}),
        ("٥٪", {"5%"}),
        ("9\u200b5 points", {"95"}),
        ("three models", {"3"}),
        ("Twelve models", {"12"}),
        ("twenty-five percent", {"25%"}),
        ("two hundred and five tasks", {"205"}),
        ("twenty thousand tasks", {"20000"}),
        ("two or three", {"2", "3"}),
        ("two dozen", {"24"}),
        ("3 million, three million, 3,000,000", {"3M"}),
        ("1.5 billion", {"1.5B"}),
        ("a seven-billion-parameter model", {"7B"}),
        ("twice as fast, it doubled", {"2×"}),
        ("tenfold, a factor of ten, an order of magnitude", {"10×"}),
        ("two orders of magnitude", {"100×"}),
        ("a third of it, one-third", {"0.3333"}),
        ("two thirds", {"0.6667"}),
        ("it halves, by half", {"0.5"}),
        ("half a million, two and a half", {"500000", "2.5"}),
        ("2.5$\\times$ faster", {"2.5×"}),
        ("3 hours, 5-year", {"3 hours", "5 year"}),
        ("a majority, hundreds", {"a majority", "hundreds"}),
        ("half of it tripled", {"0.5", "3×"}),
        ("zero errors", {"0"}),
        ("Absolute Zero percent, The Zero % case", {"0%"}),
        ("none", set()),
    ],
)
def test_numbers_have_one_spelling(text, figures):
    assert figures_in(text) == figures


@pytest.mark.parametrize(
    "text",
    [
        "GPT-4 and GPT‑4",
        "Qwen2.5 and Llama-3.1",
        "R1, H100 and GSM8K",
        "COVID-19",
        "F1 and k-5",
        "x_1",
        "one of them, no one",
        "zero-shot, one-shot and few-shot",
        "Absolute Zero and R1-Zero",
        "Often, height and someone",
        "Llama-2-7B, Med-R^3, o3-mini and $k$-NN",
        "3v3 games, 5-HT and 4E-BP1",
        "Table 7, Fig. 1, Section 3 and (1) this, (2) that",
        "a third line of work, the second half, doubly, knowledge triples",
    ],
)
def test_names_and_pronouns_are_no_numbers(text):
    assert figures_in(text) == set()


def test_a_hyphen_before_a_percentage_makes_no_name_of_it():
    assert figures_in("accuracy-95% and by-5 percent") == {"95%", "5%"}


@pytest.mark.parametrize(
    ("claim", "quote", "unproven"),
    [
        ("It gains 8.4 points.", "a gain of 8.40 points", []),
        ("It gains 8.4%.", "a gain of 8.4 points", ["8.4%"]),
        ("It gains 8.4 points.", "a gain of 8.4%", ["8.4"]),
        ("It gains 80%.", r"a gain of 80\%", []),
        ("It gains five percent.", "a gain of 5%", []),
        ("Three models gain.", "all 3 models gain", []),
        ("All 25 gain.", "twenty-five models gain", []),
        ("All twenty gain.", "twenty-five models gain", ["twenty"]),
        ("All five gain.", "twenty-five models gain", ["five"]),
        ("It falls by 0.5.", "a change of -0.5", []),
        ("It rises by 0.5.", "a change of -0.5", ["0.5"]),
        ("A change of -0.5.", "it falls by 0.5", []),
        ("A change of -0.5.", "it rises by 0.5", ["-0.5"]),
        ("It has 3 million.", "3 models of 5 million", ["3 million"]),
        ("It helps 7B models.", "it helps models of all sizes", ["7B"]),
        ("It helps twice as much.", "it helps more", ["twice"]),
        ("GPT-4 gains.", "the model gains", []),
        ("Found in 2024.", "found last year", []),
        ("Found in 2023.", "found last year", ["2023"]),
        ("It helps in 3 of 4 cases.", "it helps", ["3", "4"]),
    ],
)
def test_a_figure_needs_a_quote_that_states_it_or_a_cited_year(claim, quote, unproven):
    assert figures_without_proof(claim, [quote], [2024]) == unproven


def test_a_figure_may_stand_in_any_of_the_quotes():
    assert figures_without_proof("From 3 to 5.", ["it was 3", "it is 5"], []) == []
    assert figures_without_proof("From 3 to 5.", [], []) == ["3", "5"]


def test_an_interval_is_proven_by_the_same_interval_however_it_is_written():
    assert figures_without_proof("It gains from 5% to 10%.", ["gains of 5–10%"], []) == []


NUMBERS = st.one_of(
    st.integers(0, 99_999).map(str),
    st.integers(1000, 9_999_999).map("{:,}".format),
    st.decimals(0, 1000, places=2, allow_nan=False, allow_infinity=False).map(str),
    st.integers(1, 999).map("-{}".format),
    st.tuples(st.integers(1, 99), st.integers(1, 99)).map("{0[0]}-{0[1]}".format),
    st.tuples(st.integers(1, 99), st.integers(1, 99)).map("{0[0]}×{0[1]}".format),
    st.tuples(st.integers(1, 9), st.integers(1, 9)).map("{0[0]}e-{0[1]}".format),
)
UNITS = st.sampled_from(
    ["", "%", " %", " percent", "B", "k", "x", " points", r"\%", "-fold", " ms"]
)
WRAPS = st.sampled_from(["{}", "({})", "~{}", "“{}”", "={}", "<{}", "{}.", "{},", "升{}个", "[{}]"])
FIGURES = st.builds(lambda number, unit, wrap: wrap.format(number + unit), NUMBERS, UNITS, WRAPS)


@given(st.lists(FIGURES, min_size=1, max_size=4), st.data())
def test_a_changed_digit_is_always_named(figures, data):
    quote = "It gains " + " and then ".join(figures) + " over the base"
    assert figures_without_proof(quote, [quote], []) == []
    place = data.draw(st.sampled_from([i for i, c in enumerate(quote) if c.isdigit()]))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != quote[place]]))
    claim = quote[:place] + digit + quote[place + 1 :]
    named = figures_without_proof(claim, [quote], [])
    assume(figures_in(claim) != figures_in(quote))
    assert named or figures_in(claim) < figures_in(quote)


@given(NUMBERS, UNITS, WRAPS, st.data())
def test_a_changed_digit_of_the_only_number_is_named(number, unit, wrap, data):
    place = data.draw(st.sampled_from([i for i, c in enumerate(number) if c.isdigit()]))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    changed = number[:place] + digit + number[place + 1 :]
    quote, claim = (f"gains of {wrap.format(n + unit)} here" for n in (number, changed))
    if not figures_in(claim) < figures_in(quote):  # 3-5 to 3-3 states no new figure
        assert figures_without_proof(claim, [quote], [])
