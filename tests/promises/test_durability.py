"""Full and read-only disks, no home folder, a clock set back, many processes, earlier libraries."""

import gzip
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.library.storage.opening import SCHEMA_VERSION
from reviewer.search import find
from reviewer.tasks import answer_question
from reviewer.writers import Extractive
from tests.conftest import ROOT, SAMPLES, WordEmbedding, write_listing
from tests.library.test_index import start_child
from tests.library.test_library import small_disk  # noqa: F401  a fixture
from tests.support.promises import count, promise

QUESTION = "does RL teach new skills?"
PAPER = {"title": "Frogs in ponds", "abstract": "Frogs croak in ponds. They sleep in winter."}


@pytest.fixture
def review(capsys, tmp_path, monkeypatch):
    """Runs a command in this process, by words alone: exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")

    def run_review(*arguments):
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review


def fill(folder):
    """Leave no byte free; gives the file that does it."""
    filling = folder / "filling"
    with filling.open("wb", buffering=0) as out:
        for size in (65536, 4096, 1):
            try:
                while True:
                    out.write(bytes(size))
            except OSError:
                pass
    return filling


@promise(
    "A full disk is told, loses nothing, and all works again when there is space",
    "a disk without a free byte: add, ask, table, backup and repair by the command line",
)
def test_every_command_meets_a_full_disk(small_disk, review, tmp_path):  # noqa: F811
    disk, _ = small_disk
    library = disk / "library"
    assert review("add", SAMPLES, "--library", library)[0] == 0
    filling = fill(disk)
    new = write_listing(tmp_path / "new.jsonl", PAPER)
    for command in (["add", new], ["backup", disk / "copy.db"], ["repair"]):
        code, _, said = review(*command, "--library", library)
        assert (code, "Traceback" in said) == (1, False), command
        assert "full" in said or "no space" in said, said
    for command in (["ask", QUESTION], ["table", "RL methods", "--column", "result"]):
        code, out, said = review(*command, "--library", library)
        assert (code, bool(out)) == (0, True), (command, said)
        assert "not kept" in said
        assert "full" in said
    assert review("papers", "--library", library)[2].startswith("62 papers")
    os.truncate(filling, filling.stat().st_size - 100_000)
    code, out, _ = review("ask", QUESTION, "--library", library)
    assert (code, "## References" in out) == (0, True)
    assert review("papers", "--library", library)[2].startswith("62 papers")
    filling.unlink()
    assert "63 papers" in review("add", new, "--library", library)[1]
    assert "not kept" not in review("ask", QUESTION, "--library", library)[2]
    assert review("doctor", "--library", library)[0] == 0


@promise(
    "A read-only disk is told, loses nothing, and all works again when it can be written",
    "a disk mounted anew as read-only: add, ask, papers, remove, doctor by the command line",
)
def test_every_command_meets_a_read_only_disk(small_disk, review, tmp_path):  # noqa: F811
    disk, _ = small_disk
    library = disk / "library"
    assert review("add", SAMPLES, "--library", library)[0] == 0
    key = review("papers", "--library", library)[1].split()[0]
    new = write_listing(tmp_path / "new.jsonl", PAPER)
    mount = ["mount", "-o", "remount,ro", str(disk)]
    subprocess.run(mount, check=True)
    for command in (["add", new], ["remove", key], ["reindex"]):
        code, _, said = review(*command, "--library", library)
        assert code == 1, command
        assert "read-only" in said or "cannot be" in said, said
        assert "Traceback" not in said
    for command in (["ask", QUESTION], ["papers"], ["show", key], ["search", QUESTION]):
        code, out, said = review(*command, "--library", library)
        assert (code, bool(out)) == (0, True), (command, said)
    assert review("doctor", "--library", library)[0] in (0, 1)
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert "63 papers" in review("add", new, "--library", library)[1]
    assert review("doctor", "--library", library)[0] == 0


NOWHERE = "/proc/no-home"


@promise(
    "Without a home folder what needs none works, and what needs one says so",
    "HOME and the XDG folders in a place where nothing can be made",
)
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no place here where root cannot write")
def test_there_is_no_home_folder(review, monkeypatch, tmp_path):
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, NOWHERE)
    assert review("add", SAMPLES, "--library", "shelf")[0] == 0
    assert "## References" in review("ask", QUESTION, "--library", "shelf")[1]
    assert review("doctor", "--library", "shelf")[0] == 0
    for command in (["add", SAMPLES], ["ask", QUESTION], ["ask", QUESTION, "--papers", SAMPLES]):
        code, _, said = review(*command)
        assert code in (0, 1), command
        assert "Traceback" not in said
        assert code == 0 or NOWHERE in said
        assert code == 0 or "--library" in said or "--papers" in said


@promise(
    "A clock that is set back loses nothing and changes no answer",
    "a child whose clock, and files' times, are years behind those of the library",
    full=10,
)
def test_a_clock_that_is_set_back_changes_nothing(tmp_path, rounds):
    with Library(tmp_path / "library", embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
    for n in range(rounds):
        child = start_child("add_one_by_one", tmp_path / "library", tmp_path, n, n + 1)
        assert child.communicate()[0] == f"{n}\n"
        with Library(tmp_path / "library", embedding=WordEmbedding()) as library:
            before = find(QUESTION, library)
        for path in (tmp_path / "library").rglob("*"):
            os.utime(path, (2_000_000_000 - n, 2_000_000_000 - n))  # in 2033
        with Library(tmp_path / "library", embedding=WordEmbedding()) as library:
            library.catch_up()
            assert find(QUESTION, library) == before
            assert library.catalogue.count() == 62 + 3 * (n + 1)
            assert find(f"Extra {n} b", library).hits[0].paper.title == f"Extra {n} b"
            assert library.index.is_in_step()


def ask_again_and_again(folder, stop_at):
    """In a child: ask until this many papers are there, and say how many were seen each time."""
    with Library(Path(folder), embedding=WordEmbedding()) as library:
        seen, rounds = 0, 0
        while seen < int(stop_at):
            seen = library.catalogue.count()
            answer = answer_question(QUESTION, library, Extractive())
            assert answer.claims
            rounds += 1
        sys.stdout.write(f"{rounds} {seen}\n")


def start_asking(folder, stop_at):
    code = "import sys, tests.promises.test_durability as t; t.ask_again_and_again(*sys.argv[1:])"
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder), str(stop_at)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@promise(
    "Two to five processes add and ask at once and nothing is lost",
    "one to three that add small listings beside one or two that ask until they see all of them",
    full=20,
    few=1,
)
def test_processes_that_add_and_ask_at_once_lose_nothing(tmp_path, rounds):
    for n in range(rounds):
        folder = tmp_path / str(n)
        with Library(folder, embedding=WordEmbedding()) as library:
            library.add([str(SAMPLES)])
        chance = random.Random(n)
        adders, askers = chance.randint(1, 3), chance.randint(1, 2)
        each = count(4, 2)
        wanted = 62 + 3 * each * adders
        asking = [start_asking(folder, wanted) for _ in range(askers)]
        adding = [
            start_child("add_one_by_one", folder, tmp_path, a * each, (a + 1) * each)
            for a in range(adders)
        ]
        for a, child in enumerate(adding):
            out, _ = child.communicate(timeout=300)
            assert child.returncode == 0
            assert out.split() == [str(m) for m in range(a * each, (a + 1) * each)]
        for child in asking:
            out, said = child.communicate(timeout=300)
            assert child.returncode == 0, said
            assert int(out.split()[1]) == wanted
        with Library(folder, embedding=WordEmbedding()) as library:
            assert library.catalogue.count() == wanted
            assert library.chunks.count_waiting() == 0
            assert library.database.check() == "ok"
            library.catch_up()
            assert library.index.is_in_step()
        shutil.rmtree(folder)


FORMS = range(1, SCHEMA_VERSION + 1)


@promise(
    "A library of every earlier form is opened, brought up and asked",
    "libraries that the code of each form made (fixtures/libraries)",
)
@pytest.mark.parametrize("form", FORMS)
def test_a_library_that_an_earlier_form_made_opens_and_goes_on(tmp_path, form):
    kept = ROOT / "fixtures" / "libraries" / f"form-{form}.db.gz"
    (tmp_path / "library.db").write_bytes(gzip.decompress(kept.read_bytes()))
    lines = (SAMPLES / "retrieval-and-memory.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = {line["title"]: line["abstract"] for line in map(json.loads, lines[:6])}
    embedding = WordEmbedding()
    with Library(tmp_path, embedding=embedding) as library:
        assert {paper.title: paper.abstract for paper in library.papers()} == wanted
        assert library.chunks.count_waiting() == 0
        for title in wanted:
            assert find(title, library).hits[0].paper.title == title
        asked = embedding.texts
        assert asked == len(wanted)
        assert "20260101-000000-abcd" in {kept.id for kept in library.ledger.runs()}
        assert library.add([write_listing(tmp_path / "new.jsonl", PAPER)]).papers == 7
        assert library.index.is_in_step()
        assert find("frogs", library).hits[0].paper.title == "Frogs in ponds"
        assert library.database.check() == "ok"


def test_the_form_that_is_made_now_has_its_fixture_too(tmp_path):
    """So that a later form finds what this one made."""
    names = sorted(path.name for path in (ROOT / "fixtures" / "libraries").glob("*.gz"))
    assert names == [f"form-{form}.db.gz" for form in FORMS]
    for form in FORMS:
        data = gzip.decompress(
            (ROOT / "fixtures" / "libraries" / f"form-{form}.db.gz").read_bytes()
        )
        assert int.from_bytes(data[60:64], "big") == form  # user_version, in SQLite's header
