"""A stance counts only with words of its own paper that show it, and the verdict counts stances."""

import pytest

from reviewer.grounding import Numbers, take_stances, verdict_of
from reviewer.types.answers import StanceTaken
from reviewer.types.claims import Reading
from tests.support.scripted import evidence

SHOWN = [
    evidence("E1", "We find that RL teaches new skills. It does not forget."),
    evidence("E2", "RL teaches no new skills at all. Sampling gets sharper."),
]


NUMBERS = Numbers(SHOWN)


def take(stance, number="", paper="id-E1", **changes):
    shows = NUMBERS.cite(number)
    if changes:
        shows = shows.model_copy(update=changes)
    reading = Reading(paper_id=paper, relevance=9, stance=stance, shows=shows)
    return take_stances([reading], SHOWN)[0]


@pytest.mark.parametrize("stance", ["yes", "no", "mixed"])
def test_a_stance_with_a_sentence_of_its_paper_counts(stance):
    taken = take(stance, "E1.1")
    assert taken.stance == stance
    assert SHOWN[0].paper.abstract[taken.citation.start : taken.citation.end] == (
        taken.citation.quote
    )


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        ("", {}),
        ("E9.1", {}),
        ("E2.1", {}),
        ("E1.1", {"quote": "RL teaches old skills"}),
        ("E1.1", {"start": 3}),
        ("E1.1", {"quote": "", "start": 0, "end": 0}),
    ],
    ids=["none", "unknown", "other paper", "altered", "moved", "empty"],
)
def test_a_stance_without_a_sentence_of_its_own_paper_is_none(number, changes):
    assert take("yes", number, **changes) == StanceTaken(paper_id="id-E1", stance="none")


def test_no_stance_shows_no_sentence():
    assert take("none", "E1.1").citation is None


def test_there_is_one_stance_a_reading_in_order():
    readings = [Reading(paper_id=f"id-{tag}", relevance=5) for tag in ("E2", "E1", "E7")]
    assert [t.paper_id for t in take_stances(readings, SHOWN)] == ["id-E2", "id-E1", "id-E7"]


@pytest.mark.parametrize(
    ("stances", "verdict"),
    [
        ("yes yes yes no mixed mixed none none none", "3 yes, 1 no, 2 mixed of 9 read"),
        ("no", "1 no of 1 read"),
        ("mixed none", "1 mixed of 2 read"),
        ("no yes", "1 yes, 1 no of 2 read"),
        ("none none", ""),
        ("", ""),
    ],
)
def test_the_verdict_counts_stances_and_papers_read(stances, verdict):
    taken = [StanceTaken(paper_id=str(n), stance=s) for n, s in enumerate(stances.split())]
    assert verdict_of(taken) == verdict


@pytest.mark.parametrize(
    ("uses", "verdict"),
    [
        ("yes", "1 yes of 2 read; 1 more merely uses it"),
        ("yes no", "1 yes of 3 read; 2 more merely use it"),
        ("none", "1 yes of 2 read"),
    ],
)
def test_papers_that_merely_use_it_are_told_apart(uses, verdict):
    taken = [StanceTaken(paper_id="p", stance="yes")]
    taken += [
        StanceTaken(paper_id=str(n), stance=s, basis="uses") for n, s in enumerate(uses.split())
    ]
    assert verdict_of(taken) == verdict
