"""A question's telling words and pieces."""

import pytest

from reviewer.library import Library
from reviewer.library.index.scoring import Weights
from reviewer.search import SearchOptions, find
from reviewer.search.question import MOST_PIECES, MOST_TELLING, QuestionWords, pieces_of
from reviewer.settings import Settings
from tests.conftest import SAMPLES, WordEmbedding, write_listing

FILLER = " ".join(f"Common word{n} here." for n in range(40))


@pytest.fixture
def ponds(tmp_path):
    """Papers that share common words; one alone speaks of newts."""
    common = [{"title": f"Study {n}", "abstract": FILLER} for n in range(12)]
    newts = {"title": "On newts", "abstract": "Newts swim in ponds, and newts sleep."}
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        library.add([write_listing(tmp_path / "p.jsonl", *common, newts)])
        yield library


def test_of_a_long_question_the_rare_words_are_kept(ponds):
    words = QuestionWords(f"{FILLER} Newts swim. {FILLER}", ponds, Weights())
    assert words.is_long
    assert len(words.stems) == MOST_TELLING
    assert {"newt", "swim"} <= set(words.stems)
    assert not QuestionWords("do newts swim?", ponds, Weights()).is_long


def test_a_word_that_a_question_repeats_weighs_more(ponds):
    once = QuestionWords("newts swim", ponds, Weights()).weights
    often = QuestionWords("newts, newts and newts swim", ponds, Weights()).weights
    assert often["newt"] / often["swim"] == pytest.approx(3**0.5 * once["newt"] / once["swim"])


def test_a_long_question_finds_the_paper_of_its_one_telling_sentence(ponds):
    hits = find(f"{FILLER} Newts swim in ponds.", ponds, SearchOptions(papers=3)).hits
    assert hits[0].paper.title == "On newts"


def test_pieces_are_whole_sentences_and_few():
    assert pieces_of("Frogs sing. Newts swim!") == ["Frogs sing.", "Newts swim!"]
    many = " ".join(f"Sentence number {n} is here." for n in range(100))
    pieces = pieces_of(many)
    assert len(pieces) <= MOST_PIECES
    assert " ".join(pieces) == many


def test_only_a_long_question_is_embedded_in_pieces(tmp_path):
    embedding = WordEmbedding()
    with Library(tmp_path, embedding=embedding) as library:
        library.add([str(SAMPLES)])
        abstract = max((p.abstract for p in library.papers()), key=len)
        for question, texts in (
            ("Does RL help? Or not?", 1),
            (abstract, 1 + len(pieces_of(abstract))),
        ):
            before = embedding.texts
            find(question, library)
            assert embedding.texts - before == texts


def test_the_abstract_of_a_paper_finds_that_paper(tmp_path):
    with Library(tmp_path, embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
        for paper in library.papers()[:10]:
            assert find(paper.abstract, library).hits[0].paper.id == paper.id
