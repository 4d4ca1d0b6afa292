"""Saved searches are kept in the library with what they have named, and are there when it opens."""

import pytest

from reviewer.errors import LibraryError, NotFoundError
from reviewer.library import Library
from reviewer.library.saved_searches import SavedSearchStore
from reviewer.library.storage.database import open_database
from reviewer.tasks.alerts.saved_searches import (
    add_search,
    remove_search,
    run_searches,
    saved_searches,
)
from reviewer.types.saved_searches import SavedSearch
from reviewer.types.searches import Filters
from tests.conftest import WordEmbedding

ON_BOTH_DATABASES = True

BEES = SavedSearch(
    name="bees", question="do bees dance?", filters=Filters(year_from=2020), source="arxiv", most=3
)
ANTS = SavedSearch(name="ants", question="do ants queue?", inputs=("a.bib", "b"))


def test_what_is_saved_is_found_again_by_name_with_what_it_has_named(places):
    database = open_database(places())
    store = SavedSearchStore(database)
    store.save(BEES, ["p2", "p1"])
    store.save(ANTS, ())
    database.close()
    store = SavedSearchStore(open_database(places()))
    bees = BEES.model_copy(update={"seen": frozenset({"p1", "p2"})})
    assert store.searches() == [ANTS, bees]


def test_a_search_that_is_saved_again_takes_the_place_of_the_one_of_its_name(places):
    store = SavedSearchStore(open_database(places()))
    store.save(BEES, ["p1"])
    store.save(BEES.model_copy(update={"question": "do wasps?"}), ["p1", "p3"])
    (kept,) = store.searches()
    assert (kept.question, kept.seen) == ("do wasps?", {"p1", "p3"})
    store.forget("wasps")
    assert store.searches() == [kept]
    store.forget("bees")
    assert store.searches() == []


@pytest.mark.parametrize("damage", ["'{'", "'[]'", '\'{"name": "bees"}\''])
def test_one_that_cannot_be_read_is_said_to_be_so(places, damage):
    database = open_database(places())
    SavedSearchStore(database).save(BEES, ())
    database.run(f"UPDATE searches SET search = {damage}")
    with pytest.raises(LibraryError, match="a saved search cannot be read"):
        SavedSearchStore(database).searches()


def test_a_search_names_a_paper_once_and_is_gone_when_it_is_removed(sample_library, places):
    asked = SavedSearch(name="rl", question="does RL teach new skills?")
    first = add_search(sample_library, asked)
    assert first.papers
    sample_library.close()
    with Library(places("library"), embedding=WordEmbedding()) as again:
        (kept,) = saved_searches(again)
        assert kept.seen >= {paper.id for paper in first.papers}
        assert [news.papers for news in run_searches(again, ["rl"])] == [()]
        remove_search(again, "rl")
        assert saved_searches(again) == []
        with pytest.raises(NotFoundError, match="no saved search 'rl'"):
            remove_search(again, "rl")
