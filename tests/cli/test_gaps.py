"""`review gaps` as its user meets it."""

from __future__ import annotations

import json


def test_the_table_goes_to_a_page_or_to_json(review, tmp_path):
    assert review("gaps", "language models", "-o", "gaps.html")[0] == 0
    assert "Methods by problems" in (tmp_path / "gaps.html").read_text(encoding="utf-8")
    code, out, _ = review("gaps", "language models", "--json")
    assert code == 0
    assert json.loads(out)["topic"] == "language models"


def test_a_dry_run_names_the_call(review):
    code, out, _ = review("gaps", "language models", "--dry-run", "--model", "openai/x")
    assert code == 0
    assert out.startswith("1 call to openai/x")


def test_a_size_that_makes_no_table_and_an_empty_topic_are_refused(review):
    assert review("gaps", "language models", "--size", "1")[0] == 2
    code, _, err = review("gaps", " ")
    assert code == 2
    assert "there is no topic" in err
