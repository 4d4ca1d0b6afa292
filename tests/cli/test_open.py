"""`--open`: a page that was written goes to the browser, which is a script here."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import typer

from reviewer.cli.app import build_app
from reviewer.render.registry import WRITERS
from tests.conftest import ROOT, SAMPLES, write_listing

QUESTION = "does RL teach new skills?"


@pytest.fixture
def review(tmp_path):
    """Runs the command line in a folder with an own library; gives its exit code, its standard
    error, and the addresses that the browser got."""
    noted = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> "{noted}"\n')
    browser.chmod(0o755)
    home = tmp_path / "home with spaces"
    home.mkdir()

    def run(*arguments, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "reviewer", *arguments],
            capture_output=True, text=True, cwd=home,
            env=os.environ | {"BROWSER": str(browser), "PYTHONPATH": str(ROOT),
                              "REVIEW_LIBRARY": str(home / "library"),
                              "REVIEW_EMBEDDING": "none"} | environment,
        )  # fmt: skip
        opened = noted.read_text().splitlines() if noted.is_file() else []
        noted.unlink(missing_ok=True)
        return done.returncode, done.stderr, opened

    run.home = home
    return run


def test_a_written_page_is_opened_by_its_address(review):
    code, err, opened = review(
        "ask", QUESTION, "--papers", str(SAMPLES), "-o", "answer.html", "--open"
    )
    assert (code, opened) == (0, [(review.home / "answer.html").as_uri()]), err
    assert (review.home / "answer.html").is_file()
    code, _, opened = review("ask", QUESTION, "--papers", str(SAMPLES), "-o", "answer.html")
    assert (code, opened) == (0, [])


@pytest.mark.parametrize("output", [[], ["-o", "answer.md"], ["-o", "-"]])
def test_without_a_page_the_error_says_what_to_type_before_any_work(review, output):
    code, err, opened = review("ask", QUESTION, "--papers", "no-such-folder", "--open", *output)
    assert (code, opened) == (2, [])
    assert "--open shows an .html page, and -o names none. Add: -o ask.html" in err
    assert not [*review.home.iterdir()]


def test_a_page_of_problems_is_opened_too_and_keeps_its_exit_code(review):
    (review.home / "draft.md").write_text("RL adds skills [@nobody-2020].\n")
    code, err, opened = review(
        "check", "draft.md", "--papers", str(SAMPLES), "-o", "check.htm", "--open"
    )
    assert (code, opened) == (3, [(review.home / "check.htm").as_uri()]), err


def test_a_page_that_was_not_written_this_time_is_not_opened(review):
    (review.home / "answer.html").write_text("of yesterday")
    code, err, opened = review(
        "ask", QUESTION, "--papers", str(SAMPLES), "-o", "answer.html", "--open", "--dry-run"
    )
    assert (code, opened) == (0, []), err
    code, err, opened = review(
        "ask", QUESTION, "--papers", "no-such-folder", "-o", "answer.html", "--open"
    )
    assert code
    assert opened == []
    assert (review.home / "answer.html").read_text() == "of yesterday"


def test_without_a_browser_the_error_line_says_where_the_page_is(review):
    listing = write_listing(
        review.home / "list.jsonl",
        {"title": "Skills of models", "abstract": "Models learn skills.", "year": 2024},
    )
    assert review("add", listing)[0] == 0
    code, err, opened = review(
        "graph", "-o", "graph.html", "--open", BROWSER="", PATH="", DISPLAY="", WAYLAND_DISPLAY=""
    )
    if sys.platform == "linux":
        assert (code, opened) == (0, [])
        assert "No browser was found here: see graph.html" in err


def test_every_result_with_a_page_has_a_command_that_opens_it():
    with_page = {
        "Answer": "ask", "Table": "table", "RelatedWork": "draft", "CheckReport": "check",
        "Suggestions": "suggest", "Disagreements": "disagreements", "CitationGraph": "graph",
        "Flow": "screen flow", "FilledForm": "screen filled", "Comparison": "compare",
        "LearningPath": "learn", "Gaps": "gaps",
    }  # fmt: skip
    assert {kind for kind, forms in WRITERS.items() if "html" in forms} == set(with_page)
    for name in [*with_page.values(), "survey", "surveys run", "tables show", "drafts show"]:
        command = typer.main.get_command(build_app(name.split()[0]))
        for word in name.split():
            command = command.commands[word]
        assert "--open" in {said for param in command.params for said in param.opts}, name
