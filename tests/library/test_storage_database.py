"""The library's SQLite file: transactions, foreign, damaged and newer files, and kept runs."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from reviewer.errors import LibraryError, NewerLibraryError, NotFoundError
from reviewer.library import Library
from reviewer.library.dedupe.groups import identities
from reviewer.library.runs import Ledger
from reviewer.library.storage.faults import in_users_words
from reviewer.library.storage.opening import SCHEMA_VERSION
from reviewer.library.storage.sqlite import SqliteDatabase
from reviewer.search import find
from reviewer.types import Citation, Claim, Paper
from reviewer.types.runs import Run
from tests.conftest import ROOT, WordEmbedding, holders


@pytest.fixture
def database(tmp_path):
    opened = SqliteDatabase(tmp_path / "library.db")
    yield opened
    opened.close()


def seen_by_another(database, name):
    other = SqliteDatabase(database.path)
    try:
        return other.state(name)
    finally:
        other.close()


def test_a_transaction_is_seen_by_others_only_when_it_ends(database):
    with database.transaction():
        database.set_state("a", "1")
        assert seen_by_another(database, "a") == ""
    assert seen_by_another(database, "a") == "1"


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_transaction_that_is_broken_off_leaves_nothing(database, fault):
    def broken_off():
        with database.transaction():
            database.set_state("a", "1")
            raise fault

    with pytest.raises(fault):
        broken_off()
    assert database.state("a") == ""
    with database.transaction():
        database.set_state("a", "2")
    assert seen_by_another(database, "a") == "2"


def test_an_inner_transaction_is_committed_with_the_outer_one(database):
    with database.transaction():
        database.set_state("outer", "1")
        with database.transaction():
            database.set_state("inner", "1")
        assert seen_by_another(database, "inner") == ""
    assert seen_by_another(database, "inner") == seen_by_another(database, "outer") == "1"


def test_a_fault_in_an_inner_transaction_undoes_the_outer_one_too(database):
    def broken_off():
        with database.transaction():
            database.set_state("outer", "1")
            with database.transaction():
                database.set_state("inner", "1")
                raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  its own
        broken_off()
    assert database.state("outer") == database.state("inner") == ""


def test_a_fault_after_an_inner_transaction_undoes_it(database):
    def broken_off():
        with database.transaction():
            with database.transaction():
                database.set_state("inner", "1")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  its own
        broken_off()
    assert database.state("inner") == ""


def test_a_transaction_of_another_thread_is_not_part_of_this_one(database):
    begun, finished = Event(), Event()

    def write_beside():
        begun.wait()
        with database.transaction():
            database.set_state("theirs", "1")
        finished.set()

    def broken_off():
        with database.transaction():
            begun.set()
            finished.wait(0.2)
            raise ValueError

    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(write_beside)
        with pytest.raises(ValueError):  # noqa: PT011  its own
            broken_off()
        beside.result()
    assert seen_by_another(database, "theirs") == "1"


def test_a_new_library_can_be_opened_by_many_at_once(tmp_path):
    def open_one(path, start):
        start.wait()
        SqliteDatabase(path).close()

    for n in range(60):
        start = Barrier(6)
        with ThreadPoolExecutor(6) as pool:
            openers = [pool.submit(open_one, tmp_path / f"{n}.db", start) for _ in range(6)]
        assert [opener.exception() for opener in openers] == [None] * 6


def test_values_of_any_number_are_looked_up(database):
    wanted = [f"name {n}" for n in range(2500)]
    with database.transaction():
        for name in wanted[::2]:
            database.set_state(name, "1")
    rows = database.rows_in("SELECT name FROM state WHERE name IN (?)", wanted)
    assert sorted(row[0] for row in rows) == sorted(wanted[::2])


def test_the_generation_counts_up_and_is_kept(database):
    before = database.generation
    with database.transaction():
        assert database.next_generation() == before + 1
    assert seen_by_another(database, "generation") == str(before + 1)
    assert database.check() == "ok"


def test_a_library_with_tags_is_not_called_damaged(sample_library):
    paper = sample_library.papers()[3]
    with sample_library.database.transaction():
        sample_library.catalogue.save_paper(paper.model_copy(update={"tags": ("core",)}))
    assert sample_library.database.check() == "ok"


def test_a_library_of_a_later_release_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "library.db"
    SqliteDatabase(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NewerLibraryError) as caught:
        SqliteDatabase(path)
    assert str(path) in caught.value.message
    assert "Upgrade" in caught.value.hint
    assert path.read_bytes() == before


def to_form_1(library, path):
    """Put all that a library holds into a file of the form that the first libraries had."""
    connection = sqlite3.connect(path)
    connection.executescript((ROOT / "tests/library/form_1.sql").read_text(encoding="utf-8"))
    connection.execute("PRAGMA application_id = 0x52455657")
    connection.execute("PRAGMA user_version = 1")
    connection.execute("ATTACH ? AS kept", (str(library / "library.db"),))
    connection.execute("DELETE FROM state")
    for table in (
        "state", "papers", "tags", "records", "chunks", "vectors", "sentences",
    ):  # fmt: skip
        connection.execute(f"INSERT INTO {table} SELECT * FROM kept.{table}")
    for number, text in connection.execute("SELECT number, paper FROM papers").fetchall():
        paper = Paper.model_validate_json(text)
        names = [f"{kind}:{value}" for kind, value in identities(paper)]
        connection.executemany(
            "INSERT INTO aliases VALUES (?, ?)", [(a, number) for a in paper.aliases]
        )
        connection.executemany("INSERT INTO identities VALUES (?, ?)", [(n, number) for n in names])
    connection.commit()
    connection.close()


def schema(database):
    """Each table, index and trigger without comments and white space: a column that an upgrade adds
    stands on a line of another kind."""
    rows = database.rows("SELECT type, name, sql FROM sqlite_master")
    return {(kind, name): re.sub(r"--.*|\s", "", sql or "") for kind, name, sql in rows}


def test_a_library_of_form_1_is_brought_up_and_answers_as_before(sample_library, tmp_path):
    questions = ("does RL teach new skills?", "forgetting in continual learning")
    before = [find(question, sample_library) for question in questions]
    old = tmp_path / "old"
    old.mkdir()
    to_form_1(sample_library.folder, old / "library.db")
    embedding = WordEmbedding()
    with Library(old, embedding=embedding) as library:
        assert [find(question, library) for question in questions] == before
        assert schema(library.database) == schema(sample_library.database)
        library.reindex()
        assert embedding.texts == len(questions)
        assert library.index.is_in_step()
        assert library.database.check() == "ok"


def test_bringing_a_library_up_is_done_whole_or_not_at_all(sample_library, tmp_path):
    path = tmp_path / "library.db"
    to_form_1(sample_library.folder, path)
    connection = sqlite3.connect(path)
    connection.execute("DROP INDEX papers_year")  # so that the upgrade cannot be done
    connection.close()
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError):
            SqliteDatabase(path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'model'").fetchone()[0]
    connection.close()


def test_many_may_bring_a_library_up_at_once(sample_library, tmp_path):
    path = tmp_path / "old" / "library.db"
    path.parent.mkdir()
    to_form_1(sample_library.folder, path)
    start = Barrier(4)

    def open_one():
        start.wait()
        with Library(path.parent, embedding=WordEmbedding()) as library:
            return len(holders(library, "model"))

    with ThreadPoolExecutor(4) as pool:
        counts = [future.result() for future in [pool.submit(open_one) for _ in range(4)]]
    assert counts == [len(holders(sample_library, "model"))] * 4


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION, SCHEMA_VERSION + 1])
def test_another_programs_file_is_refused_and_left_alone(tmp_path, version):
    path = tmp_path / "library.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE state (name TEXT, value TEXT)")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LibraryError, match="another program") as caught:
        SqliteDatabase(path)
    assert "--library" in caught.value.hint
    assert path.read_bytes() == before


def test_a_file_that_is_not_sqlite_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "library.db"
    path.write_text("my notes on reinforcement learning\n" * 100)
    with pytest.raises(LibraryError, match="damaged or not a library") as caught:
        SqliteDatabase(path)
    assert caught.value.hint
    assert path.read_text().startswith("my notes")


def test_a_cut_file_is_reported_as_damage(tmp_path):
    path = tmp_path / "library.db"
    SqliteDatabase(path).close()
    path.write_bytes(path.read_bytes()[:6000])
    with pytest.raises(LibraryError, match="damaged") as caught:
        SqliteDatabase(path).rows("SELECT * FROM runs")
    assert caught.value.hint


def test_an_empty_file_becomes_a_library(tmp_path):
    path = tmp_path / "library.db"
    path.touch()
    opened = SqliteDatabase(path)
    assert opened.generation == 0
    opened.close()


def test_a_folder_in_the_files_place_is_reported(tmp_path):
    path = tmp_path / "library.db"
    path.mkdir()
    with pytest.raises(LibraryError, match="cannot be opened") as caught:
        SqliteDatabase(path)
    assert caught.value.hint


def test_a_wrong_statement_is_a_bug_and_not_reported_as_a_users_fault(database):
    with pytest.raises(sqlite3.OperationalError):
        database.run("SELECT nothing FROM nowhere")


def run(run_id, started="2025-01-01T00:00:00", **more):
    return Run(id=run_id, command="ask", question=f"question of {run_id}", started=started, **more)


@pytest.fixture
def ledger(database):
    return Ledger(database)


def test_runs_are_kept_newest_first(ledger):
    for day in (2, 3, 1):
        ledger.save(run(f"r{day}", f"2025-01-0{day}T00:00:00"))
    assert [kept.id for kept in ledger.runs()] == ["r3", "r2", "r1"]
    assert [kept.id for kept in ledger.runs(most=1)] == ["r3"]


def test_a_kept_run_comes_back_as_it_was(ledger):
    kept = run("r1", settings={"papers": 3}, result={"claims": []}, writer="extractive")
    ledger.save(kept)
    assert ledger.run("r1") == kept


def test_a_run_is_found_by_the_beginning_of_its_id(ledger):
    ledger.save(run("20250101-101010-ab12"))
    ledger.save(run("20250101-101011-cd34"))
    assert ledger.run("20250101-101011").id == "20250101-101011-cd34"


@pytest.mark.parametrize("name", ["", "2025", "r", "%", "_", "20250101-101010-ab12x"])
def test_a_beginning_that_fits_no_run_or_several_is_refused(ledger, name):
    ledger.save(run("20250101-101010-ab12"))
    ledger.save(run("20250101-101011-cd34"))
    with pytest.raises(NotFoundError) as caught:
        ledger.run(name)
    assert "review runs" in caught.value.hint


def test_quotes_of_a_paper_are_collected_from_all_answers(ledger):
    def citation(paper_id, quote):
        return Citation(
            paper_id=paper_id, chunk_id="c", part="abstract", start=0, end=len(quote), quote=quote
        )

    def answered(run_id, started, *citations):
        claim = Claim(text="a claim", citations=citations).model_dump(mode="json")
        ledger.save(run(run_id, started, result={"claims": [claim]}))

    mine, newer, other = citation("p1", "mine"), citation("p1", "newer"), citation("p2", "other")
    answered("r1", "2025-01-01T00:00:00", mine, other)
    answered("r2", "2025-01-02T00:00:00", newer)
    assert ledger.quotes_of("p1") == [("question of r2", newer), ("question of r1", mine)]
    assert ledger.quotes_of("p3") == []


def test_an_error_whose_own_words_are_damaged_is_reported_as_damage(tmp_path):
    with pytest.raises(LibraryError, match="is damaged"), in_users_words(tmp_path / "library.db"):
        b"near \x9a: syntax error".decode()
