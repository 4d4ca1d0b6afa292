"""Vectors on a Chroma server: the real one, killed, down, silent, strange, and shared by copies."""

import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from reviewer.errors import LibraryError, UsageError
from reviewer.library import Library
from reviewer.library.index.chroma_server import (
    ChromaServer as Client,
)
from reviewer.library.index.chroma_server import (
    ServerError,
    address_of,
)
from reviewer.library.index.server_index import collection_name
from reviewer.search import find
from reviewer.settings import Settings
from reviewer.types.searches import Filters
from tests.conftest import ROOT, SAMPLES, WordEmbedding, write_listing
from tests.support.chroma_server import ChromaServer, StrangeServer, free_port
from tests.support.postgres import Cluster, require_programs
from tests.support.promises import promise

QUESTIONS = ("does RL teach new skills?", "forgetting in continual learning")
DIMENSIONS = 384


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = ChromaServer(tmp_path_factory.mktemp("chroma"))
    yield started
    started.kill()


@pytest.fixture
def own_server(tmp_path):
    started = ChromaServer(tmp_path / "server")
    yield started
    started.kill()


def opened(folder, url, said=None):
    library = Library(folder, Settings(chroma=url), WordEmbedding())
    if said is not None:
        library.index.report_to(lambda line, done, _: said.append(line) if done < 0 else None)
    return library


def found(library):
    return [
        [(hit.chunk.id, pytest.approx(hit.score.total, abs=1e-3)) for hit in find(q, library).hits]
        for q in QUESTIONS
    ]


def extra(folder, *numbers):
    """A listing of papers that none of the samples is like."""
    papers = [{"title": f"Extra {n}", "abstract": f"About subject {n} and frogs."} for n in numbers]
    return write_listing(Path(folder) / f"extra-{'-'.join(map(str, numbers))}.jsonl", *papers)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A library whose index is in its folder, to be copied."""
    folder = tmp_path_factory.mktemp("kept") / "library"
    with Library(folder, embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
    return folder


@pytest.fixture
def folder(kept, tmp_path):
    shutil.copytree(kept, tmp_path / "library")
    return tmp_path / "library"


def rows(url, library):
    """How many vectors the server holds of this library."""
    state = library.database.state
    name = collection_name(state("library_id"), state("embedding"))
    client = Client(address_of(Settings(chroma=url)))
    try:
        return client.call(10, lambda c: c.open(name).count())
    finally:
        client.close()


def test_a_server_finds_what_the_folder_finds(folder, server, tmp_path):
    with Library(folder, embedding=WordEmbedding()) as library:
        before = found(library)
    said = []
    with opened(folder, server.url, said) as library:
        library.catch_up()
        assert library.index.is_in_step()
        assert found(library) == before
        library.add([extra(tmp_path, 1, 2, 3)])
        assert rows(server.url, library) == library.chunks.count_embedded() == 65
        for n in (1, 2, 3):
            library.remove(key_of(library, f"Extra {n}"))
        assert rows(server.url, library) == library.chunks.count_embedded() == 62
        assert found(library) == before
        assert said == []


def test_a_new_library_with_a_server_keeps_no_index_in_its_folder(tmp_path, server):
    with opened(tmp_path / "new", server.url) as library:
        library.add([extra(tmp_path, 1, 2)])
        assert find("subject 2 and frogs", library).hits[0].paper.title == "Extra 2"
        assert rows(server.url, library) == 2
    assert not (tmp_path / "new" / "chroma").exists()


def test_what_is_newer_than_the_server_is_searched_beside_it(folder, server, tmp_path):
    with opened(folder, server.url) as library:
        library.catch_up()
    listing = extra(tmp_path, 7)
    with opened(folder, f"http://127.0.0.1:{free_port()}") as library:
        said = []
        library.add([listing], progress=lambda line, done, _: said.append(line))
        assert sum("The Chroma server" in line for line in said) == 1
    with opened(folder, server.url, said := []) as library:
        assert rows(server.url, library) == 62
        hits = library.index.server.nearest(WordEmbedding().embed(["subject 7 frogs"])[0], 5)
        assert len(hits) >= 5
        number = library.catalogue.number_of(library.paper(key_of(library, "Extra 7")).id)
        (chunk,) = library.chunks.of_paper(number)
        assert hits[chunk.number] == max(hits.values())
        library.catch_up()
        assert said == []


def key_of(library, title):
    return next(paper.key for paper in library.papers() if paper.title == title)


def nothing_listens():
    return f"http://127.0.0.1:{free_port()}", lambda: None


def silent():
    server = StrangeServer()
    return server.url, server.close


def refusing():
    server = StrangeServer(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
    return server.url, server.close


def nonsense():
    server = StrangeServer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnot json!")
    return server.url, server.close


@promise(
    "A Chroma server that is down, silent, refusing or strange changes no answer",
    "each is asked where a whole one was: the same papers within 3 seconds more, one line says it, "
    "and the second question does not wait",
)
@pytest.mark.parametrize("kind", [nothing_listens, silent, refusing, nonsense])
def test_a_server_that_cannot_be_used_changes_no_answer(folder, server, kind):
    with opened(folder, server.url) as library:
        library.catch_up()
        began = time.monotonic()
        before = found(library)
        usual = time.monotonic() - began
    url, close = kind()
    said = []
    with opened(folder, url, said) as library:
        began = time.monotonic()
        assert found(library) == before
        assert time.monotonic() - began < usual + 3 + usual  # the machine may be busier now
        assert found(library) == before
        assert len(said) == 1
        assert url in said[0]
        assert "the library's own vectors" in said[0]
    close()


def test_a_command_says_one_line_of_a_server_that_is_down_and_ends_well(tmp_path):
    url = f"http://127.0.0.1:{free_port()}"
    environment = {"REVIEW_CHROMA": url, "REVIEW_EMBEDDING": "minilm-int8"}
    added = run_review(tmp_path, environment, "add", extra(tmp_path, 1, 2))
    assert added.returncode == 0
    assert added.stderr.count("The Chroma server") == 1
    asked = run_review(tmp_path, environment, "ask", "what about frogs?")
    assert asked.returncode == 0
    assert asked.stderr.count("The Chroma server") == 1
    assert "frogs" in asked.stdout
    again = run_review(tmp_path, environment, "reindex")
    assert again.returncode == 1
    assert "the vectors cannot be sent" in again.stderr


def run_review(folder, environment, *arguments):
    import os

    return subprocess.run(
        [sys.executable, "-m", "reviewer", *arguments],
        cwd=folder,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "REVIEW_LIBRARY": str(folder / "l")}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@promise(
    "No vector that a Chroma server acknowledged is lost",
    "kill -9 of the server at random moments while a library is sent 200 a batch; started again it "
    "holds what was marked, or, where the kill broke its files, the next writer makes them again; "
    "then it holds and finds every vector",
    full=20,
    few=1,
)
@pytest.mark.timeout(1800)
def test_a_killed_server_loses_no_acknowledged_vector(tmp_path, own_server, rounds):
    random, torn, marked_in_all = np.random.default_rng(7), 0, 0
    with opened(tmp_path / "l", own_server.url) as library:
        library.add([many(tmp_path, 3000)])
        library.index.server.batch = 200
        for _ in range(rounds):
            killing = threading.Timer(0.2 + 4 * random.random(), own_server.kill)
            killing.start()
            with suppress(LibraryError):
                library.reindex()
            killing.join()
            marked = count_marked(library)
            marked_in_all += marked
            own_server.keep_up()
            try:
                assert rows(own_server.url, library) >= marked or not marked
            except ServerError:
                torn += 1
            library.make_index()
            own_server.let_be()
            assert rows(own_server.url, library) == library.chunks.count_embedded() == 3000
            numbers, vectors = library.chunks.vectors()
            for row in random.permutation(len(numbers))[:20]:
                near = library.index.nearest(vectors[row], 1, Filters())
                assert near[0][1] > 0.999
    sys.stdout.write(f"{rounds} kills, {marked_in_all} marked vectors, {torn} broken indexes\n")


def many(folder, number):
    """A listing of so many papers, each with a vector of its own."""
    papers = [
        {"title": f"Paper {n}", "abstract": f"It is about topic {n} and {n * 7919} like it."}
        for n in range(number)
    ]
    return write_listing(folder / "many.jsonl", *papers)


def best_scores(library):
    """The score of the best paper for each question. Which of 1,500 papers with nearly the same
    vector come first may differ in a graph that is made again: it finds near ones alone."""
    return [find(q, library).hits[0].score.total for q in QUESTIONS]


def count_marked(library):
    """How many vectors the library takes for acknowledged."""
    mark = int(library.database.state("server_generation", "0"))
    came = library.chunks.count_changed(mark)[0]
    return library.chunks.count_embedded() - came if mark else 0


@pytest.mark.parametrize("file", ["data_level0.bin", "link_lists.bin"])
def test_files_that_a_kill_broke_are_made_again_by_the_next_writer(tmp_path, own_server, file):
    with opened(tmp_path / "l", own_server.url) as library:
        library.add([many(tmp_path, 1500)])
        before = best_scores(library)
    own_server.kill()
    (path,) = own_server.folder.rglob(file)
    data = path.read_bytes()
    half = len(data) // 2
    path.write_bytes(data[:half] + bytes(len(data) - half))
    own_server.keep_up()
    with opened(tmp_path / "l", own_server.url) as library:
        library.add([extra(tmp_path, 1)])
        assert rows(own_server.url, library) == 1501
        assert library.index.server.examine() == ""
        library.remove(key_of(library, "Extra 1"))
        assert best_scores(library) == pytest.approx(before, abs=0.05)
    own_server.let_be()


def test_the_library_marks_what_the_server_acknowledged_and_no_more(tmp_path, own_server):
    """The server is killed while a library is sent; the next one to write goes on from the mark."""
    with Library(tmp_path / "l", embedding=WordEmbedding()) as library:
        library.add([many(tmp_path, 2000)])
        generation = library.database.generation
    with opened(tmp_path / "l", own_server.url) as library:
        library.index.server.batch = 200
        sent = []

        def kill_in_the_middle(stage, done, total):
            if done >= 800 and not sent:
                sent.append(done)
                own_server.kill()

        library.make_index(kill_in_the_middle)
        assert 0 < int(library.database.state("server_generation")) < generation
        marked = count_marked(library)
        assert 0 < marked <= 800
        own_server.start()
        assert rows(own_server.url, library) >= marked
        resumed = []
        library.make_index(lambda stage, done, total: resumed.append(total))
        assert resumed[-1] == 2000 - marked
        assert rows(own_server.url, library) == 2000
        assert library.index.server.examine() == ""


def test_a_copy_of_a_library_gets_a_collection_of_its_own(folder, server, tmp_path):
    with opened(folder, server.url) as library:
        library.catch_up()
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    with opened(copy, server.url) as library:
        library.add([extra(tmp_path, 1)])
        for paper in library.papers()[:5]:
            library.remove(paper.key)
    said = []
    with opened(folder, server.url, said) as library:
        assert library.index.server.examine() == "does not hold this library's vectors"
        assert find(QUESTIONS[0], library).hits
        assert len(said) == 1
        library.add([extra(tmp_path, 2)])
        assert library.index.server.examine() == ""
        assert rows(server.url, library) == 63
    with opened(copy, server.url) as library:
        assert library.index.server.examine() == ""
        assert rows(server.url, library) == 58


def test_a_server_that_lost_its_folder_is_filled_again(folder, own_server, tmp_path):
    with opened(folder, own_server.url) as library:
        library.catch_up()
        before = found(library)
    own_server.kill()
    shutil.rmtree(own_server.folder)
    own_server.start()
    said = []
    with opened(folder, own_server.url, said) as library:
        assert found(library) == before
        assert "does not hold this library's vectors" in said[0]
        library.add([extra(tmp_path, 1)])
        assert rows(own_server.url, library) == 63


def test_embedding_again_makes_the_collection_again(folder, server):
    with opened(folder, server.url) as library:
        library.catch_up()
        library.index.forget_all()
        library.reindex()
        assert rows(server.url, library) == 62
        assert library.index.server.examine() == ""


class OtherWords(WordEmbedding):
    name = "other words"


def test_another_embedding_leaves_no_collection_behind(folder, server):
    with opened(folder, server.url) as library:
        library.catch_up()
        before = collection_name(library.database.state("library_id"), "words")
    with Library(folder, Settings(chroma=server.url), OtherWords()) as library:
        library.reindex()
        assert rows(server.url, library) == 62
        client = Client(address_of(Settings(chroma=server.url)))
        assert client.call(10, lambda c: c.open(before)) is None
        client.close()


def test_what_came_and_went_while_the_server_was_down_is_not_missed(folder, server, tmp_path):
    with opened(folder, server.url) as library:
        library.catch_up()
    with opened(folder, f"http://127.0.0.1:{free_port()}") as library:
        library.add([extra(tmp_path, 1, 2)])
        library.remove(key_of(library, "Extra 1"))
        library.remove(library.papers()[0].key)
    with opened(folder, server.url) as library:
        library.make_index()
        assert rows(server.url, library) == library.chunks.count_embedded() == 62
        assert library.index.server.examine() == ""


def test_reindex_says_that_the_vectors_cannot_be_sent(folder):
    with (
        opened(folder, f"http://127.0.0.1:{free_port()}") as library,
        pytest.raises(LibraryError, match="the vectors cannot be sent"),
    ):
        library.reindex()


@pytest.mark.parametrize(
    ("url", "key", "said"),
    [
        ("ftp://host:1", "", "neither http nor https"),
        ("host:8000", "", "neither http nor https"),
        ("http://me:geheim@host:8000", "", "names a user"),
        ("http://host:8000/tenants", "", "more in its address"),
        ("http://host:8000", "abc", "without encryption"),
    ],
)
def test_an_address_that_must_not_be_asked_is_refused_without_its_secrets(url, key, said, tmp_path):
    with pytest.raises(UsageError) as raised:
        Library(tmp_path / "l", Settings(chroma=url, chroma_key=key))
    assert said in raised.value.message
    assert "geheim" not in raised.value.message + raised.value.hint
    assert not (tmp_path / "l").exists()


def test_offline_asks_no_other_machine(folder):
    settings = Settings(chroma="http://192.0.2.1:8000", offline=True)
    said = []
    with Library(folder, settings, WordEmbedding()) as library:
        library.index.report_to(lambda line, done, _: said.append(line))
        library.index.sync(lambda line, done, _: said.append(line))
        assert "is another machine and --offline is set" in said[-1]


def test_embeddings_never_share_a_collection():
    names = ["minilm-int8", "openai/a", "openai-a", "openai a", "x" * 300]
    made = [collection_name("0" * 12, name) for name in names]
    assert len(set(made)) == len(names)
    assert all(3 <= len(name) <= 512 and name[-1].isalnum() for name in made)


def test_a_library_in_postgresql_has_its_vectors_on_a_server(kept, server, tmp_path):
    require_programs()
    with Library(kept, embedding=WordEmbedding()) as library:
        before = found(library)
    cluster = Cluster()
    try:
        address, said = cluster.make_database(), []
        with opened(address, server.url, said) as library:
            library.add([str(SAMPLES)])
            assert rows(server.url, library) == 62
            assert found(library) == before
            assert library.index.server.nearest(WordEmbedding().embed(["frogs"])[0], 5)
        with opened(address, f"http://127.0.0.1:{free_port()}", said) as library:
            assert found(library) == before
            assert len(said) == 1
    finally:
        cluster.close()
