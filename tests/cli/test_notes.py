"""Notes as their user exports them, and options that do not go together."""

import pytest

from reviewer.cli import run
from tests.conftest import SAMPLES


def test_files_are_printed_and_counts_are_said(tmp_path, capsys):
    shelf, vault = str(tmp_path / "shelf"), tmp_path / "vault"
    assert run(["add", str(SAMPLES), "--library", shelf, "-q"]) == 0
    capsys.readouterr()
    assert run(["export", "--obsidian", str(vault), "--library", shelf]) == 0
    said = capsys.readouterr()
    assert sorted(said.out.splitlines()) == sorted(map(str, vault.iterdir()))
    assert f"0 changed, 0 as before in {vault}" in said.err
    assert run(["export", "--obsidian", str(vault), "--library", shelf]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "0 new notes, 0 changed" in said.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--obsidian", "a", "--logseq", "b"], "--obsidian and --logseq cannot be combined"),
        (["--obsidian", "a", "-o", "x.bib"], "--obsidian writes into its folder"),
        (["--template", "x"], "--template is how notes are written"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, message, capsys):
    assert run(["export", *options]) == 2
    assert message in capsys.readouterr().err
