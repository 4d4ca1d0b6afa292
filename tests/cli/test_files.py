"""The commands around files: add with its options, papers, tags, notes, duplicates, searches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.cli import run
from tests.conftest import ROOT, write_listing
from tests.library.test_decisions import ONE, OTHER

EXPORTS = str(ROOT / "fixtures" / "exports")


@pytest.fixture
def review(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "library"))

    def run_review(*arguments):
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run_review


@pytest.fixture
def pair(review, tmp_path):
    """A library with one doubtful pair."""
    return review("add", write_listing(tmp_path / "a.jsonl", ONE, OTHER))


def test_add_reads_every_format_and_says_what_waits_for_a_decision(review, pair):
    code, out, err = pair
    assert code == 0
    assert out.startswith("2 entries: 2 added")
    assert err == "1 pair may be one paper each: review duplicates\n"
    code, out, err = review("add", EXPORTS)
    assert (code, err.count("Skipped")) == (0, 1)  # expected.json is no bibliography
    assert "added" in out


@pytest.mark.parametrize("bad", ["missing.bib", "binary.bib", "empty.bib", "part[1].bib", "~x/b"])
def test_a_named_file_that_is_not_read_is_an_error_whatever_the_others_gave(review, tmp_path, bad):
    (tmp_path / "binary.bib").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "empty.bib").write_text("")
    good = write_listing(tmp_path / "a.jsonl", ONE)
    code, out, err = review("add", good, bad)
    assert (code, out.startswith("1 entry: 1 added")) == (1, True)
    assert f"{bad}: " in err
    assert review("add", good, bad)[0] == 1
    assert json.loads(review("add", good, bad, "--json")[1])["unread"]
    assert review("add", good)[0] == 0


def test_a_folder_or_a_pattern_may_hold_files_that_cannot_be_read(review, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    write_listing(folder / "a.jsonl", ONE)
    (folder / "b.jsonl").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "[odd]").mkdir()
    for words in (["papers"], ["papers/*.jsonl"], ["papers", "none/*.bib"], ["papers", "[odd]"]):
        code, _, err = review("add", *words)
        assert code == 0, words
        assert "Skipped" in err
    assert review("add", "papers", "papers/b.jsonl")[0] == 1


def test_a_file_with_one_bad_entry_is_read(review, tmp_path):
    good = write_listing(tmp_path / "a.jsonl", ONE)
    with (tmp_path / "a.jsonl").open("a") as file:
        file.write("{broken\n")
    code, _, err = review("add", good)
    assert code == 0
    assert "Skipped" in err


def test_add_takes_a_map_of_columns(review, tmp_path):
    (tmp_path / "t.csv").write_text("Titel;Text\nVon Birnen;Birnen sind gut.\n")
    assert review("add", "t.csv")[0] == 1
    code, out, _ = review("add", "t.csv", "--column", "Titel=title", "--column", "Text=abstract")
    assert (code, out[:17]) == (0, "1 entry: 1 added,")
    code, _, err = review("add", "t.csv", "--column", "Titel=titel")
    assert code == 2
    assert "'Titel=titel' is not understood. Use HEADER= and one of title, abstract" in err


def test_papers_can_be_filtered_by_what_they_have_and_sorted(review, tmp_path):
    write_listing(
        tmp_path / "a.jsonl",
        {"title": "Bees", "authors": ["Ann Lee"], "year": 2020},
        {"title": "Pears", "authors": ["Bo Adams"], "abstract": "Of pears.", "venue": "JOS"},
    )
    (tmp_path / "long.txt").write_text("Quinces in gardens\n\nQuinces keep pears small. " * 5)
    review("add", "a.jsonl", "long.txt")

    def titles(*arguments):
        code, out, _ = review("papers", *arguments, "--json")
        assert code == 0
        return [paper["title"] for paper in json.loads(out)["papers"]]

    assert titles("--lacks", "text", "--has", "abstract") == ["Pears"]
    assert titles("--lacks", "abstract", "--lacks", "text") == ["Bees"]
    assert titles("--author", "lee") == titles("--title", "bee") == ["Bees"]
    assert titles("--sort", "author") == ["Pears", "Bees", "Quinces in gardens"]
    assert titles("--sort", "title", "--reverse")[0] == "Quinces in gardens"
    _, _, err = review("papers")
    assert err == "3 papers; 1 with an abstract only; 1 with a title only\n"
    code, _, err = review("papers", "--has", "wings")
    assert (code, "'wings'. Use text, abstract" in err) == (2, True)


def test_tags_are_put_on_and_taken_off_and_filter_papers(review, pair):
    keys = [line.split()[0] for line in review("papers")[1].splitlines()]
    assert review("tag", *keys, "--add", "al", "--add", "old")[0] == 0
    assert review("tag", keys[0], "--remove", "old")[1] == f"{keys[0]}  al\n"
    assert review("tag")[1] == "al  2\nold  1\n"
    assert review("papers", "--tag", "old")[1].startswith(keys[1])
    assert review("tag", "nobody", "--add", "x")[0] == 1
    assert review("tag", "--add", "x")[0] == 2
    assert review("tag", keys[0], "--add", " ")[0] == 2


def test_papers_of_a_year_are_sorted_by_their_dates(review, tmp_path):
    dates = ["2025-03", "2025-11-02", "", "2025", "2025-03-09", "2024-12", "2025-03-09", ""]
    records = [
        {"title": f"{t} paper about {t.lower()} things", "date": d}
        for t, d in zip("ABCDEFGH", dates, strict=True)
    ]
    review("add", write_listing(tmp_path / "a.jsonl", *records))

    def letters(*options):
        listed = json.loads(review("papers", "--sort", "year", "--json", *options)[1])
        return "".join(p["title"][0] for p in listed["papers"])

    assert letters() == "BEGADFCH"
    assert letters("--reverse") == "FDAGEBCH"


def test_notes_are_kept_one_under_another(review, pair):
    key = review("papers")[1].split()[0]
    assert review("note", key)[2] == f"{key} has no note.\n"
    review("note", key, "Compare", "with ProRL.")
    assert review("note", key, "Read twice.")[1] == "Compare with ProRL.\n\nRead twice.\n"
    shown = review("show", key)[1]
    assert "## Note\n\nCompare with ProRL.  \n  \nRead twice.\n" in shown
    assert "with ProRL" in json.loads(review("show", key, "--json")[1])["paper"]["notes"]
    review("note", key, "*star* <b>", "--replace")
    assert "## Note\n\n\\*star\\* \\<b\\>\n" in review("show", key)[1]
    assert review("note", key, "Only this.", "--replace")[1] == "Only this.\n"
    assert review("note", key, "--replace")[2] == f"{key} has no note.\n"


def test_duplicates_are_listed_decided_and_taken_apart(review, pair):
    code, out, err = review("duplicates")
    assert code == 0
    assert out.startswith("similar titles, the same authors, 1 year apart:\n  gonsior-")
    assert err.startswith("1 pair to decide")
    one, other = (line.split()[0] for line in out.splitlines()[1:3])
    code, out, _ = review("duplicates", "--same", one, other)
    kept = out.split()[-1]
    assert review("duplicates")[2] == "Nothing to decide.\n"
    assert "2  ImitAL" in review("duplicates", "--entries", kept)[1]
    assert len(json.loads(review("duplicates", "--entries", kept, "--json")[1])["entries"]) == 2
    assert review("duplicates", "--split", kept, "--take", "2")[0] == 0
    assert len(review("papers")[1].splitlines()) == 2
    assert review("duplicates", "--different", one, other)[0] == 0
    assert review("duplicates", "--split", kept)[0] == 2
    assert review("duplicates", "--split", kept, "--take", "x")[0] == 2
    assert review("duplicates", "--same", one, "nobody")[0] == 1
    assert review("duplicates", "--versions")[0] == 0


def test_a_saved_search_names_what_is_new_once(review, tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    write_listing(folder / "a.jsonl", {"title": "Pears on quince", "abstract": "Pears grow."})
    code, out, _ = review("searches", "add", "pears", "pears on quince", "--from", "inbox")
    assert (code, out) == (0, "Saved pears. 1 paper it finds now count as known.\n")
    assert review("searches", "run", "--quiet")[:2] == (0, "")
    new = {"title": "Pears on quince again", "abstract": "More pears on quince."}
    write_listing(folder / "b.jsonl", new)
    code, out, _ = review("searches", "run", "--quiet")
    assert code == 0
    assert out.startswith("pears: 1 new paper\n  pears-quince-again-nd  ")
    assert review("searches", "run")[1] == "pears: 0 new papers\n"
    assert "pears  pears on quince  (reads " in review("searches")[1]
    news = json.loads(review("searches", "run", "pears", "--json")[1])["news"]
    assert (news[0]["name"], news[0]["papers"]) == ("pears", [])
    assert review("searches", "add", "pears", "x")[0] == 2
    assert review("searches", "run", "apples")[0] == 1
    assert review("searches", "remove", "pears")[0] == 0
    assert "no saved searches" in review("searches")[2]


def test_a_saved_search_says_when_its_inputs_cannot_be_read(review, tmp_path):
    write_listing(tmp_path / "a.jsonl", {"title": "Pears", "abstract": "Pears grow."})
    review("add", "a.jsonl")
    review("searches", "add", "pears", "pears", "--from", "gone")
    code, _, err = review("searches", "run", "--quiet")
    assert code == 1
    assert f"pears: skipped {Path.cwd() / 'gone'}: no such file or folder" in err


@pytest.mark.parametrize("words", [["add", "x"], ["dance"], ["remove"], ["list", "x"]])
def test_searches_wrongly_used_say_how(review, pair, words):
    code, _, err = review("searches", *words)
    assert code == 2
    assert "review searches list, add NAME QUESTION" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "x", "pears", "--limit", "5"], "--limit needs --source"),
        (["run", "--source", "openalex"], "--source needs the action add"),
        (["list", "--year", "2020"], "--year needs the action add"),
        (["remove", "x", "-k", "3"], "-k needs the action add"),
    ],
)
def test_an_option_of_a_search_is_never_passed_over(review, pair, words, said):
    code, out, err = review("searches", *words)
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize(
    "words",
    [
        ["papers", "--library", "a.jsonl"],
        ["restore", "a.jsonl", "--library", "a.jsonl"],
        ["prompts", "export", "a.jsonl"],
        ["prompts", "export", "a.jsonl/below"],
    ],
)
def test_a_file_in_a_folders_place_is_told(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    write_listing(tmp_path / "a.jsonl", {"title": "Pears", "abstract": "Pears grow."})
    before = (tmp_path / "a.jsonl").read_bytes()
    assert run(words) in (1, 2)
    said = capsys.readouterr().err
    assert "a.jsonl" in said
    assert "it is a file" in said or "not a directory" in said
    assert (tmp_path / "a.jsonl").read_bytes() == before


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
@pytest.mark.parametrize("form", ["bibtex", "ris", "csl-json", "csv"])
def test_an_address_that_is_not_of_the_web_is_not_exported(review, tmp_path, form, url):
    write_listing(tmp_path / "a.jsonl", {"title": "Apples", "abstract": "Apples.", "url": url})
    assert review("add", str(tmp_path / "a.jsonl"))[0] == 0
    code, out, _ = review("export", "--format", form)
    assert (code, "Apples" in out) == (0, True)
    assert url.partition(":")[0] + ":" not in out
