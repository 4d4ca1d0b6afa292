"""What two or three papers share, and what only one has."""

from __future__ import annotations

import json

import pytest

from reviewer.errors import NotFoundError, UsageError
from reviewer.library import Library
from reviewer.render import render
from reviewer.tasks import compare_texts
from reviewer.writers import Extractive
from reviewer.writers.prompted.judging import ExamineReply
from tests.conftest import WordEmbedding
from tests.support.scripted import examines
from tests.support.scripted import writer as scripted_writer

PAPERS = {
    "Alpha studies retrieval": "We test retrieval with GPT-4 on trivia. Retrieval improves the "
    "accuracy of short answers. We train forty bees to fly home at night.",
    "Beta studies retrieval": "Retrieval improves the accuracy of short answers a little. We ask "
    "doctors about their exams and find that code is released on GitHub.",
    "Gamma": "We describe how mice sleep in a dark room for nine days and wake up rested.",
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    rows = [{"title": title, "abstract": text} for title, text in PAPERS.items()]
    listing = folder / "papers.jsonl"
    listing.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    with Library(folder / "shelf", embedding=WordEmbedding()) as opened:
        opened.add([str(listing)])
        yield opened


def key(shelf, title):
    return next(paper.key for paper in shelf.papers() if paper.title.startswith(title))


@pytest.fixture
def made(shelf):
    return compare_texts([key(shelf, "Alpha"), key(shelf, "Beta")], shelf, Extractive())


def test_near_sentences_are_shared_and_others_belong_to_one_paper(made):
    (point,) = made.shared
    assert "accuracy of short answers" in point.first.citation.quote
    assert "accuracy of short answers" in point.second.citation.quote
    alone = {said.citation.quote for paper in made.papers for said in paper.only}
    assert not any("accuracy of short answers" in quote for quote in alone)


def test_every_sentence_stands_in_its_paper_under_its_number(shelf, made):
    said = [*(x for p in made.shared for x in (p.first, p.second))]
    said += [one for paper in made.papers for one in paper.only]
    for one in said:
        cited = one.citation
        text = shelf.paper(one.key).text_of(cited.part)
        assert text[cited.start : cited.end] == cited.quote
        assert one.number.startswith("E")


def test_a_matter_that_one_text_has_is_not_missing(made):
    assert "what comes next" in made.neither
    assert "code or data to download" not in made.neither


def test_papers_on_other_matters_share_nothing(shelf):
    made = compare_texts([key(shelf, "Alpha"), key(shelf, "Gamma")], shelf, Extractive())
    assert made.shared == ()
    assert "no two sentences are near" in render(made, "markdown")


@pytest.mark.parametrize("support", ["supported", "contradicted"])
def test_the_judge_says_whether_near_sentences_say_the_same(shelf, support):
    judge, _ = scripted_writer({ExamineReply: lambda asked: examines(asked, support)})
    made = compare_texts([key(shelf, "Alpha"), key(shelf, "Beta")], shelf, judge)
    assert [point.support for point in made.shared] == [support]
    words = {"supported": "say the same", "contradicted": "say the opposite"}
    assert words[support] in render(made, "markdown")


def test_one_paper_twice_or_one_alone_cannot_be_compared(shelf):
    alpha = key(shelf, "Alpha")
    for keys in ([alpha], [alpha, alpha]):
        with pytest.raises(UsageError, match="cannot be compared"):
            compare_texts(keys, shelf, Extractive())


def test_an_unknown_paper_is_named(shelf):
    with pytest.raises(NotFoundError, match="nobody"):
        compare_texts([key(shelf, "Alpha"), "nobody"], shelf, Extractive())
