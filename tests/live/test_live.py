"""A real model of 135 million parameters, which is weak: whatever it says, its replies have the
asked form, no command ends for form alone, and nothing that is shown is invented.

`make live` asks 100 times; the figures are printed.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from itertools import count, cycle

import pytest

from reviewer.cli import run
from reviewer.errors import ModelError
from reviewer.library import Library
from reviewer.llm import LLM, Prompts
from reviewer.llm.form import Form
from reviewer.search import SearchOptions, find
from reviewer.settings import Settings
from reviewer.types.claims import Claim
from reviewer.types.progress import silent
from reviewer.types.tables import Column
from reviewer.writers import Prompted
from tests.conftest import SAMPLES
from tests.support.live_model import CALLS, CONTEXT_TOKENS, MODEL, NoModelError, start_model

pytestmark = [pytest.mark.live, pytest.mark.timeout(10_800)]

LEAST_PARSED = 0.95
QUESTIONS = (
    "Does retrieval reduce hallucination?",
    "Does reinforcement learning extend what a model can reason about?",
    "How do language models forget during fine-tuning?",
    "When should a model search?",
    "Do irrelevant texts distract language models?",
    "Can language models correct themselves?",
)
IS_LONG = CALLS >= 50


@pytest.fixture(scope="module")
def model():
    try:
        opened = start_model()
    except NoModelError as error:
        pytest.skip(str(error))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    with Library(tmp_path_factory.mktemp("live") / "library", Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        yield opened


class CountingLLM(LLM):
    """Counts the replies with a schema, those that can be read at once, and what they take. What is
    wrong with a reply that can be read is not told: each is asked for once."""

    asked = parsed = characters = 0
    seconds = 0.0

    def __init__(self, settings):
        super().__init__(settings)
        self.unparsed = Counter()

    def ask(self, prompt, into, **options):
        form = into if isinstance(into, Form) else Form(into)
        if form.is_prose:
            return super().ask(prompt, form, **options)
        before, began = self.usage().calls, time.monotonic()
        self.asked += 1
        self.characters += len(prompt)
        try:
            bare = Form(form.into, form.schema, form.most_tokens)
            reply = super().ask(prompt, bare, **options)
            self.parsed += self.usage().calls == before + 1
        finally:
            if self.parsed + self.unparsed.total() < self.asked:
                self.unparsed[form.into.__name__] += 1
            self.seconds += time.monotonic() - began
        return reply


def is_in_its_paper(citation, papers):
    text = papers[citation.paper_id].text_of(citation.part)
    return bool(citation.quote) and text[citation.start : citation.end] == citation.quote


def test_at_least_95_of_100_replies_with_a_schema_parse_and_cite_what_is_there(model, shelf):
    settings = Settings(model=MODEL, api_base=model.url, jobs=1, timeout_s=900)
    counting = CountingLLM(settings)
    assert counting.context_tokens == CONTEXT_TOKENS  # the server says it
    writer = Prompted(counting, Prompts(secret="secret"))
    columns = (Column(name="method"), Column(name="gain", kind="number"))
    papers = {paper.id: paper for paper in shelf.papers()}
    citations = []
    for question, n in zip(cycle(QUESTIONS), count(), strict=False):
        found = find(question, shelf, SearchOptions(papers=12, abstains=False)).evidence
        size, start = 1 + n % 3, n % 9
        evidence = found[start : start + size]
        claim = Claim(text=found[0].sentences[0].text, citations=())
        steps = (
            lambda own=evidence, asked=question: writer.read(asked, own),
            lambda own=evidence[:1]: writer.fill_rows("", columns, own, silent),
            lambda own=evidence, said=claim: writer.examine([said], own),
            lambda asked=question: writer.expand(asked, ()),
            lambda own=evidence, asked=question: writer.rerank(asked, own),
        )
        for step in steps:
            if counting.asked >= CALLS:
                break
            try:
                for item in step() or ():
                    citations += getattr(item, "citations", ())
                    citations += (c for cell in getattr(item, "cells", ()) for c in cell.citations)
            except ModelError:
                continue  # counted as not parsed
        if counting.asked >= CALLS:
            break
    sys.stdout.write(
        f"\n{counting.parsed} of {counting.asked} replies parse, "
        f"{counting.characters // counting.asked} characters a prompt, "
        f"{counting.seconds / counting.asked:.1f} s a call, {len(citations)} citations; "
        f"not at once: {dict(counting.unparsed)}\n"
    )
    assert counting.parsed >= LEAST_PARSED * counting.asked
    assert citations
    assert all(is_in_its_paper(citation, papers) for citation in citations)


@pytest.fixture
def review(model, shelf, capsys):
    def run_review(*arguments):
        code = run(
            [*arguments, "--library", str(shelf.folder), "--model", MODEL, "--jobs", "1",
             "--api-base", model.url, "--timeout", "900"]
        )  # fmt: skip
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return run_review


def quoted_in(found):
    """Every citation in a result's JSON."""
    if isinstance(found, list):
        return [c for item in found for c in quoted_in(item)]
    if not isinstance(found, dict):
        return []
    inside = [c for value in found.values() for c in quoted_in(value)]
    return [found, *inside] if {"quote", "part", "start", "end"} <= found.keys() else inside


def assert_nothing_is_invented(document, shelf):
    papers = {p.key: p for p in shelf.papers()} | {p.id: p for p in shelf.papers()}
    for citation in quoted_in(document):
        paper = papers[citation.get("paper_id") or citation["key"]]
        text = paper.text_of(citation["part"])
        assert text[citation["start"] : citation["end"]] == citation["quote"]


ASKED = [(q, e) for q in QUESTIONS[: 6 if IS_LONG else 1] for e in ("quick", "normal")]


@pytest.mark.parametrize(("question", "effort"), ASKED)
def test_an_answer_comes_or_quotes_with_the_reason(review, shelf, question, effort):
    code, out, err = review("ask", question, "-k", "3", "--effort", effort, "--json")
    assert code == 0, err
    document = json.loads(out)
    assert document["claims"] or document["outcome"] != "answered"
    if document["coverage"]["reason"] or not document["claims"]:
        assert "model" in json.dumps(document["coverage"])
    assert_nothing_is_invented(document, shelf)


def test_a_table_comes(review, shelf):
    code, out, err = review("table", "retrieval", "-k", "2", "--column", "method", "--json")
    assert code == 0, err
    document = json.loads(out)
    assert document["rows"]
    assert_nothing_is_invented(document, shelf)


def test_a_draft_is_checked(review, shelf, tmp_path):
    paper = next(paper for paper in shelf.papers() if "Atlas" in paper.title)
    draft = tmp_path / "draft.md"
    draft.write_text(
        f"Few examples are enough where a model retrieves [@{paper.key}]. "
        f"Its index can be brought up to date without new training [@{paper.key}].\n"
    )
    code, out, err = review("check", str(draft), "--json")
    assert code in (0, 3), err  # 3: the model says that a sentence fails
    document = json.loads(out)
    assert len(document["sentences"]) == 2
    assert_nothing_is_invented(document, shelf)
