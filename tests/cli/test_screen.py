"""`review screen` as two reviewers use it: in a terminal, and from scripts."""

import csv
import io
import json
import os
import select
import sys
import time
import zipfile
from xml.etree import ElementTree as ET

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.library.screen_store import ScreenStore
from tests.conftest import ROOT
from tests.tasks.test_screening_decisions import WITHOUT, listing


@pytest.fixture
def review(capsys, tmp_path, monkeypatch):
    """Runs a command in this process: exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "shelf"))
    (tmp_path / "c.txt").write_text("topic: Whales sing\nexclude: trains: On trains\n")
    listing(tmp_path / "a.jsonl", 12)

    def run_review(*arguments):
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    assert run_review("add", "a.jsonl")[0] == 0
    return run_review


def begin(review, *options):
    code, _, err = review(
        "screen", "init", "s", "--question", "whale songs", "--criteria", "c.txt", *options
    )
    assert code == 0, err
    return err


def test_scripts_read_a_record_as_json_and_decide_by_its_key(review):
    assert "12 entries from 1 source, 12 records" in begin(review)
    for _ in range(12):
        record = json.loads(review("screen", "next")[1])["record"]
        assert record["sentences"][0] == {"number": 0, "part": "title", "text": record["title"]}
        assert review("screen", "label", record["key"], "exclude", "--reason", "trains")[0] == 0
    code, out, err = review("screen", "next")
    assert (code, json.loads(out)["record"]) == (0, None)
    assert "left for this reviewer" in err
    status = json.loads(review("screen", "status", "--json")[1])
    assert (status["read"], status["included"], status["is_reached"]) == (12, 0, True)
    assert review("screen", "replay") == (0, "12 steps replayed: the same record each time\n", "")


def test_wrong_words_are_one_clear_error(review):
    code, _, err = review("screen", "next")
    assert code == 1
    assert "review screen init" in err
    begin(review, "--reviewers", "ann,ben", "--double", "all")
    key = json.loads(review("screen", "next", "--as", "ann")[1])["record"]["key"]
    for arguments, said in (
        (("next",), "who decides?"),
        (("next", "--as", "dan"), "'dan' is no reviewer"),
        (("label", key, "exlude", "--as", "ann"), "Did you mean exclude?"),
        (("label", key, "exclude", "--reason", "x", "--as", "ann"), "Use topic, trains"),
        (("rule", "strict"), "only for a reason"),
        (("retrieve", key), "did not pass"),
        (("init", "s"), "already"),
        (("import", "c.txt", "--as", "ann"), "no decision was found"),
    ):
        code, out, err = review("screen", *arguments)
        assert code in (1, 2), arguments
        assert said in err, err
        assert "Traceback" not in out + err


def test_a_rule_changes_for_a_reason_that_is_kept(review):
    begin(review)
    assert review("screen", "rule", "strict", "--why", "the protocol")[0] == 0
    assert "Stopping rule strict" in review("screen", "status")[1]
    with Library("shelf", WITHOUT) as library:
        (event,) = ScreenStore(library.database).events("s")
    assert (event.kind, event.value, event.why) == ("rule", "strict", "the protocol")


def test_the_flow_is_written_in_every_form(review, tmp_path):
    begin(review, "--source", "a.jsonl=CENTRAL <1>:register")
    for n in range(12):
        key = json.loads(review("screen", "next")[1])["record"]["key"]
        review("screen", "label", key, "include" if n < 3 else "exclude")
    for form in ("svg", "html", "docx", "csv", "json"):
        code, _, err = review("screen", "flow", "-o", f"flow.{form}")
        assert code == 0
        assert "Not final: 3 records wait for the full text" in err
    drawn = (tmp_path / "flow.svg").read_text()
    words = " ".join(ET.fromstring(drawn).itertext())
    assert "Records screened (n = 12)" in words
    assert "CENTRAL <1> (n = 12)" in words
    assert "<script" not in drawn
    page = (tmp_path / "flow.html").read_text()
    assert "Reports sought for retrieval (n = 3)" in page
    rows = list(csv.DictReader(io.StringIO((tmp_path / "flow.csv").read_text())))
    assert len(rows) == 30
    numbers = {row["data"]: row["n"] for row in rows}
    assert (numbers["register_results"], numbers["database_results"]) == ("12", "0")
    assert (numbers["records_screened"], numbers["records_excluded"]) == ("12", "9")
    with zipfile.ZipFile(tmp_path / "flow.docx") as document:
        assert "Records screened (n = 12)" in document.read("word/document.xml").decode()
    found = json.loads((tmp_path / "flow.json").read_text())
    assert sorted({paper["box"] for paper in found["papers"]}) == ["excluded", "not_yet_retrieved"]


def test_an_update_is_planned_kept_and_drawn_as_an_updated_review(review, tmp_path):
    begin(review)
    assert "nothing is new" in review("screen", "update")[2]
    listing(tmp_path / "b.jsonl", 15)
    review("add", "b.jsonl")
    options = ("--source", "b.jsonl=Embase, May", "--file", "b.jsonl")
    planned = review("screen", "update", *options, "--dry-run")[2]
    assert "15 entries from 1 source, 3 new records, nothing kept" in planned
    assert "0 of 12 records read" in review("screen", "status")[1]
    said = review("screen", "update", *options)[2]
    assert "Embase, May: 15" in said
    assert "Records of earlier searches still wait" in said
    status = review("screen", "status")[1]
    assert "0 of 15 records read" in status
    assert "0 of 15 records read since; the rule counts these alone" in status
    whole = json.loads(review("screen", "flow", "-f", "json")[1])
    assert (whole["wave"], whole["identified"], whole["not_screened"]) == (1, 27, 15)
    for form in ("svg", "html", "docx", "csv", "json"):
        assert review("screen", "flow", "--wave", "2", "-o", f"flow.{form}")[0] == 0
    words = " ".join(ET.fromstring((tmp_path / "flow.svg").read_text()).itertext())
    for said in (
        "Studies included in previous version of",
        "New records identified (n = 15)",
        "Duplicate records (n = 12)",
        "Total studies included in review (n = 0)",
    ):
        assert said in words
    rows = csv.DictReader(io.StringIO((tmp_path / "flow.csv").read_text()))
    numbers = {row["data"]: row["n"] for row in rows}
    assert (numbers["database_results"], numbers["duplicates"]) == ("15", "12")
    assert "12 records of earlier searches" in review("screen", "flow", "--wave", "2")[2]
    assert review("screen", "flow", "--wave", "3")[0] == 2


def test_what_is_shown_is_blind_with_as_and_says_so_without(review):
    begin(review, "--reviewers", "ann,ben,cem", "--double", "all")
    key = json.loads(review("screen", "next", "--as", "ann")[1])["record"]["key"]
    review("screen", "label", key, "include", "--as", "ann")
    review("screen", "label", key, "exclude", "--as", "ben")
    for command in ("status", "conflicts", "history", "flow"):
        form = ("-f", "json") if command == "flow" else ("--json",)
        code, shown, err = review("screen", command, *form)
        assert (code, "Not blind" in err) == (0, True)
        hidden = review("screen", command, *form, "--as", "cem")
        assert "Not blind" not in hidden[2]
        assert shown != hidden[1]
    assert json.loads(review("screen", "conflicts", "--json", "--as", "cem")[1])["conflicts"] == []
    assert review("screen", "status", "--as", "dan")[0] == 2


def in_terminal(folder, arguments, keys):
    """Runs a command in a terminal of its own and types each of `keys` at a prompt; gives all that
    it shows."""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ.update(REVIEW_LIBRARY=str(folder / "shelf"), COLUMNS="90", TERM="xterm")
        os.environ.update(REVIEW_EMBEDDING="none", PYTHONPATH=str(ROOT))
        os.execv(sys.executable, [sys.executable, "-m", "reviewer", *arguments])
    shown, waiting, ends = b"", list(keys), time.monotonic() + 60
    try:
        while time.monotonic() < ends:
            if not select.select([terminal], [], [], 1)[0]:
                continue
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            shown += data
            if waiting and data.rstrip(b"\x1b[0m ").endswith(b">"):
                os.write(terminal, waiting.pop(0).encode())
    finally:
        os.close(terminal)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
def test_a_reviewer_decides_with_single_keys_and_leaves(review, tmp_path):
    begin(review)
    keys = ["i", "2", "e", "1", "m", "u", "?", "7", "d", "q"]
    code, shown = in_terminal(tmp_path, ("screen", "next"), keys)
    assert code == 0, shown
    for words in ("Whales sing", "exclude trains", "Taken back: maybe", "no criterion 7", "4 dec"):
        assert words in shown
    with Library("shelf", WITHOUT) as library:
        found = [d for _, d in ScreenStore(library.database).decisions("s")]
    said = [(d.verdict, d.reasons) for d in found]
    assert said == [
        ("include", ()), ("exclude", ("trains",)), ("exclude", ("topic",)), ("maybe", ()),
        ("undo", ()), ("duplicate", ()),
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
def test_keys_that_are_typed_ahead_are_not_lost(review, tmp_path):
    begin(review)
    code, shown = in_terminal(tmp_path, ("screen", "next", "-n", "5"), ["i2m1i"])
    assert code == 0, shown
    with Library("shelf", WITHOUT) as library:
        found = [d.verdict for _, d in ScreenStore(library.database).decisions("s")]
    assert found == ["include", "exclude", "maybe", "exclude", "include"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
def test_a_note_and_a_sentence_are_kept_at_once_and_exported_once(review, tmp_path):
    begin(review)
    code, shown = in_terminal(tmp_path, ("screen", "next"), ["nask cem\ns1\nq"])
    assert code == 0, shown
    with Library("shelf", WITHOUT) as library:
        left = [d for _, d in ScreenStore(library.database).decisions("s")]
    assert [(d.verdict, d.note) for d in left] == [("note", "ask cem"), ("note", "")]
    quote = left[1].quote
    assert (quote.part, quote.start) == ("abstract", 0)
    in_terminal(tmp_path, ("screen", "next"), ["nby hand\ns1\n2nwrong\nuq"])
    rows = csv.DictReader(io.StringIO(review("screen", "export", "-f", "csv")[1]))
    first = next(row for row in rows if row["screen_note"])
    assert first["screen_note"] == "ask cem | by hand"
    assert first["screen_quote"] == quote.text
    assert first["screen_decision"] == "exclude"
    assert sum("wrong" in line for line in review("screen", "history")[1].splitlines()) == 1


def test_scripts_note_and_a_note_needs_words(review):
    begin(review)
    key = json.loads(review("screen", "next")[1])["record"]["key"]
    assert "a note has words or a quote" in review("screen", "label", key, "note")[2]
    assert review("screen", "label", key, "note", "--note", "read again")[0] == 0
    assert json.loads(review("screen", "next")[1])["record"]["key"] == key
    assert "note taken back" in review("screen", "undo")[1]


def test_reports_of_one_study_are_grouped_listed_and_parted(review):
    begin(review, "--reviewers", "ann,ben", "--double", "all")
    with Library(os.environ["REVIEW_LIBRARY"], WITHOUT) as shelf:
        keys = tuple(paper.key for paper in shelf.papers())[:2]
    code, out, err = review("screen", "group", *keys, "--as", "ann")
    assert (code, err) == (0, "")
    assert out.startswith("one study: ")
    assert set(keys) <= set(out.split())
    assert "who decides?" in review("screen", "group", *keys)[2]
    assert review("screen", "group", keys[0], "--apart", "--as", "ann")[1] == ""
    assert "Taken back: apart" in review("screen", "group", "--undo", "--as", "ann")[2]
    assert review("screen", "group")[1] == out
    assert "takes no keys" in review("screen", "group", keys[0], "--undo", "--as", "ann")[2]
    lines = review("screen", "history")[1].splitlines()
    assert [line.split("  ")[3] for line in lines] == ["group", "apart", "ungroup"]
    assert all(keys[0] in line for line in lines)
    assert len(json.loads(review("screen", "history", keys[1], "--json")[1])["events"]) == 1
