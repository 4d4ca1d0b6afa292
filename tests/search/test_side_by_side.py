"""Threads that search one library side by side get what one thread alone gets."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from reviewer.library import Library
from reviewer.library.storage.query_cache import QueryCache
from reviewer.library.storage.sqlite import SqliteDatabase
from reviewer.search import (
    SearchOptions,
    find,
    find_similar,
    group_papers,
    map_papers,
    name_themes,
    settle_themes,
)
from reviewer.search.clusters import periods
from reviewer.settings import Settings
from reviewer.types.drafts import Theme
from reviewer.types.searches import Filters
from tests.conftest import SAMPLES, WordEmbedding

THREADS, ROUNDS = 8, 3
QUESTIONS = (
    "does RL teach new skills?",
    "reward models and their limits",
    "how are long answers judged?",
    "quarks in a teapot",
)
FILTERS = (Filters(), Filters(year_from=2024), Filters(year_to=2025))


@pytest.fixture(params=["words", "vectors"])
def opened(request, tmp_path):
    """The sample library, opened anew as often as it is asked for."""
    is_by_words = request.param == "words"
    made = []

    def open_it():
        embedding = None if is_by_words else WordEmbedding()
        settings = Settings(embedding="none") if is_by_words else None
        library = Library(tmp_path / "library", settings, embedding)
        made.append(library)
        return library

    open_it().add([str(SAMPLES)])
    yield open_it
    for library in made:
        library.close()


@pytest.fixture
def _many_switches():
    """Threads take turns far more often than they do by themselves."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def jobs_over(library):
    """All that a survey's threads ask of a library, each as a call without arguments."""
    papers = library.papers()[:12]
    halves = [
        Theme(name=name, paper_ids=tuple(paper.id for paper in own))
        for name, own in (("", papers[:6]), ("other", papers[6:]))
    ]
    jobs = [
        lambda: group_papers(papers, library),
        lambda: settle_themes(halves[:1], papers, library),
        lambda: name_themes(halves, papers, library),
        lambda: periods(papers, library),
        lambda: map_papers(papers, halves, library),
        library.catalogue.count,
    ]
    jobs += [
        lambda question=question, filters=filters: find(
            question, library, SearchOptions(5, filters=filters)
        )
        for question in QUESTIONS
        for filters in FILTERS
    ]
    jobs += [lambda paper=paper: find_similar(paper.key, library, 4) for paper in papers[:6]]
    return jobs


@pytest.mark.usefixtures("_many_switches")
def test_threads_over_one_library_get_what_one_thread_gets(opened):
    expected = [job() for job in jobs_over(opened())]
    for turn in range(ROUNDS):
        library = opened()  # nothing is read of it yet
        jobs = jobs_over(library)
        order = [(n + turn * 5) % len(jobs) for n in range(len(jobs))]
        with ThreadPoolExecutor(THREADS) as pool:
            found = dict(zip(order, pool.map(lambda n, own=jobs: own[n](), order), strict=True))
        assert [found[n] for n in range(len(jobs))] == expected
        library.close()


def test_what_was_found_before_a_change_is_not_kept_after_it(tmp_path):
    database = SqliteDatabase(tmp_path / "library.db")
    kept = QueryCache(database)

    def find_slowly():
        """Meanwhile another thread changes the database, and the next one sees it first."""
        with database.transaction():
            database.set_state("n", "2")
        kept.get("other", lambda: 0)
        return "before"

    assert kept.get("n", find_slowly) == "before"
    assert kept.get("n", lambda: "after") == "after"
    assert [kept.get(n, lambda n=n: n) for n in range(100)] == list(range(100))
    database.close()
