"""A damaged library is refused with the way to mend it, and mended; backups come back."""

import json
import random
import shutil
import sqlite3
import sys
from contextlib import closing

import pytest

from reviewer.cli import run
from reviewer.errors import LibraryError, NewerLibraryError
from reviewer.library import Library, back_up, repair_library, restore
from reviewer.library.source_files import NAME, remembered
from reviewer.library.storage.salvage import Pages, rows_of_table
from reviewer.search import find
from reviewer.settings import Settings
from reviewer.sources import ReadOptions
from reviewer.types.runs import Run
from reviewer.types.searches import Filters
from tests.conftest import SAMPLES, WordEmbedding, write_listing
from tests.library.test_index import start_child
from tests.support.promises import promise

QUESTION = "does RL teach new skills?"
PAGE = 4096


def opened(folder):
    return Library(folder, embedding=WordEmbedding())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A library read from copies of the samples, with a tag, a note and a run."""
    place = tmp_path_factory.mktemp("made")
    shutil.copytree(SAMPLES, place / "files")
    with opened(place / "library") as library:
        library.add([str(place / "files")])
        paper = library.papers()[3]
        with library.database.transaction():
            library.catalogue.save_paper(
                paper.model_copy(update={"tags": ("core",), "notes": "read twice"})
            )
        library.ledger.save(Run(id="r1", command="ask", question=QUESTION, started="2026-01-01"))
        library.ledger.keep("hash", "a reply", "fake/model")
    return place


@pytest.fixture
def place(made, tmp_path):
    return shutil.copytree(made, tmp_path / "place")


def contents(folder):
    """All that the user has in the library."""
    with opened(folder) as library:
        hits = [(hit.chunk, round(hit.score.total, 4)) for hit in find(QUESTION, library).hits]
        return library.papers(), library.ledger.runs(), library.ledger.find("hash"), hits


def zero_pages(path, pages):
    data = bytearray(path.read_bytes())
    for page in pages:
        data[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
    path.write_bytes(data)


def test_the_rows_of_a_whole_file_are_those_that_sqlite_gives(place):
    path = place / "library" / "library.db"
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            wanted = set(connection.execute(f"SELECT * FROM {table}"))
            assert set(rows_of_table(path, table)) == wanted
            if wanted:
                columns = len(next(iter(wanted)))
                in_key_order = {tuple(row) for row in Pages(path).rows(columns)}
                missing = wanted - in_key_order
                assert not missing or table in ("identities", "tags", "aliases"), table


def test_rows_that_are_only_in_the_log_are_read_and_deleted_ones_are_not(tmp_path):
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE a (b TEXT, c TEXT, d TEXT)")
        rows = [("row", str(n), "x" * 50 * n) for n in range(200)]
        connection.executemany("INSERT INTO a VALUES (?, ?, ?)", rows)
        connection.commit()
        assert sorted(Pages(path).rows(3)) == sorted(rows)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("DELETE FROM a WHERE CAST(c AS INTEGER) >= 20")
        connection.commit()
        assert sorted(Pages(path).rows(3)) == sorted(rows[:20])


def test_repairing_what_is_whole_changes_nothing(place):
    before = contents(place / "library")
    done = repair_library(place / "library")
    assert contents(place / "library") == before
    assert (done.papers, done.entries, done.read_again, done.mended, done.lost) == (62, 64, 0, 0, 0)
    assert done.vectors == 62
    assert (done.is_sound, done.kept_as) == (True, "")
    assert not list((place / "library").glob("library.*.db"))
    with opened(place / "library") as library:
        assert library.paper(before[0][3].key).tags == ("core",)
        assert [paper.id for paper in library.papers(Filters(tags=("core",)))] == [before[0][3].id]


@pytest.mark.parametrize("change", ["removed a paper", "added again", "edited a file"])
def test_a_library_in_use_is_sound_whatever_was_done_with_it(place, change):
    with opened(place / "library") as library:
        if change == "removed a paper":
            library.remove(library.papers()[5].key)
        elif change == "added again":
            new = place / "files" / "new.jsonl"
            library.add([write_listing(new, {"title": "Frogs", "abstract": "They croak."})])
    if change == "edited a file":
        write_listing(place / "files" / "later.jsonl", {"title": "Toads"})
        listing = next(p for p in (place / "files").iterdir() if p.suffix == ".jsonl")
        with listing.open("a", encoding="utf-8") as file:
            file.write('{"title": "Newts in ponds", "abstract": "They swim."}\n')
    before = contents(place / "library")
    assert repair_library(place / "library").is_sound
    assert contents(place / "library") == before


def test_wrong_counts_of_words_in_a_sound_file_are_made_again(place):
    before = contents(place / "library")
    with opened(place / "library") as library, library.database.transaction():
        library.database.run("UPDATE postings SET entries = zeroblob(length(entries))")
    assert not repair_library(place / "library").is_sound
    assert contents(place / "library") == before


def damage(path, chance):
    """Pages are zeroed or made junk, the header among them, or the file is cut."""
    data = bytearray(path.read_bytes())
    kind = chance.choice(["zero", "junk", "cut", "header"])
    pages = len(data) // PAGE
    if kind == "cut":
        del data[chance.randrange(PAGE, len(data)) :]
    elif kind == "header":
        data[:PAGE] = bytes(PAGE)
    else:
        for page in chance.sample(range(pages), max(1, pages // 20)):
            filling = chance.randbytes(PAGE) if kind == "junk" else bytes(PAGE)
            data[page * PAGE : (page + 1) * PAGE] = filling
    path.write_bytes(data)


@promise(
    "A damaged library is mended: no paper is lost while the files it was read from are there",
    "pages zeroed or made junk, header zeroed, file cut, then `review repair`",
    full=200,
    few=4,
)
def test_a_damaged_library_is_mended_with_every_paper(made, tmp_path, rounds):
    with opened(made / "library") as library:
        wanted = {paper.title: (paper.parts, paper.origins) for paper in library.papers()}
    for n in range(rounds):
        folder = shutil.copytree(made / "library", tmp_path / str(n))
        damage(folder / "library.db", random.Random(n))
        done = repair_library(folder)
        with opened(folder) as library:
            kept = {paper.title: (paper.parts, paper.origins) for paper in library.papers()}
            assert library.database.check() == "ok"
            library.reindex()
            assert library.chunks.count_waiting() == 0
            assert find(QUESTION, library).hits
        assert kept == wanted
        assert (done.papers, done.lost) == (62, 0)
        shutil.rmtree(folder)


def test_a_library_of_which_nothing_is_left_is_made_from_its_files(place):
    wanted = {paper.title for paper in contents(place / "library")[0]}
    (place / "library" / "library.db").write_bytes(bytes(PAGE))
    done = repair_library(place / "library")
    assert (done.papers, done.lost) == (62, 0)
    assert {paper.title for paper in contents(place / "library")[0]} == wanted


def test_a_damaged_list_of_files_is_read_as_far_as_it_goes(place):
    path = place / "library" / NAME
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b'\xff{\n[1]\n["not listed", "hash"]\n' + lines[0] + b'"cut')
    assert remembered(place / "library") == {json.loads(lines[0]): frozenset()}


@pytest.mark.parametrize("left", ["nothing", "half"])
def test_what_was_removed_does_not_come_back_until_its_file_is_added_again(place, left):
    folder = place / "library"
    with opened(folder) as library:
        gone = library.papers()[5]
        library.remove(gone.key)
    wanted = {paper.title for paper in contents(folder)[0]}

    def damaged():
        data = (folder / "library.db").read_bytes()
        kept = bytes(PAGE) if left == "nothing" else bytes(PAGE) + data[PAGE : len(data) // 2]
        (folder / "library.db").write_bytes(kept)
        return repair_library(folder).papers, {paper.title for paper in contents(folder)[0]}

    assert damaged() == (61, wanted)
    with opened(folder) as library:
        library.add([str(place / "files")])
    assert damaged() == (62, wanted | {gone.title})


def test_what_a_restored_backup_holds_is_not_removed_any_more(place):
    folder, backup = place / "library", place / "backup.db"
    with opened(folder) as library:
        back_up(library.database, backup)
        library.remove(library.papers()[5].key)
    restore(backup, folder)
    restore(backup, place / "elsewhere")
    for restored in (folder, place / "elsewhere"):
        (restored / "library.db").write_bytes(bytes(PAGE))
        assert repair_library(restored).papers == 62


def test_a_repair_reads_a_table_by_the_columns_that_the_user_named(tmp_path):
    table = tmp_path / "papers.csv"
    table.write_text("title,Real Title,abstract\n1,Learning to fly,Birds learn to fly.\n")
    with opened(tmp_path / "library") as library:
        library.add([str(table)], ReadOptions(columns=(("Real Title", "title"),)))
        before = library.papers()
        assert [paper.title for paper in before] == ["Learning to fly"]
    assert repair_library(tmp_path / "library").mended == 0
    with opened(tmp_path / "library") as library:
        assert library.papers() == before


def test_an_empty_file_is_no_library_and_no_backup(place):
    (place / "empty.db").touch()
    with pytest.raises(LibraryError, match="is empty"):
        restore(place / "empty.db", place / "library")
    (place / "library" / "library.db").write_bytes(b"")
    assert repair_library(place / "library").papers == 62


def test_a_backup_takes_no_other_librarys_place(place, tmp_path):
    with opened(tmp_path / "other") as other:
        other.add([str(place / "files")])
    with opened(place / "library") as library:
        for target in (tmp_path / "other" / "library.db", place / "library" / "library.db"):
            with pytest.raises(LibraryError, match="is a library in use"):
                back_up(library.database, target)
    with opened(tmp_path / "other") as other:
        assert len(other.papers()) == 62


def test_papers_whose_files_are_gone_are_kept_as_far_as_they_can_be_read(tmp_path):
    shutil.copytree(SAMPLES, tmp_path / "files")
    with opened(tmp_path / "library") as library:
        library.add([str(tmp_path / "files")])
        before = library.papers()
    shutil.rmtree(tmp_path / "files")
    zero_pages(tmp_path / "library" / "library.db", [0, 1])
    done = repair_library(tmp_path / "library")
    with opened(tmp_path / "library") as library:
        found = {paper.id: paper for paper in library.papers()}
    assert len(found) > 50
    assert all(found[paper.id] == paper for paper in before if paper.id in found)
    assert len(done.files_gone) == 3
    assert tmp_path.joinpath("library", "library.damaged.db").is_file()


def test_a_text_in_which_a_letter_changed_is_taken_from_its_file(place):
    before = contents(place / "library")[0]
    named = " ".join(paper.title for paper in before).casefold()
    words = (word for word in before[0].abstract.split() if word.isalpha() and len(word) > 6)
    word = next(word for word in words if word.casefold() not in named).encode()
    path = place / "library" / "library.db"
    path.write_bytes(path.read_bytes().replace(word, b"Q" * len(word)))
    done = repair_library(place / "library")
    assert done.mended
    assert contents(place / "library")[0] == before


def test_what_holds_no_paper_is_left_as_it_is(tmp_path):
    (tmp_path / "library.db").write_bytes(b"no library" * 1000)
    with pytest.raises(LibraryError, match="no paper can be read") as caught:
        repair_library(tmp_path)
    assert "review restore" in caught.value.hint
    assert (tmp_path / "library.db").read_bytes() == b"no library" * 1000


@promise(
    "A damaged catalogue is refused with a clear message and the way to mend it",
    "each page of the file in turn made junk, then a question by the command line",
    full=150,
    few=3,
)
def test_damage_names_the_way_to_mend_it(made, tmp_path, rounds, capsys, monkeypatch):
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    pages = (made / "library" / "library.db").stat().st_size // PAGE
    told = 0
    for n in range(rounds):
        folder = shutil.copytree(made / "library", tmp_path / str(n))
        path = folder / "library.db"
        data = bytearray(path.read_bytes())
        at = PAGE * (n * pages // rounds)
        data[at : at + PAGE] = random.Random(n).randbytes(PAGE)
        path.write_bytes(data)
        code = run(["papers", "--library", str(folder)])
        said = capsys.readouterr()
        assert code in (0, 1)
        if code:
            told += 1
            assert str(path) in said.err
            assert "review repair" in said.err
        shutil.rmtree(folder)
    assert told


@promise(
    "A backup is whole, though others add meanwhile, and comes back as it was",
    "`review backup` while another process adds small listings, then `review restore`",
    full=30,
    few=2,
)
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_backup_made_while_others_add_is_whole(place, tmp_path, rounds):
    folder = place / "library"
    child = start_child("add_one_by_one", folder, tmp_path, 0, 1000)
    try:
        for n in range(rounds):
            acknowledged = int(child.stdout.readline())
            copy = tmp_path / f"copy-{n}.db"
            with opened(folder) as library:
                back_up(library.database, copy)
            other = tmp_path / f"other-{n}"
            assert restore(copy, other) is None
            with opened(other) as library:
                assert library.catalogue.count() >= 62 + 3 * (acknowledged + 1)
                assert library.catalogue.count() % 3 == 62 % 3
                assert library.database.check() == "ok"
                assert find(f"Extra {acknowledged} b", library).hits
            shutil.rmtree(other)
            copy.unlink()
    finally:
        child.kill()
        child.communicate()


def test_restore_keeps_the_present_library_beside_and_answers_as_then(place):
    folder, copy = place / "library", place / "copy.db"
    before = contents(folder)
    with opened(folder) as library:
        assert back_up(library.database, copy) == copy.stat().st_size
        library.remove(library.papers()[0].key)
        library.remove(library.papers()[0].key)
    kept = restore(copy, folder)
    assert contents(folder) == before
    assert kept == folder / "library.before.db"
    assert restore(kept, place / "later") is None
    with opened(place / "later") as library:
        assert library.catalogue.count() == 60
        assert library.chunks.count_waiting() == 0


@pytest.mark.parametrize("kind", ["junk", "cut", "newer", "none"])
def test_what_is_no_sound_backup_is_not_restored(place, kind):
    folder, copy = place / "library", place / "copy.db"
    before = (folder / "library.db").read_bytes()
    with opened(folder) as library:
        back_up(library.database, copy)
    if kind == "junk":
        copy.write_bytes(b"a file of mine" * 500)
    elif kind == "cut":
        copy.write_bytes(copy.read_bytes()[:-40_000])
    elif kind == "newer":
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA user_version = 99")
    else:
        copy.unlink()
    with pytest.raises(NewerLibraryError if kind == "newer" else LibraryError) as caught:
        restore(copy, folder)
    assert caught.value.hint
    assert (folder / "library.db").read_bytes() == before
    assert sorted(p.name for p in folder.glob("restore*")) == []


@pytest.mark.parametrize("kind", ["bytes", "text", "another program's", "a folder", "gone"])
def test_what_is_not_a_backup_is_named_and_nothing_is_touched(tmp_path, kind):
    file = tmp_path / "x.bin"
    if kind == "a folder":
        file.mkdir()
    elif kind == "another program's":
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE mine (a TEXT)")
    elif kind != "gone":
        file.write_bytes(bytes(range(256)) * 40 if kind == "bytes" else b"@article{a, title={B}}")
    with pytest.raises(LibraryError) as caught:
        restore(file, tmp_path / "library")
    fault = {"a folder": "is a folder", "gone": "does not exist"}.get(kind, "is not a backup")
    assert caught.value.message == f"{file} {fault}; nothing was changed"
    assert "review restore" in caught.value.hint
    assert not (tmp_path / "library").exists()


def test_a_damaged_backup_is_named_by_its_own_name(place):
    copy = place / "copy.db"
    with opened(place / "library") as library:
        back_up(library.database, copy)
    copy.write_bytes(copy.read_bytes()[:-40_000])
    with pytest.raises(LibraryError, match=r"copy\.db is damaged") as caught:
        restore(copy, place / "library")
    assert "restore.new" not in caught.value.message
    assert "repair" not in caught.value.hint


def test_a_backup_replaces_an_earlier_one_and_no_other_file(place):
    copy = place / "copy.db"
    with opened(place / "library") as library:
        back_up(library.database, copy)
        back_up(library.database, copy)
        copy.write_text("my notes")
        with pytest.raises(LibraryError, match="is not a backup"):
            back_up(library.database, copy)
        with pytest.raises(LibraryError, match="cannot be opened"):
            back_up(library.database, place / "nowhere" / "copy.db")
    assert copy.read_text() == "my notes"
    assert sorted(p.name for p in place.iterdir()) == ["copy.db", "files", "library"]


def test_who_has_the_library_open_while_it_is_replaced_loses_nothing_unsaid(place, tmp_path):
    folder, copy = place / "library", place / "copy.db"
    new = write_listing(tmp_path / "new.jsonl", {"title": "Frogs", "abstract": "They croak."})
    with opened(folder) as library:
        back_up(library.database, copy)
        restore(copy, folder)
        with pytest.raises(LibraryError, match="was replaced"):
            library.add([new])
    with opened(folder) as library:
        assert library.add([new]).papers == 63


def test_the_commands_do_it_and_say_what_they_did(place, capsys, monkeypatch):
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.setenv("REVIEW_LIBRARY", str(place / "library"))
    copy = str(place / "copy.db")
    kept = place / "library" / "files" / ("a" * 64)
    kept.mkdir(parents=True)
    (kept / "sent.pdf").write_bytes(bytes(100_000))
    assert run(["backup", copy]) == 0
    backed_up = capsys.readouterr()
    assert "62 papers in " in backed_up.out
    assert "Not in it: 1 file sent through the page (0.1 MB)" in backed_up.err
    zero_pages(place / "library" / "library.db", [0])
    assert run(["papers"]) == 1
    assert "review repair" in capsys.readouterr().err
    assert run(["repair"]) == 0
    said = capsys.readouterr().out
    assert "62 papers of 64 entries" in said
    assert "library.damaged.db" in said
    assert run(["papers"]) == 0
    assert run(["repair"]) == 0
    said = capsys.readouterr().out
    assert said.endswith("Nothing in it is damaged, and nothing was changed.\n")
    assert "kept as" not in said
    assert run(["restore", copy]) == 0
    assert "kept as" in capsys.readouterr().err


def test_a_file_where_the_backups_folder_should_be_is_told_in_words(place):
    with opened(place / "library") as library:
        (place / "notes.txt").write_text("mine")
        with pytest.raises(LibraryError, match=r"notes\.txt is not a folder"):
            back_up(library.database, place / "notes.txt" / "copy.db")


def test_a_library_without_papers_is_sound(tmp_path):
    with Library(tmp_path / "library", Settings(embedding="none")):
        pass
    done = repair_library(tmp_path / "library")
    assert (done.is_sound, done.papers) == (True, 0)
