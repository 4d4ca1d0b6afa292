"""`review screen suggest` and `calibrate` as users run them, over a provider on loopback."""

import json

import pytest

from reviewer.library import Library
from reviewer.library.screen_store import ScreenStore
from reviewer.writers.prompted.screening import ScreenReply
from tests.cli.test_screen import begin, review  # noqa: F401  a fixture
from tests.support.fake_provider import FakeProvider
from tests.support.scripted import served
from tests.tasks.test_screening_decisions import WITHOUT
from tests.tasks.test_screening_models import inverted, is_whale, knows


@pytest.fixture
def provider():
    with FakeProvider(answers=served({ScreenReply: knows})) as found:
        yield found


@pytest.fixture
def ask(review, provider, monkeypatch):  # noqa: F811
    monkeypatch.setenv("OPENAI_API_KEY", "x")

    def run(*words):
        return review("screen", *words, "--model", "openai/gpt-4o-mini", "--api-base", provider.url)

    return run


def test_a_dry_run_asks_nobody_and_suggest_keeps_what_it_pays_for(review, ask, provider):  # noqa: F811
    begin(review)
    code, out, _ = ask("suggest", "--dry-run")
    assert code == 0
    assert out.startswith("12 records without a suggestion by these criteria: 3 calls")
    assert provider.requests == []
    code, _, err = ask("suggest", "-n", "7")
    assert (code, "7 records with a suggestion now, 5 without" in err) == (0, True)
    code, _, err = ask("suggest")
    assert "5 records with a suggestion now, 0 without" in err
    assert len(provider.requests) == 3
    assert "Nothing is decided by it" in err
    with Library("shelf", WITHOUT) as library:
        assert ScreenStore(library.database).decisions("s") == []


def test_a_budget_stops_it_and_keeps_what_was_suggested(review, ask):  # noqa: F811
    begin(review)
    code, _, err = ask("suggest", "--max-calls", "1")
    assert "Traceback" not in err
    assert code in (0, 1)
    assert "5 without" in err or "12 without" in err or "7 without" in err


def test_what_a_model_says_is_shown_after_a_decision_before_it_or_never(review, ask):  # noqa: F811
    begin(review)
    ask("suggest")
    hidden = json.loads(review("screen", "next")[1])["record"]
    assert "models" not in hidden
    shown = json.loads(review("screen", "next", "--show-model", "before")[1])["record"]
    assert shown["models"][0]["model"] == "openai/gpt-4o-mini"
    train = next_train(review)
    _, out, err = review("screen", "label", train, "include")
    assert "Model openai/gpt-4o-mini: exclude (trains); trains met: S1" in err
    assert review("screen", "label", train, "include", "--show-model", "never")[2] == ""
    code, _, err = review("screen", "next", "--show-model", "first")
    assert (code, "Use before, after or never" in err) == (2, True)
    _, out, err = review("screen", "conflicts", "--with", "model")
    assert out.startswith(f"{train}: people: include. Model openai/gpt-4o-mini: exclude")
    code, _, err = review("screen", "conflicts", "--with", "model:other")
    assert "Use model:openai/gpt-4o-mini" in err


def next_train(review):  # noqa: F811
    with Library("shelf", WITHOUT) as library:
        return next(p.key for p in library.papers() if not is_whale(p.title))


def test_calibrate_says_what_it_measured_and_that_few_are_too_few(review, ask):  # noqa: F811
    begin(review)
    code, _, err = ask("calibrate")
    assert (code, "people have decided nothing of s" in err) == (2, True)
    for _ in range(12):
        record = json.loads(review("screen", "next")[1])["record"]
        verdict = "include" if is_whale(record["title"]) else "exclude"
        reason = [] if verdict == "include" else ["--reason", "trains"]
        review("screen", "label", record["key"], verdict, *reason)
    planned = ask("calibrate", "--dry-run")[1]
    assert "3 included records and 9 excluded, 12 of them without a suggestion" in planned
    assert "12 asked in two orders: 9 calls" in planned
    code, out, _ = ask("calibrate")
    assert code == 0
    assert "openai/gpt-4o-mini, title: not calibrated" in out
    assert "3 of 20 included records are decided: too few" in out
    assert "trains: keeps 3 of 3 (at least 0.37) of the included, catches 9 of 9" in out
    found = json.loads(ask("calibrate", "--json")[1])
    assert (found["sensitivity"]["hits"], found["specificity"]["hits"]) == (3, 9)
    status = review("screen", "status")[1]
    assert "suggests: include 3, maybe 0, exclude 9; it decides nothing" in status
    assert "people and model:openai/gpt-4o-mini: 12 records read by both, 100% agree" in status


def test_without_a_model_or_with_a_wrong_one_there_is_one_clear_error(review, provider):  # noqa: F811
    begin(review)
    for words in (("suggest",), ("calibrate",)):
        code, _, err = review("screen", *words)
        assert (code, "suggestions need a model" in err) == (2, True)
        assert "Traceback" not in err


def test_a_simulated_model_is_measured_beside_the_ranker(review, tmp_path):  # noqa: F811
    rows = [
        f"Study {n} of {'whales' if n % 5 == 0 else 'trains'},w{n},{int(n % 5 == 0)}\n"
        for n in range(40)
    ]
    (tmp_path / "l.csv").write_text("title,abstract,included\n" + "".join(rows))
    code, out, err = review("screen", "simulate", "l.csv", "--model-errors", "1,1", "--seeds", "1")
    assert code == 0, err
    assert "Beside a simulated model (sensitivity / specificity 1.0 / 1.0)" in out
    code, _, err = review("screen", "simulate", "l.csv", "--model-errors", "2")
    assert (code, "Give a sensitivity and a specificity" in err) == (2, True)


def test_a_criterion_with_two_negatives_is_kept_as_a_positive_one(review, tmp_path):  # noqa: F811
    (tmp_path / "c.txt").write_text(
        "topic: Whales\nexclude: language: Not in English\nexclude: animals: Non-human subjects\n"
        "exclude: notes: Notes and letters\n"
    )
    err = begin(review)
    assert "language: 'exclude: Not in English' is kept as 'include: In English'" in err
    shown = review("screen", "criteria")[1]
    assert "include language: In English" in shown
    assert "include animals: Human subjects" in shown
    assert "exclude notes: Notes and letters" in shown


def test_a_wrong_model_is_not_used_to_order_records(review, ask, provider):  # noqa: F811
    begin(review)
    provider.answers = served({ScreenReply: inverted})
    ask("suggest")
    first = json.loads(review("screen", "next")[1])["record"]["key"]
    assert first
    assert "orders nothing" in review("screen", "status")[1]
