"""Which papers report one study: versions, what people say, and what is suggested."""

import pytest

from reviewer.errors import UsageError
from reviewer.library import Library, back_up, merge_papers
from reviewer.render import render
from reviewer.settings import Settings
from reviewer.tasks.screening.flow import make_flow
from reviewer.tasks.screening.import_labels import import_labels
from reviewer.tasks.screening.labels import read_labels
from reviewer.tasks.screening.make import ScreenOptions, make_screening
from reviewer.tasks.screening.screened_records import screened_records
from reviewer.tasks.screening.screening import Given, Screening
from reviewer.tasks.screening.studies import (
    find_studies,
    group_papers,
    part_paper,
    suggest_groups,
    undo_group,
)
from reviewer.types.searches import Filters
from tests.conftest import write_listing

TITLES = (
    ("Whale songs in the north", "A trial, NCT01234567, of song.", "Ann Ahab"),
    ("Five years of whale songs", "Follow-up of NCT 01234567.", "Ben Bosun"),
    ("Trains and timetables", "No trial here: NCT0123456 is too short.", "Cem Cook"),
    ("Ships at anchor", "A survey.", "Dan Deck"),
)


@pytest.fixture
def screening(tmp_path):
    rows = [{"title": t, "abstract": a, "authors": [by]} for t, a, by in TITLES]
    with Library(tmp_path / "shelf", Settings(embedding="none")) as shelf:
        shelf.add([write_listing(tmp_path / "a.jsonl", *rows)])
        make_screening(shelf, "s", Filters(), ScreenOptions(question="whale songs"))
        yield Screening(shelf, "s")


def papers_of(screening):
    by_title = {p.title: p for p in map(screening.library.paper, screening.papers)}
    return [by_title[title] for title, _, _ in TITLES]


def sizes(screening):
    return sorted(map(len, find_studies(screening, papers_of(screening))))


def test_a_registry_number_in_two_papers_is_suggested_and_groups_nothing(screening):
    first, second, *_ = papers_of(screening)
    assert sizes(screening) == [1, 1, 1, 1]
    ((why, ids),) = suggest_groups(screening, papers_of(screening))
    assert (why, set(ids)) == ("NCT01234567", {first.id, second.id})


def test_what_is_grouped_or_set_apart_is_not_suggested_again(screening):
    first, second, *_ = papers_of(screening)
    group_papers(screening, [first, second], "me")
    assert suggest_groups(screening, papers_of(screening)) == []
    part_paper(screening, first, "me")
    assert suggest_groups(screening, papers_of(screening)) == []
    assert sizes(screening) == [1, 1, 1, 1]


def test_groups_join_part_and_are_taken_back_one_after_the_other(screening):
    first, second, third, fourth = papers_of(screening)
    group_papers(screening, [first, second], "me")
    group_papers(screening, [second, third, fourth], "me")
    assert sizes(screening) == [4]
    part_paper(screening, first, "me")
    assert sizes(screening) == [1, 3]
    for left in ([4], [1, 1, 2], [1, 1, 1, 1]):
        undo_group(screening, "me")
        assert sizes(screening) == left
    with pytest.raises(UsageError, match="no grouping"):
        undo_group(screening, "me")


def test_a_group_of_one_paper_is_refused(screening):
    first, *_ = papers_of(screening)
    with pytest.raises(UsageError, match="two papers"):
        group_papers(screening, [first, first], "me")


def test_a_merge_keeps_a_group(screening):
    first, second, third, _ = papers_of(screening)
    group_papers(screening, [first, second], "me")
    merge_papers(screening.library, [third.key, second.key])
    again = Screening(screening.library, "s")
    papers = [again.library.paper(one) for one in again.papers]
    assert sorted(map(len, find_studies(again, papers))) == [1, 2]


@pytest.fixture
def twins(tmp_path):
    """Makes a screening of two papers with one title and author, by their DOIs."""
    opened = []

    def make(*dois):
        rows = [
            {
                "title": "Whale songs in the north", "authors": ["Ann Ahab"], "year": 2018 + n,
                "abstract": f"We heard {n} whales.", "doi": doi,
            }
            for n, doi in enumerate(dois)
        ]  # fmt: skip
        shelf = Library(tmp_path / "twins", Settings(embedding="none"))
        opened.append(shelf)
        shelf.add([write_listing(tmp_path / "t.jsonl", *rows)])
        make_screening(shelf, "s", Filters(), ScreenOptions(question="whale songs"))
        return Screening(shelf, "s")

    yield make
    for shelf in opened:
        shelf.close()


def test_versions_are_one_study_until_they_are_set_apart(twins):
    screening = twins("10.48550/arXiv.1801.00001", "10.1000/b2")
    papers = screening.library.papers()
    assert len(find_studies(screening, papers)) == 1
    assert suggest_groups(screening, papers) == []
    part_paper(screening, papers[0], "me")
    assert len(find_studies(screening, papers)) == 2
    assert suggest_groups(screening, papers) == []
    undo_group(screening, "me")
    assert len(find_studies(screening, papers)) == 1


def test_the_same_title_and_author_is_suggested_where_papers_are_no_versions(twins):
    screening = twins("10.1000/a1", "10.1000/b2")
    papers = screening.library.papers()
    assert len(find_studies(screening, papers)) == 2
    ((why, ids),) = suggest_groups(screening, papers)
    assert why == "whale songs in the north, by ann ahab"
    assert set(ids) == {paper.id for paper in papers}
    group_papers(screening, papers, "me")
    assert len(find_studies(screening, papers)) == 1


def test_groups_and_retrievals_go_with_the_log_to_another_library_and_with_a_backup(
    screening, tmp_path
):
    first, second, third, _ = papers_of(screening)
    screening.decide(third, "include", "me")
    screening.retrieve(third, "library closed", "me")
    group_papers(screening, [first, second], "me")
    part_paper(screening, second, "me")
    undo_group(screening, "me")
    log = tmp_path / "me.jsonl"
    log.write_text(render(screened_records(screening), "jsonl"))
    rows = [{"title": t, "abstract": a, "authors": [by]} for t, a, by in TITLES[:3]]
    with Library(tmp_path / "other", Settings(embedding="none")) as shelf:
        shelf.add([write_listing(tmp_path / "b.jsonl", *reversed(rows))])
        make_screening(shelf, "t", Filters(), ScreenOptions(question="whale songs"))
        theirs = Screening(shelf, "t")
        for new in (4, 0):
            done = import_labels(theirs, log, read_labels(log, {}), "", "title")
            assert (done.events, done.unmatched) == (new, ())
        assert sorted(map(len, find_studies(theirs, shelf.papers()))) == [1, 2]
        assert theirs.why_not_retrieved(shelf.paper(third.key).id) == "library closed"
    (tmp_path / "copy").mkdir()
    back_up(screening.library.database, tmp_path / "copy" / "library.db")
    with Library(tmp_path / "copy", Settings(embedding="none")) as copy:
        kept = Screening(copy, "s")
        assert kept.events == screening.events
        assert sizes(kept) == [1, 1, 2]


def test_the_flow_counts_a_group_as_one_study_of_two_reports(screening):
    papers = papers_of(screening)
    for paper in papers:
        screening.decide(paper, "include", "me", Given())
    screening.change("stage", "full-text", "me", "")
    for paper in papers:
        screening.retrieve(paper, "", "me")
        screening.decide(paper, "include", "me", Given())
    group_papers(screening, papers[:2], "me")
    flow = make_flow(screening)
    assert (flow.included, flow.studies) == (4, 3)
