"""Pages of answers and drafts as their user asks for them."""

import pytest

from reviewer.cli import run
from tests.conftest import SAMPLES

QUESTION = "does RL teach new skills?"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    assert run(["add", str(SAMPLES), "--library", "shelf", "-q"]) == 0


@pytest.mark.parametrize("command", ["ask", "draft"])
def test_the_suffix_html_writes_a_page_and_nothing_beside_it(command, tmp_path, capsys):
    before = set(tmp_path.iterdir())
    assert run([command, QUESTION, "--library", "shelf", "-o", "page.html"]) == 0
    assert set(tmp_path.iterdir()) - before == {tmp_path / "page.html"}
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert '<a class="cite" href="#q1"' in page
    assert run([command, QUESTION, "--library", "shelf", "--format", "html"]) == 0
    printed = capsys.readouterr().out
    assert printed.count('<article class="paper"') == page.count('<article class="paper"') > 3


def test_a_revision_is_no_page(tmp_path, capsys):
    (tmp_path / "mine.md").write_text("# Mine\n\nSome words of mine.\n", encoding="utf-8")
    words = ["draft", "--revise", "mine.md", "--add", "from-fx-gx-2025", "--library", "shelf"]
    assert run([*words, "--format", "html"]) == 2
    assert "this command does not write --format html" in capsys.readouterr().err
