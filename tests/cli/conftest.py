"""What the tests of several commands share."""

from __future__ import annotations

import pytest

from reviewer.cli import run
from tests.conftest import SAMPLES


@pytest.fixture
def review(capsys, tmp_path, monkeypatch):
    """Runs a command over the sample library: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "shelf"))
    assert run(["add", str(SAMPLES), "--embedding", "none"]) == 0
    capsys.readouterr()

    def run_review(*arguments):
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review
