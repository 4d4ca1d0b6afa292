"""Libraries of form 3 are brought up, and what is indexed is never too long for any database."""

import re
import sqlite3
import string
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Barrier

import pytest

from reviewer.errors import LibraryError
from reviewer.library import Library, Saved
from reviewer.library.repair import repair_library
from reviewer.library.storage.opening import SCHEMA_VERSION
from reviewer.settings import Settings
from reviewer.tasks.alerts.digest import digest_library
from tests.conftest import ROOT, holders, write_listing

WITHOUT = Settings(embedding="none")
MOST_BYTES = 2000  # PostgreSQL's limit is 2,704 bytes for a whole row of an index
PATHS = {"file"}  # no system opens a longer one than it allows


def form_3(folder):
    """A library as form 3 kept it; gives its file."""
    folder.mkdir()
    path = folder / "library.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript((ROOT / "tests/library/form_3.sql").read_text(encoding="utf-8"))
    connection.execute("PRAGMA application_id = 0x52455657")
    connection.execute("PRAGMA user_version = 3")
    connection.close()
    return path


def form_of(path):
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA user_version").fetchone()[0]
    finally:
        connection.close()


def longest(database):
    """The longest value, in bytes, that each text of an index, or of a key, holds."""
    found = {}
    tables = database.column("SELECT name FROM sqlite_master WHERE type = 'table'")
    for table in tables:
        indexes = database.rows(f"PRAGMA index_list({table})")
        columns = {
            row[2] for index in indexes for row in database.rows(f"PRAGMA index_info({index[1]})")
        }
        columns |= {row[1] for row in database.rows(f"PRAGMA table_info({table})") if row[5]}
        for column in columns - PATHS - {None}:
            most = database.value(f"SELECT max(length(CAST({column} AS BLOB))) FROM {table}")
            found[f"{table}.{column}"] = most or 0
    return found


def words(draw, count):
    return " ".join("".join(draw.choices(string.ascii_lowercase, k=9)) for _ in range(count))


def test_a_library_of_form_3_is_brought_up_and_nothing_is_lost(tmp_path):
    path = form_3(tmp_path / "shelf")
    before = sqlite3.connect(path)
    questions = [row[0] for row in before.execute("SELECT question FROM questions ORDER BY saved")]
    papers = before.execute("SELECT id, key, paper FROM papers").fetchall()
    names = [row[0] for row in before.execute("SELECT alias FROM aliases")]
    (word,) = before.execute("SELECT term FROM postings WHERE length(term) > 1000").fetchone()
    before.close()
    with Library(path.parent, WITHOUT) as library:
        rows = library.database.rows("SELECT id, key, paper FROM papers")
        assert rows == papers
        assert {library.paper(name).id for name in names} <= {row[0] for row in papers}
        assert len(max(names, key=len)) > 2000
        assert Saved(library.database).questions() == questions
        assert len(holders(library, word)) == len(holders(library, "newt")) == 1
        assert digest_library("2000-01-01", library).papers == len(papers)
        assert library.database.column("SELECT kind FROM steps") == ["views"]
        assert library.ledger.find("r1") == "a reply"
        assert max(longest(library.database).values()) <= MOST_BYTES
        title = max((paper.title for paper in library.papers()), key=len)
        again = [{"title": title, "abstract": "Newts."}, {"title": "Frogs in Ponds"}]
        library.add([write_listing(tmp_path / "again.jsonl", *again)])
        assert len(library.papers()) == len(papers)
        assert Saved(library.database).forget(questions[1])
        assert library.database.check() == "ok"


def test_the_earlier_form_is_kept_beside_the_library_once(tmp_path):
    path = form_3(tmp_path / "shelf")
    for _ in range(2):
        Library(path.parent, WITHOUT).close()
        assert form_of(path) == SCHEMA_VERSION
        assert [p.name for p in path.parent.glob("library.form*")] == ["library.form-3.db"]
    kept = path.with_name("library.form-3.db")
    assert form_of(kept) == 3
    connection = sqlite3.connect(kept)
    assert connection.execute("SELECT count(*) FROM questions").fetchone() == (2,)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_many_may_bring_a_library_up_at_once_and_one_does(tmp_path):
    path = form_3(tmp_path / "shelf")
    start = Barrier(4)

    def open_one(_):
        start.wait()
        with Library(path.parent, WITHOUT) as library:
            return len(holders(library, "frog")), Saved(library.database).questions()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(open_one, range(4)))
    assert found == [found[0]] * 4
    assert found[0][0] == 1
    assert len(list(path.parent.glob("library.form*"))) == 1


def test_a_library_that_cannot_be_brought_up_stays_as_it_was(tmp_path):
    path = form_3(tmp_path / "shelf")
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE aliases")
    connection.close()
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError):
            Library(path.parent, WITHOUT)
        assert form_of(path) == 3
        assert not list(path.parent.glob("library.form*"))


def test_a_copy_that_cannot_be_written_leaves_the_library_as_it_was(tmp_path, monkeypatch):
    path = form_3(tmp_path / "shelf")
    (path.parent / "library.form-3.db.part").mkdir()
    with pytest.raises((LibraryError, OSError)):
        Library(path.parent, WITHOUT)
    assert form_of(path) == 3


def test_a_backup_of_form_3_is_restored_and_stays_as_it_is(tmp_path):
    from reviewer.library.backup import restore

    backup = form_3(tmp_path / "old")
    folder = tmp_path / "shelf"
    restore(backup, folder)
    assert form_of(backup) == 3
    with Library(folder, WITHOUT) as library:
        assert len(library.papers()) == 3
        assert len(Saved(library.database).questions()) == 2


def test_a_repair_of_form_3_keeps_its_questions(tmp_path):
    path = form_3(tmp_path / "shelf")
    repair_library(path.parent)
    with Library(path.parent, WITHOUT) as library:
        assert len(library.papers()) == 3
        assert len(Saved(library.database).questions()) == 2
        assert Saved(library.database).forget("do frogs croak?")


def test_nothing_that_is_indexed_is_too_long_for_any_database(tmp_path):
    draw = Random(4)
    word = "".join(draw.choices(string.ascii_lowercase, k=6000))
    entry = (
        f"@article{{{word[:3000]}, title={{{words(draw, 600)}}}, "
        f"author={{{words(draw, 400)}, Ada}}, "
        f"journal={{{words(draw, 400)}}}, doi={{10.1000/{word[:3000]}}}, year={{2020}}, "
        f"abstract={{Newts hold {word} and {word[:300]}äöü. {words(draw, 40)}}}}}\n"
    )
    bib = tmp_path / "long.bib"
    bib.write_text(entry, encoding="utf-8")
    emoji = {"title": "\U0001f438" * 3000, "abstract": "Frogs " + "蛙" * 3000, "venue": "蛙" * 3000}
    listing = write_listing(tmp_path / "long.jsonl", emoji)
    question = f"why {words(draw, 400)}?"
    with Library(tmp_path / "shelf", WITHOUT) as library:
        assert len(library.add([str(bib), listing]).added) == 2
        Saved(library.database).save(question)
        assert Saved(library.database).questions() == [question]
        too_long = {k: n for k, n in longest(library.database).items() if n > MOST_BYTES}
        assert not too_long
        assert len(library.add([str(bib), listing]).added) == 0
        paper = library.paper(word[:3000])
        assert holders(library, word) == holders(library, word[:250])
        assert holders(library, word)
        again = [{"title": paper.title, "abstract": "Other words."}]
        library.add([write_listing(tmp_path / "again.jsonl", *again)])
        assert len(library.papers()) == 2
        assert re.fullmatch(r"[a-z0-9-]{1,200}", paper.key)
        assert Path(library.folder).is_dir()
