"""A claim's figures stand in its quotes, in whatever form, or are named."""

import random

import pytest

from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.text import clean, figures_without_proof, sentence_spans
from reviewer.text.figures import FigureCheck, check_figures
from tests.conftest import SAMPLES
from tests.support.figure_pairs import altered_pairs, true_pairs

SAME = [
    ("A 7B model beats it.", "a model of 7 billion parameters"),
    ("18 models from 60M to 175B", "18 models, from 60 million to 175 billion parameters"),
    ("It works at 2B, 9B and 27B.", "(Gemma-2 2B/9B/27B, Llama-3.1 8B/70B)"),
    ("It rises by up to 6.7 percentage points.", "up to 6.7 percent on average in absolute value"),
    ("It rises by 4 percentage points.", "are 4 percentage points (p.p.) more likely"),
    ("It rises by 9 points.", "improving mastery by 9 p.p."),
    ("It halves the compute.", "reducing FLOPs on average by 50%"),
    ("It halves the compute.", "reducing FLOPs on average by half"),
    ("It halves the time.", "a 2x speedup"),
    ("It needs half the data.", "50% of the data"),
    ("Half reported it.", "634 (50.4%) reported it"),
    ("A third of runs fail.", "33% of runs fail"),
    ("Two thirds of runs fail.", "66.7% of runs fail"),
    ("More than three quarters fail.", "79% fail"),
    ("It is twice as fast.", "a two-fold increase in speed"),
    ("Accuracy doubled.", "accuracy rises by 100%"),
    ("It is tenfold cheaper.", "cheaper by an order of magnitude"),
    ("ten times less data", "on 10times the amount of data"),
    ("It is 3.57 times higher.", "the relative risk was 3.57 (95% CI: 2.84-4.48)"),
    ("A majority of runs gain.", "Most runs gain."),
    ("A majority of runs gain.", "61% of runs gain"),
    ("Nine out of ten cases", "in 90% of cases"),
    ("1 in 5 tasks", "20% of the tasks"),
    ("84% accuracy", "an accuracy of 0.84"),
    ("More than 500,000 messages", "We analyze 550,000+ messages"),
    ("Over half a million messages", "We analyze 550,000+ messages"),
    ("about 87%", "86.6% on the original set"),
    ("hundreds of runs", "over 300 training runs"),
    ("a thousand experiments", "over 1,000 experiments"),
    ("from 12% to 22%", "12-22% relative improvements"),
    ("Tested on 5 tasks.", "five different tasks"),
    ("Two models gain.", "Both models gain."),
    ("It runs for 120 minutes.", "It runs for 2 hours."),
    ("a 12-week trial", "a trial of 12 weeks"),
    ("1.7 billion people", "1·7 billion (UI 1·0–2·4) people"),
    ("It falls by 0.5.", "a change of -0.5"),
    ("A 7B model gains.", "We use Llama-2-7B, which gains."),
    ("Llama 3 gains.", "We use Llama-3-8B, which gains."),
    ("Three things decide it: data, complexity and forgetting.", "data control the trade-off"),
    ("It has two parts, recognition and learning.", "recognition (TR) and learning (TL)"),
    ("The latter couples the two most tightly.", "It couples both."),
    ("A second line of work, and a third one, follow.", "work follows"),
    ("Med-R^3, o3-mini, Llama-2-7B and $k$-NN gain.", "it gains"),
    ("One of them gains.", "it gains"),
]
OTHER = [
    ("A 7B model", "a model of 7 million parameters", "7B"),
    ("It gains 8.4%.", "a gain of 8.4 points", "8.4%"),
    ("It gains 6.7 percentage points.", "a relative gain of 6.7%", "6.7 percentage points"),
    ("It runs for 3 hours.", "It runs for 3 days.", "3 hours"),
    ("It halves the cost.", "It doubles the cost.", "halves"),
    ("It halves the cost.", "It cuts the cost.", "halves"),
    ("It cuts it by a quarter.", "It cuts it.", "a quarter"),
    ("It rises tenfold.", "It rises.", "tenfold"),
    ("It is better by an order of magnitude.", "It is better.", "an order of magnitude"),
    ("A majority gains.", "31% of them gain", "A majority"),
    ("It rises by 0.5.", "a change of -0.5", "0.5"),
    ("over 500 runs", "over 300 runs", "500"),
    ("about 87%", "71.6%", "87%"),
    ("87% of it", "86.6% of it", "87%"),
    ("38 of 124 cases", "38 of 123 cases (30.9%)", "124"),
    ("two models gain", "We use Llama 3 on one task.", "two"),
    ("two sessions", "both groups have six sessions", "two"),
    ("three of the twelve species", "three of the four species", "twelve"),
    ("over-70s", "in under-20s", "70s"),
    ("top-5 accuracy", "top-1 accuracy", "5"),
    ("two weeks", "with p < 0.02 over a week", "two weeks"),
]


@pytest.mark.parametrize(("claim", "quote"), SAME)
def test_a_figure_is_proven_in_whatever_form_the_quote_has_it(claim, quote):
    assert figures_without_proof(claim, [quote], (), 1) == []


@pytest.mark.parametrize(("claim", "quote", "figure"), OTHER)
def test_another_number_unit_or_direction_is_named(claim, quote, figure):
    assert figures_without_proof(claim, [quote], (), 1) == [figure]


@pytest.mark.parametrize(
    ("claim", "papers"),
    [
        ("Two papers find that it collapses.", 2), ("Two of them find gains.", 2),
        ("All three agree.", 3), ("Both papers agree.", 2), ("The latter two disagree.", 2),
        ("Two methods reduce lookups.", 2), ("Three studies find it.", 4),
    ],
)  # fmt: skip
def test_a_count_of_what_is_cited_is_proven_by_the_papers_and_by_no_quote(claim, papers):
    quotes = ["two tasks and three models gain"] * papers
    assert figures_without_proof(claim, ["it gains"], (), papers) == []
    if "methods" not in claim and "studies" not in claim and "papers find" not in claim:
        assert figures_without_proof(claim, quotes, (), 1) != []


def test_without_a_count_of_papers_each_quote_is_one_of_another_paper():
    assert figures_without_proof("Two papers collapse.", ["a collapses", "b collapses"], ()) == []
    assert figures_without_proof("Two papers collapse.", ["a collapses"], ()) == ["Two"]


def test_the_year_of_a_cited_paper_needs_no_quote():
    claim = "The 2023 paper, unlike the 2025 one, finds no gain."
    assert figures_without_proof(claim, ["no gain"], (2023, 2025)) == []
    assert figures_without_proof(claim, ["no gain"], (2023,)) == ["2025"]


def test_a_figure_that_stands_elsewhere_is_said_with_its_place():
    others = ["It is small.", "It gains 8.4% on 5 tasks.", "Again 8.4% are gained."]
    made = check_figures("It gains 8.4% with 12 GPUs.", ["It gains much."], sentences=others)
    assert made == FigureCheck(missing=("12",), elsewhere=(1,))
    assert check_figures("It gains 8.4%.", [others[1]], sentences=others) == FigureCheck()


@pytest.fixture(scope="module")
def sentences(tmp_path_factory):
    with Library(tmp_path_factory.mktemp("figures"), Settings(embedding="none")) as shelf:
        shelf.add([str(SAMPLES)])
        texts = [paper.abstract for paper in shelf.papers()]
    return [clean(text[a:b]) for text in texts for a, b in sentence_spans(text)]


def test_a_figure_in_another_form_is_never_refused(sentences):
    pairs = list(true_pairs(sentences))
    wrong = [p for p in pairs if figures_without_proof(p.claim, [p.quote], (), 1)]
    assert len(pairs) > 60
    assert wrong == []


def test_an_altered_figure_is_always_named(sentences):
    pairs = list(altered_pairs(sentences, random.Random(4)))
    missed = [p for p in pairs if not figures_without_proof(p.claim, [p.quote], (), 1)]
    assert len(pairs) > 60
    assert missed == []
