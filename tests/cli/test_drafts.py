"""`review drafts` and `review surveys` as their user meets them."""

import json

import pytest

from reviewer.cli import run
from tests.conftest import SAMPLES
from tests.support.fake_provider import FakeProvider
from tests.support.scripted import served

QUESTION = "does RL teach new skills?"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("REVIEW_OFFLINE", "")
    monkeypatch.setenv("REVIEW_CONTEXT_TOKENS", "128000")
    with FakeProvider(answers=served()) as fake:
        monkeypatch.setenv("REVIEW_MODEL", "openai/fake")
        monkeypatch.setenv("REVIEW_API_BASE", fake.url)
        assert run(["add", str(SAMPLES), "--quiet"]) == 0
        yield


@pytest.fixture
def review(capsys):
    """Runs a command: exit code, standard output, standard error."""
    capsys.readouterr()

    def run_review(*arguments):
        code = run([str(a) for a in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review


def planned(review):
    """The id of a draft that is planned."""
    code, _, err = review("draft", QUESTION, "--plan-only", "-o", "plan.yaml")
    assert code == 0
    return err.split("review drafts show ")[1].split()[0]


def test_a_plan_is_edited_written_and_a_sentence_redone(review, tmp_path):
    draft = planned(review)
    code, out, _ = review("drafts", "list")
    assert out == f"{draft}  {QUESTION}  (2 paragraphs, planned)\n"
    code, out, _ = review("drafts", "edit", draft, "rename", "1", "What", "is", "new")
    assert (code, 'name: "What is new"' in out) == (0, True)
    key = out.split('key: "')[1].split('"')[0]
    code, out, _ = review("drafts", "edit", draft, "out", key, "too old")
    assert f'{{key: "{key}", why: "too old"}}' in out
    code, out, _ = review("drafts", "edit", draft, "place", key, "2", "1")
    assert "left_out" not in out
    code, out, _ = review("drafts", "edit", draft, "merge", "2", "1")
    assert out.count("- name:") == 1
    code, out, err = review("drafts", "write", draft, "--dry-run")
    assert out.startswith("About ")
    code, _, err = review("drafts", "write", draft, "-o", "related.md")
    assert code == 0
    assert "Its proof: related.proof.html" in err
    first = (tmp_path / "related.md").read_text("utf-8")
    code, _, _ = review("drafts", "redo", draft, "1.2", "shorter", "-o", "again.md")
    assert code == 0
    assert (tmp_path / "again.md").read_text("utf-8").count("Seen another way") == 1
    assert "Seen another way" not in first
    code, out, err = review("drafts", "show", draft)
    assert "Seen another way" in out
    versions = [line.split()[1] for line in err.splitlines() if line.startswith("Version")]
    assert len(versions) == 2
    assert "1.2: written again" in err
    code, out, _ = review("drafts", "back", draft, versions[0])
    assert out == f"{draft}  {versions[0]}\n"
    assert "Seen another way" not in review("drafts", "show", draft)[1]
    assert "Seen another way" in review("drafts", "show", draft, "--version", versions[1])[1]
    assert review("drafts", "remove", draft)[0] == 0
    assert review("drafts", "list")[1] == ""


def test_a_whole_plan_is_taken_from_a_file(review, tmp_path):
    draft = planned(review)
    file = tmp_path / "plan.yaml"
    file.write_text(file.read_text("utf-8").replace("First things", "Things first"), "utf-8")
    code, out, _ = review("drafts", "edit", draft, "--plan", "plan.yaml")
    assert (code, "Things first" in out) == (0, True)
    assert "Things first" in review("drafts", "plan", draft)[1]


def test_a_written_draft_is_kept_too_and_one_of_files_at_hand_is_not(review):
    assert "Kept as a draft: review drafts show" in review("draft", QUESTION)[2]
    at_hand = review("draft", QUESTION, "--papers", SAMPLES)[2]
    assert "Kept as a draft" not in at_hand
    (listed,) = json.loads(review("drafts", "list", "--json")[1])["drafts"]
    assert len(listed["run_ids"]) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["drafts", "show", "none"], 1, "not exactly one draft begins with 'none'. See them: rev"),
        (["drafts", "edit", "DRAFT"], 2, "say one edit, or give a --plan"),
        (["drafts", "edit", "DRAFT", "dance", "1"], 2, "unknown edit 'dance'. Use one of: rename"),
        (["drafts", "edit", "DRAFT", "merge", "1"], 2, "'merge' lacks a value"),
        (["drafts", "edit", "DRAFT", "up", "one"], 2, "'one' is not a number of a paragraph"),
        (["drafts", "edit", "DRAFT", "out", "nobody-2020"], 1, "nobody-2020"),
        (["drafts", "redo", "DRAFT", "1.1"], 2, "this draft is not written yet. Write it: review"),
        (["drafts", "redo", "DRAFT", "x"], 2, "'x' names no part of a draft. Write 2.3 for"),
        (["drafts", "back", "DRAFT", "2020"], 1, "not exactly one run begins with '2020'"),
        (["surveys", "show", "none"], 1, "not exactly one survey begins with 'none'"),
    ],
)
def test_slips_give_one_line_that_helps(review, arguments, code, said):
    draft = planned(review) if "DRAFT" in arguments else ""
    found, _, err = review(*[draft if a == "DRAFT" else a for a in arguments])
    assert found == code, err
    (line,) = err.splitlines()
    assert said in line


def test_a_survey_is_kept_edited_run_and_shown(review, tmp_path):
    code, _, _ = review("survey", "RL teaches skills", "--yes", "-k", "8", "-o", "reports")
    assert code == 0
    survey = review("surveys", "list")[1].split()[0]
    assert "1. First things: written" in review("surveys", "show", survey)[1]
    plan = review("surveys", "plan", survey)[1]
    (tmp_path / "own.yaml").write_text(plan.replace("RL teaches", "How RL teaches"), "utf-8")
    assert review("surveys", "edit", survey, "own.yaml")[0] == 0
    code, out, _ = review("surveys", "run", survey, "-o", "again")
    assert (code, out) == (0, "again/index.html\n")
    assert (tmp_path / "again" / "how-rl-teaches-skills.md").is_file()
    assert "2 runs" in review("surveys", "list")[1]
    assert review("surveys", "remove", survey)[0] == 0


def test_the_same_topics_again_are_the_same_survey(review):
    for folder in ("one", "two"):
        assert review("survey", "RL teaches skills", "--yes", "-k", "8", "-o", folder)[0] == 0
    (listed,) = json.loads(review("surveys", "list", "--json")[1])["surveys"]
    assert len(listed["run_ids"]) == 2
