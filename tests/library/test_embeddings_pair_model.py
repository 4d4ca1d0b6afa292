"""A cross-encoder from a folder: which files and models are taken, and which errors are said."""

import json

import pytest

from reviewer.library.embeddings.pair_model import LocalModelError, LocalPairModel
from tests.support.pair_models import make_pair_model

WEIGHTS = {"search": (1.0,), "agents": (2.0,), "cooking": (-3.0,)}
PAIRS = [
    ("search agents", "agents search"),
    ("agents", "cooking " * 40),
    ("agents", ""),
    ("agents", "search"),
]


@pytest.fixture
def folder(tmp_path):
    return make_pair_model(tmp_path / "tiny-reranker", WEIGHTS)


def test_pairs_get_numbers_in_their_order_whatever_their_lengths(folder):
    model = LocalPairModel(str(folder))
    assert model.name == "tiny-reranker"
    assert model.score(PAIRS) == [[3.0], [-120.0], [0.0], [1.0]]
    assert model.score(PAIRS * 20) == [[3.0], [-120.0], [0.0], [1.0]] * 20
    assert model.score([]) == []


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (("input_ids", "attention_mask"), 6.0),  # no token types: both texts count
        (("input_ids",), 6.0),
        (("attention_mask", "token_type_ids", "input_ids"), 3.0),
    ],
)
def test_a_model_gets_the_inputs_that_it_asks_for(tmp_path, inputs, expected):
    folder = make_pair_model(tmp_path / "model", WEIGHTS, inputs=inputs)
    assert LocalPairModel(str(folder)).score(PAIRS[:1]) == [[expected]]


@pytest.mark.parametrize(
    ("config", "file", "kept"),
    [
        ({}, {}, 512),
        ({"max_position_embeddings": 40}, {}, 40),
        (
            {"max_position_embeddings": 42, "model_type": "roberta", "pad_token_id": 1},
            {},
            40,
        ),
        ({}, {"model_max_length": 32}, 32),
        ({"max_position_embeddings": 4096}, {"model_max_length": int(1e30)}, 512),
    ],
)
def test_pairs_are_cut_to_what_the_model_can_read(tmp_path, config, file, kept):
    folder = make_pair_model(tmp_path / "model", {"cooking": (1.0,)}, **config)
    (folder / "tokenizer_config.json").write_text(json.dumps(file))
    ((score,),) = LocalPairModel(str(folder)).score([("", "cooking " * 2000)])
    assert score == kept - 3  # one to begin and two to end a text


def test_the_hubs_own_places_are_known(folder):
    (folder / "onnx").mkdir()
    (folder / "model.onnx").rename(folder / "onnx" / "model_quantized.onnx")
    assert LocalPairModel(str(folder)).score(PAIRS[:1]) == [[3.0]]
    (folder / "onnx" / "model_quantized.onnx").rename(folder / "onnx" / "model.onnx")
    assert LocalPairModel(str(folder)).score(PAIRS[:1]) == [[3.0]]


def test_labels_are_read_in_the_order_of_their_numbers(tmp_path):
    folder = make_pair_model(tmp_path / "model", {"a": (1.0,) * 12}, tuple("abcdefghijkl"))
    assert LocalPairModel(str(folder)).labels == tuple("abcdefghijkl")


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(LocalModelError, match=rf"tiny-reranker has no {name}") as raised:
        LocalPairModel(str(folder))
    assert "Download" in raised.value.hint


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(LocalModelError, match="there is no folder"):
        LocalPairModel(str(tmp_path / "absent"))


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
@pytest.mark.parametrize("data", [b"", b"not this at all", b"\xff\xfe\x00", b"[]"])
def test_a_damaged_file_is_named(folder, name, data):
    (folder / name).write_bytes(data)
    with pytest.raises(LocalModelError, match=rf"{name} is damaged"):
        LocalPairModel(str(folder))


def test_a_model_that_writes_text_is_refused(tmp_path):
    inputs = ("input_ids", "attention_mask", "decoder_input_ids")
    folder = make_pair_model(tmp_path / "t5", WEIGHTS, inputs=inputs)
    with pytest.raises(LocalModelError, match="'decoder_input_ids', so it is no cross-encoder"):
        LocalPairModel(str(folder))


def test_more_numbers_than_labels_are_refused(tmp_path):
    folder = make_pair_model(tmp_path / "model", {"a": (1.0, 2.0)}, ("one",))
    with pytest.raises(LocalModelError, match=r"gives 2 numbers, and config\.json names one"):
        LocalPairModel(str(folder)).score([("a", "a")])


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    folder = make_pair_model(tmp_path / "model", {"a": (float("nan"),)})
    with pytest.raises(LocalModelError, match="not finite"):
        LocalPairModel(str(folder)).score([("a", "a")])
