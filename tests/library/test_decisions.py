"""Duplicates in a library: merged when certain, listed when doubtful, decided, and taken apart."""

from __future__ import annotations

import pytest

from reviewer.errors import UsageError
from reviewer.library import Library, merge_papers
from reviewer.library.decisions import (
    count_doubtful,
    keep_apart,
    list_entries,
    paper_pairs,
    settled,
    split_paper,
    undo_decision,
)
from reviewer.settings import Settings
from tests.conftest import write_listing

GONSIOR = ["Julius Gonsior", "Maik Thiele", "Wolfgang Lehner"]
ONE = {"title": "ImitAL: Learned Active Learning Strategy on Synthetic Data", "year": 2022,
       "authors": GONSIOR, "abstract": "One."}  # fmt: skip
OTHER = {"title": "ImitAL: Learning Active Learning Strategies from Synthetic Data", "year": 2021,
         "authors": GONSIOR}  # fmt: skip


@pytest.fixture
def shelf(tmp_path):
    with Library(tmp_path / "library", Settings(embedding="none")) as opened:
        yield opened


def add(shelf, tmp_path, *records, name="a.jsonl"):
    return shelf.add([write_listing(tmp_path / name, *records)])


def test_a_doubtful_pair_is_listed_and_not_merged(shelf, tmp_path):
    added = add(shelf, tmp_path, ONE, OTHER)
    assert added.papers == 2
    (pair,) = paper_pairs(shelf, "doubtful")
    assert {pair.one.title, pair.other.title} == {ONE["title"], OTHER["title"]}
    assert "the same authors" in pair.reason
    assert count_doubtful(shelf, added.added) == 1
    assert count_doubtful(shelf, ()) == 0


def test_a_pair_is_found_whichever_comes_first_and_in_whatever_file(tmp_path):
    for order in ((ONE, OTHER), (OTHER, ONE)):
        folder = tmp_path / order[0]["title"][:15]
        folder.mkdir()
        with Library(folder / "library", Settings(embedding="none")) as shelf:
            for number, record in enumerate(order):
                add(shelf, folder, record, name=f"{number}.jsonl")
            assert len(paper_pairs(shelf, "doubtful")) == 1


def test_yes_merges_keeps_every_name_and_origin_and_is_remembered(shelf, tmp_path):
    add(shelf, tmp_path, ONE, OTHER)
    keys = [paper.key for paper in shelf.papers()]
    shelf.change([keys[1]], lambda p: p.model_copy(update={"tags": ("al",)}))
    merged = merge_papers(shelf, keys)
    assert [p.id for p in shelf.papers()] == [merged.id]
    assert {shelf.paper(key).id for key in keys} == {merged.id}
    assert (len(merged.origins), merged.tags, merged.abstract) == (2, ("al",), "One.")
    assert paper_pairs(shelf, "doubtful") == []
    add(shelf, tmp_path, ONE | {"venue": "EDBT"}, OTHER | {"venue": "arXiv"}, name="b.jsonl")
    assert len(shelf.papers()) == 1


def test_no_is_remembered_and_not_asked_again(shelf, tmp_path):
    add(shelf, tmp_path, ONE, OTHER)
    keys = [paper.key for paper in shelf.papers()]
    keep_apart(shelf, *keys)
    assert paper_pairs(shelf, "doubtful") == []
    assert len(paper_pairs(shelf, "apart")) == 1
    add(shelf, tmp_path, ONE | {"venue": "EDBT"}, name="b.jsonl")
    assert len(shelf.papers()) == 2
    assert paper_pairs(shelf, "doubtful") == []


def test_a_slip_in_a_title_is_merged_at_once_and_can_be_taken_apart_again(shelf, tmp_path):
    slip = ONE | {"title": ONE["title"].replace("Synthetic", "Synthetci")}
    add(shelf, tmp_path, ONE)
    (first,) = shelf.papers()
    add(shelf, tmp_path, slip, name="b.jsonl")
    (merged,) = shelf.papers()
    assert merged.id == first.id
    entries = list_entries(shelf, merged.key)
    assert [entry.number for entry in entries] == [1, 2]
    assert "slip" in entries[0].reason
    stays, new = split_paper(shelf, merged.key, [2])
    assert (stays.title, new.title) == (ONE["title"], slip["title"])
    assert len(shelf.papers()) == 2
    add(shelf, tmp_path, ONE, slip, name="c.jsonl")
    assert len(shelf.papers()) == 2


def test_taking_apart_gives_back_the_key_that_a_merged_paper_had(shelf, tmp_path):
    add(shelf, tmp_path, ONE, OTHER)
    before = {paper.key: paper.id for paper in shelf.papers()}
    merged = merge_papers(shelf, list(before))
    split_paper(shelf, merged.key, [2])
    assert {paper.key: paper.id for paper in shelf.papers()} == before


def test_one_title_that_two_papers_share_can_be_taken_apart(shelf, tmp_path):
    add(shelf, tmp_path, {"title": "Introduction", "abstract": "Of pears."})
    add(shelf, tmp_path, {"title": "Introduction", "abstract": "Of bees."}, name="b.jsonl")
    (merged,) = shelf.papers()
    stays, new = split_paper(shelf, merged.key, [2])
    assert {stays.abstract, new.abstract} == {"Of pears.", "Of bees."}


def test_a_preprint_and_its_published_paper_are_linked_and_both_can_be_cited(shelf, tmp_path):
    preprint = ONE | {"arxiv_id": "2108.07670"}
    published = ONE | {"doi": "10.1000/edbt.2022", "year": 2023}
    add(shelf, tmp_path, preprint)
    add(shelf, tmp_path, published, name="b.jsonl")
    first, second = shelf.papers()
    assert (first.versions, second.versions) == ((second.id,), (first.id,))
    assert first.key != second.key
    (pair,) = paper_pairs(shelf, "versions")
    assert {pair.one.id, pair.other.id} == {first.id, second.id}
    add(shelf, tmp_path, preprint | {"venue": "arXiv"}, name="c.jsonl")
    assert [p.versions for p in shelf.papers()] == [(second.id,), (first.id,)]


def test_papers_of_one_title_and_other_authors_are_asked_about(shelf, tmp_path):
    add(shelf, tmp_path, {"title": "On Pears", "authors": ["Ann Lee"]},
        {"title": "On Pears", "authors": ["Bo Li"]})  # fmt: skip
    assert len(shelf.papers()) == 2
    assert paper_pairs(shelf, "doubtful")[0].reason == "same title, other authors"


@pytest.mark.parametrize("numbers", [[], [0], [1, 2], [3]])
def test_entries_that_a_paper_has_not_are_refused(shelf, tmp_path, numbers):
    add(shelf, tmp_path, ONE, OTHER)
    merged = merge_papers(shelf, [paper.key for paper in shelf.papers()])
    with pytest.raises(UsageError, match="1 to 2"):
        split_paper(shelf, merged.key, numbers)


def test_one_paper_is_not_merged_with_itself_nor_kept_apart_from_itself(shelf, tmp_path):
    add(shelf, tmp_path, ONE)
    (paper,) = shelf.papers()
    with pytest.raises(UsageError, match="itself"):
        merge_papers(shelf, [paper.key, paper.id])
    with pytest.raises(UsageError, match="one paper by now"):
        keep_apart(shelf, paper.key, paper.key)


def test_papers_that_an_earlier_release_kept_are_compared_too(shelf, tmp_path):
    add(shelf, tmp_path, ONE)
    with shelf.database.transaction():
        for table in ("likenesses", "blocks"):
            shelf.database.run(f"DELETE FROM {table}")
    add(shelf, tmp_path, OTHER, name="b.jsonl")
    assert len(paper_pairs(shelf, "doubtful")) == 1


def test_a_decision_for_one_paper_is_listed_and_taken_back(shelf, tmp_path):
    add(shelf, tmp_path, ONE, OTHER)
    keys = [paper.key for paper in shelf.papers()]
    merge_papers(shelf, keys)
    (kept,) = settled(shelf)
    assert kept.verdict == "same"
    assert set(kept.titles) == {ONE["title"], OTHER["title"]}
    undo_decision(shelf, *keys)
    assert sorted(paper.key for paper in shelf.papers()) == sorted(keys)
    (pair,) = paper_pairs(shelf, "doubtful")
    assert "the same authors" in pair.reason
    assert settled(shelf) == []


def test_a_decision_for_two_papers_is_listed_and_taken_back(shelf, tmp_path):
    add(shelf, tmp_path, ONE, OTHER)
    keys = [paper.key for paper in shelf.papers()]
    keep_apart(shelf, *keys)
    (kept,) = settled(shelf)
    assert (kept.verdict, {paper.key for paper in kept.papers}) == ("apart", set(keys))
    undo_decision(shelf, *keys)
    assert len(paper_pairs(shelf, "doubtful")) == 1
    assert settled(shelf) == []
    merge_papers(shelf, keys)
    assert len(shelf.papers()) == 1


def test_papers_that_a_rule_made_one_become_one_again_when_a_split_is_taken_back(shelf, tmp_path):
    slip = ONE | {"title": ONE["title"].replace("Strategy", "Stategy")}
    add(shelf, tmp_path, ONE)
    add(shelf, tmp_path, slip, name="b.jsonl")
    (paper,) = shelf.papers()
    stays, new = split_paper(shelf, paper.key, [2])
    undo_decision(shelf, stays.key, new.key)
    assert len(shelf.papers()) == 1


def test_what_was_not_decided_cannot_be_taken_back(shelf, tmp_path):
    add(shelf, tmp_path, ONE, OTHER)
    with pytest.raises(UsageError, match="nothing was decided"):
        undo_decision(shelf, *(paper.key for paper in shelf.papers()))
