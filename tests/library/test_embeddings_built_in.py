"""The embedding that ships with the package: its files, its two ways to compute, its libraries."""

import hashlib
import shutil

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviewer.errors import EmbeddingError
from reviewer.library import Library, open_at_hand
from reviewer.library.embeddings import minilm
from reviewer.library.embeddings.embedding import BUILT_IN
from reviewer.library.embeddings.minilm import DIMENSIONS, MODEL, open_built_in, open_full
from reviewer.search import find
from reviewer.settings import Settings
from reviewer.sources import ReadOptions
from tests.conftest import ROOT, SAMPLES, WordEmbedding
from tests.library.test_embeddings_minilm import PUBLISHED, with_files
from tools.make_embedding import make

QUESTION = "does RL teach new skills?"
TEXTS = [
    "This is an example sentence",
    "RL",
    "Patients given 20 mg daily had a lower risk of stroke (HR 0.72) than those on placebo.",
    "RL teaches new skills. " * 30,
    "a cat sleeps",
    "Δοκιμή ∑ 北京 \\alpha_{t+1}",
]
SHA256 = {
    "eight_bit.onnx": "54ea6e2cf6e356da95351d7c74e98cf42351615afdeb5459d5fdc213543f1ca3",
    "exact_sums.onnx": "187a340024932c8051d0eecc9038e7b6747ad42798af5b7fe774d40c10f460d6",
    "float.onnx": "c72ffb9bc5fa2381a37767e88179c37c1239fe857dee6b367fd274261f029f26",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "weights.bin": "613fd79aec30d315e450b0399b1cd635aa7609be269eb75e6c386a74da110373",
}


@pytest.fixture(scope="module")
def ways():
    """Products of 8 bits, and the same weights as floats."""
    return [open_built_in(in_floats=in_floats) for in_floats in (False, True)]


def digests(folder):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SHA256}


def test_the_files_are_those_that_were_made():
    assert digests(MODEL) == SHA256
    others = {path.name for path in MODEL.iterdir()} - set(SHA256)
    assert others == {"LICENSE", "NOTICE"}
    assert (MODEL / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.seeds
@with_files
def test_the_script_makes_the_same_files(tmp_path):
    make(PUBLISHED, tmp_path)
    assert digests(tmp_path) == SHA256


def test_both_ways_agree(ways):
    one, two = (way.embed(TEXTS) for way in ways)
    assert (one * two).sum(axis=1).min() > 0.999
    empty = [way.embed([""])[0] for way in ways]  # only the marks of begin and end
    assert empty[0] @ empty[1] > 0.998
    assert not np.array_equal(one, two)


@pytest.mark.seeds
@with_files
def test_both_ways_are_near_the_published_form(ways):
    published = open_full(str(PUBLISHED)).embed(TEXTS)
    for way in ways:
        assert (way.embed(TEXTS) * published).sum(axis=1).min() > 0.997


@pytest.mark.parametrize("number", [0, 1])
def test_a_vector_hardly_depends_on_what_else_is_in_the_batch(ways, number):
    together = ways[number].embed([*TEXTS, ""] * 9)
    alone = np.concatenate([ways[number].embed([text]) for text in [*TEXTS, ""]])
    assert (together * np.tile(alone, (9, 1))).sum(axis=1).min() > 0.9999


@settings(max_examples=15)
@given(st.lists(st.text(max_size=300), max_size=12))
@example([])
@example(["", "a", "word " * 600])
def test_any_texts_give_rows_of_length_one(ways, texts):
    for way in ways:
        vectors = way.embed(texts)
        assert (vectors.shape, vectors.dtype) == ((len(texts), DIMENSIONS), np.float32)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)


def test_near_meanings_are_near(ways):
    for way in ways:
        cat, kitten, tax = way.embed(["a cat sleeps", "a kitten naps", "income tax law"])
        assert cat @ kitten > 0.6 > 0.3 > cat @ tax


@pytest.mark.parametrize("are_exact", [True, False])
def test_a_processor_that_loses_sums_gets_floats(ways, monkeypatch, are_exact):
    monkeypatch.setattr(minilm, "_sums_are_exact", lambda: are_exact)
    expected = ways[0 if are_exact else 1].embed(TEXTS[:2])
    assert np.array_equal(open_built_in().embed(TEXTS[:2]), expected)


@pytest.mark.parametrize("highest", [None, 2**15 - 1])
def test_a_lost_sum_is_noticed(monkeypatch, highest):
    """Two products of 255 and 127 have 64,770, and 16 bits end at 32,767."""

    class Processor:
        """A session whose sums of two products go no higher."""

        def get_inputs(self):
            return [self]

        shape = (64, 64)

        def run(self, _, feed):
            left, right = (feed[name].astype(np.int64) for name in ("left", "right"))
            pairs = left[:, :, None] * right[None, :, :]
            pairs = pairs[:, ::2] + pairs[:, 1::2]
            return [np.clip(pairs, None, highest).sum(axis=1)]

    monkeypatch.setattr(minilm, "_session", lambda _: Processor())
    minilm._sums_are_exact.cache_clear()
    try:
        assert minilm._sums_are_exact() == (highest is None)
    finally:
        minilm._sums_are_exact.cache_clear()


@pytest.mark.parametrize("name", SHA256)
@pytest.mark.parametrize("content", [None, b"damaged"])
def test_a_damaged_package_is_reported(tmp_path, monkeypatch, name, content):
    folder = shutil.copytree(MODEL, tmp_path / "model")
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    monkeypatch.setattr(minilm, "MODEL", folder)
    minilm._sums_are_exact.cache_clear()
    in_floats = {"exact_sums.onnx": None, "float.onnx": True}.get(name, False)
    with pytest.raises(EmbeddingError, match="damaged") as caught:
        open_built_in(in_floats=in_floats)
    assert str(folder) in caught.value.message
    assert "Install review again" in caught.value.hint
    minilm._sums_are_exact.cache_clear()


def test_it_is_the_default_of_a_new_library_and_needs_no_network(tmp_path):
    with Library(tmp_path / "library", Settings()) as library:  # a connection would fail this test
        added = library.add([str(SAMPLES)])
        assert (added.papers, added.embedded, added.waiting, added.notes) == (62, 62, 0, ())
        assert library.index.embedding_name == BUILT_IN
        assert find(QUESTION, library).method == "lexical and dense"
        assert library.take_advice() == ""
    opened, added = open_at_hand([str(SAMPLES)], Settings(offline=True), ReadOptions())
    with opened:
        assert find(QUESTION, opened).method == "lexical and dense"


class Full(WordEmbedding):
    """Vectors under the full model's name, as from a machine that has its files."""

    name = "minilm"


@pytest.fixture
def library_of_full(tmp_path):
    with Library(tmp_path / "library", embedding=Full()) as library:
        library.add([str(SAMPLES)])
    return tmp_path / "library"


def test_a_library_of_the_full_model_keeps_it_and_is_advised_once(library_of_full):
    with Library(library_of_full, embedding=Full()) as library:
        advice = library.take_advice()
        assert advice.endswith("review reindex --embedding minilm-int8")
        assert library.take_advice() == ""
        assert library.reindex().embedded == 0
    with Library(library_of_full, embedding=Full()) as library:
        assert library.take_advice() == ""
        assert library.index.embedding_name == "minilm"
        assert find(QUESTION, library).method == "lexical and dense"


def test_where_the_full_model_is_not_here_words_are_searched_until_reindex(library_of_full):
    with Library(library_of_full) as library:
        assert find(QUESTION, library).method == "lexical"
        done = library.reindex()
        assert (done.embedded, done.waiting) == (62, 0)
        assert library.index.embedding_name == BUILT_IN
        assert find(QUESTION, library).method == "lexical and dense"


def test_a_full_model_that_is_named_is_not_replaced(library_of_full):
    with Library(library_of_full, Settings(embedding="minilm")) as library:
        assert library.reindex().embedded == 0
        assert library.index.embedding_name == "minilm"


def test_reindex_changes_a_library_by_name(library_of_full):
    with Library(library_of_full, Settings(embedding=BUILT_IN)) as library:
        with pytest.raises(EmbeddingError, match="made by minilm, not by minilm-int8"):
            library.embedding()
        assert library.reindex().embedded == 62
        assert library.take_advice() == ""


def test_a_library_of_the_earlier_form_goes_on_is_advised_once_and_changes_by_reindex(tmp_path):
    folder = tmp_path / "library"
    with Library(folder, Settings(embedding=BUILT_IN)) as library:
        library.add([str(SAMPLES / "reasoning.txt")])
        with library.database.transaction():
            library.database.run("DELETE FROM state WHERE name = 'embedding_form'")
    with Library(folder) as library:
        assert library.index.is_of_earlier_form
        assert library.take_advice().endswith("review reindex --embedding minilm-int8")
        assert library.take_advice() == ""
        assert library.add([str(SAMPLES)]).waiting == 0
        assert library.index.is_of_earlier_form
        assert find(QUESTION, library).method == "lexical and dense"
        done = library.reindex()
        assert (done.embedded, done.waiting) == (62, 0)
        assert not library.index.is_of_earlier_form
        assert library.reindex().embedded == 0


def test_while_another_writes_no_advice_is_given_and_none_is_lost(library_of_full):
    with Library(library_of_full) as one, Library(library_of_full) as two:
        with one.writing():
            assert two.take_advice() == ""
        assert two.take_advice() != ""
