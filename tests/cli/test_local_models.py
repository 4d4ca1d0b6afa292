"""`--reranker` and `--nli` as their user meets them, with tiny models that the test makes."""

from __future__ import annotations

import json

import pytest

from reviewer.cli import run
from tests.conftest import SAMPLES
from tests.support.pair_models import make_pair_model

TEXT = "RL can teach a language model new skills [@from-fx-gx-2025].\n"
BOTH = ("input_ids", "attention_mask")
LABELS = ("contradiction", "entailment", "neutral")


@pytest.fixture(autouse=True)
def _shelf(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "shelf"))
    assert run(["add", str(SAMPLES)]) == 0
    capsys.readouterr()
    (tmp_path / "draft.md").write_text(TEXT)


@pytest.fixture
def review(capsys):
    def run_review(*arguments):
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review


@pytest.mark.parametrize(
    ("weights", "support", "code"),
    [
        ({"skills": (0.0, 4.0, 0.0)}, "supported", 0),
        ({"skills": (4.0, 0.0, 0.0)}, "contradicted", 3),
        ({"skills": (0.0, 0.0, 4.0)}, "unsupported", 3),
    ],
)
def test_check_takes_the_verdicts_of_a_small_model(review, tmp_path, weights, support, code):
    folder = make_pair_model(tmp_path / "tiny-nli", weights, LABELS, BOTH)
    given, out, _ = review("check", "draft.md", "--nli", folder, "--json")
    report = json.loads(out)
    assert given == code
    assert report["judge"] == "tiny-nli"
    (sentence,) = report["sentences"]
    assert (sentence["support"], sentence["compared"]) == (support, None)
    assert len(sentence["nearest"]) <= 3
    _, shown, _ = review("check", "draft.md", "--nli", folder)
    assert "Judged by tiny-nli" in shown


def test_the_settings_name_the_models_too(review, tmp_path, monkeypatch):
    monkeypatch.setenv("REVIEW_NLI", str(make_pair_model(tmp_path / "t", {"a": (1.0, 2.0)})))
    assert json.loads(review("check", "draft.md", "--json")[1])["judge"] == "t"
    monkeypatch.setenv("REVIEW_RERANKER", str(make_pair_model(tmp_path / "r", {"rewards": (9.0,)})))
    hits = json.loads(review("search", "language model", "--json")[1])["papers"]
    assert all(hit["why"]["reranker"] is not None for hit in hits)


def test_search_shows_what_the_reranker_says(review, tmp_path):
    folder = make_pair_model(tmp_path / "tiny", {"rewards": (9.0,)})
    code, out, _ = review("search", "language model", "--reranker", folder, "--explain")
    assert code == 0
    assert "and of the reranker's order (relevant with" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "draft.md", "--nli", "absent"),
        ("search", "language model", "--reranker", "absent"),
        ("ask", "does RL teach new skills?", "--reranker", "absent"),
    ],
)
def test_a_missing_folder_is_one_error_without_traceback(review, arguments):
    code, out, err = review(*arguments)
    assert (code, out) == (1, "")
    assert err.count("there is no folder absent with a model") == 1
    assert "Traceback" not in err


def test_an_address_is_no_folder(review):
    code, _, err = review("search", "language model", "--reranker", "https://x.org/model")
    assert code == 2
    assert "is the address https://..., not a path" in err
