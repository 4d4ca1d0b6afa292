"""Chroma's index is a cache: deleted, damaged, locked or killed, the answers stay the same."""

import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from filelock import FileLock

from reviewer.library import Library
from reviewer.library.index.chroma import IndexDamagedError, Vectors
from reviewer.search import find
from reviewer.types.searches import Filters
from tests.conftest import ROOT, SAMPLES, WordEmbedding, holders, write_listing
from tests.support.promises import promise

QUESTIONS = (
    "does RL teach new skills?",
    "how can a model be trained to use a search engine?",
    "forgetting in continual learning",
)
MOST_BYTES = 50_000_000  # what a child that is killed may write into one file


def answers(library):
    """What is found for each question, best first."""
    found = [find(question, library) for question in QUESTIONS]
    assert all(result.method == "lexical and dense" for result in found)
    return [
        [(hit.chunk.id, pytest.approx(hit.score.total, abs=1e-3)) for hit in result.hits]
        for result in found
    ]


def start_child(name, *arguments):
    """Run a function of this file in a process of its own."""
    code = "import sys, tests.library.test_index as t; getattr(t, sys.argv[1])(*sys.argv[2:])"
    return subprocess.Popen(
        [sys.executable, "-c", code, name, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )


def add_one_by_one(folder, source, first, last):
    """In a child: add small listings one after another, and say so after each."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))
    with Library(Path(folder), embedding=WordEmbedding()) as library:
        for n in range(int(first), int(last)):
            records = [
                {"title": f"Extra {n} {part}", "abstract": f"About subject {n}. It has {part}."}
                for part in "abc"
            ]
            library.add([write_listing(Path(source) / f"extra-{n}.jsonl", *records)])
            sys.stdout.write(f"{n}\n")
            sys.stdout.flush()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A library with its index, to be copied; times are kept."""
    folder = tmp_path_factory.mktemp("whole") / "library"
    with Library(folder, embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "library")
    return tmp_path / "library"


def delete_folder(chroma):
    shutil.rmtree(chroma)


def delete_sqlite(chroma):
    (chroma / "chroma.sqlite3").unlink()


def cut_sqlite(chroma):
    os.truncate(chroma / "chroma.sqlite3", 10_000)


def cut_vectors(chroma):
    (path,) = chroma.rglob("data_level0.bin")
    os.truncate(path, path.stat().st_size // 2)


def delete_vectors(chroma):
    for path in chroma.rglob("*.bin"):
        path.unlink()


def replace_by_file(chroma):
    shutil.rmtree(chroma)
    chroma.write_text("no index")


def add_a_file(chroma):
    (chroma / "stray").write_text("?")


@pytest.mark.parametrize(
    "damage",
    [
        delete_folder,
        delete_vectors,
        replace_by_file,
        add_a_file,
    ],
)
def test_a_damaged_index_changes_no_answer_and_is_made_again_from_stored_vectors(folder, damage):
    with Library(folder, embedding=WordEmbedding()) as library:
        before = answers(library)
    damage(folder / "chroma")
    embedding = WordEmbedding()
    with Library(folder, embedding=embedding) as library:
        assert not library.index.is_in_step()
        assert answers(library) == before
        library.catch_up()
        assert library.index.is_in_step()
        assert answers(library) == before
    assert embedding.texts == 2 * len(QUESTIONS)
    assert rows_in_chroma(folder) == 62


def rows_in_chroma(folder):
    index = Vectors(folder / "chroma")
    try:
        return index.count()
    finally:
        index.close()


def test_an_index_that_was_not_closed_cleanly_is_made_again(folder):
    with Library(folder, embedding=WordEmbedding()) as library:
        before = answers(library)
        with library.database.transaction():
            library.database.set_state("index", "unclean")
        assert answers(library) == before
        made = (folder / "chroma").stat().st_ino
        library.catch_up()
        assert library.index.is_in_step()
        assert (folder / "chroma").stat().st_ino != made
        assert answers(library) == before


def test_damage_in_an_open_library_is_seen_at_the_next_question(folder):
    with Library(folder, embedding=WordEmbedding()) as library:
        before = answers(library)
        cut_vectors(folder / "chroma")
        assert answers(library) == before


@promise(
    "Acknowledged papers are never lost",
    "kill -9 at random moments while small listings are added one by one; every acknowledged paper "
    "has its entry, chunk and words, and adding again completes",
    full=200,
    few=2,
)
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_killed_add_loses_nothing_that_was_acknowledged(whole, tmp_path, rounds):
    for killed in range(rounds):
        place = tmp_path / str(killed)
        shutil.copytree(whole, place / "library")
        kill_an_add(place / "library", place, killed)
        shutil.rmtree(place)


def kill_an_add(folder, place, killed):
    child = start_child("add_one_by_one", folder, place, 0, 1000)
    acknowledged = 0
    for _ in range(killed % 7):  # none: it is killed while it opens the library
        acknowledged += bool(child.stdout.readline())
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(random.random() * (0.2 if killed % 7 else 3.0))
    child.kill()
    acknowledged += len(child.stdout.read().splitlines())
    child.stdout.close()
    child.wait()
    embedding = WordEmbedding()
    with Library(folder, embedding=embedding) as library:
        assert library.database.check() == "ok"
        check_papers_are_whole(library, acknowledged)
        waiting = library.chunks.count_waiting()
        assert waiting <= 3
        before = answers(library)
        library.reindex()
        assert library.index.is_in_step()
        assert embedding.texts == 3 * waiting + len(QUESTIONS)
        if not waiting:
            assert answers(library) == before
        assert rows_in_chroma(folder) == library.chunks.count()
        written = sorted(str(path) for path in place.glob("extra-*.jsonl"))
        assert acknowledged <= len(written) <= acknowledged + 1
        if written and Path(written[-1]).stat().st_size:
            library.add(written)
        check_papers_are_whole(library, len(written))
        assert library.chunks.count_waiting() == 0
        assert library.index.is_in_step()


def check_papers_are_whole(library, listings):
    """At least this many listings of three are there, no part of one, and nothing lacks a part."""
    papers = library.papers()
    extra = [paper for paper in papers if paper.title.startswith("Extra")]
    assert len(extra) == len(papers) - 62
    assert len(extra) >= 3 * listings
    assert len(extra) % 3 == 0
    chunked = holders(library, "subject")
    for paper in extra:
        number = library.catalogue.number_of(paper.id)
        (kept_entry,) = library.catalogue.entries_of(number)
        assert kept_entry.entry.parts == paper.parts
        (kept,) = library.chunks.of_paper(number)
        assert kept.chunk.text == paper.abstract[kept.chunk.start : kept.chunk.end]
        assert kept.number in chunked


@promise(
    "A library that is open sees new papers at its next question",
    "another process adds listings one by one; each is asked for by title as soon as it is said",
)
def test_what_another_process_adds_is_seen_at_the_next_question(folder, tmp_path):
    with Library(folder, embedding=WordEmbedding()) as library:
        assert all("Extra" not in hit.paper.title for hit in find("Extra 3 b", library).hits)
        child = start_child("add_one_by_one", folder, tmp_path, 0, 5)
        with child:
            for line in child.stdout:
                for _ in range(3):
                    found = find(f"Extra {line.strip()} b", library)
                    assert found.hits[0].paper.title == f"Extra {line.strip()} b"
        assert child.returncode == 0
        assert library.index.is_in_step()
        assert library.catalogue.count() == 62 + 15
        assert find("Extra 3 b", library).hits[0].paper.title == "Extra 3 b"


def test_two_processes_that_add_at_once_lose_nothing(folder, tmp_path):
    children = [
        start_child("add_one_by_one", folder, tmp_path, 0, 6),
        start_child("add_one_by_one", folder, tmp_path, 6, 12),
    ]
    for child in children:
        child.communicate()
        assert child.returncode == 0
    with Library(folder, embedding=WordEmbedding()) as library:
        assert library.catalogue.count() == 62 + 36
        assert library.index.is_in_step()
    assert rows_in_chroma(folder) == 62 + 36


def test_an_index_that_is_being_written_is_not_opened_and_the_answer_is_exact(folder):
    with Library(folder, embedding=WordEmbedding()) as library:
        before = answers(library)
        with FileLock(folder / "index.lock"):
            assert answers(library) == before


def test_an_index_is_not_written_while_another_process_has_it(folder, tmp_path):
    held, enough = Event(), Event()

    def hold():
        with FileLock(folder / "index.lock"):
            held.set()
            enough.wait()

    new = {"title": "Frogs in ponds", "abstract": "Frogs croak in ponds."}
    listing = write_listing(tmp_path / "new.jsonl", new)
    with Library(folder, embedding=WordEmbedding()) as library, ThreadPoolExecutor(2) as pool:
        holding = pool.submit(hold)
        held.wait()
        adding = pool.submit(library.add, [listing])
        try:
            with pytest.raises(TimeoutError):
                adding.result(timeout=0.5)
            assert find("frogs in ponds", library).hits[0].paper.title == "Frogs in ponds"
        finally:
            enough.set()
        holding.result()
        assert adding.result().papers == 63
        assert library.index.is_in_step()


def question_vector(text):
    return WordEmbedding().embed([text])[0]


@pytest.mark.parametrize("text", QUESTIONS)
def test_chroma_answers_as_the_exact_search_does(folder, text):
    with Library(folder, embedding=WordEmbedding()) as library:
        everyone = Filters(keys=tuple(library.catalogue.keys()))
        vector = question_vector(text)
        chroma = library.index.nearest(vector, 62, Filters())
        exact = library.index.nearest(vector, 62, everyone)
    assert len(chroma) == len(exact) == 62
    cosines = dict(exact)
    assert all(cosine == pytest.approx(cosines[n], abs=1e-5) for n, cosine in chroma)
    assert [c for _, c in chroma] == pytest.approx([c for _, c in exact], abs=1e-5)


def test_chroma_serves_questions_without_filters(folder):
    with Library(folder, embedding=WordEmbedding()) as library:
        library.database.run("UPDATE vectors SET vector = zeroblob(length(vector))")
        vector = question_vector(QUESTIONS[0])
        found = library.index.nearest(vector, 5, Filters())
        assert [cosine > 0 for _, cosine in found] == [True] * 5
        filtered = library.index.nearest(vector, 5, Filters(year_from=1900))
        assert [cosine for _, cosine in filtered] == [0.0] * 5


@pytest.mark.parametrize(
    "filters",
    [
        {"year_from": 2025},
        {"year_to": 2021},
        {"year_from": 2022, "year_to": 2023},
        {"venue": "iclr"},
        {"tags": ("core",)},
        {"keys": ("none",)},
    ],
)
def test_the_nearest_chunks_pass_the_filter_and_all_that_pass_are_given(folder, filters):
    wanted = Filters(**filters)
    with Library(folder, embedding=WordEmbedding()) as library:
        for paper in library.papers()[::7]:
            with library.database.transaction():
                library.catalogue.save_paper(paper.model_copy(update={"tags": ("core",)}))
        nearest = library.index.nearest(question_vector(QUESTIONS[0]), 100, wanted)
        kept = library.chunks.numbered([number for number, _ in nearest])
        found = {k.chunk.paper_id for k in kept.values()}
        assert found == {paper.id for paper in library.papers(wanted)}
        assert [c for _, c in nearest] == sorted((c for _, c in nearest), reverse=True)


def test_a_removed_paper_leaves_the_index(folder):
    with Library(folder, embedding=WordEmbedding()) as library:
        paper = library.papers()[5]
        library.remove(paper.key)
        assert library.index.is_in_step()
        nearest = library.index.nearest(question_vector(paper.title), 100, Filters())
        assert len(nearest) == 61
    assert rows_in_chroma(folder) == 61


def numbered_papers(first, last):
    return [
        {"title": f"Paper {n}", "abstract": f"On subject {n} and on subject {n % 7}. It ends here."}
        for n in range(first, last)
    ]


def test_a_large_index_may_stay_behind_and_what_it_lacks_is_searched_beside_it(tmp_path):
    folder, chroma = tmp_path / "library", tmp_path / "library" / "chroma"
    with Library(folder, embedding=WordEmbedding()) as library:
        library.add([write_listing(tmp_path / "one.jsonl", *numbered_papers(0, 300))])
    before = {p: p.read_bytes() for p in chroma.rglob("*.bin")}
    with Library(folder, embedding=WordEmbedding()) as library:
        library.add([write_listing(tmp_path / "two.jsonl", *numbered_papers(300, 302))])
        library.remove(library.papers()[4].key)
        assert library.index.is_in_step()
        assert {p: p.read_bytes() for p in chroma.rglob("*.bin")} == before
        everyone = Filters(keys=tuple(library.catalogue.keys()))
        for text in ("subject 301", "subject 4", "subject 5"):
            own = dict(library.index.nearest(question_vector(text), 50, Filters()))
            exact = dict(library.index.nearest(question_vector(text), 50, everyone))
            assert len(own) == 50
            assert sorted(own.values()) == pytest.approx(sorted(exact.values()), abs=1e-5)
        newest = library.database.rows("SELECT max(chunk) FROM vectors")[0][0]
        _, matrix = library.chunks.vectors_numbered([newest])
        assert newest in dict(library.index.nearest(matrix[0], 10, Filters()))
    assert rows_in_chroma(folder) == 300
    with Library(folder, embedding=WordEmbedding()) as library:
        library.add([write_listing(tmp_path / "three.jsonl", *numbered_papers(302, 303))])
        assert library.index.is_in_step()
    assert rows_in_chroma(folder) == 302


def test_without_vectors_there_is_no_index(folder):
    with Library(folder, embedding=WordEmbedding()) as library:
        library.index.forget_all()
        library.index.sync()
        assert not (folder / "chroma").exists()
        assert library.index.nearest(question_vector("any"), 5, Filters()) == []


@pytest.mark.parametrize("damage", [delete_folder, delete_sqlite, cut_sqlite, replace_by_file])
def test_damage_is_one_named_error_when_the_index_is_opened(folder, damage):
    damage(folder / "chroma")
    with pytest.raises(IndexDamagedError):
        Vectors(folder / "chroma").count()


def test_any_chroma_client_can_read_the_index(folder):
    import chromadb

    client = chromadb.PersistentClient(str(folder / "chroma"))
    try:
        rows = client.get_collection("chunks").get(include=["documents", "metadatas", "embeddings"])
    finally:
        client.close()
    with Library(folder, embedding=WordEmbedding()) as library:
        numbers = library.chunks.numbers_of(rows["ids"])
        chunks = library.chunks.numbered(list(numbers.values()))
        kept, matrix = library.chunks.vectors_numbered(list(numbers.values()))
    texts = [chunks[numbers[chunk_id]].chunk.text for chunk_id in rows["ids"]]
    assert texts == rows["documents"]
    stored = dict(zip(kept, matrix, strict=True))
    for chunk_id, vector, about in zip(
        rows["ids"], rows["embeddings"], rows["metadatas"], strict=True
    ):
        assert np.allclose(vector, stored[numbers[chunk_id]], atol=1e-6)
        assert about["title"] == chunks[numbers[chunk_id]].title
