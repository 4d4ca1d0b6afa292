"""A library on disk: adding, merging, removing, embeddings, and what goes wrong."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import suppress
from itertools import permutations

import pytest
from filelock import FileLock
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviewer.cli import run
from reviewer.errors import (
    EmbeddingError,
    LibraryError,
    NewerLibraryError,
    NotFoundError,
    ReviewError,
)
from reviewer.library import Library, back_up
from reviewer.library.citekeys import is_key_of, key_base
from reviewer.search import find
from reviewer.settings import Settings
from reviewer.tasks import answer_question
from reviewer.writers import Extractive
from tests.conftest import ROOT, SAMPLES, WordEmbedding, write_listing
from tests.support.promises import promise

QUESTION = "does RL teach new skills?"
BY_WORDS = Settings(embedding="none")


class OtherEmbedding(WordEmbedding):
    name = "other"
    dimensions = 32


class StoppedEmbedding(WordEmbedding):
    """Stops the program part-way, as Ctrl-C would."""

    def __init__(self, calls):
        super().__init__()
        self.calls_left = calls

    def embed(self, texts):
        if self.calls_left == 0:
            raise KeyboardInterrupt
        self.calls_left -= 1
        return super().embed(texts)


def many_papers(path, count):
    records = [
        {"title": f"Paper number {n}", "abstract": f"It studies subject {n} well. It finds {n}."}
        for n in range(count)
    ]
    return write_listing(path, *records)


def contents(library):
    """Every paper without what may hang on the order of adding."""
    dumped = [paper.model_dump(exclude={"id", "key", "aliases"}) for paper in library.papers()]
    return sorted(json.dumps(paper, sort_keys=True) for paper in dumped)


def test_the_sample_library_has_64_entries_of_62_papers(library):
    added = library.add([str(SAMPLES)])
    assert (added.entries, len(added.added), added.papers, added.files_read) == (64, 62, 62, 3)
    assert (added.embedded, added.waiting, added.skipped) == (62, 0, ())
    assert len(added.added) + len(added.updated) + added.unchanged == added.entries


def test_adding_again_changes_nothing(sample_library, embedding):
    papers, texts = sample_library.papers(), embedding.texts
    generation = sample_library.database.generation
    again = sample_library.add([str(SAMPLES)])
    assert (len(again.added), len(again.updated), again.unchanged) == (0, 0, 64)
    assert (again.papers, again.embedded) == (62, 0)
    assert sample_library.papers() == papers
    assert sample_library.database.generation == generation
    assert embedding.texts == texts


def test_orders_of_adding_agree(tmp_path):
    made = []
    for number, files in enumerate(permutations(sorted(SAMPLES.iterdir()))):
        with Library(tmp_path / str(number), BY_WORDS) as library:
            for file in files:
                library.add([str(file)])
            made.append(contents(library))
            assert all(is_key_of(p.key, key_base(p)) for p in library.papers())
    assert made == made[:1] * 6


@pytest.mark.seeds
def test_the_real_listings_have_537_entries_of_491_papers(tmp_path, seeds):
    lines = {
        line
        for file in seeds.iterdir()
        for line in file.read_text(encoding="utf-8").replace("\r\n", "\n").split("\n")
    }
    with Library(tmp_path / "library", BY_WORDS) as library:
        added = library.add([str(seeds)])
        assert (added.entries, len(added.added), added.papers) == (537, 491, 491)
        papers = library.papers()
        assert {paper.abstract for paper in papers} <= lines
        again = library.add([str(seeds)])
        assert (len(again.added), len(again.updated), again.unchanged) == (0, 0, 537)
        assert library.papers() == papers


@pytest.mark.seeds
def test_orders_of_adding_the_real_listings_agree(tmp_path, seeds):
    files = sorted(str(file) for file in seeds.iterdir())
    with Library(tmp_path / "one", BY_WORDS) as one, Library(tmp_path / "two", BY_WORDS) as two:
        one.add(files)
        for file in reversed(files):
            two.add([file])
        assert contents(one) == contents(two)


def test_a_joining_record_merges_two_papers_and_old_names_still_find_it(library, tmp_path):
    library.add(
        [
            write_listing(tmp_path / "a.jsonl", {"title": "On nets", "arxiv_id": "2501.00001"}),
            write_listing(tmp_path / "b.jsonl", {"title": "Of webs", "doi": "10.1000/a"}),
        ]
    )
    first, second = library.papers()
    joining = {"title": "Nets and webs", "doi": "10.1000/a", "arxiv_id": "2501.00001"}
    added = library.add([write_listing(tmp_path / "c.jsonl", joining)])
    assert (added.papers, added.updated) == (1, (first.id,))
    (merged,) = library.papers()
    for name in (first.key, first.id, second.key, second.id):
        assert library.paper(name) == merged
    assert find("nets", library).hits[0].paper == merged
    assert library.chunks.count() == 1


def test_a_removed_paper_is_gone_and_can_come_back(sample_library):
    paper = sample_library.remove(sample_library.papers()[0].key)
    assert sample_library.catalogue.count() == 61
    assert all(hit.paper.id != paper.id for hit in find(paper.title, sample_library).hits)
    assert sample_library.index.is_in_step()
    added = sample_library.add([str(SAMPLES)])
    assert (len(added.added), added.papers, added.embedded) == (1, 62, 1)
    assert find(paper.title, sample_library).hits[0].paper.title == paper.title


def test_a_name_that_no_paper_has_is_reported_with_near_ones(sample_library):
    key = sample_library.papers()[0].key
    with pytest.raises(NotFoundError) as caught:
        sample_library.paper(key[:-1])
    assert key in caught.value.hint
    with pytest.raises(NotFoundError):
        sample_library.remove("nobody")
    assert sample_library.catalogue.count() == 62


def test_a_bad_file_never_stops_the_others(library, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    write_listing(folder / "a.jsonl", {"title": "First"})
    (folder / "b.jsonl").write_bytes(bytes(range(256)) * 10)
    (folder / "c.jsonl").touch()
    (folder / "d.jsonl").write_text('{"title": "Second"}\n{"title": \n[]\n{"title": "Third"}\n')
    (folder / "e.txt").write_text("a shopping list\nmilk\n")
    write_listing(folder / "f.jsonl", {"title": "Fourth"})
    missing = str(tmp_path / "missing.jsonl")
    added = library.add([missing, str(folder)])
    assert [paper.title for paper in library.papers()] == ["First", "Second", "Third", "Fourth"]
    refused = {os.path.basename(skipped.file) for skipped in added.skipped}  # noqa: PTH119
    assert refused == {"missing.jsonl", "b.jsonl", "c.jsonl", "d.jsonl", "e.txt"}
    assert all(skipped.reason for skipped in added.skipped)
    assert added.files_read == 3


def test_without_an_embedding_search_goes_by_words(tmp_path):
    with Library(tmp_path / "library", BY_WORDS) as library:
        added = library.add([str(SAMPLES)])
        assert (added.papers, added.embedded, added.waiting) == (62, 0, 62)
        assert not library.has_vectors
        found = find(QUESTION, library)
        assert found.method == "lexical"
        assert found.matched
        assert not (tmp_path / "library" / "chroma").exists()


def test_without_the_full_models_files_adding_works_and_says_so(tmp_path):
    settings = Settings(embedding="minilm", embedding_dir=str(tmp_path / "nowhere"))
    with Library(tmp_path / "library", settings) as library:
        added = library.add([str(SAMPLES)])
        assert (added.papers, added.embedded, added.waiting) == (62, 0, 62)
        (note,) = added.notes
        assert "files of the embedding minilm are not here" in note.reason
        assert "review reindex --embedding minilm-int8" in note.reason
        assert find(QUESTION, library).method == "lexical"
        assert not library.can_embed_more()
    with Library(tmp_path / "library", embedding=WordEmbedding()) as library:
        assert library.can_embed_more()
        assert library.add([str(SAMPLES)]).embedded == 62
        assert find(QUESTION, library).method == "lexical and dense"


def test_vectors_of_two_embeddings_are_never_mixed(sample_library, tmp_path):
    sample_library.close()
    folder = sample_library.folder
    more = write_listing(tmp_path / "more.jsonl", {"title": "More"})
    with Library(folder, embedding=OtherEmbedding()) as library:
        with pytest.raises(EmbeddingError, match="made by words") as caught:
            library.add([more])
        assert "reindex" in caught.value.hint
        assert library.catalogue.count() == 63
        with pytest.raises(EmbeddingError, match="made by words"):
            find(QUESTION, library)
    with (
        Library(folder, Settings(embedding="ollama/x")) as library,
        pytest.raises(EmbeddingError, match="made by words"),
    ):
        find(QUESTION, library)
    with Library(folder, embedding=WordEmbedding()) as library:
        assert library.add([more]).embedded == 1


def test_reindex_with_another_embedding_embeds_everything_again(sample_library):
    sample_library.close()
    with Library(sample_library.folder, embedding=OtherEmbedding()) as library:
        done = library.reindex()
        assert (done.papers, done.embedded, done.waiting) == (62, 62, 0)
        assert library.index.embedding_name == "other"
        assert library.index.is_in_step()
        assert find(QUESTION, library).matched
    with (
        Library(sample_library.folder, embedding=WordEmbedding()) as library,
        pytest.raises(EmbeddingError, match="made by other"),
    ):
        find(QUESTION, library)


def test_reindex_with_the_same_embedding_embeds_nothing(sample_library, embedding):
    texts = embedding.texts
    done = sample_library.reindex()
    assert (done.embedded, done.waiting, embedding.texts) == (0, 0, texts)
    assert sample_library.index.is_in_step()


def test_reindex_without_an_embedding_is_refused(tmp_path):
    with Library(tmp_path, BY_WORDS) as library, pytest.raises(EmbeddingError) as caught:
        library.reindex()
    assert "minilm" in caught.value.hint


def test_a_new_embedding_that_cannot_run_leaves_the_old_vectors(sample_library, embedding):
    before = find(QUESTION, sample_library)
    sample_library.close()
    settings = Settings(embedding="minilm", embedding_dir="/nowhere", offline=True)
    with Library(sample_library.folder, settings) as library:
        with pytest.raises(EmbeddingError):
            library.reindex()
        assert library.index.embedding_name == "words"
    with Library(sample_library.folder, embedding=embedding) as library:
        assert find(QUESTION, library) == before


def test_a_new_embedding_that_does_not_answer_leaves_the_old_vectors(sample_library, embedding):
    before = find(QUESTION, sample_library)
    sample_library.close()
    unanswered = OtherEmbedding()

    def embed(texts):
        raise EmbeddingError("nobody answers")

    unanswered.embed = embed
    with Library(sample_library.folder, embedding=unanswered) as library:
        with pytest.raises(EmbeddingError, match="nobody answers"):
            library.reindex()
        assert library.index.embedding_name == "words"
    with Library(sample_library.folder, embedding=embedding) as library:
        assert find(QUESTION, library) == before


def test_an_embedding_of_another_size_is_refused(library, tmp_path, embedding):
    library.add([many_papers(tmp_path / "a.jsonl", 2)])
    embedding.dimensions = 32
    with pytest.raises(EmbeddingError, match="32 numbers"):
        library.add([write_listing(tmp_path / "b.jsonl", {"title": "More"})])


def test_unchanged_chunks_are_never_embedded_twice(sample_library, embedding, tmp_path):
    texts = embedding.texts
    new = {"title": "A wholly new paper", "abstract": "One sentence. And another one."}
    added = sample_library.add([str(SAMPLES), write_listing(tmp_path / "new.jsonl", new)])
    assert (added.embedded, embedding.texts) == (1, texts + 1 + 2)
    richer = new | {"year": 2024, "authors": ["Ada Lovelace"]}
    added = sample_library.add([write_listing(tmp_path / "richer.jsonl", richer)])
    assert (len(added.updated), added.embedded, embedding.texts) == (1, 0, texts + 3)


def test_a_changed_text_is_embedded_again(library, embedding, tmp_path):
    library.add([write_listing(tmp_path / "a.jsonl", {"title": "On nets", "abstract": "Short."})])
    longer = {"title": "On nets", "abstract": "A longer text about spiders."}
    added = library.add([write_listing(tmp_path / "b.jsonl", longer)])
    assert (added.embedded, added.waiting) == (1, 0)
    assert find("spiders", library).hits[0].chunk.text == longer["abstract"]


def test_an_interrupted_add_keeps_its_papers_and_the_next_one_goes_on(tmp_path):
    listing = many_papers(tmp_path / "many.jsonl", 150)
    stopped = StoppedEmbedding(calls=1)
    folder = tmp_path / "library"
    with Library(folder, embedding=stopped) as library, pytest.raises(KeyboardInterrupt):
        library.add([listing])
    with Library(folder, embedding=WordEmbedding()) as library:
        assert find("subject 7", library).matched
    goes_on = WordEmbedding()
    with Library(folder, embedding=goes_on) as library:
        assert library.catalogue.count() == 150
        waiting = library.chunks.count_waiting()
        assert 0 < waiting < 150
        added = library.add([listing])
        assert (len(added.added), added.embedded, added.waiting) == (0, waiting, 0)
        assert library.index.is_in_step()
    assert stopped.texts + goes_on.texts == 150 * 3


@promise(
    "A library of a later release is refused and left alone",
    "a library with a form number of the future",
)
def test_a_library_of_a_later_release_is_refused(sample_library):
    sample_library.close()
    connection = sqlite3.connect(sample_library.folder / "library.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerLibraryError, match="newer release"):
        Library(sample_library.folder)


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_in_the_librarys_place_is_reported(tmp_path, below):
    (tmp_path / "notes.txt").write_text("my notes")
    with pytest.raises(LibraryError, match="cannot be opened") as caught:
        Library(tmp_path / "notes.txt" / below if below else tmp_path / "notes.txt")
    assert "--library" in caught.value.hint
    assert (tmp_path / "notes.txt").read_text() == "my notes"


@promise(
    "Whoever waits for another writer is told so after two seconds",
    "the lock is held by another until the wait is announced",
)
def test_a_second_writer_says_that_it_waits_and_then_goes_on(library, tmp_path):
    lock = FileLock(library.folder / "write.lock")
    lock.acquire()
    said = []

    def report(stage, done, total):
        if done == -1:
            said.append(stage)
            lock.release()

    added = library.add([write_listing(tmp_path / "a.jsonl", {"title": "First"})], progress=report)
    assert added.papers == 1
    assert len(said) == 1
    assert "Waiting" in said[0]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own, whose size can be set."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def resize(size, *, again=True):
        options = f"size={size}" + (",remount" if again else "")
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can make a small disk to fill")
    if not resize("4m", again=False):
        pytest.skip("mounting a small disk is not allowed here")
    yield folder, resize
    subprocess.run(["umount", "-l", str(folder)], check=True)


@promise(
    "A full disk is told, loses nothing, and all works again when there is space",
    "disks of 300 to 1,300 kB that fill up while papers are read, embedded or indexed",
    full=40,
    few=3,
)
def test_a_full_disk_is_reported_and_what_was_committed_is_kept(small_disk, rounds):
    for n in range(rounds):
        fill_up(*small_disk, 400 + 1000 * n // rounds)


def fill_up(folder, resize, kilobytes):
    resize("4m")
    shutil.rmtree(folder / "library", ignore_errors=True)
    resize(f"{kilobytes}k")
    with Library(folder / "library", embedding=WordEmbedding()) as library:
        with pytest.raises(LibraryError, match="full") as caught:
            library.add([str(SAMPLES)])
        assert "space" in caught.value.hint
        committed = library.papers()
    with Library(folder / "library", embedding=WordEmbedding()) as library:
        assert library.papers() == committed
        library.catch_up()
        find(QUESTION, library)
        resize("4m")
        assert library.add([str(SAMPLES)]).papers == 62
        assert {paper.id for paper in committed} <= {paper.id for paper in library.papers()}
        assert library.index.is_in_step()


def fill(folder):
    """Take every byte of the disk."""
    with suppress(OSError), (folder / "filling").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(512))


def test_on_a_full_disk_papers_are_read_searched_and_exported_elsewhere(
    small_disk, tmp_path, monkeypatch, capsys
):
    folder, _ = small_disk
    with Library(folder / "library", embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
        before = library.papers()
    fill(folder)
    with Library(folder / "library", embedding=WordEmbedding()) as library:
        library.catch_up()
        assert library.papers() == before
        assert find(QUESTION, library).hits
        assert back_up(library.database, tmp_path / "copy.db")
        with pytest.raises(LibraryError, match="full"):
            library.change([before[0].key], lambda paper: paper)
        with pytest.raises(LibraryError, match="full"):
            library.add([write_listing(tmp_path / "a.jsonl", {"title": "Frogs"})])
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.setenv("REVIEW_LIBRARY", str(folder / "library"))
    assert run(["export", "-o", str(tmp_path / "all.bib")]) == 0
    assert (tmp_path / "all.bib").read_text(encoding="utf-8").count("\n@") >= 61
    capsys.readouterr()
    assert run(["ask", QUESTION]) == 0
    said = capsys.readouterr()
    assert "## References" in said.out
    assert "This answer is not kept: the disk that holds" in said.err
    (folder / "filling").unlink()
    with Library(folder / "library", embedding=WordEmbedding()) as library:
        added = library.add([write_listing(tmp_path / "a.jsonl", {"title": "Frogs"})])
        assert added.papers == len(before) + 1


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits on Windows")
def test_where_no_file_can_grow_papers_are_read_all_the_same(tmp_path):
    with Library(tmp_path / "library", embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
    code = (
        "import resource, sys; from reviewer.cli import run;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); sys.exit(run(sys.argv[1:]))"
    )
    own = {"REVIEW_LIBRARY": str(tmp_path / "library"), "REVIEW_EMBEDDING": "none"}
    for words in (["papers"], ["search", "skills"], ["ask", QUESTION], ["export"]):
        done = subprocess.run(
            [sys.executable, "-B", "-c", code, *words],
            env=os.environ | own | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (words, done.stderr)
        assert done.stdout


@pytest.fixture(scope="module")
def whole_library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    with Library(folder, embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
    return folder


@settings(max_examples=30)
@given(st.floats(0, 1, exclude_max=True), st.sampled_from(["flip", "cut", "zero"]))
@example(0.375, "zero")
@example(0.0, "zero")
@example(0.5, "cut")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_damage_is_reported_in_words_or_does_not_matter(
    whole_library, tmp_path_factory, place, kind
):
    folder = tmp_path_factory.mktemp("damaged") / "library"
    shutil.copytree(whole_library, folder)
    data = bytearray((folder / "library.db").read_bytes())
    at = int(place * len(data))
    if kind == "cut":
        del data[at:]
    elif kind == "flip":
        data[at] ^= 0xFF
    else:
        data[at : at + 4096] = bytes(len(data[at : at + 4096]))
    (folder / "library.db").write_bytes(data)
    told = None
    try:
        with Library(folder, embedding=WordEmbedding()) as library:
            answer_question(QUESTION, library, Extractive())
            library.add([str(SAMPLES)])
    except ReviewError as error:
        told = error
    shutil.rmtree(folder)
    assert told is None or (told.message and told.hint)
