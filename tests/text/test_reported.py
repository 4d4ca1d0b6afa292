"""Views that a paper reports are told from its own findings, by their words and by their place."""

import json
from pathlib import Path

import pytest

from reviewer.text import sentence_spans
from reviewer.text.reported import reported_views
from tests.conftest import ROOT

CASES = json.loads(Path(ROOT / "tests/writers/refuted_views.json").read_text(encoding="utf-8"))
LISTED = [case for case in CASES if case["is_listed"]]


def reported(text):
    sentences = [text[a:b] for a, b in sentence_spans(text)]
    found = zip(sentences, reported_views(sentences), strict=True)
    return [sentence for sentence, is_reported in found if is_reported]


@pytest.mark.parametrize("case", LISTED, ids=lambda case: case["question"])
def test_a_view_in_the_usual_words_is_reported_and_the_finding_is_not(case):
    assert reported(case["abstract"]) == [case["view"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["question"])
def test_a_finding_is_never_taken_for_a_view_of_others(case):
    assert case["finding"] not in reported(case["abstract"])


@pytest.mark.parametrize(
    "sentence",
    [
        "Contrary to the common belief that pruning hurts, we show pruned networks are robust.",
        "While conventional wisdom prioritizes long prompts, our results show that short ones win.",
        "These findings challenge the prevailing view of memorising, as we show on two sets.",
        "Agents learn faster with shaped rewards.",
        "It has consistently been found to be largely ineffective in modern models.",
    ],
)
def test_a_sentence_with_a_finding_of_its_own_is_not_a_report(sentence):
    assert reported_views([sentence]) == [False]


def test_what_is_doubted_before_the_paper_speaks_is_its_views_of_others_in_any_words():
    view = "Sparse models are hopeless at long texts."
    assert reported(f"{view} However, tests were few. We find that they read long texts well.") == [
        view
    ]
    assert reported(f"{view} We challenge this picture. They read long texts well.") == [view]


def test_a_result_that_is_limited_afterwards_stays_a_result():
    text = (
        "We train ten agents. Rewards raise their scores by five points. However, gains fade later."
    )
    assert reported(text) == []


def test_a_text_that_never_speaks_of_itself_is_judged_by_its_words_alone():
    results = ["Aspirin lowered mortality by 20 percent.", "However, bleeding was more frequent."]
    assert reported_views(results) == [False, False]
    body = ["Rewards raise scores.", "However, gains fade.", "We discuss why in Section 4."]
    assert reported_views(body)[0]
    assert not reported_views(body, is_abstract=False)[0]


def test_no_sentences_give_no_views():
    assert reported_views([]) == []
