"""Nothing in one file costs the other files, and no record of a library ends a command."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.cli import run
from tests.support.fuzz import half_letters

FROGS = "Frogs croak at night in ponds. We count frogs at night."
PLAIN = f"@article{{frogs, title={{Frogs croak at night}}, author={{Lee, Ann}}, year={{2020}}, \
abstract={{{FROGS}}}}}\n"


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


def look(review, key):
    """What every command that shows papers prints; each ends well."""
    printed = ""
    for command in (
        ["papers"],
        ["show", key],
        ["search", "frogs at night"],
        ["ask", "do frogs croak at night?"],
        ["draft", "frogs at night", "-o", "d.md"],
        ["table", "frogs at night", "--column", "place"],
        *(["export", "-f", form] for form in ("bibtex", "ris", "csl-json", "jsonl", "csv")),
        ["export", "--style", "apa"],
    ):
        code, out, err = review(*command)
        assert code == 0, (command, err)
        printed += out
    assert Path("d.bib").read_text(encoding="utf-8")
    return printed


def test_a_pdf_with_half_a_letter_costs_no_other_paper(review):
    Path("papers").mkdir()
    for number in range(8):
        line = json.dumps({"title": f"Pond {number} of newts", "abstract": FROGS})
        Path("papers", f"{number}.jsonl").write_text(line, encoding="utf-8")
    Path("papers", "5.pdf").write_bytes(half_letters("D835"))
    code, out, _ = review("add", "papers")
    assert (code, out.startswith("9 entries: 9 added")) == (0, True)
    (key,) = (line.split()[0] for line in review("papers")[1].splitlines() if "Letter" in line)
    assert "that \ufffd is seen by every reader" in review("show", key)[1]


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("date={2004-21}", "· 2004\n"),
        ("date={2012-00}", "· 2012\n"),
        ("date={2006-00-00}", "· 2006\n"),
        ("date={2007-02-31}", "· Feb 2007\n"),
        ("year={2005}, month={13}", "· 2005\n"),
        ("year={2005}, month={0}", "· 2005\n"),
    ],
)
def test_a_date_that_does_not_exist_is_shown_as_far_as_it_does(review, field, shown):
    Path("a.bib").write_text(PLAIN.replace("year={2020}", field))
    assert review("add", "a.bib")[0] == 0
    assert shown in review("papers")[1]
    key = review("papers")[1].split()[0]
    assert "Dec" not in look(review, key)


def test_an_address_in_a_field_or_a_draft_ends_nothing(review):
    note = "year={2020}, note={See \\href{https://e.org/a}{our page}}"
    href = PLAIN.replace("year={2020}", note).replace("croak", "\\href{https://e.org}{croak}")
    Path("a.bib").write_text(href)
    code, out, err = review("add", "a.bib")
    assert (code, err) == (0, "")
    assert "Frogs croak at night" in review("papers")[1]
    Path("d.tex").write_text(
        "\\documentclass{article}\\begin{document}\nFrogs croak at night \\cite{frogs}. "
        "Code is at \\href{https://e.org}{our page}.\n\\end{document}\n"
    )
    code, out, err = review("check", "d.tex", "--bib", "a.bib")
    assert code == 0, err
    assert "Frogs croak at night" in out


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({"date": "2004-21"}, "21"),
        ({"date": "2012-00", "year": 2012}, "Dec"),
        ({"date": "--13-40", "year": None}, "40"),
        ({"date": "in spring"}, "spring"),
        ({"authors": ["\u200b"]}, "\u200b"),
        ({"authors": ["\u200b", "Bo Kim", "\u202e"]}, "\u202e"),
        ({"venue": "Half \ud835 a letter"}, "\\ud835"),
        ({"extra": {"volume": "\udc51"}}, "\\udc51"),
        ({"year": 10**30}, "0" * 30),
        ({"extra": {"files": 5, "certainty": [1], "corporate_authors": "x"}}, "\0"),
    ],
)
def test_what_a_library_holds_already_ends_no_command(review, change, gone):
    """As earlier releases kept what their readers gave."""
    Path("a.bib").write_text(PLAIN)
    assert review("add", "a.bib")[0] == 0
    key = review("papers")[1].split()[0]
    with closing(sqlite3.connect("library/library.db")) as database, database:
        for table, column in (("papers", "paper"), ("records", "record")):
            rows = database.execute(f"SELECT number, {column} FROM {table}").fetchall()
            for number, text in rows:
                kept = json.dumps(json.loads(text) | change)  # half a letter as \ud835
                database.execute(
                    f"UPDATE {table} SET {column} = ? WHERE number = ?", (kept, number)
                )
    assert gone not in look(review, key).replace(str(Path.cwd()), "")
    Path("b.bib").write_text(PLAIN.replace("2020", "2021"))  # joins the entry that was kept
    assert review("add", "b.bib")[0] == 0
    look(review, key)


def test_an_entry_of_an_author_who_cannot_be_seen_is_exported(review):
    line = json.dumps({"title": "Frogs croak at night", "abstract": FROGS, "authors": ["\u200b"]})
    Path("a.jsonl").write_text(line)
    assert review("add", "a.jsonl")[0] == 0
    look(review, "frogs-croak-night-nd")


@pytest.mark.parametrize("command", [("survey",), ("draft", "--plan")])
def test_a_plan_for_a_later_yaml_is_one_clear_error(review, command):
    Path("a.bib").write_text(PLAIN)
    review("add", "a.bib")
    Path("plan.yaml").write_text("%YAML 1.3\n---\ntitle: A\ntopics:\n- topic: frogs\n")
    code, _, err = review(*command, "plan.yaml")
    assert code == 2
    assert err == (
        "review: plan.yaml asks for a version of YAML that is not known. "
        "Write %YAML 1.2 in its first line, or take that line out.\n"
    )


@pytest.mark.parametrize(
    "title", [": Frogs", "?: Frogs of 2004 at night", "\u200b: a", "...: x", ":", "{}"]
)
def test_a_title_that_begins_with_its_colon_costs_no_other_paper(review, title):
    lines = [{"title": title, "authors": ["Ann Lee"]}, {"title": "Newts", "authors": ["Ann Lee"]}]
    Path("a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert review("add", "a.jsonl")[0] == 0
    assert "Newts" in review("papers")[1]
