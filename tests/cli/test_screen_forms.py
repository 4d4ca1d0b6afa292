"""Forms on included papers as users fill them in, compare, settle and write them."""

import csv
import io
import json

import pytest

from reviewer.cli import run
from tests.cli.test_screen import begin, review  # noqa: F401  a fixture
from tests.support.fake_provider import FakeProvider
from tests.support.scripted import served


@pytest.fixture
def papers(review, tmp_path):  # noqa: F811
    """Two included papers of a screening with two reviewers; gives their keys."""
    begin(review, "--reviewers", "ann,ben", "--double", "all")
    keys = []
    for n in range(12):
        key = json.loads(review("screen", "next", "--as", "ann")[1])["record"]["key"]
        for name in ("ann", "ben"):
            verdict = "include" if n < 2 else "exclude"
            assert review("screen", "label", key, verdict, "--as", name)[0] == 0
        keys += [key] * (n < 2)
    (tmp_path / "data.yaml").write_text(
        "name: data\ncolumns: ['participants (number)', {name: design, choices: [RCT, cohort]}]\n"
    )
    return keys


def test_data_are_taken_out_twice_compared_and_settled(review, papers, tmp_path):  # noqa: F811
    code, out, _ = review("screen", "form", "data.yaml")
    assert (code, out) == (0, "data, version 1: data, 2 fields\n")
    first = papers[0]
    ann, ben = ("--as", "ann"), ("--as", "ben")
    assert review("screen", "fill", first, "data", "participants=40", "design=rct", *ann)[0] == 0
    assert review("screen", "fill", first, "data", "participants=41", "design=RCT", *ben)[0] == 0
    code, out, err = review("screen", "compare", "data")
    assert "participants: ann and ben agree on 0 of 1" in out
    assert "design: ann and ben agree on 1 of 1" in out
    assert f"{first}, participants: ann 40; ben 41" in out
    assert "1 difference" in err
    assert review("screen", "settle", first, "data", "participants=41", "--as", "cem")[0] == 0
    assert "0 differences" in review("screen", "compare", "data")[2]
    code, out, _ = review("screen", "filled", "data", "--format", "csv")
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["key", "participants", "design"]
    assert [first, "41", "RCT"] in rows


def test_a_sheet_goes_out_and_comes_back(review, papers, tmp_path):  # noqa: F811
    review("screen", "form", "data.yaml")
    assert review("screen", "sheet", "data", "--as", "ann", "-o", "ann.csv")[0] == 0
    rows = list(csv.DictReader((tmp_path / "ann.csv").open(newline="")))
    rows[0]["value"], rows[1]["value"] = "12", "cohort"
    with (tmp_path / "ann.csv").open("w", newline="") as stream:
        out = csv.DictWriter(stream, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    code, _, err = review("screen", "sheet", "data", "--as", "ann", "--read", "ann.csv")
    assert (code, "2 values taken" in err) == (0, True)
    _, _, err = review("screen", "sheet", "data", "--as", "ann", "--read", "ann.csv")
    assert "0 values taken" in err


def test_the_risk_of_bias_is_judged_by_the_rules_and_exported(review, papers):  # noqa: F811
    assert "5 domains, 22 fields" in review("screen", "form", "rob2")[1]
    answers = "1.1=Y 1.2=Y 1.3=N 2.1=N 2.2=N 2.6=Y 3.1=Y 4.1=N 4.2=N 4.3=N 5.1=Y 5.2=NI 5.3=N"
    for name in ("ann", "ben"):
        code, _, err = review("screen", "fill", papers[0], "rob2", *answers.split(), "--as", name)
        assert code == 0, err
    code, out, _ = review("screen", "filled", "rob2", "--format", "csv")
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["Study", "D1", "D2", "D3", "D4", "D5", "Overall"]
    assert [papers[0], *["Low"] * 4, *["Some concerns"] * 2] in rows
    assert [papers[1], *[""] * 6] in rows
    assert review("screen", "filled", "rob2", "-o", "rob.html")[0] == 0
    code, _, err = review("screen", "fill", papers[0], "rob2", "D5=High", "--as", "ann")
    assert (code, "needs a reason" in err) == (2, True)


def test_a_model_suggests_in_sheets_and_counts_for_nothing(review, papers, monkeypatch):  # noqa: F811
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    review("screen", "form", "data.yaml")
    with FakeProvider(answers=served()) as provider:
        words = ("--model", "openai/gpt-4o-mini", "--api-base", provider.url)
        code, out, _ = review("screen", "extract", "data", "--dry-run", *words)
        assert (code, "2 included papers: about 4 calls" in out) == (0, True)
        assert provider.requests == []
        code, _, err = review("screen", "extract", "data", *words)
        assert code == 0, err
        assert "suggested with a sentence of its paper" in err
    assert "0 differences" in review("screen", "compare", "data")[2]
    assert review("screen", "filled", "data", "--format", "json")[0] == 0


def test_wrong_words_are_one_clear_error(review, papers):  # noqa: F811
    review("screen", "form", "data.yaml")
    first = papers[0]
    for arguments, said in (
        (("form", "none.yaml"), "none.yaml"),
        (("compare", "x"), "Forms: data"),
        (("fill", first, "data", "participants", "--as", "ann"), "Write FIELD=VALUE"),
        (("fill", first, "data", "desing=RCT", "--as", "ann"), "Did you mean design?"),
        (("fill", first, "data", "design=RCT"), "who decides?"),
        (("settle", first, "data", "design=RCT"), "who settles"),
        (("fill", first, "data", "design=RCT", "--as", "ann", "--quote", "xyz abc q"), "not in"),
        (("extract", "data"), "need a model"),
    ):
        code, out, err = review("screen", *arguments)
        assert code in (1, 2), arguments
        assert said in err, err
        assert "Traceback" not in out + err


def test_help_names_every_command_of_forms(capsys):
    assert run(["screen", "--help"]) == 0
    shown = capsys.readouterr().out
    for name in ("form", "fill", "sheet", "extract", "compare", "settle", "filled", "suggest"):
        assert name in shown
