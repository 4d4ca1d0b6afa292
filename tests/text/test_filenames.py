"""Files named by titles and keys: in their folder, on every system, and none twice."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.text.filenames import MOST_BYTES, MOST_CHARS, file_names
from reviewer.text.invisible import is_hidden
from tests.support.injections import INJECTIONS
from tests.support.promises import promise

RESERVED = (
    "CON", "con", "PRN", "AUX", "NUL", "nul.txt", "COM1", "com9", "LPT1", "lpt¹", "COM²", "CONIN$",
    "CONOUT$", "CLOCK$",
)  # fmt: skip
HARD = (
    *RESERVED, "", " ", ".", "..", "...", "../../etc/passwd", "..\\..\\evil", "/etc/passwd",
    "C:\\Windows\\x", "C:evil", "\\\\server\\share", "~", "~/x", "$HOME", "%TEMP%", "a/b", "a\\b",
    "a:b", "a:b:$DATA", "a?b*c", "<x>|y", '"x"', "x.", "x ", " x", ".hidden", "-rf", "--help",
    "a\0b", "a\nb", "\u202egpj.exe", "a\u200bb", "x" * 5000, "é" * 500, "中" * 500, "👩‍💻" * 99,
    "Straße", "STRASSE", "strasse", "Café", "Cafe\u0301", "CAFÉ", "ﬁne", "fine", "FINE", "Ⅳ", "iv",
    "İstanbul", "istanbul", "ΑΣ", "ας", "ασ", "\ud800", "paper", "PAPER-2", "file.md", "file",
)  # fmt: skip
TEXTS = (
    st.text(max_size=120) | st.sampled_from(HARD) | st.sampled_from([i.text for i in INJECTIONS])
)


def folded(name):
    """As a system that tells neither case nor the spelling of accents apart."""
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())


def check(name, suffix):
    stem = name.removesuffix(suffix)
    assert name == stem + suffix
    assert stem
    assert name == os.path.basename(name) == PurePosixPath(name).name == PureWindowsPath(name).name  # noqa: PTH119
    assert not PureWindowsPath(name).is_reserved()
    assert not PureWindowsPath(name).drive
    assert re.fullmatch(r"[\w-]+", stem.replace("\u0307", ""))
    assert name[0] not in ".-~ "
    assert name[-1] not in ". "
    assert len(name) <= MOST_CHARS + 20
    assert len(name.encode()) <= MOST_BYTES
    assert not [i for i in range(len(name)) if is_hidden(name, i)]
    assert folded(stem) not in {folded(r) for r in RESERVED}


@promise(
    "File names made from titles or keys stay in the folder, fit Windows, and overwrite nothing",
    "lists of titles: reserved names, paths, streams, long ones, twins by case or accents, the "
    "orders of hostile papers, and random text",
    full=2000,
    few=100,
)
def test_names_from_titles_are_safe_and_no_two_are_one(rounds, tmp_path):
    @settings(max_examples=rounds)
    @given(st.lists(TEXTS, max_size=12), st.sampled_from([".md", ".html", ".tar.gz"]))
    def names(texts, suffix):
        made = file_names(texts, suffix)
        assert len(made) == len(texts)
        assert len({folded(name) for name in made}) == len(texts)
        for name in made:
            check(name, suffix)
        assert file_names(texts, suffix) == made
        more = file_names(texts, suffix, taken=[name.upper() for name in made])
        assert not {folded(name) for name in more} & {folded(name) for name in made}

    names()


def test_every_hard_name_can_be_written(tmp_path):
    made = file_names(HARD, ".md")
    for name, text in zip(made, HARD, strict=True):
        check(name, ".md")
        with (tmp_path / name).open("x", encoding="utf-8") as file:  # fails for one that is there
            file.write(ascii(text))
    assert sorted(os.listdir(tmp_path)) == sorted(made)  # noqa: PTH208


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Does RL teach new skills?", "Does-RL-teach-new-skills.md"),
        ("从头开始的强化学习", "从头开始的强化学习.md"),
        ("guo-2025-deepseek", "guo-2025-deepseek.md"),
        ("f(x) and g(x)", "f-x-and-g-x.md"),
        ("con", "con-2.md"),
        ("???", "paper.md"),
    ],
)
def test_a_name_can_be_read(text, name):
    assert file_names([text], ".md") == [name]
