"""What a library on a server does beyond a folder: lost connections, claims, people's rights."""

import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest

from reviewer.errors import LibraryError, NewerLibraryError, UsageError
from reviewer.library import Library
from reviewer.library.job_store import JobStore
from reviewer.library.runs import Ledger
from reviewer.library.storage.database import open_database
from reviewer.library.storage.opening import SCHEMA_VERSION
from reviewer.search import find
from reviewer.settings import Settings, load_settings
from reviewer.tasks import answer_question
from reviewer.tasks.screening.flow import make_flow
from reviewer.tasks.screening.replay import replay_screening
from reviewer.tasks.screening.screening import Screening
from reviewer.text import sentence_spans
from reviewer.types.runs import Run
from reviewer.writers import Extractive
from tests.conftest import SAMPLES, WordEmbedding, write_listing
from tests.tasks.test_screening_decisions import listing, read_all, screened, update

WITHOUT = Settings(embedding="none")
NEW = {"title": "Frogs in ponds", "abstract": "They croak."}


@pytest.fixture
def address(cluster):
    made = cluster.make_database()
    yield made
    cluster.drop_database(made)


@pytest.fixture
def shelf(address):
    with Library(address, embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
        yield library


def opened(place):
    return closing(open_database(place))


def end_connections(cluster):
    """As when the server or the network between ends them."""
    cluster.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'review' AND pid <> pg_backend_pid()"
    )


def at_once():
    ended = Event()
    ended.set()
    return ended


def questions(library, most):
    """A question of each of the first sentences of the library."""
    found = []
    for paper in library.papers():
        text = paper.abstract
        found += [text[a:b] for a, b in sentence_spans(text)]
    return found[:most]


def hits(question, library):
    return [
        (hit.paper, hit.chunk, hit.score, hit.best_sentence) for hit in find(question, library).hits
    ]


def answered(question, library):
    answer = answer_question(question, library, Extractive())
    return answer.model_dump(mode="json", exclude={"run_id", "usage"})


def test_200_questions_get_the_same_candidates_scores_and_order_on_both(shelf, tmp_path):
    with Library(tmp_path / "folder", embedding=WordEmbedding()) as folder:
        folder.add([str(SAMPLES)])
        asked = questions(folder, 200)
        assert len(asked) == 200
        for question in asked:
            assert hits(question, shelf) == hits(question, folder)
        for question in asked[::20]:
            assert answered(question, shelf) == answered(question, folder)


def test_texts_are_ordered_by_their_bytes(address):
    with opened(address) as database:
        for name in ("é", "Z", "a", "B"):
            database.set_state(name, "x")
        kept = "SELECT name FROM state WHERE value = 'x' ORDER BY name"
        assert database.column(kept) == ["B", "Z", "a", "é"]


def test_a_connection_that_is_lost_while_reading_is_opened_again(shelf, cluster):
    wanted = hits("does RL teach new skills?", shelf)
    end_connections(cluster)
    assert hits("does RL teach new skills?", shelf) == wanted
    with shelf.database.snapshot():
        before = shelf.catalogue.count()
        end_connections(cluster)
        assert shelf.catalogue.count() == before


def test_a_snapshot_does_not_go_on_where_the_library_changed_meanwhile(
    shelf, cluster, address, tmp_path
):
    with shelf.database.snapshot():
        shelf.catalogue.keys()
        with Library(address, embedding=WordEmbedding()) as other:
            other.add([write_listing(tmp_path / "new.jsonl", NEW)])
        end_connections(cluster)
        with pytest.raises(LibraryError, match="was lost, and the library changed") as caught:
            shelf.catalogue.keys()
    assert caught.value.hint == "Run the same command again."


def test_of_a_write_that_loses_its_connection_nothing_is_kept(shelf, cluster):
    def write():
        with shelf.database.transaction():
            shelf.database.set_state("one", "1")
            end_connections(cluster)
            shelf.database.set_state("other", "2")

    with pytest.raises(LibraryError, match="was lost"):
        write()
    assert shelf.database.state("one") == shelf.database.state("other") == ""
    shelf.database.set_state("one", "1")
    assert shelf.database.state("one") == "1"


def test_the_writers_lock_goes_with_its_connection(shelf, cluster, address):
    def write(other):
        with shelf.database.writing():
            with other.writing(wait=False) as is_writing:
                assert not is_writing
            end_connections(cluster)
            with other.writing(wait=False) as is_writing:
                assert is_writing
            with shelf.database.transaction():
                raise AssertionError("written without the lock")

    with opened(address) as other, pytest.raises(LibraryError, match="was lost"):
        write(other)


def test_one_snapshot_sees_one_commit(shelf, address, tmp_path):
    with shelf.database.snapshot():
        before = shelf.catalogue.count()
        with Library(address, embedding=WordEmbedding()) as other:
            other.add([write_listing(tmp_path / "new.jsonl", NEW)])
        assert shelf.catalogue.count() == before
    assert shelf.catalogue.count() == before + 1


def test_replies_and_runs_of_others_empty_no_cache(shelf, address):
    before = shelf.database.version
    with Library(address, WITHOUT, make=False) as other:
        other.ledger.keep("key", "reply", "model")
        other.ledger.save(Run(id="r1", command="ask", question="?", started="2026-01-01"))
        assert shelf.database.version == before
        other.change([other.papers()[0].key], lambda p: p.model_copy(update={"tags": ("al",)}))
    assert shelf.database.version != before


def test_four_processes_that_add_at_once_lose_nothing(address, tmp_path):
    open_database(address).close()
    files = [
        write_listing(
            tmp_path / f"{n}.jsonl",
            *(
                {"title": f"Paper {n}-{i} of ponds", "abstract": f"Frog {i} croaks."}
                for i in range(40)
            ),
        )
        for n in range(4)
    ]
    command = [sys.executable, "-m", "reviewer", "add", "--library", address]
    made = [
        subprocess.Popen([*command, file], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for file in files
    ]
    for process in made:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()
    with Library(address, WITHOUT, make=False) as library:
        assert library.catalogue.count() == 160
        assert not library.words.is_behind()
        assert library.words.chunks() == library.chunks.count()


def test_a_claim_is_held_by_one_of_all_processes_and_threads(address):
    with opened(address) as one, opened(address) as other:
        with one.turn("ab" * 32, Event()) as is_ours:
            assert is_ours
            for database in (one, other):
                with database.turn("ab" * 32, at_once()) as is_ours:
                    assert not is_ours
            with other.turn("cd" * 32, at_once()) as is_ours:
                assert is_ours
        with other.turn("ab" * 32, at_once()) as is_ours:
            assert is_ours


def test_a_claim_goes_with_its_process(address):
    open_database(address).close()
    code = (
        "import sys, time; from threading import Event\n"
        "from reviewer.library.storage.database import open_database\n"
        "with open_database(sys.argv[1]).turn('ab' * 32, Event()):\n"
        "    print('held', flush=True); time.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, address], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    with opened(address) as database:
        with database.turn("ab" * 32, at_once()) as is_ours:
            assert not is_ours
        child.kill()
        child.wait()
        with database.turn("ab" * 32, Event()) as is_ours:
            assert is_ours


def test_workers_that_share_a_budget_never_pass_it(address):
    def spend(_):
        with opened(address) as database:
            return sum(Ledger(database).spend("run", 0.01, 0.505) for _ in range(40))

    open_database(address).close()
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(spend, range(4))) == 50
    with opened(address) as database:
        ledger = Ledger(database)
        assert ledger.spent_usd("run") == pytest.approx(0.5)
        assert ledger.spend("run", -0.02, 0.505)
        assert ledger.spend("run", 0.01, 0.505)
        assert ledger.spent_usd("other") == 0


def test_an_owner_of_jobs_lives_while_its_process_does(address):
    with opened(address) as here, opened(address) as there:
        mine, theirs = JobStore(here), JobStore(there)
        mine.own()
        assert theirs.lives(mine.owner)
        mine.leave()
        assert not theirs.lives(mine.owner)


def test_a_run_says_who_made_it_and_is_found_by_that(cluster, address):
    open_database(address).close()
    name = address.rpartition("/")[2]
    cluster.sql("CREATE ROLE ann LOGIN")
    cluster.sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO ann", name)
    try:
        for run_id, user in (("r1", "owner"), ("r2", "ann")):
            with opened(cluster.address(name, user)) as database:
                assert database.who == user
                run = Run(id=run_id, command="ask", question="?", started="2026", who=database.who)
                Ledger(database).save(run)
        with opened(cluster.address(name, "ann")) as database:
            assert [run.id for run in Ledger(database).runs(mine=True)] == ["r2"]
            assert [run.id for run in Ledger(database).runs()] == ["r2", "r1"]
    finally:
        cluster.sql("DROP OWNED BY ann", name)
        cluster.sql("DROP ROLE ann")


def test_a_reader_who_may_not_write_is_told_so(cluster, address):
    open_database(address).close()
    name = address.rpartition("/")[2]
    cluster.sql("CREATE ROLE eve LOGIN")
    cluster.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO eve", name)
    try:
        with Library(cluster.address(name, "eve"), WITHOUT, make=False) as library:
            assert library.catalogue.count() == 0
            with pytest.raises(LibraryError, match="you may not do that") as caught:
                library.ledger.keep("key", "reply", "model")
            assert "administrator" in caught.value.hint
    finally:
        cluster.sql("DROP OWNED BY eve", name)
        cluster.sql("DROP ROLE eve")


def test_what_people_decide_in_a_screening_is_only_added_to(address):
    with opened(address) as database:
        statement = "INSERT INTO screen_decisions (id, screen, paper, decision) VALUES (?,?,?,?)"
        database.run(statement, ("d1", "s", "p", "{}"))
        for change in ("UPDATE screen_decisions SET paper = 'q'", "DELETE FROM screen_decisions"):
            with pytest.raises(Exception, match="screen_decisions is only added to"):
                database.run(change)


def test_a_screening_is_updated_and_replayed_on_a_server(address, tmp_path):
    with Library(address, WITHOUT) as library:
        library.add([listing(tmp_path / "a.jsonl", 8)])
        screening = screened(library)
        read_all(screening, most=5)
        update(screening, tmp_path / "b.jsonl", 4, seed=2)
        read_all(screening)
        assert replay_screening(Screening(library, "s")) == (12, "")
        assert make_flow(screening).screened == 12  # nobody has read full texts: one review
        flow = make_flow(screening, wave=2)
        assert (flow.identified, flow.screened) == (4, 4)


def test_a_database_without_a_library_is_not_filled_by_a_question(cluster, address):
    with pytest.raises(LibraryError, match="no library was found") as caught:
        Library(address, WITHOUT, make=False)
    assert "review add" in caught.value.hint
    assert (
        cluster.sql("SELECT 1 FROM pg_tables WHERE schemaname = 'public'", name_of(address)) == []
    )


def name_of(address):
    return address.rpartition("/")[2]


def test_another_programs_database_is_left_as_it_is(cluster, address):
    cluster.sql("CREATE TABLE mine (a int)", name_of(address))
    with pytest.raises(LibraryError, match="tables of another program"):
        Library(address, WITHOUT)
    tables = cluster.sql(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'", name_of(address)
    )
    assert tables == [("mine",)]


@pytest.mark.parametrize(
    ("form", "kind", "hint"),
    [
        (SCHEMA_VERSION + 1, NewerLibraryError, "Upgrade review"),
        (5, LibraryError, "review migrate"),
    ],
)
def test_a_library_of_another_form_is_not_touched(cluster, address, form, kind, hint):
    open_database(address).close()
    cluster.sql(f"UPDATE state SET value = '{form}' WHERE name = 'form'", name_of(address))
    with pytest.raises(kind) as caught:
        Library(address, WITHOUT)
    assert hint in caught.value.hint


def ran(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "reviewer", *arguments],
        capture_output=True, text=True, timeout=120, check=False, env=os.environ | environment,
    )  # fmt: skip


def test_a_server_that_is_not_there_is_one_clear_error(tmp_path):
    address = "postgresql://127.0.0.1:9/lab"
    done = ran("ask", "why?", REVIEW_LIBRARY=address)
    assert done.returncode == 1
    assert "postgresql://127.0.0.1:9/lab cannot be reached" in done.stderr
    assert "~/.pgpass" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "address",
    ["postgresql://u:secretpw@127.0.0.1/db", "postgres://127.0.0.1/db?user=u&password=secretpw"],
)
def test_a_password_in_the_address_is_refused_and_never_shown(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="holds a password") as caught:
        load_settings({"library": address}, {})
    assert "~/.pgpass" in caught.value.hint
    assert "secretpw" not in caught.value.message + caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_commands_work_on_a_server_and_show_who_asks_nowhere(address, tmp_path):
    listing = write_listing(tmp_path / "new.jsonl", NEW)
    for arguments in (["add", listing], ["ask", "do frogs croak?"], ["papers"], ["runs", "--mine"],
                      ["doctor"], ["search", "frogs"]):  # fmt: skip
        done = ran(*arguments, REVIEW_LIBRARY=address)
        assert done.returncode == 0, done.stderr
        assert "owner@" not in done.stdout + done.stderr
    for arguments in (
        ["backup", str(tmp_path / "b.db")],
        ["restore", str(tmp_path / "b.db")],
        ["repair"],
    ):
        done = ran(*arguments, REVIEW_LIBRARY=address)
        assert done.returncode == 2, done.stdout
        assert "pg_" in done.stderr


def test_asking_a_folder_imports_neither_psycopg_nor_ray(sample_library):
    code = (
        "import json, sys; from reviewer.__main__ import main\n"
        "sys.argv = ['review', 'ask', 'do agents remember?']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True,
        env=os.environ | {"REVIEW_LIBRARY": str(sample_library.folder)},
    )  # fmt: skip
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert "reviewer.search.search" in loaded
    assert not {name for name in loaded if name.split(".")[0] in ("psycopg", "ray")}


def read_for_a_while(library):
    """Reads again and again: a session may outlive its killed server for a moment."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        library.papers()


def test_the_server_going_down_in_the_middle_is_one_clear_error_and_up_again_goes_on(tmp_path):
    from tests.support.postgres import Cluster, require_programs

    require_programs()
    cluster = Cluster(fsync="on", synchronous_commit="on", full_page_writes="on")
    try:
        address = cluster.make_database()
        with Library(address, WITHOUT) as library:
            library.add([write_listing(tmp_path / "new.jsonl", NEW)])
            cluster.stop(at_once=True)
            with pytest.raises(LibraryError, match="cannot be reached"):
                read_for_a_while(library)
            time.sleep(0.1)
            cluster.start()
            assert [paper.title for paper in library.papers()] == ["Frogs in ponds"]
    finally:
        cluster.close()


def test_a_search_asks_at_most_twelve_statements(shelf, monkeypatch):
    find("does RL teach new skills?", shelf)
    asked = []
    database = shelf.database
    read = type(database)._read
    monkeypatch.setattr(
        type(database), "_read", lambda self, s, v: asked.append(s) or read(self, s, v)
    )
    find("how do agents remember episodes?", shelf)
    assert len(asked) <= 10  # and the snapshot's beginning and end


def test_threads_of_one_process_each_read_by_a_connection_of_their_own(shelf):
    wanted = hits("does RL teach new skills?", shelf)
    failed = []

    def ask():
        try:
            for _ in range(5):
                with shelf.alone:
                    assert hits("does RL teach new skills?", shelf) == wanted
                assert shelf.catalogue.count() > 0
        except AssertionError as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
