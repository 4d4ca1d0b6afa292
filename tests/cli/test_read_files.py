"""`review files` and `review runs remove`: what was read, and runs that are no longer wanted."""

import json

import pytest

from reviewer.cli.app import run
from tests.conftest import write_listing


@pytest.fixture
def review(capsys, tmp_path, monkeypatch):
    """Runs a command on a library of its own: exit code, standard output, standard error."""
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")

    def run_review(*arguments):
        code = run([*arguments, "--library", str(tmp_path / "lib")])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review


def test_files_are_listed_with_what_was_skipped(review, tmp_path):
    good = write_listing(tmp_path / "good.jsonl", {"title": "One paper", "abstract": "It helps."})
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 broken")
    review("add", good, str(tmp_path / "bad.pdf"))
    code, out, err = review("files")
    assert code == 0
    assert "2 files" in err
    first, reason, second = out.splitlines()
    assert first.startswith(str(tmp_path / "bad.pdf"))
    assert reason.startswith("  skipped: ")
    assert second == f"{good}  (1 entry)"
    named = json.loads(review("files", "--json")[1])
    assert named["schema"] == "review/files/1"
    assert [file["entries"] for file in named["files"]] == [0, 1]


def test_a_run_is_removed_by_its_id(review, tmp_path):
    review("add", write_listing(tmp_path / "a.jsonl", {"title": "T", "abstract": "It helps all."}))
    review("ask", "does it help?")
    (run,) = json.loads(review("runs", "--json")[1])["runs"]
    assert review("runs", "remove", run["id"])[1] == f"Removed the run {run['id']}\n"
    assert json.loads(review("runs", "--json")[1])["runs"] == []
    code, _, err = review("runs", "remove")
    assert (code, "remove needs one run" in err) == (2, True)
