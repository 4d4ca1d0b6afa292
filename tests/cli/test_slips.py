"""What users get wrong at the command line, and what they are told: names, files, filters, sums."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reviewer.cli import run
from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.settings import Settings, load_settings
from reviewer.tasks.tables.update import Redo, kept_cells
from reviewer.types import Table
from reviewer.types.runs import Coverage
from reviewer.types.tables import Cell, Column, Row
from tests.conftest import ROOT, SAMPLES, write_listing

PAPERS = (
    {"title": "Apples are round", "abstract": "Apples are round and red. They grow on trees.",
     "year": 2020, "venue": "Fruit Letters", "keywords": ["fruit"]},
    {"title": "Pears are long", "abstract": "Pears are long and green. They grow on trees.",
     "year": 2022, "venue": "Journal of Pomology"},
    {"title": "Plums without a year", "abstract": "Plums are blue. They grow on small trees."},
)  # fmt: skip


@pytest.fixture(scope="module")
def fruit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fruit")
    with Library(folder / "library", Settings(embedding="none")) as library:
        library.add([write_listing(folder / "fruit.jsonl", *PAPERS)])
        with library.database.transaction():
            library.database.next_generation()
            for number, tag in ((1, "round"), (2, "long")):
                library.database.run("INSERT INTO tags VALUES (?, ?)", (number, tag))
    return folder / "library"


@pytest.fixture
def review(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run_review(*arguments):
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review


@pytest.fixture
def three_files(tmp_path):
    return [write_listing(tmp_path / f"{n}.jsonl", p) for n, p in enumerate(PAPERS)]


WORDS = ["--embedding", "none"]


@pytest.mark.parametrize("command", ["ask", "search", "table", "draft"])
def test_files_that_the_shell_made_of_a_pattern_are_all_taken_for_papers(
    review, three_files, command
):
    first, *others = three_files
    code, out, err = review(command, "where do trees grow?", "--papers", first, *others, *WORDS)
    assert code == 0
    assert "2 more files after --papers taken for papers as well" in err
    assert ".jsonl" not in out
    code, out, _ = review("search", "trees grow", "--papers", first, *others, "--json", *WORDS)
    assert json.loads(out)["papers_in_library"] == 3


def test_a_file_in_a_question_without_papers_is_refused_with_the_way_to_ask_it(review, three_files):
    code, _, err = review("ask", "where do trees grow?", three_files[0])
    assert code == 2
    assert "--papers" in err


def test_a_word_that_a_folder_is_called_stays_a_word(review, fruit, tmp_path):
    (tmp_path / "apples").mkdir()
    (tmp_path / "trees").write_text("no paper")
    code, out, _ = review("search", "apples", "trees", "--library", fruit, "--json")
    assert (code, json.loads(out)["question"]) == (0, "apples trees")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["ask", "apples", "-o", "answer.pdf"], ".md or .json"),
        (["search", "apples", "-o", "found.docx"], "markdown or json"),
        (["export", "-o", "refs.xyz"], ".bib or .ris or .json or .jsonl or .csv"),
        (["export", "-o", "refs.txt"], "bibtex or ris"),
        (["table", "apples", "-o", "table.ods"], ".xlsx"),
        (["draft", "apples", "-o", "related.odt"], ".md or .tex"),
        (["draft", "apples", "--plan-only", "-o", "plan.yml.bak"], "markdown"),
    ],
)
def test_a_suffix_that_cannot_be_written_is_a_usage_error_that_names_those_that_can(
    review, fruit, arguments, named, tmp_path
):
    code, _, err = review(*arguments, "--library", fruit)
    if "--plan-only" in arguments:
        assert code == 0
        return
    assert code == 2
    assert named in err
    assert not list(tmp_path.glob(arguments[-1]))


def test_a_format_that_is_named_goes_before_any_suffix(review, fruit, tmp_path):
    code, _, _ = review("export", "-f", "bibtex", "-o", "refs.xyz", "--library", fruit)
    assert code == 0
    assert "Apples" in (tmp_path / "refs.xyz").read_text()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--tag", "rond"], "Did you mean round?"),
        (["--tag", "zzz"], "Tags: long, round"),
        (["--venue", "Fruit Leters"], "Did you mean Fruit Letters?"),
        (["--venue", "zzz"], "Venues: Fruit Letters, Journal of Pomology"),
        (["--keys", "apples-round-2021"], "Did you mean apples-round-2020"),
        (["--file", "fruits.jsonl"], "Did you mean fruit.jsonl?"),
    ],
)
def test_a_mistyped_filter_is_told_with_what_was_meant(review, fruit, flags, said):
    code, _, err = review("search", "trees", *flags, "--library", fruit)
    assert code == 1
    assert said in err


@pytest.mark.parametrize("command", ["ask", "search", "table", "draft"])
def test_filters_that_leave_nothing_say_what_each_leaves(review, fruit, command):
    flags = ["--year", "2022", "--tag", "round", "--library", fruit, "--json"]
    code, out, _ = review(command, "trees", *flags)
    found = json.loads(out)
    reason = found["reason"] if command == "search" else found["coverage"]["reason"]
    assert code == 0
    assert reason == (
        "The filters together leave out all of 3 papers; alone, --year 2022 leaves 1, "
        "--tag 'round' leaves 1 (of 1 the year is unknown)."
    )


@pytest.mark.parametrize("command", [["papers"], ["export"]])
def test_lists_say_it_too(review, fruit, command):
    code, _, err = review(*command, "--year", "2031", "--library", fruit)
    assert code == 0
    assert "The filter leaves out all of 3 papers: --year 2031 leaves 0" in err


def test_a_table_without_a_topic_says_which_filter_left_nothing(review, fruit):
    code, out, _ = review("table", "--year", "2031", "--library", fruit)
    assert code == 0
    assert "--year 2031 leaves 0" in out


def test_a_question_in_another_language_is_told_that_its_words_are_unknown(review, fruit):
    _, out, _ = review("ask", "Warum wachsen Birnen auf hohen Bergen?", "--library", fruit)
    assert "Not enough evidence" in out
    assert "(warum, wachsen, birnen, " in out
    assert "in another language" in out


def test_a_question_of_known_words_is_not_told_so(review, fruit):
    _, out, _ = review("ask", "are small long trees round?", "--library", fruit)
    assert "another language" not in out


@pytest.mark.parametrize(
    ("flags", "said", "flag"),
    [
        (["--budget", "-1"], "'budget_usd' is '-1.0', which is less than 0", "--budget or"),
        (["--timeout", "0"], "which is not more than 0", "--timeout or"),
        (["--jobs", "0"], "which is less than 1", "--jobs or"),
    ],
)
def test_a_setting_out_of_range_names_its_flag_and_its_limit(review, fruit, flags, said, flag):
    code, _, err = review("ask", "trees", *flags, "--library", fruit)
    assert code == 2
    assert said in err
    assert flag in err
    assert "_usd or" not in err.replace("BUDGET_USD", "")


def test_a_variable_without_a_flag_names_only_itself():
    with pytest.raises(UsageError) as caught:
        load_settings(environment={"REVIEW_EMBEDDING_DIR": "https://a.example/b"})
    assert "REVIEW_EMBEDDING_DIR" in caught.value.hint
    assert " or REVIEW_EMBEDDING_DIR" not in caught.value.hint


def test_the_context_has_a_flag_and_a_variable(review, fruit, monkeypatch):
    monkeypatch.setenv("REVIEW_CONTEXT_TOKENS", "many")
    code, _, err = review("ask", "trees", "--library", fruit)
    assert code == 2
    assert "which is not a whole number. Set --context or REVIEW_CONTEXT_TOKENS to" in err


def test_a_dry_run_says_what_the_limits_allow(review, fruit):
    flags = ["--model", "openai/gpt-4o-mini", "--dry-run", "--max-calls", "0", "--budget", "0.5"]
    code, out, _ = review("ask", "do pears and apples grow on trees?", *flags, "--library", fruit)
    assert code == 0
    assert "--max-calls stops it after 0 calls." in out
    assert "--budget stops it before more than $0.5 are spent." in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"id": 1, "question": ["x"]}', "'id' does not fit"),
        ('{"id": "1"}', "a question has no 'question'"),
        ("{not json", "it is not JSON from line 1"),
        ("[1, 2]", "a question has no 'id'"),
        ("7", "it is not a list of questions"),
    ],
)
def test_questions_that_do_not_fit_are_told_in_plain_words(review, fruit, tmp_path, text, said):
    (tmp_path / "q.json").write_text(text)
    code, _, err = review("eval", "q.json", "--library", fruit)
    assert code == 2
    assert said in err
    assert "pydantic" not in err
    assert "validation error" not in err


def test_one_of_a_thing_is_counted_as_one(review, tmp_path):
    shelf = ["--library", tmp_path / "one", *WORDS]
    listing = write_listing(tmp_path / "one.jsonl", PAPERS[0])
    _, out, _ = review("add", listing, *shelf)
    assert out.startswith("1 entry: 1 added")
    assert "1 paper in the library" in out
    _, out, err = review("ask", "where do round red apples grow on trees?", *shelf)
    assert "1 paper read, " in err
    assert "1 paper in the library" in out
    _, out, _ = review("search", "round apples", *shelf)
    assert out.startswith("1 of 1 paper matches")
    _, _, err = review("runs", "--library", tmp_path / "one")
    assert err.strip() == "1 run"


def test_a_table_without_a_model_does_not_say_that_a_paper_is_silent(review, fruit, tmp_path):
    columns = ["--column", "price of land", "--column", "ripe (yes/no)", "--tag", "round"]
    code, out, _ = review("table", *columns, "--library", fruit)
    assert code == 0
    assert "| not found by rules | needs a model |" in out
    assert "1 not found by rules, 1 in need of a model" in out
    assert "a yes or no column needs a model (--model)" in out
    assert "not stated" not in out
    review("table", *columns, "-o", "t.json", "--library", fruit)
    found = json.loads((tmp_path / "t.json").read_text())
    assert [c["state"] for c in found["rows"][0]["cells"]] == [
        "not found by rules", "needs a model"
    ]  # fmt: skip


def test_a_table_that_rules_filled_is_asked_again_where_they_found_nothing(fruit):
    earlier = Table(
        columns=(Column(name="price of land"),),
        rows=(Row(paper_id="p", key="k", cells=(
            Cell(column="price of land", state="not found by rules"),)),),
        coverage=Coverage(papers=1, matched=1, read=1, cited=0),
        writer="extractive",
    )  # fmt: skip
    with Library(fruit, Settings(embedding="none")) as library:
        paper = library.papers()[0]
    row = earlier.rows[0].model_copy(update={"paper_id": paper.id})
    stated = row.model_copy(update={"cells": (Cell(column="price of land"),)})
    for own, kept in ((row, {}), (stated, {"price of land"})):
        table = earlier.model_copy(update={"rows": (own,)})
        found = kept_cells(table, table.columns, [paper], Redo())
        assert set(found[paper.id]) == set(kept)


def test_similar_says_how_many_it_shows(review, fruit):
    _, out, _ = review("similar", "apples-round-2020", "-k", "2", "--library", fruit)
    assert out.startswith("The 2 papers of 3 that are most like apples-round-2020 (lexical).")


def test_the_sample_library_answers_no_question_in_german(review):
    """Through the whole way, with the papers at hand."""
    code, out, _ = review("ask", "Wie lange muss Brot gehen?", "--papers", SAMPLES, *WORDS)
    assert code == 0
    assert "in another language, or on something else" in out


NESTED = 'The score "A 42%" rose by 7 points in "B". It then fell for two years.'


@pytest.mark.parametrize("suffix", ["md", "tex"])
def test_our_own_draft_that_quotes_words_in_quotation_marks_passes_our_own_check(
    review, tmp_path, suffix
):
    paper = {"title": "Scores", "abstract": f"We study scores. {NESTED}", "year": 2024}
    listing = write_listing(tmp_path / "scores.jsonl", paper)
    about = "which score rose by points and fell for years?"
    code, _, err = review("draft", about, "--papers", listing, "-o", f"d.{suffix}", *WORDS)
    assert code == 0, err
    text = (tmp_path / f"d.{suffix}").read_text()
    assert "42" in text
    code, out, err = review("check", f"d.{suffix}", "--papers", listing, *WORDS)
    assert code == 0, out
    assert "missing citation" not in out


def test_a_figure_and_a_quote_of_a_paper_without_text_are_said_not_to_be_checked(review, tmp_path):
    (tmp_path / "refs.bib").write_text("@article{cox, title={On Apples}, year={2020}}")
    (tmp_path / "d.md").write_text('Apples weigh 182 grams, "all of them alike" [@cox].\n')
    code, out, err = review("check", "d.md", "--bib", "refs.bib", *WORDS)
    assert code == 0, out + err
    assert "figure not checked" in out
    assert "no text of cox is known to look for 182" in out.replace("\\", "")
    assert "quote not checked" in out


def test_a_failed_add_embeds_nothing(review, fruit, tmp_path, monkeypatch):
    def refuse(*_):
        raise AssertionError("an embedding was opened")

    monkeypatch.setattr("reviewer.library.library.open_embedding", refuse)
    (tmp_path / "not.pdf").write_bytes(b"\0\1\2")
    code, _, err = review("add", "nothing.bib", "not.pdf", "--library", fruit)
    assert code == 1
    assert "nothing.bib: no such file or folder" in err
    assert err.count("\n") == 3


def test_a_long_embedding_begins_with_a_line_and_tells_of_single_papers(tmp_path, embedding):
    told = []
    records = [{**PAPERS[0], "title": f"Apple number {n}", "year": n} for n in range(1800, 1900)]
    with Library(tmp_path / "many", embedding=embedding) as library:
        library.add(
            [write_listing(tmp_path / "many.jsonl", *records)],
            progress=lambda *said: told.append(said),
        )
    news = [stage for stage, done, _ in told if done < 0]
    assert news == ["Embedding 100 chunks; what is done is kept if you stop it"]
    steps = [done for stage, done, total in told if stage == "Embedding"]
    assert steps == sorted(steps)
    assert steps[-1] == 100


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize("words", [["--help"], ["doctor", "--json"], ["ask", "--help"]])
def test_a_full_disk_behind_standard_output_is_told(words):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "reviewer", *words], stdout=full, stderr=subprocess.PIPE,
            text=True, check=False, cwd=ROOT,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("review: the result cannot be written: no space left on device.")
    assert len(done.stderr.splitlines()) == 1


def test_a_closed_standard_output_is_no_fault():
    command = f"{sys.executable} -m reviewer doctor >&-"
    done = subprocess.run(
        ["sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")
