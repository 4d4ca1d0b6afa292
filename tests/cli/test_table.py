"""`review table` as its user meets it: papers, columns, files, failures and exit codes."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from reviewer.cli import run
from reviewer.library import Library
from tests.cli.test_app import on_a_terminal, start
from tests.conftest import ROOT, SAMPLES, write_listing
from tests.support.fake_provider import FakeProvider, Seen, refused

TOPIC = "methods that train a model with RL to search"
DATA = re.compile(r'<data tag="(\w+)" marker="(\w+)">\n(.*?)\n</data marker="\2">', re.DOTALL)
HOSTILE = {
    "title": "Pears [click](http://evil.example) <script>x</script> \x1b[31m",
    "abstract": "The reward of pears is =HYPERLINK(1) | \x1b[31m red \\input{x} <b>bold</b> "
    "[bold]b[/].",
}


def fills(seen: Seen) -> str:
    """Each text's first sentence for every column; for `gain` a number that is not there. Every
    value is judged to be right."""
    texts = DATA.findall(seen.prompt)
    if "COLUMNS:\n" not in seen.prompt:
        return json.dumps({"verdicts": [{"tag": t, "support": "supported"} for t, _, _ in texts]})
    listed = seen.prompt.split("COLUMNS:\n")[1].split("\n\n")[0].splitlines()
    cells = []
    for tag, _, body in texts:
        first = re.search(rf"^{tag}\.1 (.*)$", body, re.MULTILINE)[1]
        for number, line in enumerate(listed, start=1):
            value = "77.7%" if " gain " in line else " ".join(first.split()[:4])
            cells.append({"tag": tag, "column": number, "value": value, "sentences": [f"{tag}.1"]})
    return json.dumps({"cells": cells})


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")


@pytest.fixture
def review(capsys):
    """Runs a command in this process: exit code, standard output, standard error."""

    def run_review(*arguments):
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review


@pytest.fixture
def shelf(tmp_path, capsys):
    folder = tmp_path / "shelf"
    assert run(["add", str(SAMPLES), "--library", str(folder)]) == 0
    capsys.readouterr()
    return folder


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("REVIEW_OFFLINE", "")
    with FakeProvider(answers=fills) as fake:
        monkeypatch.setenv("REVIEW_MODEL", "openai/fake")
        monkeypatch.setenv("REVIEW_API_BASE", fake.url)
        yield fake


# What a new user types first


def test_the_sample_papers_are_compared_without_a_model_or_a_library(review):
    code, out, err = review("table", TOPIC, "--papers", SAMPLES, "-k", "4")
    assert code == 0
    assert out.startswith("# Methods that train a model with RL to search\n\nNo model is set: ")
    assert "| Paper | Year | task | method | data | main result | limits |" in out
    assert len(re.findall(r"^\| [^|]+ \| (?:\d{4}|unknown) \|", out, re.MULTILINE)) == 4
    assert "| R1-Searcher | 2025 |" in out
    quotes = re.findall(r'^\[\^\d+\]: "(.*)" \(\w+, characters \d+ to \d+\): the paper', out, re.M)
    assert len(quotes) >= 3
    line = r"62 papers in the library, \d+ considered, 4 in the table\. Cells: \d+ filled"
    assert re.search(line, out)
    assert re.search(r"^4 papers, no cost, [\d.]+ s$", err, re.MULTILINE)


def test_an_empty_library_says_how_to_fill_it(review, tmp_path):
    empty = tmp_path / "empty"
    Library(empty).close()
    code, out, err = review("table", TOPIC, "--library", empty)
    assert code == 0
    assert "No paper in this library is near the topic." in out
    assert "The library is empty. Add papers: review add PATH" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "nothing says which papers to compare. Give a topic, or --keys a,b"),
        (["x", "--column", "gain (nubmer)"], 2, "Did you mean (number)?"),
        (["x", "--column", "a", "--column", "A"], 2, "the column 'A' is there twice"),
        (
            ["x", "--sort", "rewrd", "--column", "reward"],
            2,
            "cannot be sorted by 'rewrd'. Sort by:",
        ),
        (["x", "--columns", "no.txt"], 2, "no.txt cannot be opened"),
        (["x", "-f", "xlsx"], 2, "--format xlsx needs a file. Name one: -o FILE.xlsx"),
        (["x", "-f", "docx"], 2, "--format docx needs a file. Name one: -o FILE.docx"),
        (["x", "-o", "nowhere/t.csv"], 1, "the folder nowhere does not exist"),
        (["--keys", "jin-2025-serch"], 1, "Did you mean jin-2025-search"),
        (["--from", "no.bib"], 1, "no.bib cannot be opened"),
        (["--update", "no.json"], 2, "no.json cannot be opened"),
        (["x", "--redo", "jin-2025-search"], 2, "no earlier table to redo is given"),
    ],
)
def test_a_slip_is_told_with_what_to_type(review, shelf, arguments, code, said):
    found, out, err = review("table", *arguments, "--library", shelf)
    assert (found, out) == (code, "")
    assert said in err


def test_nothing_chosen_is_not_called_far_from_a_topic(review, shelf):
    code, out, _ = review("table", "--year", "1850", "--library", shelf)
    assert code == 0
    assert "No paper in this library was chosen. The filter leaves out all of " in out


# Papers and columns


def test_a_bib_file_chooses_papers_and_its_keys_are_cited(review, shelf, tmp_path):
    bib = tmp_path / "refs.bib"
    bib.write_text(
        "@misc{mysearch, title={Search-R1: Training LLMs to Reason and Leverage Search Engines "
        "with Reinforcement Learning}}\n@misc{other, title={Nobody Has This}}\n"
    )
    code, out, err = review(
        "table", "--from", bib, "--column", "reward", "-f", "latex", "--library", shelf
    )
    assert code == 0
    assert re.findall(r"\\cite\{(.*?)\}", out) == ["mysearch"]
    assert "Not in the library: other (Nobody Has This)" in err
    assert f"Left out: 1 entry of {bib} not found." in err
    bib.write_text("@misc{other, title={Nobody Has This}}\n")
    code, _, err = review("table", "--from", bib, "--library", shelf)
    assert code == 1
    assert "is in" in err
    assert "Add them: review add PATH" in err


def test_columns_come_from_a_file_and_from_flags(review, shelf, tmp_path):
    file = tmp_path / "columns.txt"
    file.write_text("# mine\nreward: what is optimised?\n")
    arguments = ["--keys", "jin-2025-search", "--library", shelf, "--json"]
    code, out, _ = review("table", "--columns", file, "--column", "gain (number)", *arguments)
    assert code == 0
    columns = json.loads(out)["columns"]
    assert [(c["name"], c["kind"]) for c in columns] == [("reward", "text"), ("gain", "number")]
    file.write_text("reward\ngain (numbr)\n")
    code, _, err = review("table", "--columns", file, *arguments)
    assert code == 2
    assert "columns.txt, line 2: the column 'gain'" in err


# Files


@pytest.mark.parametrize("suffix", ["md", "csv", "xlsx", "tex", "html", "json"])
def test_the_files_suffix_chooses_the_form(review, shelf, tmp_path, suffix):
    file = tmp_path / f"t.{suffix}"
    code, out, err = review("table", TOPIC, "-k", "3", "-o", file, "--library", shelf)
    assert (code, out) == (0, "")
    assert re.search(r"Cells: \d+ filled, \d+ not found by rules, 0 failed\.", err)
    if suffix == "xlsx":
        assert openpyxl.load_workbook(file).sheetnames == ["Table", "Quotes"]
    elif suffix == "csv":
        assert len(list(csv.reader(file.open(encoding="utf-8", newline="")))) == 4
    else:
        begins = {"md": "# Met", "tex": "% Made", "html": "<!doctype html>", "json": "{"}
        assert file.read_text(encoding="utf-8").startswith(begins[suffix])


def test_ask_says_which_forms_it_has(review, shelf):
    code, _, err = review("ask", "does RL help?", "-o", "a.xlsx", "--library", shelf)
    assert code == 2
    assert (
        "this command does not write a .xlsx file. Use --format markdown or json or html or docx."
        in err
    )


def test_a_table_is_brought_up_to_date_in_its_place(review, shelf, tmp_path):
    file = tmp_path / "t.json"
    keys = "jin-2025-search,sun-2025-zerosearch"
    review("table", "--keys", keys, "--column", "reward", "-o", file, "--library", shelf)
    code, out, err = review("table", "--update", file, "--column", "data", "--library", shelf)
    assert code == 0
    assert "| Paper | Year | reward | data |" in out
    assert told(err) == "1 column added, 1 cell asked again, 1 cell kept"  # one was not found
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert [column["name"] for column in kept["columns"]] == ["reward", "data"]
    code, out, err = review(
        "table", "--update", file, "--keys", "li-2025-search", "--json", "--library", shelf
    )
    assert told(err).startswith("1 row added, ")
    assert [row["key"] for row in json.loads(out)["rows"]] == ["li-2025-search", *keys.split(",")]


def told(err):
    """What standard error says that an update changed."""
    return re.search(r"is up to date: (.*)\.\n", err)[1]


# With a model


def asked(provider):
    """The requests that asked for a reply, not for what the server has."""
    return [seen for seen in provider.requests if seen.body]


def test_a_model_fills_cells_and_replies_are_not_paid_twice(review, shelf, provider):
    arguments = ["table", TOPIC, "-k", "6", "--column", "reward", "--library", shelf]
    code, out, err = review(*arguments)
    assert code == 0
    assert "Filled by openai/fake; code looked for every quote" in out
    assert "Cells: 6 filled" in out
    assert re.search(r"6 papers, 4 calls, [\d,]+ tokens, price not known", err)
    calls = len(asked(provider))
    _, again, err = review(*arguments)
    assert len(asked(provider)) == calls
    assert again == out
    assert "4 calls (4 from the cache)" in err
    _, listed, _ = review("runs", "--library", shelf)
    assert f"table  {TOPIC}" in listed


def test_a_reply_with_one_cell_of_twenty_leaves_nineteen_unanswered_and_none_unstated(
    review, shelf, provider
):
    one = json.dumps({"cells": [{"tag": "E1", "column": 1, "value": "x", "sentences": ["E1.1"]}]})
    provider.answers = lambda seen: one if "COLUMNS:\n" in seen.prompt else fills(seen)
    code, out, _ = review("table", TOPIC, "-k", "4", "--library", shelf)
    assert code == 0
    assert "Cells: 1 filled, 0 not stated, 19 not answered" in out
    assert "19 cells not answered by the model: " in out
    assert len(asked(provider)) == 3  # filled, asked again for what is missing, judged
    again = asked(provider)[1].prompt
    assert "E1: columns 2, 3, 4, 5\nE2: columns 1, 2, 3, 4, 5\n" in again


@pytest.mark.parametrize("reply", ["I cannot do that.", "{", '{"cells": 7}', '{"rows": []}'])
def test_replies_that_cannot_be_read_end_no_table(review, shelf, provider, reply):
    provider.answers = lambda seen: reply
    code, out, err = review("table", TOPIC, "-k", "2", "--column", "reward", "--library", shelf)
    assert code == 0
    assert "Cells: 0 filled, 0 not stated, 2 not answered" in out
    assert "Traceback" not in err


def test_one_batch_that_slips_costs_no_other(review, shelf, provider):
    def slips(seen):
        is_first = "COLUMNS:\n" in seen.prompt and '<data tag="E1"' in seen.prompt
        return "Sorry." if is_first else fills(seen)

    provider.answers = slips
    code, out, _ = review("table", TOPIC, "-k", "6", "--column", "reward", "--library", shelf)
    assert code == 0
    assert "Cells: 2 filled, 0 not stated, 4 not answered" in out


def test_a_value_that_the_judge_refuses_is_marked_in_the_table(review, shelf, provider):
    def refuses(seen):
        if "COLUMNS:\n" in seen.prompt:
            return fills(seen)
        tags = [tag for tag, _, _ in DATA.findall(seen.prompt)]
        verdict = {"support": "contradicted", "reason": "the sentence reports a rise"}
        return json.dumps({"verdicts": [{"tag": tag, **verdict} for tag in tags]})

    provider.answers = refuses
    code, out, _ = review("table", TOPIC, "-k", "3", "--column", "reward", "--library", shelf)
    assert code == 0
    assert out.count("*(no proof)*") == 3
    assert "a judge says: the sentence reports a rise" in out


def test_a_column_is_computed_from_others_and_no_model_is_asked_for_it(review, tmp_path, provider):
    record = {"title": "Small", "abstract": "It has 7 billion parameters. It reads 140B tokens."}

    def says(seen):
        if "COLUMNS:\n" not in seen.prompt:
            return fills(seen)
        assert "ratio" not in seen.prompt
        cells = [
            {"tag": "E1", "column": 1, "value": "7 billion", "sentences": ["E1.1"]},
            {"tag": "E1", "column": 2, "value": "140B", "sentences": ["E1.2"]},
        ]
        return json.dumps({"cells": cells})

    provider.answers = says
    columns = ("size (number)", "tokens (number)", "ratio = tokens / size")
    named = [word for column in columns for word in ("--column", column)]
    file = write_listing(tmp_path / "p.jsonl", record)
    code, out, _ = review("table", "--papers", file, *named, "--json")
    assert code == 0
    (row,) = json.loads(out)["rows"]
    ratio = row["cells"][2]["values"][0]
    assert (ratio["text"], ratio["number"]) == ("20", 20.0)
    assert ratio["computed"] == "tokens / size = 140B / 7 billion"
    quotes = [c["quote"] for c in (ratio["citation"], *ratio["more"])]
    assert quotes == ["It reads 140B tokens.", "It has 7 billion parameters."]
    code, _, err = review("table", "--papers", file, "--column", "ratio = tokens / size")
    assert code == 2
    assert "the table has no column 'tokens'" in err


def test_an_update_says_what_it_changed(review, shelf, provider, tmp_path):
    file = tmp_path / "t.json"
    keys = "jin-2025-search,sun-2025-zerosearch"
    own = ("--library", shelf)
    review("table", "--keys", keys, "--column", "reward", "-o", file, *own)

    def update(*words):
        return told(review("table", "--update", file, *words, *own)[2])

    assert update("--column", "data") == "1 column added, 2 cells kept"
    assert update("--keys", "li-2025-search") == "1 row added, 4 cells kept"
    assert update() == "nothing new, 6 cells kept"
    redone = update("--redo-column", "data", "--redo", "li-2025-search")
    assert redone == "4 cells asked again, 2 cells kept"
    review("remove", "li-2025-search", *own)
    assert update("--keys", keys) == "1 row gone, 4 cells kept"
    assert review("table", "--update", file, "-q", *own)[2] == ""


def test_strict_leaves_out_numbers_without_proof_and_exits_3(review, shelf, provider):
    arguments = [TOPIC, "-k", "3", "--column", "gain (number)", "--library", shelf]
    code, out, _ = review("table", *arguments)
    assert code == 0
    assert out.count("77.7%[^") == out.count("*(no proof)*") == 3
    code, out, _ = review("table", *arguments, "--strict")
    assert code == 3
    assert "77.7%" not in out
    assert "3 cells without proof (strict)" in out


def test_a_limit_leaves_failed_cells_and_exits_1_and_the_same_command_goes_on(
    review, shelf, provider
):
    arguments = ["table", TOPIC, "-k", "12", "--column", "reward", "--jobs", "1"]
    code, out, err = review(*arguments, "--max-calls", "4", "--library", shelf)
    assert code == 1
    assert "Cells: 8 filled, 0 not stated, 4 failed." in out
    assert "4 cells failed: openai/fake was called 4 times" in err
    code, out, _ = review(*arguments, "--library", shelf)
    assert code == 0
    assert "Cells: 12 filled" in out
    assert len(asked(provider)) == 6  # three batches, each filled and judged


def test_a_wrong_key_a_missing_key_and_no_network_are_told(review, shelf, monkeypatch, provider):
    arguments = ["table", TOPIC, "--column", "reward", "--library", shelf]
    provider.script = [refused(401, "bad key", "invalid_api_key")] * 20
    code, out, err = review(*arguments)
    assert (code, out) == (1, "")
    assert "rejected the API key" in err
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("REVIEW_API_BASE")
    code, _, err = review(*arguments)
    assert code == 1
    assert "OPENAI_API_KEY is not set" in err


def test_a_dry_run_contacts_nobody(review, shelf, provider):
    arguments = ["--column", "reward", "--column", "data", "--library", shelf, "--dry-run"]
    code, out, _ = review("table", TOPIC, "-k", "9", *arguments)
    assert code == 0
    assert out.startswith("6 calls to openai/fake, for 2 columns of 9 papers. About ")
    assert provider.requests == []


def test_ctrl_c_ends_a_table_at_once_and_the_next_run_pays_only_for_the_rest(shelf):
    arguments = [
        "table",
        TOPIC,
        "-k",
        "12",
        "--column",
        "reward",
        "--library",
        shelf,
        "--jobs",
        "1",
    ]
    key = {"OPENAI_API_KEY": "sk-none", "REVIEW_OFFLINE": "", "REVIEW_MODEL": "openai/fake"}
    slow = [True]

    def answers(seen):
        if len(asked(fake)) > 1 and slow[0]:
            fake.closing.wait(20)
        return fills(seen)

    with FakeProvider(answers=answers) as fake:
        extra = key | {"REVIEW_API_BASE": fake.url}
        process = start(*arguments, extra=extra, stdout=subprocess.PIPE)
        until = time.monotonic() + 60
        while len(asked(fake)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=15)
        assert process.returncode == 130
        assert b"the same command goes on" in err
        slow[0] = False
        done = start(*arguments, extra=extra, stdout=subprocess.PIPE)
        out, _ = done.communicate(timeout=120)
        assert done.returncode == 0
        assert b"Cells: 12 filled" in out
        assert len(asked(fake)) == 7  # one kept, one stopped, five more


# A terminal


@pytest.mark.parametrize(("columns", "is_grid"), [(2, True), (15, False)])
def test_a_wide_table_becomes_blocks_on_a_terminal(shelf, columns, is_grid):
    named = [word for n in range(columns) for word in ("--column", f"reward {n}")]
    code, screen = on_a_terminal("table", TOPIC, *named, "-k", "3", "--library", shelf)
    plain = re.sub(r"\x1b\[[\d;]*m", "", screen)
    assert code == 0
    assert all(len(line) <= 200 for line in plain.splitlines())
    assert bool(re.search(r"^ ?Paper +reward 0 +reward 1", plain, re.MULTILINE)) == is_grid
    assert bool(re.search(r"^  reward 14: ", plain, re.MULTILINE)) != is_grid
    assert "62 papers in the library" in plain
    assert "characters" not in plain


def test_quotes_are_shown_on_a_terminal_when_asked_for(shelf):
    code, screen = on_a_terminal(
        "table", TOPIC, "--column", "reward", "-k", "3", "--quotes", "--library", shelf
    )
    assert code == 0
    assert re.search(r"\(abstract, +characters \d+ to \d+;", " ".join(screen.split()))


def test_a_hostile_paper_steers_no_terminal(tmp_path, capsys):
    folder = tmp_path / "hostile"
    write_listing(tmp_path / "h.jsonl", HOSTILE)
    assert run(["add", str(tmp_path / "h.jsonl"), "--library", str(folder)]) == 0
    capsys.readouterr()
    code, screen = on_a_terminal("table", "pears", "--column", "reward", "--library", folder)
    assert code == 0
    assert "\x1b[31m red" not in screen
    assert "[bold]b[/]" in screen
    assert "=HYPERLINK(1)" in screen


def test_help_imports_no_heavy_library():
    heavy = {"openpyxl", "jinja2", "litellm", "chromadb", "numpy", "bibtexparser"}
    code = "import sys; from reviewer.cli import run; run(['table', '--help'])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print(sorted({heavy} & set(sys.modules)))"],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


# Kept tables


def kept_table(review):
    """The id of a table that `review table` kept, over a library of two papers."""
    write_listing(
        Path("listed.jsonl"),
        {"title": "Fox Runs", "abstract": "The size is 1B. Foxes run.", "year": 2020},
        {"title": "Elk Walks", "abstract": "The size is 2B. Elks walk.", "year": 2021},
    )
    assert review("add", "listed.jsonl", "--library", "shelf")[0] == 0
    code, out, _ = review(
        "table", "--column", "size (number)", "--keys", "fox-runs-2020,elk-walks-2021", "--json",
        "--library", "shelf",
    )  # fmt: skip
    assert code == 0
    return json.loads(out)["table_id"]


def test_a_kept_table_is_corrected_shown_and_taken_back(review):
    table_id = kept_table(review)
    code, _, said = review(
        "tables", "set", table_id, "fox-runs-2020", "size", "3B", "--library", "shelf"
    )
    assert (code, said) == (
        0,
        "fox-runs-2020, size: 3B (by hand, no proof). by hand, no proof: it has no quote\n",
    )
    code, out, _ = review("tables", "show", table_id[:13], "--library", "shelf")
    assert "3B[^1] *(by hand, no proof)*" in out
    assert review("tables", "show", table_id, "-o", "t.tex", "--library", "shelf")[0] == 0
    assert "3B (by hand, no proof)" in Path("t.tex").read_text("utf-8")
    _, out, _ = review("tables", "list", "--library", "shelf")
    assert out.startswith(f"{table_id}  ")
    assert out.endswith("(2 edits)\n")
    assert review("tables", "undo", table_id, "--library", "shelf")[0] == 0
    _, out, _ = review("tables", "history", table_id, "--library", "shelf")
    assert "(undone)" in out.splitlines()[1]
    assert review("tables", "back", table_id, "2", "--library", "shelf")[0] == 0
    _, out, _ = review("tables", "show", table_id, "--json", "--library", "shelf")
    assert json.loads(out)["cells"]["by_hand"] == 1


def test_a_kept_table_is_updated_by_its_id(review):
    table_id = kept_table(review)
    common = ("--library", "shelf")
    assert review("tables", "set", table_id, "fox-runs-2020", "size", "3B", *common)[0] == 0
    assert review("tables", "drop", table_id, "elk-walks-2021", *common)[0] == 0
    code, _, said = review("table", "--update", table_id, "--column", "run", *common)
    assert code == 0
    assert f"{table_id} is up to date: 1 column added" in said
    _, out, _ = review("tables", "show", table_id, "--json", *common)
    table = json.loads(out)
    assert table["table_id"] == table_id
    (row,) = table["rows"]
    assert row["cells"][0]["is_by_hand"]
    assert [column["name"] for column in table["columns"]] == ["size", "run"]


def test_columns_are_added_ordered_redone_and_dropped(review):
    table_id = kept_table(review)
    common = ("--library", "shelf")
    assert review("tables", "add", table_id, "double = size * 2", *common)[0] == 0
    code, _, said = review("tables", "redo", table_id, "--column", "size", *common)
    assert (code, said.splitlines()[0]) == (0, "Edit 3: 2 cells asked again.")
    assert review("tables", "add", table_id, "walk", *common)[0] == 0
    assert review("tables", "order", table_id, "walk", *common)[0] == 0
    assert review("tables", "sort", table_id, "size", "--reverse", *common)[0] == 0
    code, _, said = review("tables", "drop", table_id, "--column", "size", *common)
    assert code == 2
    assert "'double' is computed from 'size'" in said
    _, out, _ = review("tables", "show", table_id, "-f", "csv", *common)
    assert out.splitlines()[0].startswith("key,title,year,walk,size,")
    assert out.splitlines()[1].startswith("elk-walks-2021")


def test_what_kept_tables_cannot_do_is_said(review):
    table_id = kept_table(review)
    common = ("--library", "shelf")
    code, _, said = review("tables", "add", table_id, *common)
    assert (code, "no column is named" in said) == (2, True)
    code, _, said = review("tables", "drop", table_id, *common)
    assert (code, "name a paper, or a column" in said) == (2, True)
    code, _, said = review("tables", "redo", table_id, *common)
    assert (code, "nothing to redo is named" in said) == (2, True)
    code, _, said = review("tables", "show", "20200101", *common)
    assert code != 0
    assert "not exactly one run begins with" in said


def test_a_corrected_cell_is_sent_to_the_model_listed_and_taken_out(review, provider, tmp_path):
    paper = {"title": "Foxes", "abstract": "The reward of foxes is fruit. Foxes run.", "year": 2024}
    at = ("--library", tmp_path / "foxes")
    review("add", write_listing(tmp_path / "foxes.jsonl", paper), *at)
    make = ("table", "foxes", "--column", "reward", *at)
    review(*make)
    listed = json.loads(review("tables", "list", "--json", *at)[1])["tables"]
    shown = json.loads(review("tables", "show", listed[0]["id"], "-f", "json", *at)[1])
    cell = (listed[0]["id"], shown["rows"][0]["key"], "reward")
    quote = ("--quote", "The reward of foxes is fruit")
    assert review("tables", "set", *cell, "fruit", *quote, *at)[0] == 0

    review(*make)
    sent = [seen.prompt for seen in provider.requests if "COLUMNS:" in seen.prompt]
    assert "Corrected to: fruit" not in sent[0]
    assert "Corrected to: fruit" in sent[-1]
    assert (
        "reward: The reward of foxes -> fruit  (example)" in review("tables", "corrections", *at)[1]
    )

    assert review("tables", "unset", *cell, "--example", *at)[0] == 0
    assert "(no example: you took it out)" in review("tables", "corrections", *at)[1]
    review(*make, "--no-cache")
    sent = [seen.prompt for seen in provider.requests if "COLUMNS:" in seen.prompt]
    assert "Corrected to: fruit" not in sent[-1]
