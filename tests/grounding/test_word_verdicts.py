"""Verdicts by words alone: what goes against a claim is named, and only where texts are alike."""

import json

import pytest

from reviewer.grounding.word_verdicts import decide, is_contradiction, judge_by_words
from reviewer.text import sentence_spans

ABSTRACT = (
    "We study training with a reward model.",
    "Training with the reward model increases the accuracy of small models on mathematics.",
    "The cost of training is described in the appendix.",
)


def decided(claim, sentences=ABSTRACT):
    verdicts = judge_by_words(claim, sentences)
    place, verdict = decide(verdicts)
    return place, verdict, verdicts[place].against


@pytest.mark.parametrize(
    ("claim", "against"),
    [
        ("Training with a reward model reduces the accuracy of small models", "reduces against"),
        (
            "Training with the reward model does not increase the accuracy of small models",
            "not increase against increases",
        ),
    ],
)
def test_opposite_directions_about_the_same_words_are_named(claim, against):
    place, verdict, said = decided(claim)
    assert (place, verdict) == (1, "contradicted")
    assert said.startswith(against)


def test_a_claim_in_nearly_the_same_words_seems_supported():
    claim = "Training with a reward model increases the accuracy of small models on mathematics"
    assert decided(claim) == (1, "supported", "")


def test_two_denials_agree():
    sentence = "Training with the reward model does not improve the accuracy of small models."
    claim = "Training with the reward model does not improve accuracy"
    assert decided(claim, (ABSTRACT[0], sentence))[1:] == ("supported", "")


def test_a_sentence_about_something_else_decides_nothing():
    verdicts = judge_by_words("Bees never dance at night in winter", ABSTRACT)
    assert decide(verdicts)[1] == "not enough"
    assert not any(is_contradiction(verdict) for verdict in verdicts)


@pytest.mark.parametrize("claim", ["", "42", "不増加", "no", "a" * 5000, "more not less " * 50_000])
def test_any_claim_gets_probabilities(claim):
    for verdict in judge_by_words(claim, ("", *ABSTRACT)):
        assert 0 <= verdict.supports <= 1
        assert 0 <= verdict.contradicts <= 1


def test_what_is_named_on_check_covid_is_right_in_8_of_10(seeds):
    folder = seeds.parent / "eval" / "checkcovid"
    abstracts = {p["key"]: p["abstract"] for p in _objects(folder / "library.jsonl")}
    named = {"SUPPORT": set(), "REFUTE": set()}
    for pair in _objects(folder / "pairs.jsonl"):
        text = abstracts[f"c{pair['cord_id']}"]
        verdicts = judge_by_words(pair["claim"], [text[a:b] for a, b in sentence_spans(text)])
        if pair["label"] in named and is_contradiction(verdicts[decide(verdicts)[0]]):
            named[pair["label"]].add(pair["claim"])
    right, wrong = len(named["REFUTE"]), len(named["SUPPORT"])
    assert right >= 15
    assert right / (right + wrong) >= 0.8


def _objects(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
