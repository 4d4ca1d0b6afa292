"""Signs by words that two findings contradict each other."""

from __future__ import annotations

import pytest

from reviewer.grounding.oppositions import compare_findings, contested_by, tone_of


@pytest.mark.parametrize(
    "sentence",
    [
        "Contrary to conventional wisdom, simplicity bias can also hurt generalization.",
        "These findings challenge the view of RL as a mere amplifier.",
        "We challenge this narrative by observing that models recall more.",
        "It is commonly believed to hinder generalization.",
        "This effect casts doubt on the robustness of their strategies.",
        "We arrive at a different conclusion on two benchmarks.",
        "Surprisingly, we find that models do better without rationales.",
        "Our results refute the widely held assumption that more data helps.",
    ],
)
def test_a_sentence_that_contests_a_view_says_by_which_words(sentence):
    assert contested_by(sentence) in sentence
    assert contested_by(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "This is a challenging task with many challenges that remain.",
        "We address the challenge of long contexts in scientific literature.",
        "We train a model on 40 data sets and report its accuracy.",
        "The question whether it helps is open.",
    ],
)
def test_the_noun_challenge_contests_nothing(sentence):
    assert contested_by(sentence) == ""


def test_a_success_and_a_failure_have_opposite_tones():
    assert tone_of("Retrieval improves the answers and helps robustness.") > 0.5
    assert tone_of("Retrieval fails and often misleads the model.") < -0.5


def test_opposing_findings_weigh_more_than_agreeing_ones_in_either_order():
    helps = "Retrieval consistently improves the accuracy of answers."
    harms = "Retrieval often reduces the accuracy of answers and can mislead the model."
    agrees = "Retrieval significantly improves the accuracy of its answers."
    apart = compare_findings(helps, harms)
    assert apart.weight > compare_findings(helps, agrees).weight
    assert any("improves against" in sign for sign in apart.signs)
    assert compare_findings(harms, helps).weight == pytest.approx(apart.weight)


def test_findings_that_say_the_same_have_no_sign():
    same = "Retrieval improves the accuracy of answers."
    assert compare_findings(same, same).signs == ()
