"""`review disagreements` and `review compare` as their user meets them."""

from __future__ import annotations

import json

import pytest

from reviewer.cli import run

PAPERS = {
    "Retrieval helps": "Question answering is hard. We test retrieval on trivia questions in "
    "English. We find that retrieval consistently improves the accuracy of answers.",
    "Retrieval harms": "Question answering is studied widely. We test retrieval with GPT-4 on "
    "medical exams. We find that retrieval often reduces the accuracy of answers and harms trust.",
    "Sleep and memory": "Contrary to conventional wisdom, we find that sleep does not help the "
    "memory of adult mice. The mice were trained for nine days.",
}
MINE = (
    "Language models answer questions about many matters of the world, often with the help of a "
    "search engine. We find that retrieval reduces the accuracy of answers."
)


@pytest.fixture
def review(capsys, tmp_path, monkeypatch):
    """Runs a command over three papers: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "shelf"))
    rows = [{"title": title, "abstract": text} for title, text in PAPERS.items()]
    listing = tmp_path / "papers.jsonl"
    listing.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    assert run(["add", str(listing)]) == 0
    capsys.readouterr()

    def run_review(*arguments):
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review


@pytest.fixture
def keys(review):
    """The keys of the papers by their titles."""
    _, out, _ = review("papers", "--json")
    return {paper["title"]: paper["key"] for paper in json.loads(out)["papers"]}


def pairs_of(out):
    return [{p["first"]["title"], p["second"]["title"]} for p in json.loads(out)["pairs"]]


def test_opposed_findings_are_shown_as_candidates(review, keys):
    code, out, err = review("disagreements")
    assert code == 0
    assert keys["Retrieval helps"] in out
    assert "improves against reduces" in out
    assert "candidates" in out
    assert "may disagree" in err


def test_quiet_leaves_out_the_line_of_counts(review):
    assert review("disagreements", "--quiet")[2] == ""


def test_the_record_names_its_form_and_what_was_read(review):
    _, out, _ = review("disagreements", "retrieval", "and", "accuracy", "--json")
    record = json.loads(out)
    assert record["schema"] == "review/disagreements/1"
    assert record["topic"] == "retrieval and accuracy"
    assert {"Retrieval helps", "Retrieval harms"} in pairs_of(out)


def test_pairs_with_one_paper_all_have_it(review, keys):
    _, out, _ = review("disagreements", "--with", keys["Retrieval harms"], "--json")
    assert pairs_of(out)
    assert all("Retrieval harms" in pair for pair in pairs_of(out))


def test_a_text_of_ones_own_is_compared_with_the_papers(review, tmp_path):
    own = tmp_path / "mine.md"
    own.write_text(f"# Abstract\n\n{MINE}\n", encoding="utf-8")
    _, out, _ = review("disagreements", "--for", own, "--json")
    pairs = json.loads(out)["pairs"]
    assert pairs
    assert all("W" in (pair["first"]["key"], pair["second"]["key"]) for pair in pairs)
    assert any("Retrieval helps" in pair for pair in pairs_of(out))


def test_k_bounds_the_pairs(review):
    _, out, _ = review("disagreements", "-k", "1", "--json")
    assert len(pairs_of(out)) == 1


def test_disagreements_go_to_a_page(review, tmp_path):
    assert review("disagreements", "-o", "made.html")[0] == 0
    page = (tmp_path / "made.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "improves the accuracy of answers" in page


@pytest.mark.parametrize(
    "arguments",
    [
        ("disagreements", "--with", "nobody-2020"),
        ("disagreements", "--for", "missing.md"),
        ("disagreements", "-o", "made.xyz"),
        ("compare", "nobody-2020", "nobody-2021"),
    ],
)
def test_wrong_input_gives_one_error_that_names_it(review, arguments):
    code, out, err = review(*arguments)
    assert code in (1, 2)
    assert out == ""
    assert "Traceback" not in err
    assert arguments[-1] in err or arguments[1] in err


def test_one_paper_cannot_be_compared(review, keys):
    code, _, err = review("compare", keys["Retrieval helps"])
    assert code == 2
    assert "two" in err


def test_two_papers_are_compared_by_their_sentences(review, keys):
    helps, harms = keys["Retrieval helps"], keys["Retrieval harms"]
    code, out, _ = review("compare", helps, harms)
    assert code == 0
    assert f"## Only {helps}" in out
    assert "## What neither says" in out
    _, out, _ = review("compare", helps, harms, "--json")
    record = json.loads(out)
    assert record["schema"] == "review/comparison/1"
    assert [paper["key"] for paper in record["papers"]] == [helps, harms]


def test_a_comparison_goes_to_a_page(review, keys, tmp_path):
    helps, harms = keys["Retrieval helps"], keys["Retrieval harms"]
    assert review("compare", helps, harms, "-o", "made.html")[0] == 0
    page = (tmp_path / "made.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "medical exams" in page
    assert f"Only {helps}" in page
    assert "<script" not in page
