"""`review suggest` as its user meets it."""

from __future__ import annotations

import json

import pytest

from reviewer.cli import run
from tests.conftest import SAMPLES

STAR = "A model improves its reasoning by learning from the rationales it writes itself"


@pytest.fixture
def review(capsys, tmp_path, monkeypatch):
    """Runs a command over the sample library: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "shelf"))
    assert run(["add", str(SAMPLES)]) == 0
    capsys.readouterr()

    def run_review(*arguments):
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review


@pytest.fixture
def draft(tmp_path):
    place = tmp_path / "draft.md"
    place.write_text(f"# Work\n\n{STAR} [?].\n", encoding="utf-8")
    return place


def test_suggestions_are_shown_and_the_draft_stays_as_it_is(review, draft):
    before = draft.read_text(encoding="utf-8")
    code, out, err = review("suggest", "draft.md")
    assert code == 0
    assert "star-bootstrapping-reasoning-nd" in out
    assert "1 without a citation" in err
    assert draft.read_text(encoding="utf-8") == before
    assert list(draft.parent.glob("*.bib")) == []


def test_accepted_suggestions_go_to_a_copy_with_its_bibliography(review, draft):
    code, out, err = review("suggest", "draft.md", "--accept", "1", "-o", "proposed.md")
    assert code == 0
    written = (draft.parent / "proposed.md").read_text(encoding="utf-8")
    assert written == f"# Work\n\n{STAR} [@star-bootstrapping-reasoning-nd].\n"
    assert "[?]" in draft.read_text(encoding="utf-8")
    assert "star-bootstrapping-reasoning-nd," in (draft.parent / "proposed.bib").read_text("utf-8")
    assert out.startswith("--- draft.md")
    assert "1 citation written to proposed.md" in err


def test_a_paper_of_the_drafts_own_bibliography_is_cited_by_its_key_there(review, draft):
    (draft.parent / "refs.bib").write_text(
        "@misc{zelikman, title={STaR: Bootstrapping Reasoning With Reasoning}}\n", "utf-8"
    )
    code, _, _ = review(
        "suggest", "draft.md", "--bib", "refs.bib", "--accept", "1", "-o", "proposed.md"
    )
    assert code == 0
    assert "[@zelikman]" in (draft.parent / "proposed.md").read_text(encoding="utf-8")
    assert not (draft.parent / "proposed.bib").exists()


def test_files_at_hand_take_the_place_of_a_library(review, draft, monkeypatch):
    monkeypatch.setenv("REVIEW_LIBRARY", str(draft.parent / "none"))
    code, out, _ = review("suggest", "draft.md", "--papers", SAMPLES / "reasoning.txt")
    assert code == 0
    assert "star-bootstrapping-reasoning" in out


def test_json_goes_to_standard_output_alone(review, draft):
    code, out, _ = review("suggest", "draft.md", "--json")
    assert code == 0
    assert json.loads(out)["lacking"][0]["suggestions"][0]["number"] == 1


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--accept", "1"], "needs a file to write"),
        (["--accept", "one", "-o", "p.md"], "names no suggestions"),
        (["--accept", "9", "-o", "p.md"], "no suggestion 9"),
        (["-o", "draft.md"], "is the draft itself"),
        (["-o", "p.xlsx"], "does not write"),
        (["--own", "-o", "p.md"], "nothing to write"),
        (["-o", "-"], "goes to a file only"),
    ],
)
def test_what_cannot_be_done_is_one_clear_error_and_writes_nothing(review, draft, flags, said):
    before = {path.name for path in draft.parent.iterdir()}
    code, _, err = review("suggest", "draft.md", *flags)
    assert code != 0
    assert said in err
    assert "Traceback" not in err
    assert {path.name for path in draft.parent.iterdir()} == before


def test_a_missing_draft_is_said(review):
    code, _, err = review("suggest", "nowhere.md")
    assert code != 0
    assert "nowhere.md" in err


def test_a_page_shows_each_sentence_with_its_papers_and_writes_no_draft(review, draft):
    code, out, _ = review("suggest", "draft.md", "-o", "page.html")
    assert code == 0
    page = (draft.parent / "page.html").read_text(encoding="utf-8")
    assert "star-bootstrapping-reasoning-nd" in page
    assert "<blockquote" in page
    assert out == ""
    assert not (draft.parent / "page.bib").exists()


def test_own_work_has_a_page_too(review, draft):
    code, _, _ = review("suggest", "draft.md", "--own", "-o", "page.html")
    assert code == 0
    assert "What the library says of" in (draft.parent / "page.html").read_text(encoding="utf-8")
