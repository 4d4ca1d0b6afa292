"""Cells: a value counts only with its quote, and with every number in it."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.grounding import Numbers, fill
from reviewer.grounding.cells import (
    disagrees,
    is_in_own_words,
    numbers_without_proof,
    sort_value,
)
from reviewer.grounding.columns import measured
from reviewer.render.describe import cell_text
from reviewer.text import clean
from reviewer.types.tables import Cell, CellDraft, Column, RowDraft, Value
from tests.support.scripted import evidence

ABSTRACT = (
    "We train Qwen2.5-7B with GRPO on 8 tasks. Accuracy rises by 8.4% to 61.2%, in 2025 too. "
    "No labels are used. The model has 7 billion parameters, but the appendix says 8 billion "
    "parameters. It runs online on 8 H100 GPUs."
)
SHOWN = [evidence("E1", ABSTRACT, "Training GPT-4 Rivals")]
REWARD = Column(name="reward")
SIZE = Column(name="size", kind="number")


def cell(*drafts, column=REWARD, shown=SHOWN):
    made = [CellDraft(column=column.name, value=v, tag="E1", quote=q) for v, q in drafts]
    return fill(RowDraft(paper_id="id-E1", cells=tuple(made)), [column], shown)[0]


def test_a_value_in_its_quotes_words_is_supported_and_located():
    made = cell(("8.4%", "Accuracy rises by 8.4%"))
    assert (made.state, cell_text(made)) == ("filled", "8.4%")
    (value,) = made.values
    assert value.support == "supported"
    assert value.citation.quote == ABSTRACT[value.citation.start : value.citation.end]
    assert value.normal == "8.4%"
    assert not is_in_own_words(made)


def test_a_value_in_other_words_is_filled_and_marked_as_not_judged():
    made = cell(("without supervision", "No labels are used."))
    assert made.state == "filled"
    assert made.values[0].support == "unchecked"
    assert is_in_own_words(made)


def test_a_value_that_leaves_a_negation_out_is_not_called_the_papers_words():
    made = cell(("labels are used", "No labels are used."))
    assert made.values[0].support == "unchecked"


def test_a_quoted_sentence_is_supported_whatever_names_and_latex_it_holds():
    sentence = "We play 3v3 \\textit{drone volleyball} with 80\\% of GPT-4o's 1,5 x 10^-3 steps."
    shown = [evidence("E1", sentence)]
    made = cell((clean(sentence), sentence), shown=shown)
    assert [value.support for value in made.values] == ["supported"]
    assert made.values[0].quote == sentence


def test_a_short_quote_counts_when_it_is_the_value():
    assert cell(("GRPO", "GRPO")).values[0].support == "supported"
    assert cell(("by RL", "GRPO")).state == "no proof"


@pytest.mark.parametrize("value", ["not stated", "Not reported", "N/A", "-", ""])
def test_not_stated_stays_not_stated_even_with_a_quote(value):
    assert cell((value, "Accuracy rises by 8.4%")).state == "not stated"


@pytest.mark.parametrize("quote", ["", " ", "…", "\u200b", '""'])
def test_a_value_without_a_quote_is_left_out_and_says_nothing_of_the_paper(quote):
    made = cell(("GRPO", quote))
    assert (made.state, made.values, cell_text(made)) == ("not answered", (), "not answered")
    assert made.dropped == ("'GRPO' has no quote",)


@pytest.mark.parametrize(
    ("value", "quote", "doubt"),
    [
        ("9.4%", "Accuracy rises by 8.4%", "9.4% is not in its quote"),
        ("8.4", "Accuracy rises by 8.4%", "8.4 is not in its quote"),
        ("8.4%", "Accuracy rises by 9.4%", "the quoted words are not in"),
        ("GPT-5", "Training GPT-4 Rivals", "GPT-5 is not in its quote"),
        ("Qwen2.5-8B", "We train Qwen2.5-7B with GRPO", "Qwen2.5-8B is not in its quote"),
        ("Qwen2.6-7B", "We train Qwen2.5-7B with GRPO", "Qwen2.6-7B is not in its quote"),
        ("8 H200 GPUs", "on 8 H100 GPUs", "H200 is not in its quote"),
        ("nine tasks", "GRPO on 8 tasks", "nine is not in its quote"),
        ("GRPO, then PPO", "GRPO on 8 tasks. It runs online", "the quoted words are not in"),
    ],
)
def test_a_wrong_number_or_quote_is_no_proof(value, quote, doubt):
    made = cell((value, quote))
    assert made.state == "no proof"
    assert any(doubt in said for said in made.values[0].doubts)
    assert cell_text(made) == f"{value} (no proof)"


def test_a_proven_value_goes_before_one_without_proof():
    made = cell(("9.4%", "Accuracy rises by 8.4%"), ("8.4%", "Accuracy rises by 8.4%"))
    assert cell_text(made) == "8.4%"
    assert made.dropped == ("'9.4%': 9.4% is not in its quote",)


def test_a_paper_that_disagrees_with_itself_is_shown_with_both():
    says = [("7B", "The model has 7 billion parameters"), ("8B", "says 8 billion parameters")]
    made = cell(*says, column=SIZE)
    assert disagrees(made)
    assert cell_text(made) == "7B; 8B (the paper says both)"
    same = cell(says[0], ("7 billion", "The model has 7 billion parameters"), column=SIZE)
    assert cell_text(same) == "7B"


@pytest.mark.parametrize(
    ("kind", "value", "state"),
    [
        ("number", "many", "no proof"),
        ("number", "8 tasks", "filled"),
        ("yes/no", "yes", "filled"),
        ("yes/no", "perhaps", "no proof"),
        ("one of", "online", "filled"),
        ("one of", "hybrid", "no proof"),
    ],
)
def test_a_value_must_fit_its_columns_type(kind, value, state):
    column = Column(name="c", kind=kind, choices=("online", "offline"))
    quote = "It runs online on 8 H100 GPUs" if kind == "one of" else "with GRPO on 8 tasks"
    assert cell((value, quote), column=column).state == state


def test_yes_is_never_called_the_papers_word():
    column = Column(name="c", kind="yes/no")
    made = cell(("yes", "yes"), column=column, shown=[evidence("E1", "Is it so? yes.")])
    assert [value.support for value in made.values] == ["unchecked"]


def test_links_and_citations_of_the_writer_are_taken_out():
    made = cell(
        ("GRPO https://evil.example [3] (smith-2099-fake)", "We train Qwen2.5-7B with GRPO")
    )
    assert "evil" not in cell_text(made)
    assert "2099" not in cell_text(made)


def test_a_quote_of_another_paper_proves_nothing():
    other = evidence("E2", "We use PPO on every task.")
    draft = RowDraft(
        paper_id="id-E1",
        cells=(
            CellDraft(column="reward", value="PPO", tag="E2", quote="We use PPO on every task."),
        ),
    )
    (made,) = fill(draft, [REWARD], [*SHOWN, other])
    assert made.state == "no proof"


def test_a_column_without_a_draft_is_not_answered_and_never_not_stated():
    assert cell().state == "not answered"
    row = RowDraft(paper_id="id-E1", unanswered="the reply could not be read")
    (made,) = fill(row, [REWARD], SHOWN)
    assert (made.state, made.dropped) == ("not answered", ("the reply could not be read",))


def cited(value, *numbers, column=REWARD, **changes):
    known = Numbers(SHOWN)
    citations = tuple(known.cite(number) for number in numbers)
    draft = CellDraft(column=column.name, value=value, tag="E1", citations=citations, **changes)
    return fill(RowDraft(paper_id="id-E1", cells=(draft,)), [column], SHOWN)[0]


def test_a_value_may_rest_on_several_sentences_by_their_numbers():
    made = cited("8 tasks, up 8.4%", "E1.1", "E1.2")
    (value,) = made.values
    assert made.state == "filled"
    assert [c.quote for c in (value.citation, *value.more)] == [
        "We train Qwen2.5-7B with GRPO on 8 tasks.",
        "Accuracy rises by 8.4% to 61.2%, in 2025 too.",
    ]
    assert cited("9.4%", "E1.2").values[0].doubts == ("9.4% is not in its quote",)
    assert cited("Training GPT-4 Rivals", "E1.0").values[0].citation.part == "title"


def test_a_sentence_that_is_not_in_the_paper_proves_nothing():
    known = Numbers(SHOWN).cite("E1.2")
    forged = known.model_copy(update={"quote": "Accuracy rises by 99.9%."})
    draft = CellDraft(column="reward", value="99.9%", tag="E1", citations=(forged,))
    (made,) = fill(RowDraft(paper_id="id-E1", cells=(draft,)), [REWARD], SHOWN)
    assert made.state == "no proof"
    assert made.values[0].citation is None


@pytest.mark.parametrize("verdict", ["partial", "unsupported", "contradicted"])
def test_a_value_that_a_judge_refuses_is_marked_with_the_reason(verdict):
    made = cited("no effect", "E1.2", judged=verdict, reason="the sentence reports a rise")
    assert cell_text(made) == "no effect (no proof)"
    assert made.values[0].doubts == ("a judge says: the sentence reports a rise",)
    assert made.values[0].support == "unsupported"


def test_a_value_that_a_judge_accepts_is_no_longer_the_writers_own_word():
    made = cited("a gain", "E1.2", judged="supported")
    assert (made.state, made.values[0].support) == ("filled", "supported")
    assert not is_in_own_words(made)
    assert is_in_own_words(cited("a gain", "E1.2"))
    wrong = cited("a gain of 9.4%", "E1.2", judged="supported")  # code goes before any judge
    assert wrong.state == "no proof"


def test_numbers_sort_by_size_whatever_their_unit():
    texts = ["7B", "500 million", "-3", "2 hours", "90 minutes", "1,234", "GRPO"]
    cells = [Cell(column="c", state="filled", values=(as_value(text),)) for text in texts]
    ordered = [cell_text(cell) for cell in sorted(cells, key=sort_value)]
    assert ordered == ["-3", "1,234", "90 minutes", "2 hours", "500 million", "7B", "GRPO"]


def as_value(text):
    number, unit = measured(text, SIZE)
    return Value(text=text, number=number, unit=unit, support="supported")


def test_a_paper_that_could_not_be_read_has_failed_cells_that_say_why():
    (made,) = fill(RowDraft(paper_id="id-E1", failed="the model is down"), [REWARD], SHOWN)
    assert (made.state, made.dropped) == ("failed", ("the model is down",))


@pytest.mark.parametrize(
    ("value", "quote"),
    [
        ("7B", "7 billion parameters"), ("7 billion", "a 7B model"), ("GPT4", "we use GPT-4"),
        ("Llama-3", "Llama 3"), ("3", "three tasks"), ("8.40%", "8.4 percent"), ("1000", "1,000"),
        ("1,000", "1000"), ("AIME 2025, 3-SAT", "AIME 2025, 3-SAT"), ("3 to 5", "3-5 tasks"),
        ("+3.8% to +13.8%", "(by 3.8% to 13.8%)"), ("two", "2 tasks"), ("k=16", "k=16"),
        ("80\\%", "80\\%"), ("٧B", "7B"), ("v2.1", "v2.1"), ("2^10", "2^10"),
    ],
)  # fmt: skip
def test_one_number_in_two_spellings_is_the_same(value, quote):
    assert numbers_without_proof(value, [quote]) == []


@pytest.mark.parametrize(
    ("value", "quote"),
    [
        ("8B", "7 billion"), ("GPT-4", "GPT-3 on 4 tasks"), ("GPT-4", "GPT-4.1"), ("1", "11"),
        ("GPT-4o", "GPT-4"), ("pass@8", "pass@1"), ("k=17", "k=16"), ("2^11", "2^10"),
        ("0.5", "-0.5"), ("7.5%", "7.5 points"), ("5", "0.5"), ("v2.1", "v2.10"), ("10^-3", "10^3"),
        ("1.5", "1 and 5"), ("half", "a third"), ("7M", "7B"), ("2024", "2025"),
    ],
)  # fmt: skip
def test_another_number_is_not_in_the_quote(value, quote):
    assert numbers_without_proof(value, [quote]) != []


def test_no_number_of_300_that_was_altered_is_shown_as_verified():
    chance = random.Random(5)
    forms = ["{}%", "{}B", "{} tasks", "GPT-{}", "Qwen{}.5", "a gain of {}", "-{}", "{}x", "20{}",
             "{},000", "pass@{}", "in {} of 99 cases"]  # fmt: skip
    verified = []
    for n in range(300):
        form, number = forms[n % len(forms)], chance.randint(10, 98)
        true = form.format(number)
        wrong = form.format(chance.choice([number + 1, number * 10, number - 1, f"{number}.7"]))
        sentence = f"The study reports {true} for this aspect in row {n + 1000}."
        shown = [evidence("E1", sentence)]
        assert cell((true, sentence), shown=shown).state == "filled", true
        for quote in (sentence, sentence.replace(true, wrong), true):
            if cell((wrong, quote), shown=shown).state == "filled":
                verified.append((wrong, quote))
    assert verified == []


@given(st.data())
def test_a_filled_cell_has_no_digit_that_its_quote_lacks(data):
    words = ABSTRACT.split()
    start = data.draw(st.integers(0, len(words) - 3))
    quote = " ".join(words[start : start + data.draw(st.integers(3, 9))])
    value = list(data.draw(st.sampled_from([quote, "8.4% of 7B", "Qwen2.5-7B on 8 H100"])))
    for place in [n for n, c in enumerate(value) if c.isdigit()]:
        if data.draw(st.booleans()):
            value[place] = data.draw(st.sampled_from("0123456789"))
    made = cell(("".join(value), quote))
    for shown in made.values if made.state == "filled" else ():
        digits = re.findall(r"\d+", shown.text)
        spelt = {*re.findall(r"\d+", shown.citation.quote)}
        assert all(d.lstrip("0") in {s.lstrip("0") for s in spelt} or d == "0" for d in digits)
