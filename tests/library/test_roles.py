"""Several people share a library in PostgreSQL: what each role can do, tried as each."""

import json

import pytest

from reviewer.cli import run
from reviewer.errors import LibraryError, UsageError
from reviewer.library import Library, forget_before, roles_of
from reviewer.library.storage.roles import role_statements
from reviewer.library.storage.steps import Steps, key_of
from reviewer.search import find
from reviewer.settings import Settings
from reviewer.types.runs import Run, Usage
from tests.conftest import SAMPLES, write_listing
from tests.support.postgres import Cluster, require_programs

NOTHING = Settings(embedding="none")


@pytest.fixture(scope="module")
def cluster():
    require_programs()
    started = Cluster()
    yield started
    started.close()


@pytest.fixture(scope="module")
def addresses(cluster):
    """The library as its owner, as a writer, as a reader and as somebody who is nobody."""
    owner = cluster.make_database()
    with Library(owner, NOTHING) as library:
        library.add([str(SAMPLES)])
    assert run(["migrate", "--roles", "--yes", "--library", owner]) == 0
    name = owner.rpartition("/")[2]
    for who, role in (("wanda", "writer"), ("rita", "reader"), ("nemo", "")):
        cluster.sql(f"CREATE ROLE {who} LOGIN")
        if role:
            cluster.sql(f"GRANT {name}_{role} TO {who}")
    return {
        "owner": owner,
        **{who: cluster.address(name, who) for who in ("wanda", "rita", "nemo")},
    }


def test_a_reader_asks_and_keeps_what_was_paid_for(addresses):
    with Library(addresses["rita"], NOTHING) as library:
        assert find("does RL teach new skills?", library).hits
        library.ledger.keep("rita's", "a reply", "m")
        assert library.ledger.find("rita's") == "a reply"
        Steps(library.database).keep(key_of("card", ["rita"]), "card", Usage(model="m"))
        library.ledger.save(Run(id="rita-1", command="ask", question="q", started="2026"))
        assert library.ledger.spend("night", 0.1, 1.0)
    assert run(["ask", "does RL teach new skills?", "--library", addresses["rita"]]) == 0


def test_a_reader_replaces_nothing_and_changes_no_paper(addresses, tmp_path):
    with Library(addresses["owner"], NOTHING) as library:
        library.ledger.keep("owner's", "the first", "m")
        papers = library.catalogue.count()
    new = write_listing(tmp_path / "new.jsonl", {"title": "Frogs", "abstract": "Frogs croak."})
    with Library(addresses["rita"], NOTHING) as library:
        library.ledger.keep("owner's", "another", "m")
        assert library.ledger.find("owner's") == "the first"
        with pytest.raises(LibraryError, match="you may not do that"):
            library.add([new])
        with pytest.raises(LibraryError, match="you may not do that"):
            library.remove(library.papers()[0].key)
        with pytest.raises(LibraryError, match="you may not do that"):
            forget_before("2030-01-01", library.database)
        assert library.catalogue.count() == papers


def test_a_writer_adds_and_replaces_but_changes_no_table(addresses, tmp_path):
    new = write_listing(tmp_path / "new.jsonl", {"title": "Toads", "abstract": "Toads croak."})
    with Library(addresses["wanda"], NOTHING) as library:
        before = library.catalogue.count()
        assert len(library.add([new]).added) == 1
        assert find("toads croak", library).hits[0].paper.title == "Toads"
        library.ledger.keep("owner's", "the writer's", "m")
        assert library.ledger.find("owner's") == "the writer's"
        library.remove(library.paper("toads-nd").key)
        assert library.catalogue.count() == before
        with pytest.raises(LibraryError, match="you may not do that"):
            library.database.run("ALTER TABLE papers ADD COLUMN x TEXT")


def test_who_has_no_role_gets_in_nowhere(addresses):
    with pytest.raises(LibraryError, match="cannot be reached"):
        Library(addresses["nemo"], NOTHING)


def test_runs_say_who_made_them(addresses, capsys):
    assert run(["ask", "what is distillation?", "--library", addresses["wanda"]]) == 0
    capsys.readouterr()
    assert run(["runs", "--mine", "--json", "--library", addresses["wanda"]]) == 0
    own = json.loads(capsys.readouterr().out)
    assert "distillation" in json.dumps(own)
    assert run(["runs", "--mine", "--json", "--library", addresses["rita"]]) == 0
    assert "distillation" not in capsys.readouterr().out


def test_the_sql_is_said_and_may_run_again(addresses, cluster, capsys):
    assert run(["migrate", "--roles", "--library", addresses["owner"]]) == 0
    said = capsys.readouterr().out
    assert said.count("GRANT") == 7
    database = addresses["owner"].rpartition("/")[2]
    for statement in roles_of(addresses["owner"]):
        cluster.sql(statement, database)


def test_names_that_need_it_are_quoted():
    statements = role_statements('my "lab\'s" library')
    assert '"my ""lab\'s"" library_reader"' in " ".join(statements)
    assert "'my \"lab''s\" library_reader'" in statements[0]


def test_a_folder_has_no_roles(tmp_path):
    with pytest.raises(UsageError, match="no users"):
        roles_of(str(tmp_path))
