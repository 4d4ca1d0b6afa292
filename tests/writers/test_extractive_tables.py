"""Cells without a model: sentences and spans that name what is asked, or nothing."""

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
    assert drafts("accuracy (number)", "GPUs (number)") == {"accuracy": "8.4%", "GPUs": "32"}
    two = [evidence("E1", "Accuracy rises from 51.2% to 59.6% on average.")]
    assert drafts("accuracy (number)", shown=two) == {}
    far = [evidence("E1", "Accuracy is what matters most to the people who will use it; 40 agree.")]
    assert drafts("accuracy (number)", shown=far) == {}


def test_a_choice_counts_only_if_the_paper_names_no_other_and_does_not_deny_it():
    choice = "mode (one of online,offline)"
    assert drafts(choice) == {"mode": "offline"}
    assert drafts(choice, shown=[evidence("E1", "It runs online and offline.")]) == {}
    assert drafts(choice, shown=[evidence("E1", "It does not run online.")]) == {}
    assert drafts(choice, shown=[evidence("E1", "It runs nonline tests.")]) == {}


def test_every_cell_is_proven_by_its_quote():
    typed = [read_column("accuracy (number)"), read_column("mode (one of hybrid,offline)")]
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
