"""Cells without a model: sentences and spans that name what is asked, or nothing."""

import pytest

from reviewer.grounding import fill, read_column
from reviewer.grounding.columns import DEFAULT
from reviewer.writers import Extractive
from reviewer.writers.extractive.tables import fill_rows
from tests.support.scripted import evidence

ABSTRACT = (
    "Language models often forget facts. We propose Anchor, a method that rewards the model for "
    "recalling sources. It is evaluated on five benchmarks, and needs 32 GPUs. Anchor improves "
    "accuracy by 8.4\\% over the baselines. It fails on questions that need two hops, which remain "
    "hard. Training runs offline."
)
SHOWN = [evidence("E1", ABSTRACT)]


def drafts(*written, shown=SHOWN):
    columns = [read_column(text) for text in written]
    (row,) = fill_rows(columns, shown)
    return {cell.column: cell.value for cell in row.cells}


def test_a_text_cell_is_the_sentence_that_names_the_column():
    assert drafts("rewarding")["rewarding"].startswith("We propose Anchor")
    assert drafts("GPUs needed")["GPUs needed"].startswith("It is evaluated on five benchmarks")


def test_the_default_columns_are_filled_by_what_such_sentences_say():
    (row,) = fill_rows(DEFAULT, SHOWN)
    found = {cell.column: cell.value for cell in row.cells}
    assert found["method"].startswith("We propose Anchor")
    assert found["data"].startswith("It is evaluated on five benchmarks")
    assert found["main result"].startswith("Anchor improves accuracy by 8.4%")
    assert found["limits"].startswith("It fails on questions")


def test_what_no_sentence_names_stays_empty():
    assert drafts("licence", "base model", "human evaluation: who judged?", "cost (number)") == {}


def test_a_name_that_every_sentence_could_hold_points_to_none():
    shown = [evidence("E1", "The model is small. We train the language model on papers.")]
    assert drafts("model", "training", "language model", shown=shown) == {}
    assert "model size" in drafts("model size", shown=[evidence("E1", "The model size is 7B now.")])


def test_a_yes_or_no_is_never_read_into_a_text():
    assert drafts("offline (yes/no)", "fails (yes/no): does it fail?") == {}


def test_a_number_is_the_only_one_near_the_columns_word():
    assert drafts("gain (number)", "GPUs (number)") == {"gain": "8.4%", "GPUs": "32"}
    two = [evidence("E1", "Accuracy rises from 51.2% to 59.6% on average.")]
    assert drafts("accuracy (number)", shown=two) == {}
    far = [evidence("E1", "Accuracy is what matters most to the people who will use it; 40 agree.")]
    assert drafts("accuracy (number)", shown=far) == {}


SCENE = "Many have worked on this matter in many ways, as is well known to all."
NO_VALUES = [
    ("maths accuracy of Big 540B", "Giving a Big 540B model examples gives the best accuracy."),
    ("accuracy", "Table 7 shows the accuracy of the model in all settings."),
    ("share", "The share of claims is expected given Fig. 1 for the program."),
    ("accuracy", "The accuracy was surveyed in 2021 for all models."),
    ("accuracy", "Accuracy is what others report [12] for the model."),
    ("accuracy", "(3) Accuracy is what the model has."),
    ("accuracy", "Its accuracy was better (p < 0.01) in all settings."),
    ("accuracy", "Its accuracy (95% CI) is given in the text."),
    ("accuracy", "It improves accuracy by 8.4% over the others."),  # a change is no accuracy
    ("accuracy", "A gain of 8.4% in accuracy is found."),
    ("accuracy", "The accuracy of Llama 3 models is high."),
    ("accuracy", "The accuracy on sequences of length 20 is high."),
    ("accuracy", "Accuracy is 51.2% on one set and 59.6% on the other."),
    ("gain", "We find a gain in 12 models of 8B parameters."),
    ("gain", "Gains vanish: a 20% performance reduction is found."),
    ("tasks", "Accuracy over tasks is 86.6% for this model."),
    ("tasks", "The tasks are hard for 12 different models."),
    ("parameters", "It beats all models under 72B parameters."),
    ("parameters", "We train models from 7B to 34B parameters."),
]
VALUES = [
    ("accuracy", "It reaches an accuracy of 34.0% on the set.", "34.0%"),
    ("gain", "We see a 6.4\\% improvement over the baseline.", "6.4%"),
    ("gain", "It improves the score by 2.5 points on average.", "2.5 points"),
    ("tasks", "We test it on 119 unseen test tasks.", "119"),
    ("parameters", "It has 175 billion parameters.", "175 billion"),
    ("parameters", "Only models of 100+ billion parameters do this.", "100+ billion"),
    ("model size", "We train one model, of a size of 7B parameters.", "7B"),
    ("year of the survey", "The survey covers the year 2021.", "2021"),
    ("training time", "The training time is 3 hours in all.", "3 hours"),
]


@pytest.mark.parametrize(("name", "sentence"), NO_VALUES)
def test_a_number_that_the_column_does_not_ask_for_is_no_value(name, sentence):
    assert drafts(f"{name} (number)", shown=[evidence("E1", f"{SCENE} {sentence}")]) == {}


@pytest.mark.parametrize(("name", "sentence", "value"), VALUES)
def test_a_number_that_the_column_asks_for_is_given_as_it_is_written(name, sentence, value):
    shown = [evidence("E1", f"{SCENE} {sentence}")]
    assert drafts(f"{name} (number)", shown=shown) == {name: value}


def test_a_choice_counts_only_if_the_paper_names_no_other_and_does_not_deny_it():
    choice = "mode (one of online,offline)"
    assert drafts(choice) == {"mode": "offline"}
    assert drafts(choice, shown=[evidence("E1", "It runs online and offline.")]) == {}
    assert drafts(choice, shown=[evidence("E1", "It does not run online.")]) == {}
    assert drafts(choice, shown=[evidence("E1", "It runs nonline tests.")]) == {}


def test_every_cell_is_proven_by_its_quote():
    typed = [read_column("gain (number)"), read_column("mode (one of hybrid,offline)")]
    columns = [*DEFAULT, *typed]
    (row,) = fill_rows(columns, SHOWN)
    cells = fill(row, columns, SHOWN)
    assert len(row.cells) == 6
    assert {cell.state for cell in cells if cell.values} == {"filled"}
    assert {v.support for cell in cells for v in cell.values} == {"supported"}


def test_without_a_model_the_default_columns_are_suggested_those_first_that_can_be_filled():
    columns = Extractive().suggest_columns("", [evidence("E1", "It fails on long inputs. " * 3)], 3)
    assert len(columns) == 3
    assert set(columns) <= set(DEFAULT)
    assert columns[0].name == "limits"


ROW = "Table 3, Ours: Return 81.2 ± 0.4; Memory 3.1; Return of teacher 90.5."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("return of ours", "81.2"),
        ("memory of ours", "3.1"),
        ("memory", ""),
        ("memory of theirs", ""),
    ],
)
def test_a_tables_row_gives_the_number_below_the_head_that_the_column_names(name, value):
    columns = [read_column(f"{name} (number)")]
    (row,) = fill_rows(columns, [evidence("E1", ROW)])
    assert [cell.value for cell in row.cells] == ([value] if value else [])
