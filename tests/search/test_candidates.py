"""Candidates are counted by paper: one very long paper takes the place of no other."""

import pytest

from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.search.candidates import few_of_each
from reviewer.settings import Settings
from tests.conftest import WordEmbedding, write_listing

PAPERS = 20


def ranked(chunks):
    """A search over chunks that are numbered from 1, the best first; `asked` keeps the sizes."""
    asked = []

    def search(most):
        asked.append(most)
        return [(n, 1.0 / n) for n in range(1, chunks + 1)][:most]

    return search, asked


def test_each_paper_gives_its_best_chunks_and_no_more():
    search, asked = ranked(40)
    paper_of = {n: (n - 1) % 10 for n in range(1, 41)}
    kept = few_of_each(search, lambda numbers: paper_of, papers=10, each=2)
    assert [n for n, _ in kept] == list(range(1, 11))
    assert asked == [10]
    assert [n for n, _ in few_of_each(search, lambda numbers: paper_of, 20, 2)] == list(
        range(1, 21)
    )


def test_more_is_asked_for_while_one_paper_holds_the_best_chunks():
    search, asked = ranked(1000)
    paper_of = {n: 0 if n <= 900 else n for n in range(1, 1001)}
    kept = few_of_each(search, lambda numbers: paper_of, PAPERS, each=3)
    assert [n for n, _ in kept] == [1, 2, 3, *range(901, 901 + PAPERS - 1)]
    assert asked == [20, 80, 320, 1280]


def test_chunks_that_another_process_removed_are_left_out():
    search, _ = ranked(4)
    kept = few_of_each(search, lambda numbers: {1: 1, 3: 3}, papers=4, each=3)
    assert [n for n, _ in kept] == [1, 3]


@pytest.mark.parametrize("way", ["lexical", "dense"])
def test_a_very_long_paper_hides_no_other(tmp_path, way):
    """A thesis of many chunks, each of which says more of the question than the other papers."""
    thesis = " ".join(
        f"Frogs of pond {n} sing, and frogs in a pond hear them." for n in range(9000)
    )
    others = [
        {"title": f"Note {n}", "abstract": f"Field note {n}: some frogs were seen."}
        for n in range(PAPERS)
    ]
    settings = Settings(embedding="none") if way == "lexical" else None
    embedding = None if way == "lexical" else WordEmbedding()
    with Library(tmp_path / "library", settings, embedding) as library:
        library.add(
            [write_listing(tmp_path / "p.jsonl", {"title": "T", "abstract": thesis}, *others)]
        )
        assert library.chunks.count() > 200 + PAPERS
        found = find("frogs in a pond", library, SearchOptions(papers=40))
        assert len(found.hits) == PAPERS + 1
        assert found.hits[0].paper.title == "T"
        assert {item.paper.id for item in found.evidence} == {hit.paper.id for hit in found.hits}
