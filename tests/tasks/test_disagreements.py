"""Pairs of findings that may contradict each other, from small libraries of known papers."""

from __future__ import annotations

import json

import pytest

from reviewer.errors import NotFoundError
from reviewer.library import Library
from reviewer.render import render
from reviewer.sources.text_file import TextFile
from reviewer.tasks import find_disagreements
from reviewer.tasks.disagreements.pairs import DisagreementOptions, own_text
from reviewer.tasks.drafts.own_work import own_work
from reviewer.writers import Extractive
from reviewer.writers.prompted.judging import ExamineReply
from tests.conftest import WordEmbedding
from tests.support.scripted import writer as scripted_writer

PAPERS = {
    "Retrieval helps": "Question answering is hard. We test retrieval on trivia questions in "
    "English. We find that retrieval consistently improves the accuracy of answers.",
    "Retrieval harms": "Question answering is studied widely. We test retrieval with GPT-4 on "
    "medical exams. We find that retrieval often reduces the accuracy of answers and harms trust.",
    "Bees see colours": "Bees are insects. We train forty bees with coloured flowers. We find that "
    "bees tell blue flowers from green ones.",
    "Sleep and memory": "Contrary to conventional wisdom, we find that sleep does not help the "
    "memory of adult mice. The mice were trained for nine days.",
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("disagreeing")
    rows = [
        {"title": title, "abstract": text, "doi": f"10.1000/{n}"}
        for n, (title, text) in enumerate(PAPERS.items())
    ]
    listing = folder / "papers.jsonl"
    listing.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    with Library(folder / "shelf", embedding=WordEmbedding()) as opened:
        opened.add([str(listing)])
        yield opened


def titles(pair):
    return {pair.first.title, pair.second.title}


def opposed(made):
    return next(p for p in made.pairs if titles(p) == {"Retrieval helps", "Retrieval harms"})


def test_two_findings_that_oppose_are_a_pair_with_their_signs_and_conditions(shelf):
    pair = opposed(find_disagreements(shelf, Extractive()))
    assert any("improves against reduces" in sign for sign in pair.signs)
    said = {clause.quote for one in (pair.first, pair.second) for clause in one.conditions}
    assert any("medical exams" in quote for quote in said)
    assert pair.support == "unchecked"


def test_every_quote_stands_in_its_paper_at_its_place_under_its_number(shelf):
    made = find_disagreements(shelf, Extractive())
    assert made.pairs
    for pair in made.pairs:
        for one in (pair.first, pair.second):
            paper = shelf.paper(one.key)
            for cited in (one.citation, *one.conditions):
                assert paper.text_of(cited.part)[cited.start : cited.end] == cited.quote
            assert one.number.startswith("E")


def test_a_sentence_that_contests_a_view_is_a_candidate_without_a_near_finding(shelf):
    made = find_disagreements(shelf, Extractive())
    contests = [one for p in made.pairs for one in (p.first, p.second) if one.contests]
    assert any("sleep does not help" in one.citation.quote for one in contests)


def test_no_pair_is_of_one_paper(shelf):
    made = find_disagreements(shelf, Extractive())
    assert all(p.first.key != p.second.key for p in made.pairs)


def test_with_a_key_only_its_pairs_are_shown(shelf):
    key = next(p.key for p in shelf.papers() if p.title == "Retrieval harms")
    made = find_disagreements(shelf, Extractive(), DisagreementOptions(with_key=key))
    assert made.pairs
    assert all("Retrieval harms" in titles(pair) for pair in made.pairs)


def test_an_unknown_key_is_named(shelf):
    with pytest.raises(NotFoundError, match="nobody-2020"):
        find_disagreements(shelf, Extractive(), DisagreementOptions(with_key="nobody-2020"))


def test_what_contradicts_my_own_paper_is_found(shelf):
    text = (
        "# Mine\n\nRetrieval was tried on trivia in our laboratory for three years. We find that "
        "retrieval never improves the accuracy of answers.\n"
    )
    own = own_text(own_work(TextFile("mine.md", text)))
    made = find_disagreements(shelf, Extractive(), DisagreementOptions(own=own))
    assert any("Retrieval helps" in titles(pair) for pair in made.pairs)
    assert all("W" in (pair.first.key, pair.second.key) for pair in made.pairs)


def test_a_topic_leaves_out_papers_on_other_matters(shelf):
    topic = "Does retrieval improve the accuracy of answers?"
    made = find_disagreements(shelf, Extractive(), DisagreementOptions(topic=topic, most=1))
    assert titles(made.pairs[0]) == {"Retrieval helps", "Retrieval harms"}


def test_the_judge_decides_and_what_it_calls_a_contradiction_comes_first(shelf):
    def says(asked):
        claims = [text for text in asked.texts if text.tag.startswith("S")]
        opposite = [text.tag for text in claims if "accuracy of answers" in text.body]
        verdicts = [
            {"tag": text.tag, "support": "contradicted" if text.tag in opposite else "unsupported"}
            for text in claims
        ]
        return {"verdicts": verdicts}

    writer, _ = scripted_writer({ExamineReply: says})
    made = find_disagreements(shelf, writer)
    assert made.pairs[0].support == "contradicted"
    assert titles(made.pairs[0]) == {"Retrieval helps", "Retrieval harms"}
    assert "disagree" in render(made, "markdown")


def test_without_vectors_words_are_compared_and_that_is_said(tmp_path):
    rows = [
        {"title": t, "abstract": a, "doi": f"10.1000/{a[:3]}{t[:9]}"} for t, a in PAPERS.items()
    ]
    listing = tmp_path / "papers.jsonl"
    listing.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    from reviewer.library.library import NO_EMBEDDING
    from reviewer.settings import Settings

    with Library(tmp_path / "shelf", Settings(embedding=NO_EMBEDDING)) as library:
        library.add([str(listing)])
        made = find_disagreements(library, Extractive())
    assert opposed(made)
    assert any("no vectors" in note for note in made.notes)


def test_an_empty_library_has_no_pairs(tmp_path):
    with Library(tmp_path / "empty", embedding=WordEmbedding()) as library:
        made = find_disagreements(library, Extractive())
    assert made.pairs == ()
    assert "0 findings of 0 papers" in render(made, "markdown")


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_each_form_shows_both_findings(shelf, form):
    made = find_disagreements(shelf, Extractive())
    shown = render(made, form)
    assert "consistently improves the accuracy" in shown
    assert "often reduces the accuracy" in shown
