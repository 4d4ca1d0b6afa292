"""Any command line ends with one of the documented exit codes and no traceback."""

import io
import os
import shutil
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reviewer.cli import run
from reviewer.cli.app import build_app
from reviewer.library import Library
from reviewer.settings import Settings
from tests.conftest import SAMPLES
from tests.support.promises import count, promise

CODES = {0, 1, 2, 3, 130}
HOSTILE = [
    *("\x00", "\ud600", "\u202e", "\x1b[31m", "'; DROP TABLE papers;--", "{{7*7}}", "%s", "\\"),
    *("-", "--", "0", "-1", "1e999", "nan", "a,b", "2024:", ":", "*", "[", "(", ".", "日本", "{}"),
    *("\x00\uffff", "é" * 300, "x" * 5000, "[]", "null", "NEAR(", '"', "openai/x"),
]


def commands():
    """Every command with the names of its flags, as typer has them."""
    import typer

    found = {}
    waiting = [((), typer.main.get_command(build_app()))]
    while waiting:
        names, command = waiting.pop()
        flags = [flag for p in command.params for flag in (*p.opts, *p.secondary_opts)]
        # the shell's completion is typer's own, and looks for shells among all processes
        found[names] = [f for f in flags if f.startswith("-") and "completion" not in f]
        waiting += [((*names, n), c) for n, c in getattr(command, "commands", {}).items()]
    return found


KNOWN = commands()


def inside(text):
    """As a command line would hold it, where lone surrogates are bytes that are no UTF-8 and a zero
    byte cannot be, without what would lead out of the folder: nothing may be written elsewhere."""
    text = text.replace("\0", "")
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    return text.replace("/", "∕").replace("~", "∼").replace("..", "‥")


WORDS = st.one_of(
    st.text(max_size=30).map(inside),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Mn"]), max_size=6).map(inside),
    st.sampled_from(HOSTILE).map(inside),
    st.sampled_from(["papers.jsonl", "notes.txt", "shelf", "new", "out.md", "plan.yaml", "a.bib",
                     "does RL teach new skills?", "reward", "markdown", "json", "csv", "html"]),
)  # fmt: skip


@st.composite
def command_lines(draw):
    names = draw(st.sampled_from(sorted(KNOWN)))
    known = st.sampled_from(KNOWN[names] or ["--help"])
    flags = st.tuples(known, WORDS).flatmap(
        lambda pair: st.sampled_from([[pair[0]], [*pair], [f"{pair[0]}={pair[1]}"]])
    )
    parts = draw(st.lists(st.one_of(flags, WORDS.map(lambda word: [word])), max_size=5))
    library = draw(st.sampled_from([["--library", "shelf"], ["--library", "shelf"], []]))
    return [*names, *(word for part in parts for word in part), *library]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    with Library(folder / "shelf", Settings(embedding="none")) as library:
        library.add([str(SAMPLES / "reasoning.txt")])
    (folder / "papers.jsonl").write_text('{"title": "Frogs", "abstract": "They croak."}\n')
    (folder / "notes.txt").write_text("My notes \ufffd on [@frogs] and \\cite{x}.\n")
    (folder / "plan.yaml").write_text("title: [unclosed\n")
    (folder / "a.bib").write_text("@article{frogs, title={Frogs}}\n@broken{")
    return folder


class Places:
    """A folder for each few command lines, so that what they make does not pile up."""

    def __init__(self, made, place):
        self.made, self.place, self.used = made, place, 0

    def enter(self):
        if self.used % 25 == 0:
            shutil.rmtree(self.place, ignore_errors=True)
            shutil.copytree(self.made, self.place)
        self.used += 1
        os.chdir(self.place)


@pytest.fixture(scope="module")
def places(made, tmp_path_factory):
    before = os.getcwd()  # noqa: PTH109  to be gone back to
    yield Places(made, tmp_path_factory.mktemp("used") / "place")
    os.chdir(before)


@promise(
    "Every command line ends with exit code 0, 1, 2, 3 or 130 and no traceback",
    "random commands, flags and Unicode arguments, hostile ones among them, in this process",
    full=10_000,
    few=25,
)
@settings(max_examples=count(10_000, 25), deadline=None, suppress_health_check=list(HealthCheck))
@given(command_lines(), st.binary(max_size=40))
@example(["ask", "\ud600"], b"")
@example(["add", "\x00"], b"")
@example(["backup", "é" * 300, "--library", "shelf"], b"")
@example(["export", "-o", "é" * 300, "--library", "shelf"], b"")
@example(["table", "rl", "--column", "\x00", "--library", "shelf"], b"")
def test_any_command_line_ends_as_documented(places, monkeypatch, capsys, line, stdin):
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
    places.enter()
    code = run(line)
    printed = capsys.readouterr()
    assert code in CODES, line
    assert "Traceback" not in printed.err + printed.out
