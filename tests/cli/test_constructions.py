"""Questions with constructions at the command line: options, shells, what commands say."""

import json

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.settings import Settings
from tests.conftest import write_listing

PAPERS = (
    {"title": "Apple trees", "year": 2020,
     "abstract": "Apple trees bear fruit. We find that apple trees bear more fruit in the sun."},
    {"title": "Apple trees in frost", "year": 2023,
     "abstract": "Apple trees suffer in frost. Our results show that frost kills apple trees."},
    {"title": "Apple trees and bees",
     "abstract": "Bees pollinate apple trees. We show that bees double the fruit of apple trees."},
    {"title": "Pear trees", "year": 2021,
     "abstract": "Pear trees bear long fruit. We find that pear trees like a warm wall best."},
)  # fmt: skip


@pytest.fixture(scope="module")
def orchard(tmp_path_factory):
    folder = tmp_path_factory.mktemp("orchard")
    with Library(folder / "library", Settings(embedding="none")) as library:
        library.add([write_listing(folder / "trees.jsonl", *PAPERS)])
    return folder / "library"


@pytest.fixture
def review(capsys, orchard, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run_review(*arguments):
        code = run([*arguments, "--library", str(orchard)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review


def found(review, *arguments):
    code, out, _ = review("search", *arguments, "--json")
    assert code == 0
    return json.loads(out)


@pytest.mark.parametrize("question", [["apple trees", "--not", "frost"], ["apple trees -frost"],
                                      ["apple trees but not frost"]])  # fmt: skip
def test_an_excluded_concept_comes_last_and_is_named(review, question):
    document = found(review, *question)
    titles = [paper["title"] for paper in document["papers"] if not paper["is_weak"]]
    assert titles[-1] == "Apple trees in frost"
    assert document["understood"]["excluded"] == ["frost"]
    assert len(document["understood"]["pushed_down"]) == 1


def test_several_concepts_are_excluded(review):
    document = found(review, "trees", "--not", "frost", "--not", 'bees and "wasps"')
    assert document["understood"]["excluded"] == ["frost", "bees and wasps"]


def test_a_concept_without_a_letter_is_refused(review):
    code, _, said = review("search", "trees", "--not", " - ")
    assert code == 2
    assert said == "review: --not ' - ' names nothing. For example: --not 'medical images'\n"


def test_a_mark_outside_of_quotes_is_told_from_an_option(review):
    code, _, said = review("search", "rag", "-medical")
    assert code == 2
    assert "quote the question ('RAG -medical') or use --not" in said


def test_papers_are_sorted_by_date(review):
    document = found(review, "apple trees", "--sort", "date")
    years = [paper["year"] for paper in document["papers"] if not paper["is_weak"]]
    assert years == [2023, 2020, None]
    code, _, said = review("search", "apple trees", "--sort", "datum")
    assert code == 2
    assert said.startswith("review: unknown --sort 'datum'. Did you mean date?")


def test_quotation_marks_that_a_shell_took_are_put_back(review):
    document = found(review, "title:apple", "AND", "bear fruit")
    assert [step["condition"] for step in document["understood"]["steps"]] == [
        "title:apple",
        '"bear fruit"',
    ]
    document = found(review, "title:apple trees", "year:2020")
    assert document["understood"]["steps"][0]["condition"] == 'title:"apple trees"'


def test_a_search_says_above_the_papers_what_it_understood(review):
    _, out, _ = review("search", "title:apple AND frost")
    head, said, *_ = [line for line in out.splitlines() if line]
    assert head == "1 of 4 papers matches (lexical)."
    assert said == "title:apple: 3 papers; AND frost: 1 paper."


def test_an_answer_to_a_comparison_is_given_side_by_side(review):
    code, out, _ = review("ask", "apple trees versus pear trees")
    assert code == 0
    one, other = out.split("## Side: pear trees")
    assert "## Side: apple trees" in one
    assert "apple trees bear more fruit" in one
    assert "pear trees like a warm wall" in other.split("## References")[0]
    _, out, _ = review("ask", "apple trees versus pear trees", "--json")
    document = json.loads(out)
    assert document["sides"] == ["apple trees", "pear trees"]
    assert {claim["side"] for claim in document["claims"]} == {"apple trees", "pear trees"}
    _, page, _ = review("ask", "apple trees versus pear trees", "--format", "html")
    assert "<h3>Side: apple trees</h3>" in page


def test_an_answer_does_not_quote_what_the_question_excludes(review):
    _, out, _ = review("ask", "apple trees", "--not", "frost")
    answer, _, _ = out.partition("## References")
    assert "fruit" in answer
    assert "frost kills" not in answer
    assert 'Not on "frost": 1 paper on it comes last' in out


@pytest.mark.parametrize("command", ["table", "draft"])
def test_a_table_and_a_draft_honour_constructions_and_say_so(review, command):
    code, out, _ = review(command, "apple trees but not frost")
    assert code == 0
    assert "Apple trees in frost" not in out
    assert 'Not on "frost": 1 paper on it comes last' in out.replace("\\", "")


def test_a_slip_is_one_line_and_the_words_are_searched(review):
    code, out, said = review("search", "journal:nature apple")
    assert code == 0
    assert (
        "There is no field journal: (use title:, author:, abstract:, venue:, year:, tag:): " in out
    )
    assert "Apple trees" in out
    assert "Traceback" not in said
