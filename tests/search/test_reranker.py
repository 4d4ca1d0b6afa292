"""A reranker in the settings: the best papers in another order, and why."""

import pytest

from reviewer.library import Library
from reviewer.library.embeddings.pair_model import LocalModelError
from reviewer.render.markdown import found_markdown
from reviewer.search import SearchOptions, find
from reviewer.settings import Settings
from tests.conftest import write_listing
from tests.support.pair_models import make_pair_model

QUESTION = "search agents with reinforcement learning"
TEXTS = {
    "Search agents": "Search agents learn by reinforcement learning to search.",
    "Learning agents": "Agents search. Reinforcement learning is mentioned beside golden rules.",
    "Reinforcement learning": "Reinforcement learning of agents.",
}


@pytest.fixture
def shelf(tmp_path):
    records = [{"title": title, "abstract": text} for title, text in TEXTS.items()]
    file = write_listing(tmp_path / "papers.jsonl", *records)
    with Library(tmp_path / "lib", Settings(embedding="none")) as library:
        library.add([file])
    return tmp_path / "lib"


def found(shelf, reranker="", **options):
    with Library(shelf, Settings(embedding="none", reranker=str(reranker))) as library:
        return find(QUESTION, library, SearchOptions(**options))


def titles(result):
    return [hit.paper.title for hit in result.hits]


@pytest.mark.parametrize("weights", [{"golden": (5.0,)}, {"golden": (-1.0, 4.0)}])
def test_a_paper_that_the_model_prefers_rises_into_the_first_k(shelf, tmp_path, weights):
    folder = make_pair_model(tmp_path / "tiny", weights)
    before, after = found(shelf), found(shelf, folder)
    assert titles(before)[0] == "Search agents"
    assert titles(after)[0] == "Learning agents"
    assert sorted(titles(after)) == sorted(titles(before))
    assert after.matched == before.matched
    assert titles(found(shelf, folder, papers=1)) == ["Learning agents"]
    totals = [hit.score.total for hit in after.hits]
    assert totals == sorted(totals, reverse=True)
    assert [item.tag for item in after.evidence][:1] == ["E1"]
    assert after.evidence[0].paper.title == "Learning agents"


def test_a_model_that_says_nothing_keeps_the_order(shelf, tmp_path):
    folder = make_pair_model(tmp_path / "tiny", {"nowhere": (1.0,)})
    assert titles(found(shelf, folder)) == titles(found(shelf))


def test_the_models_part_of_a_score_is_shown(shelf, tmp_path):
    result = found(shelf, make_pair_model(tmp_path / "tiny", {"golden": (5.0,)}), explained=True)
    assert result.hits[0].score.reranker == pytest.approx(0.9933, abs=1e-4)
    assert "relevant with 0.993" in found_markdown(result, explained=True)
    assert "reranker 0.99" in found_markdown(result)
    assert "reranker" not in found_markdown(found(shelf), explained=True)


def test_a_model_with_three_labels_is_no_reranker(shelf, tmp_path):
    folder = make_pair_model(tmp_path / "nli", {"golden": (1.0, 2.0, 3.0)})
    with pytest.raises(LocalModelError, match="gives 3 numbers") as raised:
        found(shelf, folder)
    assert "--nli" in raised.value.hint


def test_a_missing_folder_is_said(shelf, tmp_path):
    with pytest.raises(LocalModelError, match="there is no folder"):
        found(shelf, tmp_path / "absent")
