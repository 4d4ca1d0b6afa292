"""`review learn` as its user meets it."""

from __future__ import annotations

import json


def test_answers_stay_hidden_until_they_are_asked_for(review):
    code, out, err = review("learn", "reasoning", "-k", "3")
    assert code == 0
    assert "## Read in this order" in out
    assert "## Answers" not in out
    assert "--answers" in err
    assert "## Answers" in review("learn", "reasoning", "-k", "3", "--answers")[1]


def test_a_file_has_the_answers_and_its_name_says_in_which_form(review, tmp_path):
    assert review("learn", "reasoning", "-o", "path.md")[0] == 0
    assert "## Answers" in (tmp_path / "path.md").read_text(encoding="utf-8")
    assert review("learn", "reasoning", "-o", "path.html")[0] == 0
    assert "<details>" in (tmp_path / "path.html").read_text(encoding="utf-8")
    code, _, err = review("learn", "reasoning", "-o", "path.docx")
    assert code == 2
    assert ".docx" in err


def test_json_has_the_whole_path(review):
    _, out, _ = review("learn", "reasoning", "-k", "2", "--json")
    made = json.loads(out)
    assert len(made["steps"]) == 2
    assert made["questions"][0]["numbers"]


def test_a_dry_run_names_the_calls_and_makes_none(review):
    code, out, _ = review("learn", "reasoning", "--dry-run", "--model", "openai/x")
    assert code == 0
    assert out.startswith("2 calls to openai/x")
    assert review("learn", "reasoning", "--dry-run")[1].startswith("No model is set: 0 calls.")


def test_an_empty_topic_is_refused(review):
    code, _, err = review("learn", " ")
    assert code == 2
    assert "there is no topic" in err
