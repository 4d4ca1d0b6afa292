"""What others do to a library while it is open: close it, write to it, restore it."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from reviewer import Extractive, answer_question
from reviewer.errors import LibraryError
from reviewer.library import Library, back_up, restore
from reviewer.library.storage.sqlite import SqliteDatabase
from reviewer.search import SearchOptions, find, find_similar
from reviewer.settings import Settings
from reviewer.types.searches import Filters
from tests.conftest import SAMPLES, WordEmbedding, write_listing

QUESTION = "does RL teach new skills?"
PATIENCE_S = 60


@pytest.fixture(params=["words", "vectors"])
def shelf(request, tmp_path):
    embedding = WordEmbedding() if request.param == "vectors" else None
    settings = Settings(embedding="" if embedding else "none")
    with Library(tmp_path / "library", settings, embedding) as library:
        library.add([str(SAMPLES)])
        yield library


def in_thread(work):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


ASKED = {
    "answer": lambda shelf: answer_question(QUESTION, shelf, Extractive()),
    "find": lambda shelf: find(QUESTION, shelf),
    "filtered": lambda shelf: find(QUESTION, shelf, SearchOptions(filters=Filters(year_from=2024))),
    "similar": lambda shelf: find_similar(shelf.papers()[0].key, shelf, 3),
    "papers": lambda shelf: shelf.papers(),
    "count": lambda shelf: shelf.catalogue.count(),
    "tags": lambda shelf: shelf.change([shelf.papers()[0].key], lambda paper: paper),
    "reply": lambda shelf: shelf.ledger.keep("key", "reply", "model"),
}


@pytest.mark.parametrize("turn", range(3))
def test_a_library_closed_while_threads_ask_is_an_error_in_words(shelf, turn):
    errors = {}
    begun = threading.Barrier(len(ASKED) + 1)

    def ask(name):
        begun.wait()
        try:
            while True:
                ASKED[name](shelf)
        except BaseException as error:  # noqa: BLE001  a thread's own
            errors[name] = error

    threads = [in_thread(lambda name=name: ask(name)) for name in ASKED]
    begun.wait()
    time.sleep(0.1 * turn)
    shelf.close()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert {name: type(error) for name, error in errors.items()} == dict.fromkeys(
        ASKED, LibraryError
    )
    assert all("is closed" in str(error) for error in errors.values())
    with Library(shelf.folder, Settings(embedding="none")) as again:
        assert again.database.check() == "ok"
        assert again.catalogue.count() == 62


@pytest.mark.parametrize("name", ASKED)
def test_a_closed_library_says_so_and_may_be_closed_twice(shelf, name):
    shelf.close()
    shelf.close()
    with pytest.raises(LibraryError, match="is closed") as caught:
        ASKED[name](shelf)
    assert caught.value.hint
    with pytest.raises(LibraryError, match="is closed"):
        back_up(shelf.database, shelf.folder / "copy.db")


READS = [name for name in ASKED if name not in ("answer", "tags", "reply")]


def test_no_reader_waits_for_a_writer_or_sees_half_of_what_it_writes(shelf, tmp_path):
    new = write_listing(tmp_path / "new.jsonl", {"title": "Frogs", "abstract": "They croak."})
    with shelf.database.transaction():
        shelf.database.next_generation()
        shelf.catalogue.remove_paper(1)
        shelf.database.set_state("half", "1")
        with ThreadPoolExecutor(len(READS)) as pool:
            asked = {name: pool.submit(ASKED[name], shelf) for name in READS}
            half = pool.submit(shelf.database.state, "half")
            _, late = wait([*asked.values(), half], timeout=PATIENCE_S)
            assert not late
        assert asked["count"].result() == len(asked["papers"].result()) == 62
        assert half.result() == ""
        assert shelf.catalogue.count() == 61
    assert shelf.catalogue.count() == 61
    assert ThreadPoolExecutor(1).submit(shelf.catalogue.count).result() == 61
    assert shelf.add([new]).papers == 62


def test_what_a_broken_off_transaction_counted_is_not_kept(shelf):
    def broken_off():
        with shelf.database.transaction():
            shelf.catalogue.remove_paper(1)
            assert shelf.catalogue.count() == 61
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  its own
        broken_off()
    assert shelf.catalogue.count() == 62


def test_a_question_is_answered_from_one_commit(shelf):
    """Papers come and go in one thread and in another process's place, while others ask."""
    paper = shelf.papers()[5]
    listing = write_listing(
        shelf.folder.parent / "again.jsonl",
        {"title": "Frogs teach RL new skills", "abstract": "Does RL teach new skills? Frogs do."},
    )
    stop, odd = threading.Event(), []

    def ask():
        try:
            while not stop.is_set():
                for name in ("find", "filtered", "answer"):
                    ASKED[name](shelf)
                shelf.catalogue.paper_named(paper.key)
        except BaseException as error:  # noqa: BLE001  a thread's own
            odd.append(error)

    threads = [in_thread(ask) for _ in range(3)]
    for _ in range(4):
        added = shelf.add([listing])
        assert added.papers == 63
        shelf.remove(next(p.key for p in shelf.papers() if p.title.startswith("Frogs")))
    stop.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert odd == []


def test_all_that_a_snapshot_reads_is_of_one_commit(tmp_path):
    database, other = SqliteDatabase(tmp_path / "a.db"), SqliteDatabase(tmp_path / "a.db")
    with database.snapshot():
        assert database.state("n") == ""
        with other.transaction():
            other.set_state("n", "1")
        assert database.state("n") == ""
        assert database.version == database.version
        with database.snapshot():
            assert database.state("n") == ""
        with database.transaction():  # it writes, so it sees what is there now
            assert database.state("n") == "1"
            database.set_state("n", "2")
        assert database.state("n") == "2"
    assert other.state("n") == "2"
    database.close()
    other.close()


def other_library(tmp_path):
    """A backup of a library with another embedding, more often changed, about other things."""
    listing = write_listing(
        tmp_path / "other.jsonl",
        {"title": "Frogs teach RL new skills", "abstract": "Does RL teach new skills? Frogs do."},
        {"title": "Toads", "abstract": "They croak about new skills."},
    )
    copy = tmp_path / "other.db"
    with Library(tmp_path / "other", Settings(embedding="none")) as library:
        library.add([listing])
        back_up(library.database, copy)
    return copy


def test_a_library_that_is_restored_while_it_is_open_is_read_again(shelf, tmp_path):
    own, other = tmp_path / "own.db", other_library(tmp_path)
    expected = [find(QUESTION, shelf).evidence for _ in range(2)][1]
    filtered = SearchOptions(filters=Filters(year_from=2024))
    expected_filtered = find(QUESTION, shelf, filtered)
    back_up(shelf.database, own)
    for _ in range(2):  # so caches of each are of no use for the other
        restore(other, shelf.folder)
        assert shelf.catalogue.count() == 2
        found = find(QUESTION, shelf)
        assert {hit.paper.title for hit in found.hits} <= {"Frogs teach RL new skills", "Toads"}
        assert found.hits[0].paper.title == "Frogs teach RL new skills"
        assert not find(QUESTION, shelf, filtered).hits
        restore(own, shelf.folder)
        assert find(QUESTION, shelf).evidence == expected
        assert find(QUESTION, shelf, filtered) == expected_filtered
        assert len(shelf.papers()) == 62
    assert shelf.database.check() == "ok"


def test_a_library_restored_in_the_middle_of_a_question_is_not_mixed(shelf, tmp_path):
    other = other_library(tmp_path)
    with shelf.alone:
        assert shelf.catalogue.count() == 62
        restore(other, shelf.folder)
        assert len(shelf.papers()) == 62
        assert ThreadPoolExecutor(1).submit(shelf.catalogue.count).result() == 2
        assert len(shelf.papers()) == 62
    assert len(shelf.papers()) == shelf.catalogue.count() == 2


def test_writing_to_a_restored_library_says_so_once_and_loses_nothing(shelf, tmp_path):
    other = other_library(tmp_path)
    new = write_listing(tmp_path / "new.jsonl", {"title": "Newts", "abstract": "They swim."})
    key = shelf.papers()[0].key
    for write in (
        lambda: shelf.add([new]),
        lambda: shelf.remove(key),
        lambda: shelf.change([key], lambda paper: paper),
        lambda: shelf.ledger.keep("key", "reply", "model"),
    ):
        restore(other, shelf.folder)
        with pytest.raises(LibraryError, match="was replaced") as caught:
            write()
        assert caught.value.hint
        assert shelf.catalogue.count() == 2
    assert shelf.add([new]).papers == 3
    with Library(shelf.folder, Settings(embedding="none")) as again:
        assert again.catalogue.count() == 3


def test_a_restore_waits_for_a_transaction_which_is_kept_with_the_file_before(shelf, tmp_path):
    other = other_library(tmp_path)
    restored = []
    with shelf.database.transaction():
        shelf.database.set_state("late", "1")
        thread = in_thread(lambda: restored.append(restore(other, shelf.folder)))
        thread.join(0.5)
        assert restored == []
    thread.join(PATIENCE_S)
    kept = restored[0]
    assert shelf.catalogue.count() == 2
    before = SqliteDatabase(kept)
    assert before.state("late") == "1"
    before.close()
    assert not [
        path.name
        for path in shelf.folder.iterdir()
        if path.name.endswith(".db-shm") and path.name.startswith("library.before")
    ]


RESTORE_IN_TURN = """
import sys
from pathlib import Path
from reviewer.library import restore
for _ in range(3):
    for copy in sys.argv[2:]:
        restore(Path(copy), Path(sys.argv[1]))
"""


def test_another_process_restores_a_library_while_threads_ask(shelf, tmp_path):
    copies = [tmp_path / "own.db", other_library(tmp_path)]
    back_up(shelf.database, copies[0])
    stop, odd, seen = threading.Event(), [], set()

    def ask():
        try:
            while not stop.is_set():
                seen.add(shelf.catalogue.count())
                for name in ("find", "filtered", "papers"):
                    ASKED[name](shelf)
        except BaseException as error:  # noqa: BLE001  a thread's own
            odd.append(error)

    threads = [in_thread(ask) for _ in range(3)]
    command = [sys.executable, "-c", RESTORE_IN_TURN, str(shelf.folder), *map(str, copies)]
    subprocess.run(command, check=True, timeout=PATIENCE_S)
    assert shelf.catalogue.count() == 2
    stop.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert odd == []
    assert seen <= {62, 2}


def test_a_file_in_its_place_that_is_not_a_library_is_an_error_in_words(tmp_path):
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        fresh = tmp_path / "fresh"
        fresh.write_text("my notes\n" * 1000)
        fresh.replace(library.folder / "library.db")
        for _ in range(2):
            with pytest.raises(LibraryError, match="not a library"):
                library.catalogue.count()


def test_a_library_whose_file_was_deleted_is_read_to_the_end_and_not_made_again(tmp_path):
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        (library.folder / "library.db").unlink()
        assert library.catalogue.count() == 0
        with pytest.raises(LibraryError, match="was replaced"):
            library.ledger.keep("key", "reply", "model")
        assert not (library.folder / "library.db").exists()
