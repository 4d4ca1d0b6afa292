"""A stance counts only with words of its own paper that show it, and the verdict counts stances."""

import pytest

from reviewer.grounding import take_stances, verdict_of
from reviewer.types.answers import StanceTaken
from reviewer.types.claims import Quote, Reading
from tests.support.scripted import evidence

SHOWN = [
    evidence("E1", "We find that RL teaches new skills. It does not forget."),
    evidence("E2", "RL teaches no new skills at all. Sampling gets sharper."),
]


def take(stance, *quotes, paper="id-E1"):
    pairs = [quote if isinstance(quote, tuple) else ("E1", quote) for quote in quotes]
    own = tuple(Quote(tag=tag, quote=quote) for tag, quote in pairs)
    reading = Reading(paper_id=paper, relevance=9, stance=stance, quotes=own)
    return take_stances([reading], SHOWN)[0]


@pytest.mark.parametrize("stance", ["yes", "no", "mixed"])
def test_a_stance_with_its_located_quote_counts(stance):
    taken = take(stance, "RL teaches new skills")
    assert taken.stance == stance
    assert SHOWN[0].paper.abstract[taken.citation.start : taken.citation.end] == (
        taken.citation.quote
    )


@pytest.mark.parametrize(
    "quotes",
    [
        (),
        ("RL teaches old skills",),
        ("RL",),
        ("",),
        (("E9", "RL teaches new skills"),),
        (("E2", "RL teaches no new skills"),),
        (("E1", "RL teaches no new skills"),),
        ("forget",),
    ],
    ids=["none", "altered", "one word", "empty", "unknown tag", "other paper",
         "other paper's words", "lost not"],
)  # fmt: skip
def test_a_stance_without_words_of_its_own_paper_is_none(quotes):
    assert take("yes", *quotes) == StanceTaken(paper_id="id-E1", stance="none")


def test_the_first_quote_that_stands_shows_the_stance():
    taken = take("no", "RL teaches nothing", ("E2", "RL teaches no new skills"), "does not forget")
    assert (taken.stance, taken.citation.quote) == ("no", "does not forget")


def test_no_stance_needs_no_quote_and_shows_none():
    assert take("none", "RL teaches new skills").citation is None


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
