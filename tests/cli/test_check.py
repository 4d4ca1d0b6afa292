"""`review check` and `review export` as their user meets them."""

from __future__ import annotations

import json

import pytest

from reviewer.cli import run
from tests.conftest import SAMPLES
from tests.support.fake_provider import FakeProvider

GOOD = "RL can “teach a language model new skills” [@from-fx-gx-2025].\n"
BAD = "RL “never taught any model a thing” [@from-fx-gx-2025]. It gains 12%.\n"


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
def shelf(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "shelf"
    assert run(["add", str(SAMPLES), "--library", str(folder)]) == 0
    capsys.readouterr()
    monkeypatch.setenv("REVIEW_LIBRARY", str(folder))
    return folder


@pytest.fixture
def write(tmp_path):
    def write_file(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write_file


def test_a_draft_that_holds_exits_0(review, shelf, write):
    code, out, _ = review("check", write("draft.md", GOOD))
    assert code == 0
    assert "quote found" in out
    assert "0 fail" in out


def test_a_draft_that_fails_exits_3_so_that_a_makefile_stops(review, shelf, write):
    code, out, err = review("check", write("draft.md", BAD))
    assert code == 3
    assert "quote not found" in out
    assert "missing citation" in out
    assert err == ""


def test_what_is_allowed_does_not_fail(review, shelf, write):
    draft = write("draft.md", "It gains 12%.\n")
    assert review("check", draft)[0] == 3
    code, out, _ = review("check", draft, "--allow", "missing citation")
    assert code == 0
    assert "missing citation" in out
    code, _, err = review("check", draft, "--allow", "typos")
    assert code == 2
    assert "missing citation" in err


def test_the_suffix_decides_the_form(review, shelf, write, tmp_path):
    draft = write("draft.md", BAD)
    code, out, err = review("check", draft, "-o", "report.html")
    assert (code, out) == (3, "")
    assert "2 fail" in err
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert review("check", draft, "-o", "report.json")[0] == 3
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["schema"] == "review/check/1"
    assert report["failures"] == 2
    assert review("check", draft, "-o", "report.bib")[0] == 2


def test_json_holds_the_places_of_quotes(review, shelf, write):
    code, out, _ = review("check", write("draft.md", GOOD), "--json")
    report = json.loads(out)
    (sentence,) = report["sentences"]
    (citation,) = sentence["quotes"][0]["citations"]
    assert code == 0
    assert citation["quote"] == "teach a language model new skills"
    assert GOOD[sentence["sentence"]["start"] :].startswith("RL can")
    assert report["papers"]["from-fx-gx-2025"]["author_note"] == "10 authors"


def test_without_a_library_a_bibliography_is_enough(review, write):
    write("refs.bib", "@misc{a, title={Pears}, abstract={Pears ripen within nine weeks.}}")
    draft = write("draft.tex", "\\cite{a} say ``ripen within nine weeks''. See \\citep{b}.\n")
    code, out, err = review("check", draft, "--bib", "refs.bib")
    assert code == 3
    assert "quote found" in out
    assert "refs.bib has no such entry" in out
    assert "No library was found" in err


def test_a_draft_names_its_own_bibliography(review, write):
    write("refs.bib", "@misc{a, title={Pears}, abstract={Pears ripen within nine weeks.}}")
    text = "\\begin{document}\nPears ripen \\cite{a}.\n\\bibliography{refs}\n\\end{document}"
    assert review("check", write("draft.tex", text))[0] == 0
    text = "---\nbibliography: refs.bib\n---\n\nPears ripen [@a].\n"
    assert review("check", write("draft.md", text))[0] == 0


def test_with_neither_library_nor_bibliography_it_says_what_to_give(review, write):
    code, _, err = review("check", write("draft.md", GOOD))
    assert code == 1
    assert "--bib" in err
    code, out, _ = review("check", "draft.md", "--papers", str(SAMPLES))
    assert code == 0
    assert "quote found" in out


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("none.md", None, "no such file"),
        ("empty.md", b"", "is empty"),
        ("draft.docx", b"PK\x03\x04", "is damaged"),
        ("draft.md", b"\0\1", "binary"),
    ],
)
def test_what_is_no_draft_is_refused_in_words(review, shelf, tmp_path, name, data, said):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    code, out, err = review("check", name)
    assert (code, out) == (1, "")
    assert said in err


def test_a_missing_or_empty_bibliography_is_named(review, shelf, write):
    draft = write("draft.md", GOOD)
    code, _, err = review("check", draft, "--bib", "none.bib")
    assert code == 1
    assert "none.bib" in err
    write("words.bib", "no entries here")
    code, _, err = review("check", draft, "--bib", "words.bib")
    assert code == 1
    assert "words.bib" in err


def test_a_model_judges_through_the_real_provider(review, shelf, write, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("REVIEW_OFFLINE", "")
    reply = json.dumps({"verdicts": [{"tag": "S1", "support": "contradicted"}]})
    draft = write("draft.md", "RL cannot teach a language model new skills [@from-fx-gx-2025].\n")
    with FakeProvider(answers=lambda seen: reply) as fake:
        code, out, _ = review("check", draft, "--model", "openai/fake", "--api-base", fake.url)
        assert len(fake.requests) == 1
    assert code == 3
    assert "contradict" in out


# Export


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("all.bib", "@misc{from-fx-gx-2025,"),
        ("all.ris", "ID  - from-fx-gx-2025"),
        ("all.json", '"id": "from-fx-gx-2025"'),
        ("all.jsonl", '"key": "from-fx-gx-2025"'),
        ("all.csv", "from-fx-gx-2025,"),
    ],
)
def test_the_whole_library_is_exported_and_read_back(review, shelf, tmp_path, name, holds):
    code, out, err = review("export", "-o", name)
    assert (code, out) == (0, "")
    assert "62 papers" in err
    assert holds in (tmp_path / name).read_text(encoding="utf-8")
    if not name.endswith(".csv"):
        code, out, _ = review("add", name, "--library", "other")
        assert "62 entries: 62 added" in out
        titles = [
            sorted(p["title"] for p in json.loads(review("papers", "--json", "--library", at)[1])
                   ["papers"])
            for at in (shelf, "other")
        ]  # fmt: skip
        assert titles[0] == titles[1]


def test_an_exported_bibliography_checks_what_it_was_made_of(review, shelf, write):
    assert review("export", "--keys", "from-fx-gx-2025", "-o", "refs.bib")[0] == 0
    code, out, _ = review("check", write("draft.md", GOOD), "--bib", "refs.bib")
    assert code == 0
    assert "1 entry in the bibliography: 0 with a fault" in out


def test_export_goes_to_a_pipe_and_by_filters(review, shelf):
    code, out, _ = review("export", "--year", "2024", "--format", "ris")
    assert code == 0
    assert out.count("PY  - 2024") == out.count("TY  - ") > 0
    code, _, err = review("export", "--keys", "nobody")
    assert code == 1
    assert "nobody" in err
    assert review("export", "--format", "docx")[0] == 2
    code, out, err = review("export", "--year", "1850", "--format", "bibtex")
    assert (code, out) == (0, "")
    assert err.endswith("0 papers\n")
    assert "no paper has the tag 'none'" in review("export", "--tag", "none")[2]


def test_a_style_gives_a_formatted_list(review, shelf):
    code, out, _ = review("export", "--keys", "jin-2025-search", "--style", "apa")
    assert code == 0
    assert "(2025, March 12). Search-R1" in out
    assert review("export", "--style", "apaa")[0] == 2
    assert review("export", "--style", "apa", "--format", "ris")[0] == 2


def test_a_bibliography_alone_is_checked_entry_by_entry(review, shelf, write):
    title = "From f(x) and g(x) to f(g(x)): LLMs Learn New Skills in RL by Composing Old Ones"
    text = f"@misc{{fx, title={{{title}}}, year={{2019}}}}\n"
    text += "@misc{bees, title={Bees Dance in Pairs}, author={Tom Hive}, year={2020}}\n"
    code, out, err = review("check", write("refs.bib", text))
    assert (code, err) == (3, "")
    assert "2 entries in the bibliography: 1 with a fault (1 altered, 1 not in the library)." in out
    assert "**altered**: year: 2019; in the library: 2025" in out
    assert "sentence" not in out
    code, out, _ = review("check", "refs.bib", "--json", "--allow", "altered")
    entries = {entry["key"]: entry for entry in json.loads(out)["entries"]}
    assert code == 0
    assert entries["fx"]["verdict"] == "altered"
    assert entries["fx"]["fields"][0] == {
        "field": "year",
        "written": "2019",
        "right": "2025",
        "place": "in the library",
        "reason": "",
        "is_wrong": True,
    }
    assert entries["bees"]["verdict"] == "not in the library"


def test_a_bibliography_without_a_library_is_not_compared_with_itself(review, write):
    write("refs.bib", "@misc{bees, title={Bees Dance in Pairs}, author={Tom Hive}, year={2087}}")
    code, out, err = review("check", "refs.bib", "--json")
    (entry,) = json.loads(out)["entries"]
    assert (code, entry["verdict"]) == (3, "wrong in itself")
    assert "No library was found" in err


def test_offline_the_bibliography_is_not_looked_up_and_the_check_says_so(review, shelf, write):
    write("refs.bib", "@misc{bees, title={Bees Dance in Pairs}, author={Tom Hive}, year={2020}}")
    code, out, err = review("check", "refs.bib", "--online", "--offline")
    assert code == 0
    assert "not looked up" in err
    assert "whether such a paper exists" in out


def test_a_bibliography_as_a_page_says_nothing_of_a_draft(review, shelf, write, tmp_path):
    write("refs.bib", "@misc{bees, title={Bees Dance in Pairs}, author={Tom Hive}, year={2087}}")
    assert review("check", "refs.bib", "-o", "check.html")[0] == 3
    page = (tmp_path / "check.html").read_text(encoding="utf-8")
    assert "it is in the future" in page
    assert "No sentence of the draft" not in page
