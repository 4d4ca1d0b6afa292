"""Neighbours of a paper: by its vectors, by its words where there are none; never itself."""

import json

import pytest

from reviewer.errors import NotFoundError
from reviewer.library import Library
from reviewer.render.json import found_json
from reviewer.search import find_similar
from reviewer.settings import Settings
from reviewer.types.searches import Filters
from tests.conftest import SAMPLES, WordEmbedding, write_listing

POND = "Frogs live in ponds with lilies and dragonflies."
RECORDS = [
    {"title": "Frogs in ponds", "abstract": POND, "year": 2020},
    {
        "title": "Lilies of ponds",
        "abstract": "Ponds with lilies are where frogs live.",
        "year": 2021,
    },
    {"title": "Reward models", "abstract": "They score replies of language models.", "year": 2020},
]


@pytest.fixture(params=["lexical", "dense"])
def ponds(request, tmp_path):
    by_words = Settings(embedding="none")
    with (
        Library(tmp_path / "library", by_words)
        if request.param == "lexical"
        else Library(tmp_path / "library", embedding=WordEmbedding())
    ) as library:
        library.add([write_listing(tmp_path / "papers.jsonl", *RECORDS)])
        yield library


def key_of(library, title):
    return next(paper.key for paper in library.papers() if paper.title == title)


def test_the_nearest_paper_comes_first_and_the_paper_itself_never(ponds):
    found = find_similar(key_of(ponds, "Frogs in ponds"), ponds)
    titles = [hit.paper.title for hit in found.hits]
    assert titles[0] == "Lilies of ponds"
    assert "Frogs in ponds" not in titles
    assert found.method == ("dense" if ponds.has_vectors else "lexical")
    scores = [hit.score.total for hit in found.hits]
    assert scores == sorted(scores, reverse=True)


def test_filters_and_a_count_hold(ponds):
    key = key_of(ponds, "Frogs in ponds")
    found = find_similar(key, ponds, filters=Filters(year_to=2020))
    assert all(hit.paper.title == "Reward models" for hit in found.hits)
    assert len(find_similar(key, ponds, papers=1).hits) == 1


def test_a_slip_in_a_key_names_near_ones(ponds):
    key = key_of(ponds, "Frogs in ponds")
    with pytest.raises(NotFoundError) as told:
        find_similar(key + "x", ponds)
    assert key in told.value.hint


def test_a_paper_is_nearest_to_its_own_subject_in_the_sample_library(tmp_path):
    with Library(tmp_path / "library", embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
        for paper in library.papers()[:10]:
            found = find_similar(paper.key, library, 61)
            assert len(found.hits) == 61
            assert paper.id not in {hit.paper.id for hit in found.hits}
            assert len({hit.paper.id for hit in found.hits}) == 61


def test_it_is_said_in_json(ponds):
    told = json.loads(found_json(find_similar(key_of(ponds, "Reward models"), ponds)))
    assert told["schema"] == "review/search/1"
    assert all(paper["best_sentence"] is None for paper in told["papers"])
