"""One library for many threads: one for reading, others for writing, one embedding for all."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from reviewer.errors import LibraryError
from reviewer.library import SharedLibrary
from reviewer.search import find
from reviewer.settings import Settings
from tests.conftest import SAMPLES, WordEmbedding, write_listing

PAPER = {"title": "Frogs in ponds", "abstract": "Frogs croak at night in warm ponds."}


@pytest.fixture
def shared(tmp_path):
    with SharedLibrary(Settings(library=str(tmp_path / "shelf")), WordEmbedding()) as made:
        with made.writing() as own:
            own.add([str(SAMPLES)])
        yield made


def test_what_a_writing_job_adds_is_read_at_once(shared, tmp_path):
    with shared.writing() as own:
        assert own is not shared.reading
        assert own.embedding() is shared.reading.embedding()
        own.add([write_listing(tmp_path / "new.jsonl", PAPER)])
        assert find("frogs croak", shared.reading).hits[0].paper.title == PAPER["title"]


def test_readers_do_not_wait_for_a_writing_jobs_transaction(shared):
    with shared.writing() as own, own.database.transaction():
        own.database.set_state("x", "1")
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: find("rewards", shared.reading).papers, range(8)))
    assert len(set(found)) == 1


def test_after_closing_every_thread_is_told_in_words(shared):
    shared.close()
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(find, "rewards", shared.reading) for _ in range(4)]
        assert all(isinstance(one.exception(), LibraryError) for one in asked)
