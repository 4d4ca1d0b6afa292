"""The full model: with its files the published vectors, without them a clear refusal."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviewer.errors import EmbeddingError
from reviewer.library.embeddings.embedding import MissingEmbeddingError, open_embedding
from reviewer.library.embeddings.minilm import (
    DIMENSIONS,
    FILES,
    chroma_folder,
    find_files,
    open_full,
)
from reviewer.settings import Settings
from tests.conftest import ROOT, SAMPLES, SHARED

MODEL = SHARED / "models" / "all-MiniLM-L6-v2"
PUBLISHED = MODEL / "onnx"
with_files = pytest.mark.skipif(not MODEL.is_dir(), reason="the full model's files are not here")


@pytest.fixture(scope="module")
def minilm():
    return open_full(str(MODEL))


@pytest.mark.seeds
@with_files
class TestWithFiles:
    """What the model promises of its vectors."""

    def test_vectors_are_the_published_ones(self, minilm):
        """The first numbers that the model's own page prints for its two sentences."""
        vectors = minilm.embed(["This is an example sentence", "Each sentence is converted"])
        assert vectors.dtype == np.float32
        assert vectors[0][:4] == pytest.approx([0.067657, 0.063496, 0.048713, 0.079305], abs=1e-5)
        assert vectors[1][:4] == pytest.approx([0.086439, 0.10276, 0.0053946, 0.0020444], abs=1e-5)

    @settings(max_examples=15)
    @given(st.lists(st.text(max_size=300), max_size=12))
    @example([])
    @example([""])
    @example(["", "a", "word " * 600])
    def test_any_texts_give_rows_of_length_one(self, minilm, texts):
        vectors = minilm.embed(texts)
        assert vectors.shape == (len(texts), DIMENSIONS)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)

    def test_what_else_is_in_the_batch_does_not_change_a_vector(self, minilm):
        texts = ["RL", "Does RL teach new skills?", "word " * 100, "", "a much longer text " * 40]
        together = minilm.embed(texts * 9)
        alone = np.concatenate([minilm.embed([text]) for text in texts])
        assert np.abs(together - np.tile(alone, (9, 1))).max() < 1e-5

    def test_a_long_text_is_cut(self, minilm):
        long = "reward models score replies " * 100
        one, two = minilm.embed([long, long + "and this is about frogs " * 50])
        assert np.array_equal(one, two)

    def test_near_meanings_are_near(self, minilm):
        cat, kitten, tax = minilm.embed(["a cat sleeps", "a kitten naps", "income tax law"])
        assert cat @ kitten > 0.6 > 0.3 > cat @ tax

    def test_the_folder_may_be_given_with_and_without_onnx(self):
        one, two = (open_full(str(folder)).embed(["text"]) for folder in (MODEL, PUBLISHED))
        assert np.array_equal(one, two)

    def test_a_cut_model_is_damaged(self, tmp_path):
        shutil.copy(PUBLISHED / "tokenizer.json", tmp_path)
        with (PUBLISHED / "model.onnx").open("rb") as whole:
            (tmp_path / "model.onnx").write_bytes(whole.read(100_000))
        with pytest.raises(EmbeddingError, match="damaged") as caught:
            open_full(str(tmp_path))
        assert not isinstance(caught.value, MissingEmbeddingError)
        assert str(tmp_path) in caught.value.message


def put_files(folder, content=b"damaged"):
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("content", [b"", b"damaged", b"{}", b"\0" * 1000])
def test_damaged_files_are_reported(tmp_path, content):
    folder = put_files(tmp_path / "model", content)
    with pytest.raises(EmbeddingError, match="damaged") as caught:
        open_full(str(folder))
    assert str(folder) in caught.value.message
    assert caught.value.hint


def test_without_files_it_is_missing(tmp_path):
    with pytest.raises(MissingEmbeddingError, match="files of the embedding minilm") as caught:
        open_full(str(tmp_path))
    assert "REVIEW_EMBEDDING_DIR" in caught.value.hint
    assert "review reindex --embedding minilm-int8" in caught.value.hint


@pytest.mark.parametrize("name", FILES)
def test_one_file_alone_is_not_enough(tmp_path, name):
    (put_files(tmp_path / "model") / name).unlink()
    assert find_files(str(tmp_path / "model")) is None


def test_files_are_looked_for_where_they_were_named_then_where_chroma_keeps_them(tmp_path):
    assert find_files("") is None
    kept = put_files(chroma_folder() / "onnx")
    assert find_files("") == kept
    assert find_files(str(tmp_path)) == kept
    named = put_files(tmp_path / "onnx")
    assert find_files(str(tmp_path)) == find_files(str(named)) == named


def test_a_tilde_stands_for_the_users_folder():
    put_files(Path.home() / "models")
    assert find_files("~/models") == Path.home() / "models"


@pytest.mark.parametrize("name", ["", "none", "minilm2", "MiniLM"])
def test_a_name_that_is_no_embedding_is_refused(name):
    with pytest.raises(EmbeddingError, match="unknown embedding") as caught:
        open_embedding(name, Settings())
    assert "minilm" in caught.value.hint


def test_a_provider_is_missing_when_offline():
    with pytest.raises(MissingEmbeddingError, match="--offline"):
        open_embedding("ollama/nomic-embed-text", Settings(offline=True))


ASK_AND_ADD = """
import sys
from pathlib import Path

calls = []
sys.addaudithook(lambda event, _: calls.append(event) if event.startswith("socket.") else None)

from tests.conftest import WordEmbedding

from reviewer.library.library import Library
from reviewer.search.search import find
from reviewer.settings import Settings

folder, samples = Path(sys.argv[1]), sys.argv[2]
with Library(folder / "vectors", Settings(offline=True), WordEmbedding()) as library:
    library.add([samples])
    assert find("does RL teach new skills?", library).method == "lexical and dense"
with Library(folder, Settings(offline=True)) as library:
    library.add([samples])
    library.reindex()
with Library(folder, Settings()) as library:
    find("does RL teach new skills?", library)
    library.add([samples])
    library.can_embed_more()
wanted = {"socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"}
print(sorted(wanted & set(calls)))
"""


def test_neither_asking_nor_adding_offline_contacts_anyone(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ASK_AND_ADD, str(tmp_path / "library"), str(SAMPLES)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert done.stdout.strip() == "[]"
