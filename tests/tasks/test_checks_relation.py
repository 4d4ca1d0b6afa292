"""How a sentence of one's own stands to a paper's sentence."""

from __future__ import annotations

import pytest

from reviewer.tasks.checks.relation import relate

OWN = "Retrieval improves the accuracy of answers"


@pytest.mark.parametrize(
    ("own", "theirs", "relation"),
    [
        (f"{OWN} in all models.", f"{OWN} in some models.", "stronger"),
        (f"{OWN} in some models.", f"{OWN} in all models.", "weaker"),
        (f"{OWN}.", f"{OWN}.", ""),
        (f"{OWN}.", "Retrieval reduces the accuracy of answers.", "contradicts"),
        (f"{OWN} in all models.", "Bees can see colours in some lights.", ""),
    ],
)
def test_without_a_judge_only_words_speak(own, theirs, relation):
    assert relate(own, theirs) == relation


@pytest.mark.parametrize(
    ("support", "failing", "relation"),
    [
        ("supported", "", "same"),
        ("contradicted", "", "contradicts"),
        ("unsupported", "", ""),
        ("partial", "of all models", "stronger"),
        ("partial", "by 12%", "stronger"),
        ("partial", "on medical exams", "other setting"),
        ("partial", "quickly", ""),
    ],
)
def test_with_a_judge_its_verdict_and_the_failing_words_speak(support, failing, relation):
    assert relate(f"{OWN}.", f"{OWN}.", support, failing) == relation


def test_what_a_judge_supports_can_still_say_less():
    assert relate(f"{OWN} in some models.", f"{OWN} in all models.", "supported") == "weaker"
