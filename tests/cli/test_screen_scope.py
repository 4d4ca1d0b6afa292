"""`--screen NAME`: what a screening included is all that other commands look at."""

import json

import pytest

from reviewer.library import Library
from tests.cli.test_screen import begin, review  # noqa: F401  a fixture
from tests.tasks.test_screening_decisions import WITHOUT
from tests.tasks.test_screening_models import is_whale


@pytest.fixture
def included(review):  # noqa: F811
    """A screening of whales and trains in which two whales are included and one is a maybe."""
    begin(review)
    with Library("shelf", WITHOUT) as library:
        papers = library.papers()
    whales = [paper.key for paper in papers if is_whale(paper.title)]
    for paper in papers:
        verdict = "exclude"
        if paper.key in whales:
            verdict = "maybe" if paper.key == whales[-1] else "include"
        assert review("screen", "label", paper.key, verdict)[0] == 0
    return set(whales[:-1])


def test_included_papers_alone_are_searched_asked_compared_and_exported(review, included):  # noqa: F811
    code, out, err = review("export", "--screen", "s", "--format", "jsonl")
    assert (code, {json.loads(line)["key"] for line in out.splitlines()}) == (0, included), err
    found = json.loads(review("search", "word1 word2 trains", "--screen", "s", "--json")[1])
    assert {paper["key"] for paper in found["papers"]} <= included
    table = json.loads(review("table", "--screen", "s", "--column", "topic", "--json")[1])
    assert {row["key"] for row in table["rows"]} == included
    answer = json.loads(review("ask", "whales song", "--screen", "s", "--json")[1])
    assert {paper["key"] for paper in answer["references"]} <= included
    code, _, err = review("draft", "whales song", "--screen", "s", "-o", "d.json")
    assert code in (0, 1), err
    assert "Traceback" not in err
    code, _, err = review("survey", "whales song", "--screen", "s", "--dry-run")
    assert code == 0, err


def test_at_full_text_those_that_passed_it_count(review, included):  # noqa: F811
    review("screen", "stage", "full-text")
    code, _, err = review("export", "--screen", "s", "--format", "jsonl")
    assert (code, "has included nothing yet" in err) == (1, True)
    first = sorted(included)[0]
    assert review("screen", "label", first, "include")[0] == 0
    out = review("export", "--screen", "s", "--format", "jsonl")[1]
    assert [json.loads(line)["key"] for line in out.splitlines()] == [first]


def test_an_unknown_screening_and_keys_outside_of_it_are_one_clear_error(review, included):  # noqa: F811
    code, _, err = review("export", "--screen", "x", "--format", "jsonl")
    assert (code, "no screening 'x'" in err) == (1, True)
    with Library("shelf", WITHOUT) as library:
        train = next(p.key for p in library.papers() if not is_whale(p.title))
    code, _, err = review("export", "--screen", "s", "--keys", train, "--format", "jsonl")
    assert (code, "includes none of these papers" in err) == (1, True)
