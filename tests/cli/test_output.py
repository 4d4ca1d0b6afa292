"""What standard output writes where its code page lacks letters."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from reviewer.library import Library
from reviewer.settings import Settings
from tests.conftest import ROOT, write_listing

TITLE = "Łódź study of 强化学习"


@pytest.fixture
def library(tmp_path):
    record = {"title": TITLE, "abstract": "We study skills of models at length.", "year": 2024}
    with Library(tmp_path / "library", Settings(embedding="none")) as opened:
        opened.add([write_listing(tmp_path / "list.jsonl", record)])
    return str(tmp_path / "library")


def started(library, *arguments, **streams):
    return subprocess.Popen(
        [sys.executable, "-m", "reviewer", *arguments, "--library", library],
        env=os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
        cwd=ROOT, stderr=subprocess.PIPE, **streams,
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [["export"], ["papers", "--json"], ["papers"]])
def test_a_file_or_a_pipe_gets_utf8_whatever_the_code_page_is(library, arguments):
    process = started(library, *arguments, stdout=subprocess.PIPE)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert TITLE in out.decode("utf-8")
    assert b"Shown as" not in err


def test_a_terminal_shows_what_its_code_page_holds_and_is_told_of_the_rest(library):
    ours, theirs = pty.openpty()
    process = started(library, "export", stdout=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # Linux ends a terminal so
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "?ód? study of ????" in shown.decode("cp1252")
    assert b"Shown as ?: 12 letters that cp1252 lacks. -o FILE writes all of them." in err
