"""The smaller local embedding: made once, near the whole one, and told when it cannot be made."""

import os
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from reviewer.errors import EmbeddingError
from reviewer.library import Library
from reviewer.library.embeddings import int8 as quantising
from reviewer.library.embeddings.embedding import INT8, MissingEmbeddingError
from reviewer.library.embeddings.minilm import DIMENSIONS, MiniLM
from reviewer.processes import Outcome
from reviewer.search import find
from reviewer.settings import Settings, cache_folder
from tests.conftest import SAMPLES, SHARED
from tests.tasks.test_doctor import findings

MODEL = SHARED / "models" / "all-MiniLM-L6-v2"
WORDS = ["[UNK]", "reward", "models", "score", "replies", "frogs", "sleep", "in", "ponds"]
TEXTS = ["reward models score replies", "frogs sleep in ponds", "reward frogs", "other words"]


def write_model(folder: Path, version: int = 17) -> Path:
    """Files of MiniLM's form in small: a table of word vectors and one matrix."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.WordLevel({w: n for n, w in enumerate(WORDS)}, unk_token=WORDS[0]))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    chance = np.random.default_rng(0)

    def weights(name, *shape):
        return numpy_helper.from_array(chance.normal(size=shape).astype(np.float32), name)

    inputs = ("input_ids", "attention_mask", "token_type_ids")
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["words", "input_ids"], ["looked_up"]),
            helper.make_node("MatMul", ["looked_up", "matrix"], ["last_hidden_state"]),
        ],
        "small",
        [helper.make_tensor_value_info(n, TensorProto.INT64, ["texts", "width"]) for n in inputs],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, None)],
        [weights("words", len(WORDS), DIMENSIONS), weights("matrix", DIMENSIONS, DIMENSIONS)],
    )
    opset = [helper.make_opsetid("", version)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "model.onnx")
    return folder


@pytest.fixture
def files(tmp_path):
    return write_model(tmp_path / "model")


@pytest.fixture
def without_onnx(monkeypatch):
    """As where the package is not installed."""
    monkeypatch.setitem(sys.modules, "onnx", None)


def kept_files():
    return sorted((cache_folder() / "models").glob("*"))


@pytest.mark.parametrize("version", [11, 13, 17, 18, 20])
def test_its_vectors_are_near_the_whole_models(tmp_path, version):
    files = write_model(tmp_path / "model", version)
    whole, smaller = (MiniLM(str(files), is_int8=is_int8) for is_int8 in (False, True))
    assert (whole.name, smaller.name) == ("minilm", INT8)
    one, two = whole.embed(TEXTS), smaller.embed(TEXTS)
    assert two.dtype == np.float32
    assert np.linalg.norm(two, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    assert (one * two).sum(axis=1).min() > 0.999
    assert not np.array_equal(one, two)


def test_what_else_is_in_the_batch_hardly_changes_a_vector(files):
    smaller = MiniLM(str(files), is_int8=True)
    together = smaller.embed(TEXTS * 9)
    alone = np.concatenate([smaller.embed([text]) for text in TEXTS])
    assert np.abs(together - np.tile(alone, (9, 1))).max() < 1e-5


def test_it_is_made_once_and_then_needs_no_onnx(files, monkeypatch):
    first = MiniLM(str(files), is_int8=True).embed(TEXTS)
    (kept,) = kept_files()
    made = kept.stat().st_mtime_ns
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert np.array_equal(MiniLM(str(files), is_int8=True).embed(TEXTS), first)
    assert kept.stat().st_mtime_ns == made


def test_another_model_in_the_same_place_is_made_again(files):
    MiniLM(str(files), is_int8=True)
    os.utime(files / "model.onnx", ns=(1, 1))
    MiniLM(str(files), is_int8=True)
    assert len(kept_files()) == 2


def test_a_model_of_an_earlier_recipe_is_not_taken(files, monkeypatch):
    MiniLM(str(files), is_int8=True)
    monkeypatch.setattr(quantising, "_RECIPE", quantising._RECIPE + 1)
    MiniLM(str(files), is_int8=True)
    assert len(kept_files()) == 2


@pytest.mark.usefixtures("without_onnx")
def test_without_onnx_it_is_missing_and_search_goes_by_words(files, tmp_path):
    settings = Settings(embedding=INT8, embedding_dir=str(files), offline=True)
    with pytest.raises(MissingEmbeddingError, match="needs the package onnx") as caught:
        MiniLM(str(files), is_int8=True)
    assert "pip install onnx" in caught.value.hint
    assert not kept_files()
    with Library(tmp_path / "library", settings) as library:
        added = library.add([str(SAMPLES)])
        assert added.waiting == 62
        assert any("onnx" in note.reason for note in added.notes)
        assert find("does RL teach new skills?", library).method == "lexical"


@pytest.mark.usefixtures("without_onnx")
def test_without_onnx_nothing_is_downloaded(files, tmp_path):
    settings = Settings(embedding=INT8, embedding_dir=str(files))
    with Library(tmp_path / "library", settings) as library:
        library.add([str(SAMPLES)])
        with pytest.raises(MissingEmbeddingError, match="onnx"):
            library.embedding(may_download=True)


def test_a_processor_that_would_lose_sums_is_reported(files, monkeypatch):
    monkeypatch.setattr(quantising, "run_module", lambda *_: Outcome(3, b""))
    with pytest.raises(EmbeddingError, match="processor") as caught:
        MiniLM(str(files), is_int8=True)
    assert "--embedding minilm" in caught.value.hint
    assert not kept_files()


@pytest.mark.parametrize("content", [b"", b"damaged", b"\0" * 1000])
def test_a_damaged_model_is_reported_and_leaves_nothing(files, content):
    (files / "model.onnx").write_bytes(content)
    with pytest.raises(EmbeddingError, match="no smaller model") as caught:
        MiniLM(str(files), is_int8=True)
    assert str(files) in caught.value.message
    assert not kept_files()


def test_a_damaged_smaller_model_is_reported_by_its_own_place(files):
    MiniLM(str(files), is_int8=True)
    (kept,) = kept_files()
    kept.write_bytes(kept.read_bytes()[:100])
    with pytest.raises(EmbeddingError, match="damaged") as caught:
        MiniLM(str(files), is_int8=True)
    assert str(kept) in caught.value.message


def test_a_file_in_the_caches_place_is_reported(files):
    cache_folder().parent.mkdir(parents=True, exist_ok=True)
    cache_folder().write_text("a file")
    with pytest.raises(EmbeddingError, match="cannot be kept"):
        MiniLM(str(files), is_int8=True)


def test_a_library_changes_to_it_by_reindex(files, tmp_path):
    whole = Settings(embedding_dir=str(files), offline=True)
    with Library(tmp_path / "library", whole) as library:
        library.add([str(SAMPLES)])
    with Library(tmp_path / "library", whole.model_copy(update={"embedding": INT8})) as library:
        with pytest.raises(EmbeddingError, match="made by minilm, not by minilm-int8"):
            library.embedding()
        assert library.reindex().embedded == 62
    with Library(tmp_path / "library", whole) as library:
        assert library.embedding().name == INT8
        assert find("does RL teach new skills?", library).method == "lexical and dense"


def test_doctor_tells_whether_it_is_made(files, monkeypatch):
    def told():
        return findings(embedding=INT8, embedding_dir=str(files))["embedding"]

    assert (told().state, "made when it is first used" in told().detail) == ("ok", True)
    with monkeypatch.context() as hidden:
        hidden.setitem(sys.modules, "onnx", None)
        assert (told().state, "pip install onnx" in told().remedy) == ("problem", True)
    MiniLM(str(files), is_int8=True)
    assert (told().state, "first used" in told().detail) == ("ok", False)


@pytest.mark.seeds
@pytest.mark.skipif(not MODEL.is_dir(), reason="the embedding's files are not here")
def test_the_real_one_is_near_the_published_vectors():
    texts = ["This is an example sentence", "RL teaches new skills. " * 30, "a cat sleeps"]
    one, two = (MiniLM(str(MODEL), is_int8=is_int8).embed(texts) for is_int8 in (False, True))
    assert (one * two).sum(axis=1).min() > 0.995
    alone = MiniLM(str(MODEL), is_int8=True).embed(texts[-1:])
    assert (two[-1:] * alone).sum() > 0.9999
