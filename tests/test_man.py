"""Man pages say what help says, and man reads them without a warning."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
import typer

from reviewer.cli.app import build_app
from reviewer.cli.sections import SECTIONS, options_of
from tests import man
from tests.conftest import ROOT
from tests.man import man_pages

WHOLE = typer.main.get_command(build_app())


@pytest.fixture(scope="module")
def pages():
    return man_pages()


def read_back(page):
    """The text of a page, without the marks of troff."""
    page = re.sub(r"\\f[BIR]|\\&", "", page).replace(r"\-", "-")
    for plain, code in man._SPECIAL.items():
        page = page.replace(code, chr(plain))
    return page


def has_man():
    if not (shutil.which("man") and shutil.which("groff")):
        return False
    said = subprocess.run(["man", "--version"], capture_output=True, text=True).stdout
    return said.startswith("man 2.")  # of man-db; a container may have a script in its place


def test_there_is_a_page_for_every_command_and_one_for_all(pages):
    assert set(pages) == {"review", *(f"review-{name}" for name in WHOLE.commands)}
    front = read_back(pages["review"])
    for own in SECTIONS.values():
        for name, line in own.items():
            assert f"review-{name}(1)\n{line}\n" in front


def test_a_page_has_the_arguments_options_and_example_of_its_command(pages):
    front = WHOLE.context_class(WHOLE, info_name="review", **WHOLE.context_settings)
    for name, command in WHOLE.commands.items():
        page = read_back(pages[f"review-{name}"])
        inner = getattr(command, "commands", {}).values()
        for made in (command, *inner):
            ctx = made.context_class(made, info_name=made.name, parent=front)
            for rows in options_of(made, ctx).values():
                for option, line in rows:
                    assert f"\n.TP\n{option}\n{' '.join(line.split())}" in page, (name, option)
            assert " ".join(made.epilog.split()) in page


def test_what_troff_would_read_as_its_own_is_shown_as_it_stands():
    assert man._text(".SH it's") == r"\&.SH it\(aqs"
    assert man._text(r"C:\dir ~ ^ `x` --no-open well-known") == (
        r"C:\edir \(ti \(ha \(gax\(ga \-\-no\-open well-known"
    )


@pytest.mark.skipif(not has_man(), reason="man-db or groff is not installed")
def test_man_shows_every_page_without_a_warning(tmp_path):
    subprocess.run([sys.executable, "-m", "tests.man", str(tmp_path)], cwd=ROOT, check=True)
    for file in sorted(tmp_path.iterdir()):
        shown = subprocess.run(
            ["man", "--warnings", "-l", str(file)],
            capture_output=True, text=True, encoding="utf-8", check=True,
            env=os.environ | {"LC_ALL": "C.UTF-8", "MANWIDTH": "80"},
        )  # fmt: skip
        assert (file.name, shown.stderr) == (file.name, "")
        assert "NAME" in shown.stdout
