"""The command line as its user meets it: what is printed where, exit codes, and bad input."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest
import typer

import reviewer
from reviewer.cli import run
from reviewer.cli.app import COMMANDS, build_app
from reviewer.cli.sections import FIRST_OPTIONS, PARTS, SECTIONS
from reviewer.library import Library
from tests.conftest import ROOT, SAMPLES

QUESTION = "does RL teach new skills?"
HEAVY = {"litellm", "chromadb", "onnxruntime", "tokenizers", "numpy", "pydantic", "sqlite3"}
PAPER = {"title": "Apples are round", "abstract": "Apples are round and red. They grow on trees."}
HOSTILE = {
    "title": "Pears [click](http://evil.example) <script>x</script> *star* [bold]b[/bold] \x1b[31m",
    "abstract": "Pears \x1b]8;;http://evil.example\x07teach\x1b]8;;\x07 us "
    "[x](http://evil.example) <img src=x> __twice__ ~~struck~~ &lt;b&gt; and "
    "\x9b31m more about pears and skills.",
    "authors": ["A\x1b[2J [red]", "<b>B</b>"],
    "venue": "*V* \x1b[31m",
    "url": "http://x><script>y</script>[click](http://evil.example)\x1b[31m",
}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


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
    """The folder of a library that holds the sample papers."""
    folder = tmp_path / "shelf"
    assert run(["add", str(SAMPLES), "--library", str(folder)]) == 0
    capsys.readouterr()
    return folder


@pytest.fixture
def hostile(tmp_path, capsys):
    folder = tmp_path / "hostile"
    file = tmp_path / "hostile.jsonl"
    file.write_text(json.dumps(HOSTILE) + "\n", encoding="utf-8")
    assert run(["add", str(file), "--library", str(folder)]) == 0
    capsys.readouterr()
    return folder


def start(*arguments, extra=None, **options):
    """The command in a process of its own, with `extra` in its environment."""
    return subprocess.Popen(
        [sys.executable, "-m", "reviewer", *map(str, arguments)],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(extra or {})},
        **options,
    )


def start_on_a_terminal(*arguments):
    """The command in a process of its own on a terminal of 200 columns, and our side of that."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "reviewer", *map(str, arguments)]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment | {"COLUMNS": "200"}
    )
    os.close(theirs)
    return process, ours


def read_terminal(ours):
    """What was written next; empty when the other side is gone or is silent for a minute."""
    if not select.select([ours], [], [], 60)[0]:
        return b""
    try:
        return os.read(ours, 65536)
    except OSError:  # Linux says so when the other side is gone
        return b""


def on_a_terminal(*arguments):
    """What the command writes to a terminal of 200 columns, and its exit code."""
    process, ours = start_on_a_terminal(*arguments)
    written = b""
    while piece := read_terminal(ours):
        written += piece
    os.close(ours)
    return process.wait(60), written.decode("utf-8")


# What a new user types first


def test_the_sample_question_is_answered_with_cited_quotes(review):
    code, out, err = review("ask", QUESTION, "--papers", SAMPLES)
    assert code == 0
    assert out.startswith("# Does RL teach new skills?\n\nQuoted from ")
    claims = re.findall(r'^- "(.+)" \[(\d+)\]$', out, re.MULTILINE)
    assert len(claims) >= 4
    references = re.findall(r"^\[(\d+)\] (\S+) · ", out, re.MULTILINE)
    assert [number for number, _ in references] == [str(n + 1) for n in range(len(references))]
    assert {number for _, number in claims} == {number for number, _ in references}
    assert "from-fx-gx-2025" in dict(map(reversed, references))
    assert re.search(r"^62 papers in the library, \d+ matched, \d+ read, \d+ cited\.$", out, re.M)
    assert len(err.splitlines()) == 1


def test_every_quote_of_the_sample_answer_stands_in_its_paper(review, shelf):
    _, out, _ = review("ask", QUESTION, "--library", shelf, "--json")
    answer = json.loads(out)
    with Library(shelf) as library:
        for claim in answer["claims"]:
            for citation in claim["citations"]:
                text = library.paper(citation["paper_id"]).text_of(citation["part"])
                assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert answer["claims"]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_the_front_page_lists_every_command(review, arguments):
    code, out, err = review(*arguments)
    assert (code, err) == (0, "")
    for name in ("ask", "add", "search", "papers", "show", "remove", "reindex", "runs", "doctor"):
        assert re.search(rf"^  {name} ", out, re.MULTILINE)


def commands():
    import typer.main

    return sorted(typer.main.get_command(build_app()).commands)


def test_alone_in_a_folder_of_papers_it_offers_to_read_them_and_does_nothing():
    Path("deep").mkdir()
    Path(".hidden").mkdir()
    for name in ("a.pdf", "deep/b.PDF", "refs.bib", ".hidden/c.pdf"):
        Path(name).write_text("x")
    before = sorted(Path().rglob("*"))
    code, shown = on_a_terminal()
    assert code == 0
    first, _, last, _ = shown.split("\r\n")
    assert first == "This folder has 2 PDFs and 1 bibliography, and there is no library yet."
    assert last.startswith("Start with: review add .")
    assert sorted(Path().rglob("*")) == before


def test_alone_with_nothing_to_read_it_shows_the_front_page():
    code, shown = on_a_terminal()
    assert code == 0
    said, front, _ = shown.partition("Usage: review")
    assert said.startswith("This folder has neither a PDF nor a bibliography, and there is no lib")
    assert front


def test_alone_with_a_library_it_says_how_that_stands(review, shelf, monkeypatch):
    monkeypatch.setenv("REVIEW_LIBRARY", str(shelf))
    code, shown = on_a_terminal()
    assert code == 0
    assert shown.startswith(f"62 papers and 0 runs in your library {shelf}.")
    review("ask", QUESTION)
    code, shown = on_a_terminal()
    assert "1 run in" in shown
    assert f"The last run: {QUESTION}" in shown
    assert review()[1].startswith("Usage: review")  # in a pipe


@pytest.mark.parametrize("command", commands())
def test_the_help_of_a_command_has_an_example(review, command):
    code, out, err = review(command, "--help")
    assert (code, err) == (0, "")
    assert f"Example: review {command}" in " ".join(out.split())


def test_the_version_needs_no_command(review):
    code, out, _ = review("--version")
    assert code == 0
    assert re.fullmatch(r"review \d+\.\d+\.\d+\S*\n", out)


def test_shell_completion_knows_commands_and_flags():
    completed = {}
    for words, number in (("review se", "1"), ("review ask --pap", "2")):
        asked = {"_REVIEW_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": number}
        process = start(stdout=subprocess.PIPE, extra=asked)
        completed[words] = sorted(process.communicate(timeout=60)[0].decode().split())
        assert process.returncode == 0
    assert completed == {
        "review se": ["search", "searches", "serve"],
        "review ask --pap": ["--papers"],
    }
    named = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # no shell may be above this
    process = start("--show-completion", "bash", stdout=subprocess.PIPE, extra=named)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"complete -o default -F _review_completion review" in out


def offered(line, shell="bash"):
    """What Tab offers at the end of a line, and what is said on standard error."""
    asked = {"_REVIEW_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    if shell == "bash":
        asked |= {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    else:
        asked |= {"_TYPER_COMPLETE_ARGS": line}
    process = start(stdout=subprocess.PIPE, extra=asked)
    out, err = process.communicate(timeout=60)
    return out.decode(), err.decode()


def test_tab_completes_what_the_library_has(review, shelf):
    review("tag", "from-fx-gx-2025", "--add", "reading", "--library", shelf)
    review("ask", QUESTION, "--library", shelf)
    review("searches", "add", "skills", QUESTION, "--library", shelf)
    run_id = review("runs", "--library", shelf)[1].split()[0]
    for line, wanted in (
        ("show --library SHELF from-f", "from-fx-gx-2025"),
        ("ask --library SHELF --keys jin-2025-search,from-f", "jin-2025-search,from-fx-gx-2025"),
        ("search --library SHELF --tag re", "reading"),
        (f"runs --library SHELF {run_id[:6]}", run_id),
        ("searches run --library SHELF sk", "skills"),
        ("ask --style ap", "apa"),
        ("ask --style nu", "numeric"),
        ("help dup", "duplicates"),
        ("screen ini", "init"),
    ):
        assert offered(f"review {line}".replace("SHELF", str(shelf))) == (f"{wanted}\n", ""), line
    for shell in ("zsh", "fish"):
        out, err = offered(f"review show --library {shelf} from-f", shell)
        assert "from-fx-gx-2025" in out
        assert err == ""
    assert offered("review tab")[0].split() == ["table", "tables"]


def test_tab_is_silent_without_a_library_and_makes_none(shelf):
    (shelf / "library.db").write_bytes(b"not a library")
    for folder in ("nowhere", shelf):
        assert offered(f"review show --library {folder} a") == ("\n", "")
    assert not Path("nowhere").exists()


def test_tab_loads_nothing_heavy_and_leaves_no_file(shelf, monkeypatch):
    before = sorted(path.name for path in shelf.iterdir())
    monkeypatch.setenv("_REVIEW_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", f"review show --library {shelf} from-f")
    monkeypatch.setenv("COMP_CWORD", "4")
    assert not (HEAVY - {"pydantic", "sqlite3"}) & imported_by("-m", "reviewer")
    assert sorted(path.name for path in shelf.iterdir()) == before


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["aks", "hi"], "Did you mean 'ask'?"),
        (["ask"], "missing argument 'question'. Example: review ask"),
        (["does RL help?"], "To ask a question: review ask 'does RL help?'"),
        ([str(SAMPLES)], f"To read papers from it: review add {SAMPLES}"),
        (["screen", "inti"], "unknown command 'inti'. Did you mean 'init'? See: review screen"),
        (["screen", "init", "--quesion"], "Did you mean --question? See: review screen init --h"),
        (["ask", "x", "--model"], "option '--model' needs a value. See: review ask --help"),
        (["ask", "x", "--hlep"], "unknown option --hlep. Did you mean --help? See: review ask"),
        (["ask", "-k", "0", "x"], "-k must be at least 1"),
        (["ask", "x", "--year", "20x4"], "--year '20x4' is not a year. Use 2024, 2023:2025"),
        (["ask", "x", "--year", "2025:2024"], "ends before it begins. Use 2024:2025."),
        (["papers", "--year", ":"], "--year ':' is not a year"),
        (
            ["papers", "--sort", "size"],
            "unknown --sort 'size'. Use added, key, title, author, year, venue.",
        ),
        (
            ["ask", "x", "--format", "xml"],
            "unknown format 'xml'. Use --format markdown or json or html or docx.",
        ),
        (["search", " "], "there is nothing to look for"),
        (["ask", "", "--papers", str(SAMPLES)], 'the question is empty. For example: review ask "'),
    ],
)
def test_wrong_usage_is_named_and_exits_2(review, arguments, said):
    code, out, err = review(*arguments)
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (["aks", "--json"], 2, "usage"),
        (["ask", "--json"], 2, "usage"),
        (["ask", "x", "-k", "none", "--json"], 2, "usage"),
        (["ask", "x", "--year", "x", "--format", "json"], 2, "usage"),
        (["ask", "x", "--library", "nowhere", "-f", "json"], 1, "library"),
        (["show", "x", "--json", "--library", "nowhere"], 1, "library"),
        (["ask", "x", "--papers", "nowhere", "--json"], 1, "source"),
    ],
)
def test_with_json_errors_are_json_too(review, arguments, code, name):
    exit_code, out, err = review(*arguments)
    error = json.loads(out)
    assert (exit_code, error["exit_code"]) == (code, code)
    assert (error["schema"], error["code"]) == ("review/error/1", name)
    assert error["message"]
    assert error["message"] in err


@pytest.mark.parametrize(
    ("command", "rest"),
    [("ask", "x"), ("search", "x"), ("papers", None), ("show", "x"), ("remove", "x"),
     ("reindex", None), ("runs", None)],
)  # fmt: skip
def test_without_a_library_one_line_says_how_to_make_one(review, command, rest):
    code, out, err = review(command, *([rest] if rest else []), "--library", "nowhere")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert err.startswith("review: no library was found in nowhere. Make one with: review add PATH")
    assert not Path("nowhere").exists()


@pytest.mark.parametrize("command", [["papers"], ["ask", "x"], ["add", str(SAMPLES)], ["runs"]])
def test_a_library_that_is_a_file_is_named(review, command):
    Path("a-file").write_text("x")
    code, out, err = review(*command, "--library", "a-file")
    assert (code, out) == (1, "")
    assert err == (
        "review: the library a-file cannot be opened: it is a file. Name a folder with --library.\n"
    )


def test_a_damaged_library_is_named_and_doctor_says_so_too(review):
    Path("lib").mkdir()
    Path("lib/library.db").write_bytes(bytes(range(256)) * 16)
    code, out, err = review("papers", "--library", "lib")
    assert (code, out) == (1, "")
    assert "lib/library.db" in err
    assert "Traceback" not in err
    code, out, _ = review("doctor", "--library", "lib")
    assert code == 1
    assert "PROBLEM library: " in out


def test_an_unknown_key_is_named_with_near_ones_and_removes_nothing(review, shelf):
    code, _, err = review("show", "jin-2025-serch", "--library", shelf)
    assert code == 1
    assert "no paper 'jin-2025-serch'" in err
    assert "Did you mean jin-2025-search" in err
    code, out, _ = review("remove", "jin-2025-search", "nobody", "--library", shelf)
    assert (code, out) == (1, "")
    assert review("show", "jin-2025-search", "--library", shelf)[0] == 0


@pytest.mark.parametrize("command", [["ask", QUESTION], ["search", "skills"]])
def test_keys_that_no_paper_has_are_not_an_empty_result(review, shelf, command):
    code, out, err = review(*command, "--keys", "jin-2025-search, nobody", "--library", shelf)
    assert (code, out) == (1, "")
    assert "no paper 'nobody'" in err


def test_a_path_in_an_error_is_given_as_it_was_typed(review):
    _, _, err = review("ask", "x", "--papers", "../not..there")
    assert "../not..there: no such file or folder" in err


def test_an_output_folder_that_is_not_there_is_said_before_the_work(review):
    code, out, err = review("ask", QUESTION, "--papers", SAMPLES, "-o", "no/where/a.md")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "no/where/a.md cannot be written: the folder no/where does not exist." in err


# Reading papers: one clear line for each bad file, and the rest goes on

LISTING = "A paper on apples\n\nAn abstract that says more about apples than its title.\n"
BAD_FILES = {
    "empty.txt": (b"", "the file is empty"),
    "blank.txt": (b" \n\n", "the file is empty"),
    "junk.txt": (bytes(range(256)) * 20, "it is binary data, not text"),
    "line.txt": (b"a b " * 500_000, "its format is unknown; review reads"),
    "notes.txt": (b"some text\nof no kind\n", "its format is unknown; review reads"),
    "list.jsonl": (b"[1, 2]\n" + json.dumps(PAPER).encode(), "the line holds a list, not an"),
    "number.jsonl": (json.dumps(PAPER).encode() + b"\n3\n", "line 2: the line holds a number"),
    "untitled.jsonl": (b'{"abstract": "x"}\n', "line 1: the object has no title"),
    "cut.jsonl": (json.dumps(PAPER).encode() + b'\n{"title": "Ab', "line 2: the line is not JSON"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_named_with_its_reason_and_the_rest_is_read(review, name):
    data, reason = BAD_FILES[name]
    Path("papers").mkdir()
    Path("papers", name).write_bytes(data)
    good = dict(PAPER, title="A good paper that stands beside the bad one")
    Path("papers", "zgood.jsonl").write_text(json.dumps(good), encoding="utf-8")
    code, out, err = review("add", "papers", "--library", "lib")
    assert code == 0
    told = [line for line in err.splitlines() if name in line]
    assert len(told) == 1
    assert told[0].startswith(f"Skipped {Path('papers', name).absolute()}")
    assert reason in told[0]
    assert len(err.splitlines()) == 1
    assert "1 skipped" in out
    assert good["title"] in review("papers", "--library", "lib")[1]


def test_broken_utf8_is_read_with_a_note_and_not_called_skipped(review):
    listing = LISTING.encode() + b"Caf\xe9 \xff talk\n8 authors\n\xc2\xb7\nSep 9\n"
    Path("broken.txt").write_bytes(b"Daily Papers\n" + listing.replace(b"than", b"th\xffan"))
    code, out, err = review("add", "broken.txt", "--library", "lib")
    assert code == 0
    assert "Note on " in err
    assert "broken.txt: " in err
    assert "not UTF-8" in err
    assert "1 added" in out


def test_a_listing_cut_in_a_paper_keeps_the_others_and_names_the_line(review):
    whole = (SAMPLES / "reinforcement-learning.txt").read_text(encoding="utf-8")
    title = "RLAD: Training LLMs to Discover Abstractions for Solving Reasoning Problems"
    Path("cut.txt").write_text(whole[: whole.index(title) + len(title)], encoding="utf-8")
    code, out, err = review("add", "cut.txt", "--library", "lib")
    assert code == 0
    assert re.search(r"^Skipped .*cut\.txt, line \d+: the title 'RLAD: .*no abstract", err, re.M)
    assert int(out.split()[0]) >= 5


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the super-user reads everything")
def test_a_file_without_read_permission_is_named(review):
    Path("secret.jsonl").write_text(json.dumps(PAPER))
    Path("secret.jsonl").chmod(0)
    code, _, err = review("add", "secret.jsonl", "--library", "lib")
    assert code == 1
    assert "secret.jsonl: it cannot be opened: permission denied" in err


@pytest.mark.parametrize("path", ["folder", "nothing.txt", "*.none"])
def test_when_no_file_could_be_read_the_exit_code_is_1(review, path):
    Path("folder").mkdir()
    code, out, err = review("add", path, "--library", "lib")
    assert code == 1
    assert out.startswith("0 entries")
    assert f"Skipped {path}: " in err
    assert "review: no papers were read." in err
    assert "review reads" not in err  # nothing was there to be read
    code, out, _ = review("add", path, "--library", "lib", "--json")
    assert code == 1
    assert json.loads(out)["skipped"][0]["file"] == path


def test_standard_input_is_read_as_a_file(review, monkeypatch):
    data = io.TextIOWrapper(io.BytesIO(json.dumps(PAPER).encode()))
    monkeypatch.setattr(sys, "stdin", data)
    code, out, _ = review("add", "-", "--library", "lib")
    assert code == 0
    assert "1 added" in out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    code, _, err = review("add", "-", "--library", "lib")
    assert code == 1
    assert "Skipped standard input: the file is empty" in err


def test_adding_again_adds_nothing(review, shelf):
    _, out, _ = review("add", SAMPLES, "--library", shelf, "--json")
    again = json.loads(out)
    assert (again["entries"], again["added"], again["updated"]) == (64, [], [])
    assert (again["unchanged"], again["papers"]) == (64, 62)


@pytest.mark.seeds
def test_the_five_listings_are_537_entries_and_491_papers(review, seeds):
    files = sorted(seeds.glob("*.txt"))
    _, out, _ = review("add", *files, "--library", "lib")
    assert out.startswith("537 entries: 491 added")
    _, out, _ = review("add", *reversed(files), "--library", "lib")
    assert out.startswith("537 entries: 0 added")
    assert "491 papers in the library.\n" in out


def test_add_says_what_the_new_papers_lack_and_how_to_look_it_up(review, tmp_path):
    bib = tmp_path / "a.bib"
    bib.write_text(
        "@article{a, title={Frogs croak at night}, author={Ada Lin}, year={2020}}\n"
        "@article{b, title={Steel bridges under load}, author={Bo Ek}}\n"
        "@article{c, title={Poems of the sea}}\n"
    )
    _, out, _ = review("add", bib, "--library", "lib")
    assert "Of 3 papers, 2 lack a year, 1 lacks authors. To look them up online:" in out
    _, out, _ = review("add", bib, "--library", "lib")
    assert "lack" not in out
    bib.write_text("@article{d, title={Tides of the moon}, author={Cy Oz}, year={2021}}\n")
    _, out, _ = review("add", bib, "--library", "lib", "--json")
    added = json.loads(out)
    assert (added["without_year"], added["without_author"]) == (0, 0)


# Files at hand


def test_files_at_hand_are_read_once_and_nothing_is_fetched(review, monkeypatch):
    monkeypatch.delenv("REVIEW_OFFLINE")  # any connection that were tried would fail this test
    first = review("ask", QUESTION, "--papers", SAMPLES, "-v")
    second = review("ask", QUESTION, "--papers", SAMPLES, "-v")
    assert "Reading 3" in first[2]
    assert "Reading 3" not in second[2]
    assert first[1] == second[1]
    kept = list((Path(os.environ["XDG_CACHE_HOME"]) / "review" / "papers").iterdir())
    assert len(kept) == 1


def test_a_changed_file_at_hand_is_read_again(review):
    shutil.copytree(SAMPLES, "papers")
    assert "62 papers in the library" in review("ask", QUESTION, "--papers", "papers")[1]
    Path("papers/more.jsonl").write_text(json.dumps(PAPER), encoding="utf-8")
    code, out, _ = review("ask", "what shape are apples?", "--papers", "papers")
    assert code == 0
    assert "63 papers in the library" in out


def test_files_at_hand_without_papers_are_named_each_time(review):
    Path("notes.txt").write_text("nothing of a paper\n")
    for _ in range(2):
        code, out, err = review("ask", "x", "--papers", "notes.txt")
        assert (code, out) == (1, "")
        assert err.startswith("review: no paper could be read from notes.txt (")
        assert "its format is unknown; review reads" in err


def test_the_way_to_search_by_meaning_fits_where_the_papers_are(review, shelf):
    wanted = ["--embedding", "minilm-int8"]
    said = review("ask", "x", "--library", shelf, *wanted)[2]
    assert "For search by meaning: review reindex" in said
    missing = review("ask", "x", "--papers", SAMPLES, "--embedding", "minilm")[2]
    assert "For search by meaning: leave --embedding out" in missing
    assert "meaning" not in review("ask", "x", "--papers", SAMPLES, *wanted)[2]
    assert review("ask", "x", "--library", shelf, "--embedding", "none")[2].count("\n") == 1


def test_a_question_says_when_vectors_are_there_but_the_embedding_is_not(
    review, tmp_path, monkeypatch
):
    monkeypatch.delenv("REVIEW_EMBEDDING")
    Path("one.jsonl").write_text(json.dumps(PAPER))
    folder = tmp_path / "lib"
    with Library(folder, embedding=MiniLMByName()) as library:
        library.add(["one.jsonl"])
    code, _, err = review("ask", "are apples round?", "--library", folder, "--quiet")
    assert (code, err) == (0, "")
    _, _, err = review("ask", "are apples round?", "--library", folder)
    advice, said, _ = err.splitlines()
    assert advice.startswith("This library keeps its vectors by minilm.")
    assert said.startswith("Searched by words alone: the files of the embedding minilm are not")
    assert "review reindex --embedding minilm-int8" in said
    _, _, err = review("ask", "are apples round?", "--library", folder)
    assert err.startswith("Searched by words alone")  # the advice is given once
    assert review("reindex", "--library", folder)[1].startswith("1 chunk indexed, 1 of them emb")
    _, _, err = review("ask", "are apples round?", "--library", folder)
    assert "words alone" not in err


class MiniLMByName:
    """Vectors under the full model's name, as of a machine that has its files."""

    name = "minilm"

    def embed(self, texts):
        import numpy as np

        return np.ones((len(texts), 4), dtype=np.float32) / 2


# Results


def test_papers_are_listed_sorted_and_filtered_by_year(review, shelf):
    _, out, err = review("papers", "--library", shelf, "--sort", "key")
    keys = [line.split()[0] for line in out.splitlines()]
    assert keys == sorted(keys)
    assert err == "62 papers; 62 with an abstract only\n"
    _, out, err = review("papers", "--library", shelf, "--year", "2024", "--json")
    found = json.loads(out)["papers"]
    assert found
    assert {paper["year"] for paper in found} == {2024}


@pytest.mark.parametrize("command", [["ask", QUESTION], ["search", QUESTION]])
def test_a_year_filter_leaves_out_unknown_years_and_says_how_many(review, shelf, command):
    _, everything, _ = review("papers", "--library", shelf, "--json")
    unknown = sum(p["year"] is None for p in json.loads(everything)["papers"])
    assert unknown
    _, out, _ = review(*command, "--library", shelf, "--year", "2024:", "--json")
    found = json.loads(out)
    papers = found.get("references") or found["papers"]
    assert papers
    assert all(paper["year"] >= 2024 for paper in papers)
    left_out = found["coverage"]["left_out"] if "coverage" in found else found["left_out"]
    assert left_out == [f"{unknown} papers of unknown year"]
    _, out, _ = review(*command, "--library", shelf, "--year", "2024:")
    assert f"Left out: {unknown} papers of unknown year." in out


def test_show_marks_what_answers_quoted(review, shelf):
    _, before, _ = review("show", "from-fx-gx-2025", "--library", shelf)
    assert "**" not in before
    _, out, _ = review("ask", QUESTION, "--library", shelf, "--json")
    cited = [r for r in json.loads(out)["references"] if r["key"] == "from-fx-gx-2025"]
    _, after, _ = review("show", "from-fx-gx-2025", "--library", shelf)
    assert f"**{cited[0]['quotes'][0]['quote']}**" in after
    assert "- does RL teach new skills?" in after
    assert after.replace("**", "").startswith(before.split("Read from")[0])


def test_papers_that_a_search_finds_are_tagged_at_once_and_back(review, shelf):
    given = ["--library", shelf]
    review("tag", "jin-2025-search", "--add", "seen", *given)
    search = ["tag", "--search", "search engines", "-k", "5", "--add", "seen", *given]
    code, out, err = review(*search, "--dry-run")
    assert code == 0
    found, would, _ = err.split("\n")
    assert re.fullmatch(r"[1-5] papers? found(; -k 10 looks further)?", found)
    assert all(len(line.split("  ")) == 3 for line in out.splitlines())  # key, tags, title
    assert re.fullmatch(r"\d papers? would change\. Nothing was changed\.", would)
    assert review("tag", *given)[1] == "seen  1\n"
    code, changed, err = review(*search)
    assert err.rstrip().endswith(f"--remove seen --library {shelf}")
    assert (code, changed) == (0, out)
    assert review("tag", *given)[1] == f"seen  {1 + len(out.splitlines())}\n"
    back = shlex.split(err.partition("Take it back: review ")[2])
    assert review(*back)[0] == 0
    assert review("tag", *given)[1] == "seen  1\n"
    assert review(*search, "jin-2025-search")[0] == 2
    assert review("tag", "--search", "search", *given)[0] == 2


def test_runs_are_listed_and_one_is_shown_whole(review, shelf):
    assert review("runs", "--library", shelf)[2] == "0 runs\n"
    review("ask", QUESTION, "--library", shelf)
    _, out, _ = review("runs", "--library", shelf)
    assert QUESTION in out
    _, whole, _ = review("runs", out.split()[0], "--library", shelf)
    assert json.loads(whole)["run"]["question"] == QUESTION
    code, _, err = review("runs", "nothing", "--library", shelf)
    assert code == 1
    assert "'nothing'" in err


def test_a_removed_paper_is_found_no_more(review, shelf):
    code, out, _ = review("remove", "from-fx-gx-2025", "--library", shelf)
    assert (code, out) == (0, "Removed from-fx-gx-2025\n")
    assert "from-fx-gx-2025" not in review("papers", "--library", shelf)[1]
    assert "from-fx-gx-2025" not in review("ask", QUESTION, "--library", shelf)[1]


def test_not_enough_evidence_is_a_result_and_exits_0(review, shelf):
    code, out, _ = review("ask", "zyxwv qponm", "--library", shelf)
    assert code == 0
    assert "Not enough evidence in this library" in out


def test_a_result_goes_to_a_file_in_the_form_of_its_suffix(review, shelf):
    for name in ("a.json", "a.md", "a"):
        code, out, _ = review("ask", QUESTION, "--library", shelf, "-o", name)
        assert (code, out) == (0, "")
    assert json.loads(Path("a.json").read_text(encoding="utf-8"))["schema"] == "review/answer/1"
    assert Path("a.md").read_text(encoding="utf-8").startswith("# Does RL")
    assert Path("a").read_text(encoding="utf-8").startswith("# Does RL")
    review("ask", QUESTION, "--library", shelf, "--format", "markdown", "-o", "b.json")
    assert Path("b.json").read_text(encoding="utf-8").startswith("# Does RL")
    assert sorted(p.name for p in Path().glob("*a*")) == ["a", "a.json", "a.md"]


def test_a_dash_as_output_is_standard_output(review, shelf):
    assert review("ask", QUESTION, "--library", shelf, "-o", "-")[1].startswith("# Does RL")
    assert not Path("-").exists()


@pytest.mark.parametrize(
    "command",
    [["ask", QUESTION], ["search", "skills"], ["add", str(SAMPLES)], ["remove", "jin-2025-search"],
     ["ask", QUESTION, "--papers", str(SAMPLES)], ["reindex", "--embedding", "minilm-int8"]],
)  # fmt: skip
def test_quiet_says_nothing_but_the_result(review, shelf, command):
    _, out, err = review(*command, "--library", shelf, "--quiet")
    assert out
    assert err == ""


# Text from papers stays text


@pytest.mark.parametrize(
    "command", [["ask", "pears skills", "--quotes"], ["search", "pears"], ["papers"], ["runs"]]
)
def test_nothing_from_a_paper_steers_a_terminal(review, hostile, command):
    review("ask", "pears \x1b[31m skills \x9b1m", "--library", hostile)
    for arguments in (command, ["show", review("papers", "--library", hostile)[1].split()[0]]):
        _, out, err = review(*arguments, "--library", hostile)
        assert "ears" in out
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", out + err)


def test_a_steering_character_in_json_is_escaped_and_kept(review, hostile):
    key = review("papers", "--library", hostile)[1].split()[0]
    _, out, _ = review("show", key, "--library", hostile, "--json")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", out)
    parts = json.loads(out)["paper"]["parts"]
    assert [part["text"] for part in parts] == [HOSTILE["title"], HOSTILE["abstract"]]


def test_a_name_that_steers_a_terminal_does_not_from_an_error_line(review):
    Path("a\x1b[31m\x9bb.txt").write_text("")
    _, _, err = review("add", "a\x1b[31m\x9bb.txt", "nothing\x1b[2J", "--library", "lib")
    assert "a[31mb.txt: the file is empty" in err
    assert "\x1b" not in err


def test_on_a_terminal_markdown_is_rendered_and_paper_text_stays_text(hostile):
    code, shown = on_a_terminal("show", *key_in(hostile), "--library", hostile)
    assert code == 0
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert "\x1b" not in text
    text = " ".join(text.split())
    assert "# " not in text  # the heading is rendered
    for kept in (
        "Pears [click](http://evil.example) <script>x</script> *star* [bold]b[/bold]",
        "us [x](http://evil.example) <img src=x> __twice__ ~~struck~~ &lt;b&gt; and",
    ):
        assert kept in text
    for style in ("\x1b[3m", "\x1b[9m"):  # italic, struck out
        assert style not in shown


def key_in(folder):
    with Library(folder) as library:
        return library.catalogue.keys()


def test_on_a_terminal_reading_shows_a_bar_and_in_a_pipe_none(review):
    code, shown = on_a_terminal("add", SAMPLES, "--library", "lib")
    assert code == 0
    assert "Reading" in shown
    assert "3/3" in shown
    assert "62 papers in the library.\r\n" in shown
    code, shown = on_a_terminal("add", SAMPLES, "--library", "lib", "--quiet")
    assert "Reading" not in shown
    assert "Reading" not in review("add", SAMPLES, "--library", "lib")[2]


def test_on_a_terminal_the_file_that_was_written_is_named(shelf):
    graph = ("graph", "-o", "graph.html", "--library", shelf)
    code, shown = on_a_terminal(*graph)
    assert code == 0
    assert shown.endswith("Written: graph.html\r\n")
    assert "Written" not in on_a_terminal(*graph, "--quiet")[1]


def test_a_terminal_shows_a_few_names_of_many_notes_and_a_pipe_all(review, shelf):
    code, shown = on_a_terminal("export", "--obsidian", "vault", "--library", shelf)
    assert code == 0
    assert "... and 52 more\r\n" in shown
    assert shown.count(".md") == 10
    code, out, _ = review("export", "--obsidian", "other", "--library", shelf)
    assert len(out.splitlines()) == 62


def test_a_text_named_as_a_pdf_is_called_that_and_formats_are_listed_once(review):
    Path("saved.pdf").write_text("Please sign in to read this paper.\n")
    Path("words.txt").write_text("Some words of no kind.\n")
    code, _, err = review("add", "saved.pdf", "--library", "lib")
    assert code == 1
    assert "saved.pdf: its name ends in .pdf, but it holds a text that is not a PDF" in err
    assert err.count("review reads") == 1
    assert review("add", "words.txt", "--library", "lib")[2].count("review reads") == 1


# A process of its own


@pytest.mark.parametrize("arguments", [["papers"], ["papers", "--json"], ["ask", QUESTION]])
def test_a_reader_who_has_gone_is_no_fault(shelf, arguments):
    process = start(*arguments, "--library", shelf, stdout=subprocess.PIPE)
    process.stdout.close()  # before anything can have been written
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(60) == 0
    assert "Traceback" not in said
    assert "Broken pipe" not in said


@pytest.mark.skipif(os.name == "nt", reason="named pipes and signals")
def test_ctrl_c_keeps_what_was_read_and_the_same_command_goes_on(tmp_path, review):
    Path("one.jsonl").write_text(json.dumps(PAPER))
    os.mkfifo("two.jsonl")
    process = start("add", "one.jsonl", "two.jsonl", "--library", "lib", stdout=subprocess.PIPE)
    with Path("two.jsonl").open("w"):  # returns when the command waits for the second file
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == b""
    assert err.decode().endswith("Stopped. What was finished is kept; the same command goes on.\n")
    assert "Traceback" not in err.decode()
    assert "1 paper; 1 with an abstract only\n" in review("papers", "--library", "lib")[2]
    Path("two.jsonl").unlink()
    Path("two.jsonl").write_text(json.dumps(dict(PAPER, title="Pears are not round")))
    code, out, _ = review("add", "one.jsonl", "two.jsonl", "--library", "lib")
    assert code == 0
    assert out.startswith("2 entries: 1 added, 0 updated, 1 already there")


@pytest.mark.skipif(os.name == "nt", reason="terminals and signals")
def test_ctrl_c_while_embedding_keeps_what_was_shown_and_the_command_goes_on(review, monkeypatch):
    monkeypatch.setenv("REVIEW_EMBEDDING", "minilm-int8")
    process, ours = start_on_a_terminal("add", SAMPLES, "--library", "lib")
    written, shown = b"", []
    while piece := read_terminal(ours):
        written += piece
        shown = [int(n) for n in re.findall(rb"Embedding[^\r\n]*?(\d+)/62", written)]
        if max(shown, default=0) > 0:
            process.send_signal(signal.SIGINT)
            break
    while piece := read_terminal(ours):
        written += piece
    os.close(ours)
    assert process.wait(60) == 130
    shown = [int(n) for n in re.findall(rb"Embedding[^\r\n]*?(\d+)/62", written)]
    with Library(Path("lib")) as library:
        kept = library.chunks.count_embedded()
        assert library.catalogue.count() == 62
    assert 0 < max(shown) <= kept < 62
    code, out, _ = review("add", SAMPLES, "--library", "lib", "--json")
    added = json.loads(out)
    assert (code, added["added"], added["unchanged"]) == (0, [], 64)
    assert (added["embedded"], added["waiting"]) == (62 - kept, 0)
    code, out, _ = review("doctor", "--library", "lib")
    assert code == 0
    assert "in step, vectors by minilm-int8" in out


def imported_by(*arguments):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}


def test_the_front_page_imports_nothing_heavy():
    assert not HEAVY & imported_by("-m", "reviewer", "--help")


def test_the_front_page_costs_less_than_12_times_an_empty_python():
    resource = pytest.importorskip("resource")

    def cpu_s(*arguments):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    cpu_s("-m", "reviewer", "--help")  # makes the compiled modules
    turns = [(cpu_s("-c", "pass"), cpu_s("-m", "reviewer", "--help")) for _ in range(9)]
    empty, front_page = (median(times) for times in zip(*turns, strict=True))
    assert front_page < 12 * empty


def test_importing_the_package_imports_none_of_it():
    names = imported_by("-c", "import reviewer")
    assert not HEAVY & names
    assert [name for name in names if name.startswith("reviewer.")] == ["reviewer.faces"]


def test_every_public_name_is_there_and_no_other():
    for name in reviewer.__all__:
        assert getattr(reviewer, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Researcher'"):
        _ = reviewer.Researcher


def test_no_command_is_left_out_of_the_front_page():
    files = Path(reviewer.__file__).with_name("cli").glob("commands/*.py")
    assert {file.stem for file in files if "@command(" in file.read_text()} == set(COMMANDS)


@pytest.mark.parametrize("name", [name for own in COMMANDS.values() for name in own])
def test_one_command_alone_is_what_it_is_in_the_whole_command_line(name):
    whole = typer.main.get_command(build_app()).commands
    alone = typer.main.get_command(build_app(name)).commands
    assert name in alone
    assert len(alone) < len(whole)
    told = [[(p.name, p.opts, p.help) for p in app[name].params] for app in (whole, alone)]
    assert told[0] == told[1]


def test_every_command_is_in_one_section_of_the_front_page():
    placed = [name for own in SECTIONS.values() for name in own]
    known = {name for own in COMMANDS.values() for name in own}
    assert known <= {*placed}, "give the new command a line in SECTIONS of reviewer/cli/sections.py"
    assert {*placed} <= known, "SECTIONS of reviewer/cli/sections.py names what is no command"
    assert len(placed) == len({*placed})


def test_the_readme_lists_the_commands_in_their_sections():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = readme.partition("\n## Commands\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\w+) \| (.+) \|$", listed, re.MULTILINE)
    assert {title: re.findall(r"`(\w+)`", names) for title, names in rows} == {
        title: [*lines] for title, lines in SECTIONS.items()
    }


def test_a_command_without_a_section_is_still_on_the_front_page(review, monkeypatch):
    placed = {name: line for name, line in SECTIONS["Find"].items() if name != "where"}
    monkeypatch.setitem(SECTIONS, "Find", placed)
    _, out, _ = review("--help")
    assert re.search(r"^Others:\n  where ", out, re.MULTILINE)


@pytest.mark.parametrize("columns", ["80", "60"])
def test_no_description_on_the_front_page_is_cut(review, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    _, out, _ = review("--help")
    assert "..." not in out.partition("\nAsk:\n")[2]
    said = " ".join(out.split())
    for own in SECTIONS.values():
        for name, line in own.items():
            assert f"{name} {line}" in said
    assert max(map(len, out.splitlines())) <= int(columns)


def test_help_of_a_command_is_what_its_own_help_says(review):
    for words in (["ask"], ["screen"], ["screen", "init"], []):
        assert review("help", *words) == review(*words, "--help")
    code, out, err = review("help", "aks")
    assert (code, out) == (2, "")
    assert "Did you mean 'ask'?" in err


def test_the_options_named_first_are_there_and_are_shown_first(review):
    for name, first in FIRST_OPTIONS.items():
        made = typer.main.get_command(build_app(name)).commands[name]
        known = {said for param in made.params for said in param.opts}
        assert {*first} <= known, name
        _, out, _ = review(name, "--help")
        shown = out.partition("\nOptions:\n")[2].partition("\nMore options:\n")
        for said in first:
            assert re.search(rf"(^|\s){said}\b", shown[0]), (name, said)
        assert "--help" in shown[2]


def test_the_sections_of_commands_of_a_command_name_what_it_has():
    for name, parts in PARTS.items():
        own = typer.main.get_command(build_app(name)).commands[name].commands
        placed = [said for part in parts.values() for said in part]
        assert sorted(placed) == sorted(own), "give the new command a place in PARTS"


def test_the_front_page_loads_no_command():
    names = imported_by("-m", "reviewer", "--help")
    assert not [name for name in names if name.startswith("reviewer.cli.commands.")]


def test_the_table_of_commands_names_all_of_them():
    whole = typer.main.get_command(build_app()).commands
    assert list(whole) == [name for own in COMMANDS.values() for name in own]


def test_what_strict_leaves_out_makes_the_exit_code_3(review, monkeypatch):
    provider = pytest.importorskip("tests.support.fake_provider")
    monkeypatch.delenv("REVIEW_OFFLINE")
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    Path("one.jsonl").write_text(json.dumps(PAPER))
    written = "Apples are round [E1.1]. Apples are square [E1.9].\nEND"
    with provider.FakeProvider(answers=lambda seen: written) as model:
        given = ["are apples round?", "--papers", "one.jsonl", "--effort", "quick"]
        given += ["--model", "openai/fake", "--api-base", model.url]
        code, out, _ = review("ask", *given)
        assert code == 0
        assert '- † "Apples are square.": uncited' in out
        code, out, _ = review("ask", *given, "--strict")
    assert code == 3
    assert "square" not in out
    assert "Apples are round [1]." in out
    assert "1 claim without proof (strict)." in out


def test_an_answer_that_cannot_be_read_is_never_not_enough_evidence(review, monkeypatch):
    provider = pytest.importorskip("tests.support.fake_provider")
    monkeypatch.delenv("REVIEW_OFFLINE")
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    Path("one.jsonl").write_text(json.dumps(PAPER))
    with provider.FakeProvider(answers=lambda seen: '{"claims": []}') as model:
        given = ["are apples round?", "--papers", "one.jsonl", "--model", "openai/fake"]
        for effort in ("quick", "normal"):
            code, out, _ = review("ask", *given, "--api-base", model.url, "--effort", effort)
            assert code == 0
            assert "Not enough evidence" not in out
            assert "the model gave no readable answer" in out
