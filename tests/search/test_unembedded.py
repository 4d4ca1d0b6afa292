"""Papers that have no vectors yet, as after an interrupt, compete by their words."""

import pytest

from reviewer.cli import run
from reviewer.cli.library import words_alone_note
from reviewer.library import Library
from reviewer.search import SearchOptions, find
from tests.conftest import SAMPLES, WordEmbedding

QUESTION = "does RL teach new skills?"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with Library(tmp_path_factory.mktemp("whole"), embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
        yield library


@pytest.fixture
def half(tmp_path):
    """The sample library after an interrupt: the papers that the question finds first wait."""
    with Library(tmp_path / "half", embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
        best = [hit.paper.id for hit in find(QUESTION, library, SearchOptions(papers=6)).hits]
        forget_vectors(library, best[::2])
        yield library


def forget_vectors(library, paper_ids):
    with library.database.transaction():
        library.database.next_generation()
        for paper_id in paper_ids:
            number = library.catalogue.number_of(paper_id)
            for table in ("vectors", "sentences"):
                library.database.run(
                    f"DELETE FROM {table} WHERE chunk IN "
                    "(SELECT number FROM chunks WHERE paper = ?)",
                    (number,),
                )


def ids(found):
    return [hit.paper.id for hit in found.hits]


def test_a_paper_without_a_vector_that_holds_the_questions_words_is_still_among_the_first(
    half, whole
):
    best = ids(find(QUESTION, whole, SearchOptions(papers=6)))
    found = ids(find(QUESTION, half, SearchOptions(papers=12)))
    assert set(best[::2]) <= set(found)
    assert set(best[::2]) & set(found[:3]), "none of them is even near its place"


def test_its_score_names_only_the_parts_that_it_was_scored_by(half, whole):
    waiting = set(ids(find(QUESTION, whole, SearchOptions(papers=6)))[::2])
    hits = find(QUESTION, half, SearchOptions(papers=12)).hits
    scores = [hit.score for hit in hits if hit.paper.id in waiting]
    assert scores
    for score in scores:
        assert (score.dense, score.sentence, score.rocchio, score.neighbours) == (None,) * 4
        assert score.lexical > 0
        assert score.total > 0
    assert all(hit.score.dense is not None for hit in hits if hit.paper.id not in waiting)


def test_it_can_be_read_and_cited(half, whole):
    waiting = set(ids(find(QUESTION, whole, SearchOptions(papers=6)))[::2])
    evidence = find(QUESTION, half, SearchOptions(papers=12)).evidence
    assert waiting <= {item.paper.id for item in evidence}


def test_an_off_topic_question_does_not_match_papers_because_they_wait(half):
    assert not find("which bees pollinate apple orchards in spring?", half).matched


def test_the_note_counts_the_papers_that_wait_and_names_the_remedy(half, whole):
    said = words_alone_note(half, is_at_hand=False)
    assert said.startswith("3 papers of 62 have no vectors yet")
    assert "review reindex" in said
    assert words_alone_note(whole, is_at_hand=False) == ""
    half.reindex()
    assert words_alone_note(half, is_at_hand=False) == ""


def test_search_tells_of_them_after_its_result(tmp_path, capsys, monkeypatch):
    """Through the real command: the library was embedded, then a paper came without a network."""
    folder = tmp_path / "shelf"
    with Library(folder, embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
        forget_vectors(library, [library.papers()[0].id])
        monkeypatch.delenv("REVIEW_EMBEDDING", raising=False)
        monkeypatch.setattr("reviewer.library.library.open_embedding", lambda *_: WordEmbedding())
    assert run(["search", "rewards", "--library", str(folder)]) == 0
    assert "1 paper of 62 has no vectors yet" in capsys.readouterr().err
