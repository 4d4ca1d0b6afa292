"""What README and docs/python.md show from Python runs as it stands there."""

import re
import shutil

import pytest

from reviewer.library import Library
from tests.conftest import ROOT, SAMPLES
from tests.support.fake_provider import FakeProvider
from tests.support.scripted import served

_BLOCK = re.compile(r"(?<!<!-- not run -->\n)```python\n(.*?)```", re.DOTALL)


def blocks(page):
    return _BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))


EXAMPLES = [(p, n) for p in ("README.md", "docs/python.md") for n in range(len(blocks(p)))]


@pytest.fixture
def run_block(tmp_path, monkeypatch, capsys):
    """Runs a block of a page beside the sample papers, with a model on loopback in place of the
    named one, and gives its names and what it printed."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SAMPLES, "fixtures/library")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    with FakeProvider(answers=served()) as provider:
        monkeypatch.setenv("REVIEW_API_BASE", provider.url)

        def run(page, number):
            code = blocks(page)[number].replace("ollama/llama3", "openai/gpt-4o-mini")
            names = {}
            exec(compile(code, page, "exec"), names)
            return names, capsys.readouterr().out

        yield run


def test_pages_have_the_examples_that_are_meant():
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize(("page", "number"), EXAMPLES)
def test_an_example_runs(run_block, page, number):
    run_block(page, number)


def test_the_example_of_the_front_page_asks_a_model_in_five_lines(run_block, tmp_path):
    first = blocks("README.md")[0].partition("\n\nprint")[0]
    assert len([line for line in first.splitlines() if line]) <= 5
    names, printed = run_block("README.md", 0)
    assert names["answer"].writer == "openai/gpt-4o-mini"
    assert printed.startswith("# Does RL teach new skills?\n\nThis is what text ")
    lines = re.findall(r"^[a-z][\w-]+ (?:title|abstract) \d+ .+$", printed, re.MULTILINE)
    assert len(lines) == sum(len(claim.citations) for claim in names["answer"].claims) > 3
    with Library(tmp_path / "my-library") as library:
        for line in lines:
            key, part, start, quote = line.split(" ", 3)
            assert library.paper(key).text_of(part).startswith(quote, int(start))
