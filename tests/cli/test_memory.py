"""`review recall` and what `review ask` says of earlier questions, as their users meet them."""

import json

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.settings import Settings
from tests.conftest import write_listing

QUESTION = "does dropout help small models?"


@pytest.fixture
def shelf(tmp_path):
    folder = tmp_path / "shelf"
    paper = {"title": "Dropout", "abstract": "Dropout helps small models by three points."}
    with Library(folder, Settings(embedding="none")) as opened:
        opened.add([write_listing(tmp_path / "papers.jsonl", paper)])
    return folder


@pytest.fixture
def review(capsys, shelf):
    """Runs a command in this process: exit code, standard output, standard error."""

    def run_it(*arguments):
        code = run([*arguments, "--library", str(shelf)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_it


@pytest.fixture
def asked_in_march(review, shelf):
    """The question was asked on a day in March, and its paper came before."""
    review("ask", QUESTION)
    with Library(shelf, Settings(embedding="none")) as library:
        (kept,) = library.ledger.runs()
        library.ledger.save(kept.model_copy(update={"started": "2026-03-12T10:00:00+00:00"}))
        library.database.run("UPDATE arrivals SET came = '2026-01-01T00:00:00Z'")


def come_later(review, tmp_path):
    news = {"title": "Dropout again", "abstract": "Dropout harms small models on scarce data."}
    review("add", write_listing(tmp_path / "news.jsonl", news))


def test_a_question_asked_before_is_named_with_what_came_since(review, asked_in_march, tmp_path):
    come_later(review, tmp_path)
    code, out, err = review("ask", QUESTION)
    assert code == 0
    assert "You asked this on 2026-03-12" in err
    assert "1 paper came since" in err
    assert "asked this" not in out


def test_json_names_the_earlier_run(review, asked_in_march):
    _, out, _ = review("ask", QUESTION, "--json")
    earlier = json.loads(out)["earlier"]
    assert (earlier["question"], earlier["came"]) == (QUESTION, 0)


def test_a_question_of_the_last_hour_is_not_named(review):
    review("ask", QUESTION)
    _, _, err = review("ask", QUESTION)
    assert "asked" not in err


def test_a_quiet_question_says_nothing(review, asked_in_march):
    _, _, err = review("ask", QUESTION, "--quiet")
    assert err == ""


def test_reuse_adds_what_is_new_to_the_earlier_claims(review, asked_in_march, tmp_path):
    come_later(review, tmp_path)
    code, out, _ = review("ask", QUESTION, "--reuse", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["is_reused"]
    assert answer["claims"][0]["text"] == "Dropout helps small models by three points."
    assert answer["claims"][-1]["text"] == "Dropout harms small models on scarce data."


def test_reuse_without_an_earlier_answer_is_an_error_that_says_so(review):
    code, out, err = review("ask", QUESTION, "--reuse")
    assert (code, out) == (2, "")
    assert "no earlier answer" in err


def test_recall_shows_claim_quote_and_run(review, asked_in_march):
    code, out, _ = review("recall", "dropout", "small")
    assert code == 0
    assert f"ask: {QUESTION} (2026-03-12, run" in out
    assert '> "Dropout helps small models by three points."' in out


def test_recall_as_json(review, asked_in_march):
    _, out, _ = review("recall", "dropout", "--json", "--mine")
    found = json.loads(out)
    assert found["schema"] == "review/recalled/1"
    assert [c["claim"]["text"] for c in found["claims"]] == [
        "Dropout helps small models by three points."
    ]


def test_recall_of_something_else_says_that_nothing_is_about_it(review, asked_in_march):
    code, out, _ = review("recall", "sourdough")
    assert (code, out.strip()) == (0, "No claim of 1 run is about this.")
