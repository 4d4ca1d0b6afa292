"""`review grade` as its users meet it."""

import json

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.settings import Settings
from tests.conftest import write_listing

TOPIC = "dropout in small models"


@pytest.fixture
def review(capsys, tmp_path, monkeypatch):
    """Runs a command in this process: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "shelf"
    papers = [
        {"title": "Dropout", "abstract": "Dropout helps small models by three points."},
        {"title": "Dropout again", "abstract": "Dropout harms small models on scarce data."},
    ]
    with Library(folder, Settings(embedding="none")) as opened:
        opened.add([write_listing(tmp_path / "papers.jsonl", *papers)])

    def run_it(*arguments):
        code = run([*arguments, "--library", str(folder)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_it


@pytest.fixture
def draft(tmp_path):
    file = tmp_path / "report.md"
    file.write_text("Pears ripen in the dark.\n", encoding="utf-8")
    return str(file)


def test_what_is_missing_is_named_with_the_sentences_it_stands_on(review, draft):
    code, out, err = review("grade", draft, "--topic", TOPIC)
    assert code == 0
    assert "## Missing" in out
    assert "Dropout helps small models by three points." in out
    assert "score 0: 0 met, 0 partly, 1 missing of 1 criteria" in err


def test_a_score_below_the_least_exits_3(review, draft):
    assert review("grade", draft, "--topic", TOPIC, "--least", "0.7")[0] == 3
    assert review("grade", draft, "--topic", TOPIC, "--least", "0")[0] == 0


def test_a_rubric_is_written_then_read_as_it_was_edited(review, draft, tmp_path):
    review("grade", draft, "--topic", TOPIC, "--rubric", "rubric.yaml")
    file = tmp_path / "rubric.yaml"
    text = file.read_text(encoding="utf-8")
    name = text.split("name: ")[1].splitlines()[0]
    file.write_text(text.replace(name, '"My own name"'), encoding="utf-8")
    code, out, _ = review("grade", draft, "--rubric", "rubric.yaml", "--json")
    graded = json.loads(out)
    assert (code, graded["schema"]) == (0, "review/grade/1")
    assert [c["criterion"]["name"] for c in graded["criteria"]] == ["My own name"]


def test_a_text_needs_a_topic(review, draft):
    code, out, err = review("grade", draft)
    assert (code, out) == (2, "")
    assert "--topic" in err


def test_a_rubric_with_a_topic_takes_no_other(review, draft):
    review("grade", draft, "--topic", TOPIC, "--rubric", "rubric.yaml")
    code, _, err = review("grade", draft, "--topic", "pears", "--rubric", "rubric.yaml")
    assert code == 2
    assert "has a topic of its own" in err


def test_a_text_that_is_not_there_is_an_error(review):
    code, _, err = review("grade", "gone.md", "--topic", TOPIC)
    assert code == 1
    assert "gone.md" in err
